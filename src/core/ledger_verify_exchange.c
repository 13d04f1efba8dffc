/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about approvals and manifests, held against their rows and texts. */
#include <sqlite3.h>
#include <string.h>

#include "core/approval_internal.h"
#include "core/ledger_verify.h"

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

/* The text in COLUMN is the one that SHA256 names. */
static enum ca_code
check_text(const struct ca_ledger_check *check, sqlite3_stmt *stmt, int column,
    const uint8_t *sha256)
{
	uint8_t hash[CA_SHA256_SIZE];
	enum ca_code rc;

	rc = ca_ledger_sha256(sqlite3_column_blob(stmt, column),
	    (size_t)sqlite3_column_bytes(stmt, column), hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, sha256))
		rc = fail_subject(check,
		    "speaks of a statement that was changed");
	return rc;
}

/* Whether policy let BY approve, in whose name APPROVAL is. */
static bool
is_good(const struct ca_approval *approval, const struct ca_approver *by,
    const struct ca_profile *profile)
{
	return by != NULL && profile != NULL &&
	    (by->profiles & 1U << profile->id) != 0 &&
	    memcmp(by->spki_sha256, approval->spki_sha256, CA_SHA256_SIZE) ==
	    0 &&
	    ca_statement_verifies(approval->statement, by->key);
}

/* The text is an approval that says what ROW says, by who could give it. */
static enum ca_code
check_words(struct ca_ledger_check *check, sqlite3_stmt *stmt,
    const struct ca_ledger_approval_row *row)
{
	const char *profile = ca_ledger_column_text(stmt, 9);
	struct ca_approval approval = { .what = NULL };
	struct ca_verify_policy *policy = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	if (ca_approval_read("approval", sqlite3_column_blob(stmt, 7),
		(size_t)sqlite3_column_bytes(stmt, 7), &approval,
		&ignored) != CA_OK)
		return fail_subject(check, "counts what is no approval");
	rc = ca_ledger_policy_in_force(check, &policy);
	if (rc == CA_OK &&
	    (strcmp(approval.approver, row->approver) != 0 ||
		memcmp(approval.ledger, check->identity, CA_SHA256_SIZE) != 0 ||
		memcmp(approval.spki_sha256, row->spki_sha256,
		    CA_SHA256_SIZE) != 0 ||
		approval.approved_at != row->approved_at ||
		approval.expires_at != row->expires_at ||
		!ca_approval_covers(&approval, row->tbs_sha256)))
		rc =
		    fail_subject(check, "counts an approval of something else");
	else if (rc == CA_OK && policy != NULL &&
	    !is_good(&approval,
		ca_policy_approver(policy->policy, row->approver),
		profile != NULL ? ca_profile_by_name(profile) : NULL))
		rc = fail_subject(check,
		    "counts an approval that nobody could give by the policy then");
	ca_verify_policy_release(policy);
	ca_approval_clear(&approval);
	return rc;
}

enum ca_code
ca_ledger_check_enough_approvals(struct ca_ledger_check *check,
    const struct ca_verify_job *job)
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_APPROVALS];
	unsigned wanted = 0;
	int64_t have = 0;
	int step;

	if (job->policy != NULL && job->profile != NULL)
		wanted =
		    job->policy->policy->profile[job->profile->id].approvals;
	if (wanted == 0 || stmt == NULL)
		return CA_OK;
	(void)sqlite3_reset(stmt);
	step = sqlite3_bind_blob(stmt, 1, job->serial, CA_SERIAL_SIZE, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt, 2, check->entry.id);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step != SQLITE_ROW)
		return ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	have = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_reset(stmt);
	return have >= wanted
	    ? CA_OK
	    : fail_subject(check,
		  "has a certificate with fewer approvals than the policy wanted");
}

enum ca_code
ca_ledger_check_approval(struct ca_ledger_check *check)
{
	struct ca_ledger_approval_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc =
	    ca_ledger_check_next(check, CA_LEDGER_QUERY_APPROVAL, true, &stmt);

	if (rc != CA_OK)
		return rc;
	if (stmt == NULL)
		return fail_subject(check,
		    "speaks of an approval that is missing");
	row = (struct ca_ledger_approval_row){
		.serial = ca_ledger_column(stmt, 0, CA_SERIAL_SIZE),
		.approver = ca_ledger_column_text(stmt, 1),
		.spki_sha256 = ca_ledger_column(stmt, 2, CA_SHA256_SIZE),
		.tbs_sha256 = ca_ledger_column(stmt, 3, CA_SHA256_SIZE),
		.approved_at = sqlite3_column_int64(stmt, 4),
		.expires_at = sqlite3_column_int64(stmt, 5),
		.statement = ca_ledger_column(stmt, 6, CA_SHA256_SIZE),
	};
	if (row.serial == NULL || row.approver == NULL ||
	    row.spki_sha256 == NULL || row.tbs_sha256 == NULL ||
	    row.statement == NULL)
		return fail_subject(check,
		    "speaks of an approval that is malformed");
	rc = ca_ledger_hash_approval(&row, hash, check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_same_hash(hash, check->entry.sha256) ||
	    check->entry.serial == NULL ||
	    memcmp(row.serial, check->entry.serial, CA_SERIAL_SIZE) != 0)
		return fail_subject(check,
		    "speaks of an approval that was changed");
	if (sqlite3_column_int(stmt, 8) == 0)
		return fail_subject(check,
		    "speaks of an approval of another certificate");
	if (check->entry.time < row.approved_at ||
	    check->entry.time >= row.expires_at)
		return fail_subject(check,
		    "counts an approval that was not valid then");
	rc = check_text(check, stmt, 7, row.statement);
	return rc == CA_OK ? check_words(check, stmt, &row) : rc;
}

enum ca_code
ca_ledger_check_manifest(struct ca_ledger_check *check)
{
	struct ca_ledger_manifest_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc =
	    ca_ledger_check_next(check, CA_LEDGER_QUERY_MANIFEST, true, &stmt);

	if (rc != CA_OK)
		return rc;
	if (stmt == NULL)
		return fail_subject(check,
		    "speaks of a manifest that is missing");
	row = (struct ca_ledger_manifest_row){
		.nonce = sqlite3_column_blob(stmt, 0),
		.nonce_len = (size_t)sqlite3_column_bytes(stmt, 0),
		.host = ca_ledger_column_text(stmt, 1),
		.spki_sha256 = ca_ledger_column(stmt, 2, CA_SHA256_SIZE),
		.expires_at = sqlite3_column_int64(stmt, 3),
		.taken_at = sqlite3_column_int64(stmt, 4),
		.statement = ca_ledger_column(stmt, 5, CA_SHA256_SIZE),
	};
	if (row.nonce == NULL || row.host == NULL || row.spki_sha256 == NULL ||
	    row.statement == NULL)
		return fail_subject(check,
		    "speaks of a manifest that is malformed");
	rc = ca_ledger_hash_manifest(&row, hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = fail_subject(check,
		    "speaks of a manifest that was changed");
	return rc == CA_OK ? check_text(check, stmt, 6, row.statement) : rc;
}

enum ca_code
ca_ledger_check_response(struct ca_ledger_check *check,
    uint8_t ret_sha256[CA_SHA256_SIZE], bool *ret_found)
{
	const uint8_t *sha256;
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc =
	    ca_ledger_check_next(check, CA_LEDGER_QUERY_RESPONSE, true, &stmt);

	*ret_found = rc == CA_OK && stmt != NULL;
	if (!*ret_found)
		return rc;
	sha256 = ca_ledger_column(stmt, 0, CA_SHA256_SIZE);
	if (sha256 == NULL)
		return fail_subject(check, "has a response that is malformed");
	memcpy(ret_sha256, sha256, CA_SHA256_SIZE);
	return check_text(check, stmt, 1, sha256);
}
