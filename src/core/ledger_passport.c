/* SPDX-License-Identifier: Apache-2.0 */
/* The passports of the keys of the CAs. */
#include <sqlite3.h>

#include "core/ledger_internal.h"

static enum ca_code
add_passport(struct ca_ledger *ledger, const struct ca_ledger_passport_row *row,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_PASSPORT, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_text64(stmt, 3, row->passport, row->passport_len,
	    NULL, SQLITE_UTF8);
	bad |= sqlite3_bind_int64(stmt, 4, row->created_at);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

/* The entry comes first: its number is the row's. */
static enum ca_code
record(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const struct ca_ledger_passport_row *row, const char *detail,
    struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	const struct ca_ledger_entry entry = {
		.time = row->created_at,
		.kind = kind,
		.serial = row->serial,
		.detail = detail,
		.sha256 = hash,
	};
	enum ca_code rc;

	rc = ca_ledger_hash_passport(row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_passport(ledger, row, err);
	return rc;
}

/* The text of the last passport of SERIAL; *RET_FOUND is false without one. */
static enum ca_code
find_passport(struct ca_ledger *ledger, const uint8_t *serial,
    struct ca_bytes *ret, bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_PASSPORT, serial,
	    CA_SERIAL_SIZE, &stmt, ret_found, err);
	if (rc == CA_OK && *ret_found)
		rc = ca_bytes_append(ret, sqlite3_column_text(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0), err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_set_passport(struct ca_ledger *ledger,
    const struct ca_certificate *certificate,
    const struct ca_passport *passport, const char *detail, int64_t now,
    struct ca_error *err)
{
	struct ca_bytes text = { 0 }, before = { 0 };
	size_t len;
	struct ca_ledger_passport_row row = {
		.serial = ca_certificate_serial(certificate, &len),
		.created_at = now,
	};
	bool changed = false;
	enum ca_code rc;

	rc = ca_passport_to_text(passport, &text, err);
	if (rc != CA_OK)
		return rc;
	row.passport = (const char *)text.data;
	row.passport_len = text.len;
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = find_passport(ledger, row.serial, &before, &changed, err);
	if (rc == CA_OK)
		rc = record(ledger,
		    changed ? CA_ENTRY_TOKEN_CHANGE : CA_ENTRY_PASSPORT, &row,
		    detail, err);
	rc = ca_ledger_end(ledger, rc, err);
out:
	ca_bytes_free(&before);
	ca_bytes_free(&text);
	return rc;
}

enum ca_code
ca_ledger_passport(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_passport *ret,
    bool *ret_found, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	bool found = false;
	size_t len;
	enum ca_code rc;

	rc = find_passport(ledger, ca_certificate_serial(certificate, &len),
	    &text, &found, err);
	if (rc == CA_OK && found &&
	    ca_passport_parse((const char *)text.data, text.len, ret, err) !=
		CA_OK)
		rc = ca_ledger_fail_row(ledger, err);
	if (rc == CA_OK)
		*ret_found = found;
	ca_bytes_free(&text);
	return rc;
}
