/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DRAFT_INTERNAL_H
#define COLDCA_CORE_DRAFT_INTERNAL_H

#include "coldca/draft.h"

/* Only draft.c, through ca_draft_make(), and draft_pack.c make one. */
struct ca_draft {
	const struct ca_grant *grant; /* borrowed */
	const struct ca_sigalg *algorithm;
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_bytes tbs;
	uint8_t tbs_sha256[CA_SHA256_SIZE];
	uint8_t issuer_spki_sha256[CA_SHA256_SIZE];
	struct ca_draft_facts facts;
	struct ca_certificate *preview; /* NULL: not read again yet */
	struct ca_bytes plain; /* of the preview: ca_certificate_pack() */
};

/*
 * The DER of a Certificate (RFC 5280 section 4.1): TBS, the
 * AlgorithmIdentifier of ALGORITHM, and SIGNATURE as BIT STRING. *RET_DER is
 * new.
 */
CA_CHECKED enum ca_code ca_certificate_assemble(const struct ca_bytes *tbs,
    const struct ca_sigalg *algorithm, const struct ca_bytes *signature,
    struct ca_bytes *ret_der, struct ca_error *err);

/* Everything that goes into a TBSCertificate. Borrowed. */
struct ca_draft_parts {
	const struct ca_grant *grant;
	const struct ca_certificate *issuer; /* NULL: self-signed */
	const struct ca_sigalg *algorithm;
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	int64_t not_before;    /* seconds since 1970-01-01 UTC */
	int64_t not_after;
};

/* The draft of PARTS; *RET_DRAFT, FINDINGS and codes as in ca_draft_new(). */
CA_CHECKED enum ca_code ca_draft_make(const struct ca_draft_parts *parts,
    struct ca_draft **ret_draft, struct ca_findings *findings,
    struct ca_error *err);

struct ca_unpack;

/* A grant out of the middle of UNPACK, which says whether it is good. */
void ca_grant_read(struct ca_unpack *unpack, struct ca_grant *ret);

/* What the certificate of DRAFT will say: for ca_certificate_seal(). */
const struct ca_bytes *ca_draft_plain(const struct ca_draft *draft);

/* SHA-256 of the SubjectPublicKeyInfo of the key that is to sign DRAFT. */
const uint8_t *ca_draft_issuer_spki_sha256(const struct ca_draft *draft);

#endif
