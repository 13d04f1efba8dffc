/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_VERIFY_CERTIFICATE_H
#define COLDCA_CORE_VERIFY_CERTIFICATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/policy.h"

#define CA_VERIFY_WHAT_SIZE 192 /* bytes of what is wrong, with the NUL */

/* A policy that certificates are held against, counted by those that are. */
struct ca_verify_policy {
	struct ca_policy *policy;
	atomic_uint users;
};

/* Gives back one use of POLICY, and frees it with the last. Accepts NULL. */
void ca_verify_policy_release(struct ca_verify_policy *policy);

/* One issued certificate, as the ledger has it. Owns what it points to. */
struct ca_verify_job {
	int64_t entry;               /* that says it was issued */
	struct ca_bytes tbs;         /* as reserved */
	struct ca_bytes certificate; /* DER */
	uint8_t serial[CA_SERIAL_SIZE];
	uint8_t spki_sha256[CA_SHA256_SIZE];
	uint8_t issuer_spki_sha256[CA_SHA256_SIZE];
	int64_t not_before;
	int64_t not_after;
	const struct ca_profile *profile; /* NULL: a word that is none */
	enum ca_authority authority;
	struct ca_verify_policy *policy; /* in force; NULL: none was recorded */
};

void ca_verify_job_clear(struct ca_verify_job *job);

/*
 * Whether the certificate of JOB is what was reserved, signed by one of
 * ISSUERS, and permitted by the policy that was in force. WHAT says why not.
 * Any thread may call it.
 */
bool ca_verify_certificate(const struct ca_verify_job *job,
    const struct ca_certificates *issuers, char what[CA_VERIFY_WHAT_SIZE]);

#endif
