/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_APPROVAL_H
#define COLDCA_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/draft.h"
#include "coldca/findings.h"
#include "coldca/ledger.h"
#include "coldca/policy.h"
#include "coldca/statement.h"

/*
 * Four eyes. A draft is written as a file, shown to people who approve its very
 * octets, and signed when enough of them have: docs/approvals.md has the forms of
 * the files, which are those of statement.h.
 */

#define CA_DRAFT_ENDING ".draft" /* of the files' names */
#define CA_APPROVAL_ENDING ".approval"

/* A draft on its way to who approves it. Zero-initialised is empty and valid. */
struct ca_draft_file {
	uint8_t ledger[CA_SHA256_SIZE]; /* the hash of its entry 1 */
	const struct ca_profile *profile;
	char *name; /* owned; of the bundle */
	int64_t
	    approval_lifetime; /* the longest that policy permits, seconds */
	struct ca_bytes csr;   /* owned; DER; empty: there was no request */
	struct ca_bytes tbs;   /* owned; DER */
	uint8_t tbs_sha256[CA_SHA256_SIZE];
	/* TBS read, with an empty signature. Owned. */
	struct ca_certificate *preview;
};

/*
 * The text of the file of DRAFT, of the bundle NAME. *RET_TEXT is new.
 *
 * CA_ERR_INPUT  NAME can not stand in one
 */
CA_CHECKED enum ca_code ca_draft_file_make(const struct ca_draft *draft,
    const char *name, const uint8_t ledger[CA_SHA256_SIZE],
    int64_t approval_lifetime, struct ca_bytes *ret_text, struct ca_error *err);

/*
 * Reads one; WHAT is what messages call it. What it says of itself is only a
 * proposal: TBS alone is what is approved and signed.
 *
 * CA_ERR_INPUT  not a draft, or its TBSCertificate is none
 */
CA_CHECKED enum ca_code ca_draft_file_parse(const char *what, const void *text,
    size_t len, struct ca_draft_file *ret, struct ca_error *err);
void ca_draft_file_clear(struct ca_draft_file *file);

/* Several. Zero-initialised is empty and valid. */
struct ca_draft_files {
	struct ca_draft_file *item;
	size_t count;
};

/* Appends FILE, which FILES then owns; on failure it does not. */
CA_CHECKED enum ca_code ca_draft_files_add(struct ca_draft_files *files,
    const struct ca_draft_file *file, struct ca_error *err);
void ca_draft_files_clear(struct ca_draft_files *files);

/* What somebody says when approving. Borrowed. */
struct ca_approval_words {
	const uint8_t *ledger; /* CA_SHA256_SIZE octets, as in the draft */
	const char *approver;  /* the name that the policy has */
	int64_t approved_at;   /* seconds since 1970-01-01 UTC */
	int64_t expires_at;
	const uint8_t (*tbs_sha256)[CA_SHA256_SIZE]; /* of each draft */
	size_t count;
};

/*
 * The text of WORDS, signed by KEY. The hashes are sorted. *RET_TEXT is new.
 *
 * CA_ERR_INPUT   the name can not stand in one, or there are too many drafts
 * CA_ERR_POLICY  no approver can have a key of this kind
 */
CA_CHECKED enum ca_code ca_approval_make(const struct ca_approval_words *words,
    EVP_PKEY *key, struct ca_bytes *ret_text, struct ca_error *err);

/* Who judges, and when. Borrowed. */
struct ca_approval_desk {
	const struct ca_policy *policy; /* that of today */
	const uint8_t *ledger;          /* ca_ledger_identity() */
	int64_t now;                    /* seconds since 1970-01-01 UTC */
	/* The user names of who signs; NULL-terminated, or NULL. */
	const char *const *operators;
};

/* The approvals that are at hand. */
struct ca_approvals;

/* An empty set; *RET is new, freed with ca_approvals_free(). Borrows DESK. */
CA_CHECKED enum ca_code ca_approvals_new(const struct ca_approval_desk *desk,
    struct ca_approvals **ret, struct ca_error *err);

/*
 * Adds the approval in the LEN octets of TEXT, WHAT to messages. One that does not
 * count is added all the same, with the reason, so that who lacks an approval is
 * told why.
 *
 * CA_ERR_INPUT  not an approval
 */
CA_CHECKED enum ca_code ca_approvals_add(struct ca_approvals *approvals,
    const char *what, const void *text, size_t len, struct ca_error *err);

/*
 * Whether enough distinct approvers of POLICY's profile have approved the
 * TBSCertificate of TBS_SHA256. Where not, what is wanted and why each approval at
 * hand does not count is added to FINDINGS.
 *
 * Rules: policy-approvals, and of each approval approval-ledger, approval-unknown,
 * approval-key, approval-signature, approval-future, approval-expired,
 * approval-lifetime, approval-operator, approval-profile, approval-draft,
 * approval-twice.
 */
void ca_approvals_judge(const struct ca_approvals *approvals,
    const struct ca_profile_policy *policy,
    const uint8_t tbs_sha256[CA_SHA256_SIZE], struct ca_findings *findings);

/*
 * From now on ca_ledger_reserve() records with each draft the APPROVALS that count
 * for it, in the same commit. Borrowed until the ledger is closed; NULL: none.
 */
void ca_ledger_use_approvals(struct ca_ledger *ledger,
    const struct ca_approvals *approvals);

/* Whether SERIAL, CA_SERIAL_SIZE octets, was given out. */
CA_CHECKED enum ca_code ca_ledger_has_serial(struct ca_ledger *ledger,
    const uint8_t *serial, bool *ret, struct ca_error *err);

/* Accepts NULL. */
void ca_approvals_free(struct ca_approvals *approvals);

#endif
