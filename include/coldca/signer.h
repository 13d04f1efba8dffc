/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_SIGNER_H
#define COLDCA_SIGNER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

/* Kinds of key that coldca knows, by the words of --key-type. */
enum ca_key_kind {
	CA_KEY_RSA,     /* rsa: RFC 3279 section 2.3.1 */
	CA_KEY_P256,    /* p256: RFC 5480 section 2.1.1.1, secp256r1 */
	CA_KEY_P384,    /* p384: secp384r1 */
	CA_KEY_P521,    /* p521: secp521r1 */
	CA_KEY_ED25519, /* ed25519: RFC 8410 */
	CA_KEY_KINDS    /* how many there are */
};

/*
 * One signature algorithm of certificates: one row of the table in
 * src/core/sigalg.c.
 */
struct ca_sigalg {
	const char *name;     /* as RFC 5912 spells it: "ecdsa-with-SHA256" */
	enum ca_key_kind key; /* the kind of key it belongs to */
	int nid;              /* OpenSSL's number of the algorithm */
	const char *digest; /* "SHA256"; NULL where the algorithm has its own */
	bool pss;           /* RSASSA-PSS, salt as long as the digest */
};

#define CA_SESSIONS_MAX 64 /* threads that sign side by side */

/*
 * The seam between certificates and tokens: whatever can sign with the CA's
 * key. The core never learns what is behind it; tests put a software key
 * there.
 */
struct ca_signer {
	const char *kind;                  /* "libp11"; static */
	const struct ca_sigalg *algorithm; /* static */
	EVP_PKEY *public_key;              /* owned; a plain software key */
	void *impl;                        /* owned by release() below */
	unsigned sessions; /* how many threads may be in sign() at once; 1.. */

	/*
	 * Signs the LEN bytes at TBS. *RET_SIGNATURE is new, in the form that
	 * goes into the certificate's BIT STRING (RFC 3279 section 2.2: an
	 * ECDSA signature is a DER SEQUENCE of r and s). The caller verifies it
	 * before anybody sees it.
	 *
	 * CA_ERR_TOKEN  the token is gone or refused to sign
	 * CA_ERR_PIN    the key wants a PIN for this signature, and it failed
	 */
	enum ca_code (*sign)(struct ca_signer *signer, const uint8_t *tbs,
	    size_t len, struct ca_bytes *ret_signature, struct ca_error *err);

	/* Releases impl. */
	void (*release)(struct ca_signer *signer);
};

/* Frees SIGNER with all it owns. Accepts NULL. */
void ca_signer_free(struct ca_signer *signer);

#endif
