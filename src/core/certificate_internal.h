/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERTIFICATE_INTERNAL_H
#define COLDCA_CORE_CERTIFICATE_INTERNAL_H

#include <openssl/types.h>

#include "coldca/certificate.h"

/* What is made of it only once somebody asks, under a lock. */
struct ca_certificate_late {
	X509 *x509;                   /* with its public key */
	struct ca_certificate *whole; /* of one without BARE or KEY */
};

/* Only certificate.c and certificate_seal.c make one. */
struct ca_certificate {
	X509 *bare; /* without a public key; NULL: it was sealed */
	struct ca_certificate_late *late;
	EVP_PKEY *key; /* NULL: it was sealed, or the key known before */
	struct ca_bytes der;
	struct ca_bytes tbs;
	struct ca_bytes serial;
	char *serial_text;
	struct ca_bytes subject;
	struct ca_bytes issuer;
	char *subject_text;
	char *common_name;
	struct ca_names names;
	struct ca_bytes key_id;
	struct ca_key_info key_info;
	int64_t not_before;
	int64_t not_after;
	bool is_ca;
	uint8_t sha256[CA_SHA256_SIZE];
};

/*
 * The same as ca_certificate_x509() for all but the public key, which OpenSSL
 * has not decoded: X509_get0_pubkey(), X509_verify() and chains fail with it. It
 * costs nothing.
 */
X509 *ca_certificate_bare_x509(const struct ca_certificate *certificate);

/*
 * ca_certificate_parse() of one whose SubjectPublicKeyInfo has been read before,
 * where it was SPKI, and found to be INFO: the key is made of it only when
 * somebody asks. That of another is read.
 */
CA_CHECKED enum ca_code ca_certificate_parse_known(const uint8_t *der,
    size_t len, const struct ca_bytes *spki, const struct ca_key_info *info,
    struct ca_certificate **ret, struct ca_error *err);

/*
 * What CERTIFICATE says, beside its signature and the whole of its key, as plain
 * bytes of this process: *RET_PLAIN, new.
 */
CA_CHECKED enum ca_code
ca_certificate_pack(const struct ca_certificate *certificate,
    struct ca_bytes *ret_plain, struct ca_error *err);

/*
 * The certificate *DER, which it takes: PLAIN is from one with the same
 * TBSCertificate, which is TBS, and so it is not read again, or only when
 * somebody asks for its key or for OpenSSL's object, which are NULL then without
 * memory. *RET is new.
 *
 * CA_ERR_INTERNAL  out of memory, or PLAIN was not packed so
 */
CA_CHECKED enum ca_code ca_certificate_seal(const struct ca_bytes *plain,
    const struct ca_bytes *tbs, struct ca_bytes *der,
    struct ca_certificate **ret, struct ca_error *err);

/*
 * Whether KEY made the signature of CERTIFICATE, whoever its issuer is; the
 * algorithm inside is the one outside (RFC 5280 section 4.1.1.2).
 */
bool ca_certificate_verifies(const struct ca_certificate *certificate,
    EVP_PKEY *key);

#endif
