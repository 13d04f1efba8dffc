/* SPDX-License-Identifier: Apache-2.0 */
/* What the chain says of one certificate. */
#include <sqlite3.h>
#include <string.h>

#include "core/ledger_internal.h"

/* Columns of CA_LEDGER_FIND_EVENTS. */
enum column { COLUMN_ID, COLUMN_TIME, COLUMN_KIND, COLUMN_DETAIL, COLUMN_HASH };

static const struct {
	enum ca_entry_kind kind;
	const char *word;
} words[] = {
	{ CA_ENTRY_CREATED, "created" },
	{ CA_ENTRY_CA_CREATED, "ca-created" },
	{ CA_ENTRY_REFUSED, "refused" },
	{ CA_ENTRY_PENDING, "pending" },
	{ CA_ENTRY_ISSUED, "issued" },
	{ CA_ENTRY_BURNED, "burned" },
	{ CA_ENTRY_NOTE, "note" },
	{ CA_ENTRY_PASSPORT, "passport" },
	{ CA_ENTRY_TOKEN_CHANGE, "token-change" },
	{ CA_ENTRY_DISCLOSED, "disclosed" },
	{ CA_ENTRY_REVOKED, "revoked" },
	{ CA_ENTRY_COMPROMISED, "compromised" },
	{ CA_ENTRY_CRL, "crl" },
	{ CA_ENTRY_OCSP, "ocsp" },
	{ CA_ENTRY_BURNED_REVOKED, "burned-revoked" },
	{ CA_ENTRY_APPROVAL, "approval" },
	{ CA_ENTRY_MANIFEST, "manifest" },
	{ CA_ENTRY_STANDING, "standing" },
	{ CA_ENTRY_PLAN, "plan" },
	{ CA_ENTRY_PLAN_STEP, "plan-step" },
	{ CA_ENTRY_PLAN_HOST, "plan-host" },
	{ CA_ENTRY_PLAN_GONE, "plan-gone" },
	{ CA_ENTRY_POLICY, "policy" },
	{ CA_ENTRY_HEAD, "head" },
};

const char *
ca_ledger_kind_word(int64_t kind)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].kind == kind)
			return words[i].word;
	return "unknown";
}

/* The row of STMT for FN; *RET_MORE is its answer. */
static enum ca_code
show(const struct ca_ledger *ledger, sqlite3_stmt *stmt, ca_ledger_event_fn fn,
    void *arg, bool *ret_more, struct ca_error *err)
{
	const struct ca_ledger_event event = {
		.id = sqlite3_column_int64(stmt, COLUMN_ID),
		.time = sqlite3_column_int64(stmt, COLUMN_TIME),
		.kind = ca_ledger_kind_word(
		    sqlite3_column_int64(stmt, COLUMN_KIND)),
		.detail =
		    (const char *)sqlite3_column_text(stmt, COLUMN_DETAIL),
		.hash = sqlite3_column_blob(stmt, COLUMN_HASH),
	};

	if (event.detail == NULL ||
	    sqlite3_column_bytes(stmt, COLUMN_HASH) != CA_SHA256_SIZE)
		return ca_ledger_fail_row(ledger, err);
	*ret_more = fn(&event, arg);
	return CA_OK;
}

enum ca_code
ca_ledger_events(struct ca_ledger *ledger, const uint8_t *serial,
    ca_ledger_event_fn fn, void *arg, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool more = false;
	int step = SQLITE_ROW;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_EVENTS, serial,
	    CA_SERIAL_SIZE, &stmt, &more, err);
	while (rc == CA_OK && more) {
		rc = show(ledger, stmt, fn, arg, &more, err);
		if (rc != CA_OK || !more)
			break;
		step = sqlite3_step(stmt);
		more = step == SQLITE_ROW;
		if (!more && step != SQLITE_DONE)
			rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_policy_of(struct ca_ledger *ledger, const uint8_t *serial,
    uint8_t ret_sha256[CA_SHA256_SIZE], bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_POLICY_OF, serial,
	    CA_SERIAL_SIZE, &stmt, &found, err);
	if (rc == CA_OK && found &&
	    sqlite3_column_bytes(stmt, 0) != CA_SHA256_SIZE)
		rc = ca_ledger_fail_row(ledger, err);
	if (rc == CA_OK && found)
		memcpy(ret_sha256, sqlite3_column_blob(stmt, 0),
		    CA_SHA256_SIZE);
	if (rc == CA_OK)
		*ret_found = found;
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_last_of(struct ca_ledger *ledger, const char *name,
    struct ca_ledger_last *ret, struct ca_error *err)
{
	struct ca_ledger_last last = { .certificate = NULL };
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_LAST_OF, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_text(stmt, 1, name, -1, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		last.reserved_at = sqlite3_column_int64(stmt, 1);
		last.revoked = sqlite3_column_int(stmt, 2) != 0;
		rc = ca_certificate_parse(sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0), &last.certificate,
		    err);
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	if (rc == CA_OK)
		*ret = last;
	ca_ledger_leave(stmt);
	return rc;
}
