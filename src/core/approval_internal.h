/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_APPROVAL_INTERNAL_H
#define COLDCA_CORE_APPROVAL_INTERNAL_H

#include "coldca/approval.h"

/* One approval, read. */
struct ca_approval {
	char *what;           /* its file */
	struct ca_bytes text; /* the whole of it */
	struct ca_statement *statement;
	const char *approver; /* as it says; borrowed from STATEMENT */
	uint8_t ledger[CA_SHA256_SIZE];
	uint8_t spki_sha256[CA_SHA256_SIZE]; /* the same */
	int64_t approved_at;
	int64_t expires_at;
	struct ca_hashes tbs;         /* sorted */
	const struct ca_approver *by; /* of the policy; NULL: does not count */
	const char *rule;             /* static; why it does not */
	char *why;
};

/*
 * Reads the LEN octets of TEXT. *RET is filled; ca_approval_clear() it. Whose it
 * is, and whether it counts, is not looked at.
 */
CA_CHECKED enum ca_code ca_approval_read(const char *what, const void *text,
    size_t len, struct ca_approval *ret, struct ca_error *err);
void ca_approval_clear(struct ca_approval *approval);

/* Whether APPROVAL is of the draft of TBS_SHA256. */
bool ca_approval_covers(const struct ca_approval *approval,
    const uint8_t *tbs_sha256);

/*
 * The approvals that count for TBS_SHA256 of PROFILE, one of each approver, at most
 * CA_APPROVALS_MAX; borrowed.
 */
size_t ca_approvals_for(const struct ca_approvals *approvals,
    const struct ca_profile *profile, const uint8_t *tbs_sha256,
    const struct ca_approval *ret[CA_APPROVALS_MAX]);

#endif
