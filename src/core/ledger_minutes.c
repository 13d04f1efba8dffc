/* SPDX-License-Identifier: Apache-2.0 */
/* The chain, entry by entry, for the record of a session. */
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "coldca/report.h"
#include "core/ledger_internal.h"

/* In the order of the query below. */
enum column {
	COLUMN_ID,
	COLUMN_TIME,
	COLUMN_KIND,
	COLUMN_DETAIL,
	COLUMN_HASH,
	COLUMN_SERIAL,
	COLUMN_AUTHORITY,
	COLUMN_PROFILE,
	COLUMN_NAME,
	COLUMN_SUBJECT,
	COLUMN_NAMES,
	COLUMN_NOT_AFTER,
	COLUMN_OPEN,
	COLUMN_APPROVERS,
	COLUMN_SIGNER,
	COLUMN_EXPIRES_AT,
	COLUMN_RESPONSE,
};

#define OF_ENTRY                                                            \
	"SELECT e.id, e.time, e.kind, e.detail, e.hash, e.serial,"          \
	" c.authority, c.profile, c.name, c.subject, c.names, c.not_after," \
	" c.state IS 'pending', "
#define FROM_ENTRY \
	" FROM entry e LEFT JOIN certificate c ON c.serial = e.serial"
#define IN_ORDER " WHERE e.id > ?1 AND e.id <= ?2 ORDER BY e.id"

static const char entries[] = OF_ENTRY
    "(SELECT group_concat(approver, ', ') FROM (SELECT approver"
    " FROM approval WHERE serial = e.serial AND e.kind = 5 ORDER BY +entry)),"
    " coalesce(a.approver_spki_sha256, m.spki_sha256),"
    " coalesce(a.expires_at, m.expires_at), r.statement" FROM_ENTRY
    " LEFT JOIN approval a ON a.entry = e.id"
    " LEFT JOIN manifest m ON m.entry = e.id"
    " LEFT JOIN response r ON r.entry = e.id" IN_ORDER;

/* Of a format before CA_LEDGER_FORMAT_EXCHANGE. */
static const char old_entries[] =
    OF_ENTRY "NULL, NULL, NULL, NULL" FROM_ENTRY IN_ORDER;

static const char *
text_of(sqlite3_stmt *stmt, enum column column)
{
	return (const char *)sqlite3_column_text(stmt, (int)column);
}

/* The hash in COLUMN, which is there whole or not at all, goes to *RET. */
static enum ca_code
hash_of(const struct ca_ledger *ledger, sqlite3_stmt *stmt, enum column column,
    const uint8_t **ret, struct ca_error *err)
{
	int len = sqlite3_column_bytes(stmt, (int)column);

	if (len != 0 && len != CA_SHA256_SIZE)
		return ca_ledger_fail_row(ledger, err);
	*ret = sqlite3_column_blob(stmt, (int)column);
	return CA_OK;
}

static enum ca_code
show(const struct ca_ledger *ledger, sqlite3_stmt *stmt, ca_minute_fn fn,
    void *arg, bool *ret_more, struct ca_error *err)
{
	char serial[CA_SERIAL_TEXT_SIZE];
	struct ca_minute minute = {
		.id = sqlite3_column_int64(stmt, COLUMN_ID),
		.time = sqlite3_column_int64(stmt, COLUMN_TIME),
		.kind =
		    (enum ca_entry_kind)sqlite3_column_int(stmt, COLUMN_KIND),
		.detail = text_of(stmt, COLUMN_DETAIL),
		.hash = sqlite3_column_blob(stmt, COLUMN_HASH),
		.authority = text_of(stmt, COLUMN_AUTHORITY),
		.profile = text_of(stmt, COLUMN_PROFILE),
		.name = text_of(stmt, COLUMN_NAME),
		.subject = text_of(stmt, COLUMN_SUBJECT),
		.names = text_of(stmt, COLUMN_NAMES),
		.not_after = sqlite3_column_int64(stmt, COLUMN_NOT_AFTER),
		.open = sqlite3_column_int(stmt, COLUMN_OPEN) != 0,
		.approvers = text_of(stmt, COLUMN_APPROVERS),
		.expires_at = sqlite3_column_int64(stmt, COLUMN_EXPIRES_AT),
	};
	enum ca_code rc;
	int len = sqlite3_column_bytes(stmt, COLUMN_SERIAL);

	if (minute.detail == NULL ||
	    sqlite3_column_bytes(stmt, COLUMN_HASH) != CA_SHA256_SIZE ||
	    (len != 0 && len != CA_SERIAL_SIZE))
		return ca_ledger_fail_row(ledger, err);
	minute.word = ca_ledger_kind_word(minute.kind);
	if (len != 0) {
		ca_hex(sqlite3_column_blob(stmt, COLUMN_SERIAL), CA_SERIAL_SIZE,
		    serial);
		minute.serial_text = serial;
	}
	rc = hash_of(ledger, stmt, COLUMN_SIGNER, &minute.signer, err);
	if (rc == CA_OK)
		rc = hash_of(ledger, stmt, COLUMN_RESPONSE, &minute.response,
		    err);
	if (rc == CA_OK)
		*ret_more = fn(&minute, arg);
	return rc;
}

enum ca_code
ca_minutes_list(struct ca_ledger *ledger, int64_t after, int64_t until,
    ca_minute_fn fn, void *arg, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool more = true;
	int step = sqlite3_prepare_v2(ledger->db,
	    ledger->format < CA_LEDGER_FORMAT_EXCHANGE ? old_entries : entries,
	    -1, &stmt, NULL);
	enum ca_code rc = CA_OK;

	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt, 1, after);
	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt, 2, until);
	while (
	    rc == CA_OK && more && (step == SQLITE_OK || step == SQLITE_ROW)) {
		step = sqlite3_step(stmt);
		if (step == SQLITE_ROW)
			rc = show(ledger, stmt, fn, arg, &more, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE && step != SQLITE_ROW)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum ca_code
ca_minutes_last_session(struct ca_ledger *ledger, int64_t *ret_after,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int64_t later = INT64_MAX, after = 0;
	int step = SQLITE_ROW;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ENTRIES_BACK, &stmt, err);
	if (rc != CA_OK)
		return rc;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		int64_t time = sqlite3_column_int64(stmt, 2);

		if (later != INT64_MAX && later - time > CA_MINUTES_PAUSE) {
			after = sqlite3_column_int64(stmt, 0);
			break;
		}
		later = time;
	}
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret_after = after;
	return rc;
}

enum ca_code
ca_minutes_before(struct ca_ledger *ledger, int64_t time, int64_t *ret_after,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int64_t after = 0;
	int step = SQLITE_ROW;
	enum ca_code rc;

	/* No entry is earlier than the one before: verify says so. */
	rc = ca_ledger_prepare(ledger, CA_LEDGER_ENTRIES_BACK, &stmt, err);
	if (rc != CA_OK)
		return rc;
	while (after == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		if (sqlite3_column_int64(stmt, 2) < time)
			after = sqlite3_column_int64(stmt, 0);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret_after = after;
	return rc;
}

/* Without table head, of an old format, nothing is signed. */
static enum ca_code
is_signed(struct ca_ledger *ledger, int64_t id, bool *ret, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step;

	*ret = false;
	if (ledger->format < CA_LEDGER_FORMAT_HEAD)
		return CA_OK;
	step = sqlite3_prepare_v2(ledger->db,
	    "SELECT 1 FROM head WHERE signed >= ?1 OR entry = ?1 LIMIT 1", -1,
	    &stmt, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_bind_int64(stmt, 1, id);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW || step == SQLITE_DONE)
		*ret = step == SQLITE_ROW;
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* What ca_minutes_list() gave: one entry. */
struct finding {
	struct ca_head head;
	bool found;
};

static bool
take_head(const struct ca_minute *minute, void *arg)
{
	struct finding *finding = arg;

	finding->found = true;
	finding->head.entry = minute->id;
	finding->head.time = minute->time;
	memcpy(finding->head.hash, minute->hash, CA_SHA256_SIZE);
	return false;
}

enum ca_code
ca_minutes_head(struct ca_ledger *ledger, int64_t id, struct ca_head *ret,
    bool *ret_signed, struct ca_error *err)
{
	struct finding finding = { .found = false };
	bool covered = false;
	enum ca_code rc;

	rc = ca_minutes_list(ledger, id - 1, id, take_head, &finding, err);
	if (rc == CA_OK && !finding.found)
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: there is no entry %" PRId64, ledger->path, id);
	if (rc == CA_OK)
		rc = is_signed(ledger, id, &covered, err);
	if (rc != CA_OK)
		return rc;
	*ret = finding.head;
	*ret_signed = covered;
	return CA_OK;
}
