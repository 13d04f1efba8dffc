/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about a policy, held against its text. */
#include <sqlite3.h>
#include <stdlib.h>

#include "core/ledger_verify.h"

enum ca_code
ca_ledger_check_policy(struct ca_ledger_check *check)
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_POLICY];
	uint8_t hash[CA_SHA256_SIZE];
	int step;
	enum ca_code rc;

	if (stmt == NULL || check->entry.sha256 == NULL)
		return ca_ledger_check_fail(check, check->entry.id,
		    "speaks of no policy");
	(void)sqlite3_reset(stmt);
	step = sqlite3_bind_blob(stmt, 1, check->entry.sha256, CA_SHA256_SIZE,
	    NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_DONE)
		return ca_ledger_check_fail(check, check->entry.id,
		    "speaks of a policy that is missing");
	if (step != SQLITE_ROW)
		return ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	rc = ca_ledger_sha256(sqlite3_column_blob(stmt, 0),
	    (size_t)sqlite3_column_bytes(stmt, 0), hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = ca_ledger_check_fail(check, check->entry.id,
		    "speaks of a policy that was changed");
	ca_verify_policy_release(check->policy);
	check->policy = NULL;
	check->unread_policy = rc == CA_OK ? check->entry.id : 0;
	return rc;
}

/* Parses the policy of the last entry about one; STMT stands at its row. */
static enum ca_code
read_policy(struct ca_ledger_check *check)
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_POLICY];
	struct ca_verify_policy *policy = calloc(1, sizeof(*policy));
	struct ca_error ignored;

	if (policy == NULL)
		return ca_fail_memory(check->err);
	policy->users = 1;
	if (ca_policy_parse("policy", sqlite3_column_blob(stmt, 0),
		(size_t)sqlite3_column_bytes(stmt, 0), &policy->policy,
		&ignored) != CA_OK) {
		ca_verify_policy_release(policy);
		return ca_ledger_check_fail(check, check->unread_policy,
		    "has a policy that this coldca can not read");
	}
	check->policy = policy;
	check->unread_policy = 0;
	return CA_OK;
}

enum ca_code
ca_ledger_policy_in_force(struct ca_ledger_check *check,
    struct ca_verify_policy **ret)
{
	enum ca_code rc = CA_OK;

	if (check->unread_policy != 0)
		rc = read_policy(check);
	if (rc != CA_OK)
		return rc;
	if (check->policy != NULL)
		atomic_fetch_add(&check->policy->users, 1);
	*ret = check->policy;
	return CA_OK;
}
