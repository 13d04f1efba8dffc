/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_MANIFEST_H
#define COLDCA_MANIFEST_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/csr.h"
#include "coldca/error.h"
#include "coldca/key.h"
#include "coldca/name.h"
#include "coldca/profile.h"

/*
 * The request manifest: what a host wants made of one request, in a statement
 * (statement.h) that the key of the request signs. Without it whoever carries
 * a stick could send an old request once more, or another's, or say that it is
 * for another profile. docs/exchange.md has its lines.
 */

#define CA_MANIFEST_MAX ((size_t)64 * 1024) /* bytes of one */
#define CA_MANIFEST_NONCE ((size_t)16)      /* octets */
#define CA_MANIFEST_CAS 8                   /* CAs that a host names at most */

/* Seconds that a manifest is good for, and at most: a stick is carried soon. */
#define CA_MANIFEST_LIFETIME ((int64_t)14 * 24 * 3600)
#define CA_MANIFEST_LIFETIME_MAX ((int64_t)31 * 24 * 3600)
/* Seconds that the clocks of a host and of the jumpbox may be apart. */
#define CA_MANIFEST_SKEW ((int64_t)10 * 60)

/* What one says. Zero-initialised is empty and valid. */
struct ca_manifest {
	uint8_t nonce[CA_MANIFEST_NONCE];
	const struct ca_profile *profile;
	struct ca_names hosts; /* owned; for profiles with hosts */
	char *user;            /* owned; for those with a user; or NULL */
	uint64_t tenant;       /* 0: none */
	uint8_t csr_sha256[CA_SHA256_SIZE]; /* of the file of the request */
	uint8_t key_sha256[CA_SHA256_SIZE]; /* of its SubjectPublicKeyInfo */
	/* SubjectPublicKeyInfo of the CAs that the host trusts. */
	uint8_t ca_sha256[CA_MANIFEST_CAS][CA_SHA256_SIZE];
	size_t ca_count;      /* 0: it trusts none yet */
	int64_t made_at;      /* seconds since 1970-01-01 UTC */
	int64_t expires_at;   /* the same */
	struct ca_bytes text; /* owned; the file, octet by octet */
};

/*
 * Writes MANIFEST, but for its text, as a file that KEY, the private key of the
 * request, signs. *RET_TEXT is new.
 *
 * CA_ERR_INPUT   a name that is not ASCII
 * CA_ERR_POLICY  a key of a kind that does not sign
 */
CA_CHECKED enum ca_code ca_manifest_write(const struct ca_manifest *manifest,
    EVP_PKEY *key, struct ca_bytes *ret_text, struct ca_error *err);

/* Whether the LEN bytes at DATA begin as a request manifest does. */
bool ca_manifest_is(const void *data, size_t len);

/*
 * Reads the LEN bytes at DATA, which messages call WHAT. Who signed it is not
 * looked at. *RET is new; ca_manifest_clear() it.
 *
 * CA_ERR_INPUT  not a request manifest, or its names do not fit its profile
 */
CA_CHECKED enum ca_code ca_manifest_parse(const char *what, const void *data,
    size_t len, struct ca_manifest *ret, struct ca_error *err);

/*
 * Whether the bytes CONTENT are the file of MANIFEST's request. Messages call
 * the manifest WHAT. Each refusal has a rule (struct ca_error).
 *
 * CA_ERR_POLICY  manifest-edited: the request is another one by now
 */
CA_CHECKED enum ca_code
ca_manifest_check_content(const struct ca_manifest *manifest, const char *what,
    const struct ca_bytes *content, struct ca_error *err);

/*
 * Whether the key of CSR is the one that MANIFEST names, and signed it.
 *
 * CA_ERR_POLICY  manifest-key: it names another; manifest-signature: it was
 *                edited, or the key of the request did not sign it
 */
CA_CHECKED enum ca_code
ca_manifest_check_key(const struct ca_manifest *manifest, const char *what,
    const struct ca_csr *csr, struct ca_error *err);

/*
 * Whether MANIFEST is good at NOW.
 *
 * CA_ERR_POLICY  manifest-expired, manifest-future, manifest-lifetime: it is good
 *                for longer than CA_MANIFEST_LIFETIME_MAX
 */
CA_CHECKED enum ca_code
ca_manifest_check_time(const struct ca_manifest *manifest, const char *what,
    int64_t now, struct ca_error *err);

/*
 * Whether MANIFEST is for one of the CAs in LISTS, or its host trusts none yet.
 *
 * CA_ERR_POLICY  manifest-other-ca
 */
CA_CHECKED enum ca_code ca_manifest_check_ca(const struct ca_manifest *manifest,
    const char *what, const struct ca_certificates *lists, size_t count,
    struct ca_error *err);

/* "node1.example.com", "maxroach", "7": whom it is for. Borrowed, or TEXT. */
const char *ca_manifest_who(const struct ca_manifest *manifest, char text[21]);

/* Accepts NULL and leaves an empty one. */
void ca_manifest_clear(struct ca_manifest *manifest);

#endif
