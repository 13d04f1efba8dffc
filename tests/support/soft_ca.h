/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_SOFT_CA_H
#define COLDCA_TESTS_SOFT_CA_H

#include "coldca/certificate.h"
#include "coldca/draft.h"
#include "coldca/signer.h"
#include "coldca/vet.h"

/* 2026-01-01T00:00:00Z: the "now" of tests that have one. */
#define SOFT_NOW INT64_C(1767225600)

/*
 * A grant of PROFILE for KEY, without a request. WHO is the user or the hosts,
 * separated by blanks. LIFETIME in seconds; 0: the profile's default.
 */
struct ca_grant soft_grant(enum ca_profile_id profile, const char *who,
    EVP_PKEY *key, int64_t lifetime);

/* A draft of GRANT with a fresh serial, made at NOW. */
struct ca_draft *soft_draft(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const struct ca_signer *signer,
    int64_t now);

/* A self-signed CA certificate by SIGNER, and a leaf under it. */
struct ca_certificate *soft_ca(struct ca_signer *signer, int64_t now);
struct ca_certificate *soft_leaf(struct ca_signer *signer,
    const struct ca_certificate *ca, const struct ca_grant *grant, int64_t now);

#endif
