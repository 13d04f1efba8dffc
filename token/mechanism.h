/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_MECHANISM_H
#define COLDCA_TOKEN_MECHANISM_H

#include <p11-kit/pkcs11.h>

#include "coldca/bytes.h"
#include "coldca/signer.h"

#define CA_WAYS_MAX 2 /* in which one algorithm can be asked for */

/* What a mechanism is given to sign. */
enum ca_input {
	CA_INPUT_HASH,        /* of what is to be signed */
	CA_INPUT_DIGEST_INFO, /* RFC 8017 section 9.2, step 2 */
	CA_INPUT_WHOLE,       /* all of it: the token hashes */
};

/* One way to make a signature of one algorithm by C_SignInit and C_Sign. */
struct ca_way {
	CK_MECHANISM_TYPE type;
	enum ca_input input;
	bool has_params;
	CK_RSA_PKCS_PSS_PARAMS params;
};

/*
 * The ways for ALGORITHM, the better one first; where HASHED, only those in
 * which the token hashes. Returns how many there are.
 */
size_t ca_ways_find(const struct ca_sigalg *algorithm, bool hashed,
    struct ca_way ret[CA_WAYS_MAX]);

/*
 * What WAY wants to be given for the LEN bytes at TBS, of which it is not all.
 * *RET is new.
 */
CA_CHECKED enum ca_code ca_way_input(const struct ca_way *way,
    const struct ca_sigalg *algorithm, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * The signature RAW of the token in the form that certificates have
 * (RFC 3279 section 2.2.3 for ECDSA). *RET is new.
 *
 * CA_ERR_TOKEN  it is no such signature
 */
CA_CHECKED enum ca_code ca_way_output(const struct ca_sigalg *algorithm,
    const struct ca_bytes *raw, struct ca_bytes *ret, struct ca_error *err);

#endif
