/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_HEAD_INTERNAL_H
#define COLDCA_CORE_HEAD_INTERNAL_H

#include "coldca/head.h"
#include "coldca/signer.h"
#include "core/ledger_internal.h"

/* What the signature of a head is over. Borrowed. */
struct ca_head_statement {
	const uint8_t *ledger; /* the hash of entry 1: which ledger it is */
	int64_t entry;         /* the last one that is covered */
	const uint8_t *hash;   /* of that one */
	int64_t signed_at;
	const uint8_t *spki_sha256; /* of the key that signs */
	const uint8_t *response;    /* of a response manifest's body, or NULL */
};

/* The text of STATEMENT. *RET is new. */
CA_CHECKED enum ca_code ca_head_text(const struct ca_head_statement *statement,
    struct ca_bytes *ret, struct ca_error *err);

/* The r of an ECDSA SIGNATURE by ALGORITHM; empty for others. *RET is new. */
CA_CHECKED enum ca_code ca_head_nonce(const struct ca_sigalg *algorithm,
    const uint8_t *signature, size_t len, struct ca_bytes *ret,
    struct ca_error *err);

/*
 * Records SIGNATURE over STATEMENT and the entry about it, unless its R is one
 * that the key used before. RESPONSE is the body that STATEMENT names, or NULL.
 */
CA_CHECKED enum ca_code ca_ledger_record_head(struct ca_ledger *ledger,
    const struct ca_head_statement *statement, const char *algorithm,
    const struct ca_bytes *signature, const struct ca_bytes *r,
    const struct ca_bytes *response, struct ca_error *err);

#endif
