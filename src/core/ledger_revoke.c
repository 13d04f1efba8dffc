/* SPDX-License-Identifier: Apache-2.0 */
/* What was issued and is revoked, one by one. */
#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "core/ledger_internal.h"

static enum ca_code
add_row(struct ca_ledger *ledger, const struct ca_ledger_revocation_row *row,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_REVOCATION, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 3, row->reason);
	bad |= sqlite3_bind_int64(stmt, 4, row->revoked_at);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

/* The entry comes first: its number is the row's. */
enum ca_code
ca_ledger_append_revoked(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const uint8_t *serial, enum ca_reason reason, int64_t now,
    struct ca_error *err)
{
	const struct ca_ledger_revocation_row row = { serial, reason, now };
	uint8_t hash[CA_SHA256_SIZE];
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = kind,
		.serial = serial,
		.detail = ca_reason_name(reason),
		.sha256 = hash,
	};
	enum ca_code rc;

	rc = ca_ledger_hash_revocation(&row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_row(ledger, &row, err);
	return rc;
}

static enum ca_code
refuse(const uint8_t *serial, const char *what, const char *hint,
    struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE];

	ca_hex(serial, CA_SERIAL_SIZE, text);
	(void)ca_fail(err, CA_ERR_POLICY, "serial %s: %s", text, what);
	if (hint != NULL)
		ca_hint(err, "%s", hint);
	return CA_ERR_POLICY;
}

enum ca_code
ca_ledger_reason(const struct ca_ledger *ledger, sqlite3_stmt *stmt, int column,
    enum ca_reason *ret, struct ca_error *err)
{
	struct ca_error ignored;

	if (sqlite3_column_type(stmt, column) != SQLITE_TEXT) {
		*ret = (enum ca_reason)sqlite3_column_int(stmt, column);
		return CA_OK;
	}
	return ca_reason_parse((const char *)sqlite3_column_text(stmt, column),
		   ret, &ignored) == CA_OK
	    ? CA_OK
	    : ca_ledger_fail_row(ledger, err);
}

/* The row of STMT says in COLUMN why SERIAL is revoked, and then when. */
static enum ca_code
refuse_revoked(const struct ca_ledger *ledger, const uint8_t *serial,
    sqlite3_stmt *stmt, int column, struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE], when[CA_TIME_TEXT_SIZE];
	enum ca_reason reason;
	enum ca_code rc = ca_ledger_reason(ledger, stmt, column, &reason, err);

	if (rc != CA_OK)
		return rc;
	ca_hex(serial, CA_SERIAL_SIZE, text);
	ca_time_format(sqlite3_column_int64(stmt, column + 1), when);
	return ca_fail(err, CA_ERR_POLICY,
	    "serial %s: is revoked already, since %s, for %s", text, when,
	    ca_reason_name(reason));
}

/* The token may have signed it, and then its CRL can say so. */
static enum ca_code
check_burned(struct ca_ledger *ledger, const uint8_t *serial, bool is_ca,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	if (is_ca)
		return refuse(serial,
		    "was burned, and was to be a CA's own: no CRL speaks of it",
		    NULL, err);
	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_BURNED_REVOKED, serial,
	    CA_SERIAL_SIZE, &stmt, &found, err);
	if (rc == CA_OK && found)
		rc = refuse_revoked(ledger, serial, stmt, 0, err);
	ca_ledger_leave(stmt);
	return rc;
}

/* The row of STMT, about SERIAL: whether it can be revoked; whether burned. */
static enum ca_code
check_row(struct ca_ledger *ledger, const uint8_t *serial, sqlite3_stmt *stmt,
    bool *ret_burned, struct ca_error *err)
{
	const char *word = (const char *)sqlite3_column_text(stmt, 0);
	bool is_ca = sqlite3_column_int(stmt, 1) != 0;
	enum ca_state state;

	if (word == NULL || !ca_state_parse(word, &state))
		return ca_ledger_fail_row(ledger, err);
	*ret_burned = state == CA_STATE_BURNED;
	if (state == CA_STATE_BURNED)
		return check_burned(ledger, serial, is_ca, err);
	if (state == CA_STATE_PENDING)
		return refuse(serial, "is pending: it was never issued",
		    "coldca sign --resume finishes or burns it", err);
	if (sqlite3_column_type(stmt, 2) != SQLITE_NULL)
		return refuse_revoked(ledger, serial, stmt, 2, err);
	if (is_ca)
		return refuse(serial, "is the CA's own certificate",
		    "coldca compromise ends a CA", err);
	return CA_OK;
}

static enum ca_code
check(struct ca_ledger *ledger, const uint8_t *serial, bool *ret_burned,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_REVOCATION, serial,
	    CA_SERIAL_SIZE, &stmt, &found, err);
	if (rc == CA_OK && found)
		rc = check_row(ledger, serial, stmt, ret_burned, err);
	else if (rc == CA_OK)
		rc = refuse(serial, "the ledger does not know it",
		    "coldca ledger list shows what there is", err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_check_revocable(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], struct ca_error *err)
{
	bool burned = false;

	return check(ledger, serial, &burned, err);
}

static enum ca_code
revoke(struct ca_ledger *ledger, const uint8_t *serial, enum ca_reason reason,
    int64_t now, struct ca_error *err)
{
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_BURNED_REVOKED,
		.serial = serial,
		.detail = ca_reason_name(reason),
	};
	bool burned = false;
	enum ca_code rc = check(ledger, serial, &burned, err);

	if (rc != CA_OK)
		return rc;
	return burned ? ca_ledger_append(ledger, entry, err)
		      : ca_ledger_append_revoked(ledger, CA_ENTRY_REVOKED,
			    serial, reason, now, err);
}

enum ca_code
ca_ledger_revoke(struct ca_ledger *ledger, const uint8_t *serials, size_t count,
    enum ca_reason reason, int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < count && rc == CA_OK; i++)
		rc = revoke(ledger, serials + i * CA_SERIAL_SIZE, reason, now,
		    err);
	return ca_ledger_end(ledger, rc, err);
}
