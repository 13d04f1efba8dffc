/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about approvals and manifests, held against their rows and texts. */
#include <sqlite3.h>
#include <string.h>

#include "core/ledger_verify.h"

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

/* The row of the entry; *RET_STMT is NULL where there is none. */
static enum ca_code
find(struct ca_ledger_check *check, enum ca_ledger_query query,
    sqlite3_stmt **ret_stmt)
{
	sqlite3_stmt *stmt = check->stmt[query];
	int step = SQLITE_DONE;

	if (stmt != NULL) {
		(void)sqlite3_reset(stmt);
		step = sqlite3_bind_int64(stmt, 1, check->entry.id);
		if (step == SQLITE_OK)
			step = sqlite3_step(stmt);
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	*ret_stmt = step == SQLITE_ROW ? stmt : NULL;
	return CA_OK;
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

enum ca_code
ca_ledger_check_approval(struct ca_ledger_check *check)
{
	struct ca_ledger_approval_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = find(check, CA_LEDGER_QUERY_APPROVAL, &stmt);

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
	return check_text(check, stmt, 7, row.statement);
}

enum ca_code
ca_ledger_check_manifest(struct ca_ledger_check *check)
{
	struct ca_ledger_manifest_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = find(check, CA_LEDGER_QUERY_MANIFEST, &stmt);

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
	enum ca_code rc = find(check, CA_LEDGER_QUERY_RESPONSE, &stmt);

	*ret_found = rc == CA_OK && stmt != NULL;
	if (!*ret_found)
		return rc;
	sha256 = ca_ledger_column(stmt, 0, CA_SHA256_SIZE);
	if (sha256 == NULL)
		return fail_subject(check, "has a response that is malformed");
	memcpy(ret_sha256, sha256, CA_SHA256_SIZE);
	return check_text(check, stmt, 1, sha256);
}
