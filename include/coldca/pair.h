/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PAIR_H
#define COLDCA_PAIR_H

#include <stdbool.h>

#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/key.h"
#include "coldca/vet.h"

/*
 * A private key that is made here, and the files of the certificate directory
 * that it and its certificate go to. The key is in memory alone until
 * ca_pair_write().
 */
struct ca_pair;

/* Where pairs are written. All is borrowed. */
struct ca_pair_place {
	const char *certs_dir; /* made with mode 0700 where it is missing */
	bool overwrite;        /* replace a pair that is there */
};

/* What a pair's certificate is verified with. All is borrowed. */
struct ca_pair_trust {
	enum ca_authority authority; /* that of the issuer */
	const struct ca_certificate *issuer;
	const struct ca_certificates *issuers;    /* all of that authority */
	const struct ca_authorities *authorities; /* what the host gets */
	const char *plan; /* "rotate-ca", while it is under way, or NULL */
};

/*
 * Makes a key of KIND, RSA_BITS long where it is RSA. *RET is new;
 * ca_pair_free() it.
 */
CA_CHECKED enum ca_code ca_pair_new(enum ca_key_kind kind, unsigned rsa_bits,
    struct ca_pair **ret, struct ca_error *err);

/*
 * Names the files: STEM.crt, mode 0644, STEM.key, PKCS#8 in PEM (RFC 5958),
 * mode 0600, and with PKCS8 also STEM.key.pk8, the same key in DER for Java.
 */
CA_CHECKED enum ca_code ca_pair_name(struct ca_pair *pair, const char *stem,
    bool pkcs8, struct ca_error *err);

/* The same with the stem of GRANT's files: "node", "client.maxroach". */
CA_CHECKED enum ca_code ca_pair_name_for(struct ca_pair *pair,
    const struct ca_grant *grant, bool pkcs8, struct ca_error *err);

/*
 * Whether PAIR, which has its names, can be written to PLACE. What a killed run
 * had begun there is finished first, and FINISHED is called with the name of
 * each certificate that came to its place so.
 *
 * CA_ERR_FILE  a file is there already and must not be replaced; a client's
 *              .pk8 file is there that would be left beside another key
 */
CA_CHECKED enum ca_code ca_pair_check(const struct ca_pair *pair,
    const struct ca_pair_place *place,
    void (*finished)(void *arg, const char *file), void *arg,
    struct ca_error *err);

/*
 * Holds the CA files that are in CERTS_DIR, those that the pair's host gets and
 * the issuer's, against what they are to hold. The first certificate of each must
 * be one of these, and the issuer must be in its own file. While a plan is under
 * way each must hold what hosts get in this step, no more and no less.
 *
 * CA_ERR_POLICY  it is not
 * CA_ERR_INPUT   a file can not be read as certificates
 */
CA_CHECKED enum ca_code ca_pair_check_trust(const char *certs_dir,
    const struct ca_pair_trust *trust, struct ca_error *err);

/*
 * Writes CERTIFICATE and key together or not at all: at every moment there is
 * the pair that was there, or no certificate, or the new pair. What a run that
 * is killed has begun is finished by ca_pair_check(). Before that the CA files
 * that TRUST's host wants and that are missing are written; TRUST may be NULL.
 *
 * CA_ERR_FILE  it can not be written
 */
CA_CHECKED enum ca_code ca_pair_write(const struct ca_pair *pair,
    const struct ca_pair_place *place, const struct ca_certificate *certificate,
    const struct ca_pair_trust *trust, struct ca_error *err);

/* Getters: borrowed, and live as long as PAIR. */
EVP_PKEY *ca_pair_key(const struct ca_pair *pair);
const char *ca_pair_certificate_file(const struct ca_pair *pair);
const char *ca_pair_key_file(const struct ca_pair *pair);
const char *ca_pair_pkcs8_file(const struct ca_pair *pair); /* or NULL */

/* Wipes the key. Accepts NULL. */
void ca_pair_free(struct ca_pair *pair);

#endif
