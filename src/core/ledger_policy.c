/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that were in force when something was signed. */
#include <sqlite3.h>
#include <string.h>

#include "core/ledger_internal.h"

/* The SHA-256 that the last entry about a policy has. */
static enum ca_code
last_policy(struct ca_ledger *ledger, uint8_t ret_sha256[CA_SHA256_SIZE],
    bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_LAST_POLICY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	*ret_found = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	else if (*ret_found && sqlite3_column_bytes(stmt, 0) != CA_SHA256_SIZE)
		rc = ca_ledger_fail_row(ledger, err);
	else if (*ret_found)
		memcpy(ret_sha256, sqlite3_column_blob(stmt, 0),
		    CA_SHA256_SIZE);
	(void)sqlite3_reset(stmt);
	return rc;
}

/* Appends the text of the policy of SHA256 to RET, if it is there. */
static enum ca_code
find_text(struct ca_ledger *ledger, const uint8_t sha256[CA_SHA256_SIZE],
    struct ca_bytes *ret, bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_POLICY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, sha256, CA_SHA256_SIZE, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	*ret_found = step == SQLITE_ROW;
	if (step == SQLITE_ROW)
		rc = ca_bytes_append(ret, sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0), err);
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_ledger_find_policy(struct ca_ledger *ledger,
    const uint8_t sha256[CA_SHA256_SIZE], struct ca_bytes *ret_text,
    bool *ret_found, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	bool found = false;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_POLICY)
		rc = find_text(ledger, sha256, &text, &found, err);
	if (rc != CA_OK) {
		ca_bytes_free(&text);
		return rc;
	}
	*ret_text = text;
	*ret_found = found;
	return CA_OK;
}

enum ca_code
ca_ledger_last_policy(struct ca_ledger *ledger,
    uint8_t ret_sha256[CA_SHA256_SIZE], struct ca_bytes *ret_text,
    bool *ret_found, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	bool used = false, there = false;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_POLICY)
		rc = last_policy(ledger, sha256, &used, err);
	if (rc == CA_OK && used)
		rc = ca_ledger_find_policy(ledger, sha256, ret_text, &there,
		    err);
	if (rc == CA_OK && used && !there)
		rc = ca_ledger_fail_row(ledger, err);
	if (rc != CA_OK)
		return rc;
	memcpy(ret_sha256, sha256, CA_SHA256_SIZE);
	*ret_found = used;
	return CA_OK;
}

/* The text goes in once; the entry before it is the first about it. */
static enum ca_code
add_text(struct ca_ledger *ledger, const uint8_t sha256[CA_SHA256_SIZE],
    const struct ca_bytes *text, struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	struct ca_bytes known = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;
	int bad;

	rc = find_text(ledger, sha256, &known, &found, err);
	ca_bytes_free(&known);
	if (rc != CA_OK || found)
		return rc;
	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_POLICY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_blob(stmt, 1, sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 2, entry);
	bad |= sqlite3_bind_blob64(stmt, 3, text->data, text->len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

enum ca_code
ca_ledger_set_policy(struct ca_ledger *ledger, const struct ca_bytes *text,
    const char *detail, int64_t now, bool *ret_changed, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE], last[CA_SHA256_SIZE] = { 0 };
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_POLICY,
		.detail = detail,
		.sha256 = sha256,
	};
	bool found = false, changed = false;
	enum ca_code rc;

	rc = ca_ledger_sha256(text->data, text->len, sha256, err);
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = last_policy(ledger, last, &found, err);
	if (rc == CA_OK)
		changed = !found || memcmp(last, sha256, CA_SHA256_SIZE) != 0;
	if (rc == CA_OK && changed)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK && changed)
		rc = add_text(ledger, sha256, text, err);
	rc = ca_ledger_end(ledger, rc, err);
	if (rc == CA_OK)
		*ret_changed = changed;
	return rc;
}
