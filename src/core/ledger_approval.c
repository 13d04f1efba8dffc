/* SPDX-License-Identifier: Apache-2.0 */
/* The approvals that were counted for a certificate before it was signed. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "coldca/ledger_exchange.h"
#include "core/approval_internal.h"
#include "core/ledger_internal.h"

/* Columns of CA_LEDGER_FIND_APPROVALS. */
enum column {
	COLUMN_ENTRY,
	COLUMN_APPROVER,
	COLUMN_SPKI_SHA256,
	COLUMN_APPROVED_AT,
	COLUMN_EXPIRES_AT,
	COLUMN_STATEMENT,
	COLUMN_TEXT,
};

static enum ca_code
add_row(struct ca_ledger *ledger, const struct ca_ledger_approval_row *row,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_APPROVAL, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_text(stmt, 3, row->approver, -1, NULL);
	bad |=
	    sqlite3_bind_blob(stmt, 4, row->spki_sha256, CA_SHA256_SIZE, NULL);
	bad |=
	    sqlite3_bind_blob(stmt, 5, row->tbs_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 6, row->approved_at);
	bad |= sqlite3_bind_int64(stmt, 7, row->expires_at);
	bad |= sqlite3_bind_blob(stmt, 8, row->statement, CA_SHA256_SIZE, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

enum ca_code
ca_ledger_append_approval(struct ca_ledger *ledger,
    const struct ca_ledger_approval_row *row, const struct ca_bytes *text,
    int64_t now, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE], statement[CA_SHA256_SIZE];
	struct ca_ledger_approval_row full = *row;
	struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_APPROVAL,
		.serial = row->serial,
		.sha256 = hash,
	};
	char approved[CA_TIME_TEXT_SIZE];
	char *detail = NULL;
	enum ca_code rc;

	full.statement = statement;
	ca_time_format(row->approved_at, approved);
	rc = ca_text_format(&detail, err, "%s, at %s", row->approver, approved);
	if (rc == CA_OK)
		rc = ca_ledger_keep_statement(ledger, text, statement, err);
	if (rc == CA_OK)
		rc = ca_ledger_hash_approval(&full, hash, err);
	entry.detail = detail;
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_row(ledger, &full, err);
	free(detail);
	return rc;
}

/* They were counted before somebody was asked, who may have taken long. */
static enum ca_code
check_still_valid(const struct ca_approval *approval, int64_t now,
    struct ca_error *err)
{
	if (approval->approved_at <= now && now < approval->expires_at)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: the approval of %s %s since it was counted", approval->what,
	    approval->by->name,
	    approval->approved_at <= now
		? "has expired"
		: "came to be in the future: the clock was put back");
	ca_hint(err,
	    "it is approved anew, and then the same command signs what is left");
	return CA_ERR_POLICY;
}

enum ca_code
ca_ledger_append_approvals(struct ca_ledger *ledger,
    const struct ca_draft *draft, int64_t now, struct ca_error *err)
{
	const struct ca_approval *counted[CA_APPROVALS_MAX];
	const uint8_t *tbs_sha256 = ca_draft_tbs_sha256(draft);
	size_t count = ca_approvals_for(ledger->approvals,
	    ca_draft_grant(draft)->profile, tbs_sha256, counted);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		const struct ca_ledger_approval_row row = {
			.serial = ca_draft_serial(draft),
			.approver = counted[i]->by->name,
			.spki_sha256 = counted[i]->by->spki_sha256,
			.tbs_sha256 = tbs_sha256,
			.approved_at = counted[i]->approved_at,
			.expires_at = counted[i]->expires_at,
		};

		rc = check_still_valid(counted[i], now, err);
		if (rc == CA_OK)
			rc = ca_ledger_append_approval(ledger, &row,
			    &counted[i]->text, now, err);
	}
	return rc;
}

void
ca_ledger_use_approvals(struct ca_ledger *ledger,
    const struct ca_approvals *approvals)
{
	ledger->approvals = approvals;
}

enum ca_code
ca_ledger_has_serial(struct ca_ledger *ledger, const uint8_t *serial, bool *ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ca_ledger_find(ledger, CA_LEDGER_FIND_CERTIFICATE,
	    serial, CA_SERIAL_SIZE, &stmt, ret, err);

	ca_ledger_leave(stmt);
	return rc;
}

/* The row of STMT for FN; *RET_MORE is its answer. */
static enum ca_code
show(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    ca_ledger_approval_fn fn, void *arg, bool *ret_more, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	const struct ca_ledger_approval approval = {
		.entry = sqlite3_column_int64(stmt, COLUMN_ENTRY),
		.approver =
		    (const char *)sqlite3_column_text(stmt, COLUMN_APPROVER),
		.spki_sha256 = sqlite3_column_blob(stmt, COLUMN_SPKI_SHA256),
		.approved_at = sqlite3_column_int64(stmt, COLUMN_APPROVED_AT),
		.expires_at = sqlite3_column_int64(stmt, COLUMN_EXPIRES_AT),
		.sha256 = sqlite3_column_blob(stmt, COLUMN_STATEMENT),
		.text = &text,
	};
	enum ca_code rc;

	if (approval.approver == NULL ||
	    sqlite3_column_bytes(stmt, COLUMN_SPKI_SHA256) != CA_SHA256_SIZE ||
	    sqlite3_column_bytes(stmt, COLUMN_STATEMENT) != CA_SHA256_SIZE)
		return ca_ledger_fail_row(ledger, err);
	rc = ca_bytes_append(&text, sqlite3_column_blob(stmt, COLUMN_TEXT),
	    (size_t)sqlite3_column_bytes(stmt, COLUMN_TEXT), err);
	if (rc == CA_OK)
		*ret_more = fn(&approval, arg);
	ca_bytes_free(&text);
	return rc;
}

enum ca_code
ca_ledger_approvals(struct ca_ledger *ledger, const uint8_t *serial,
    ca_ledger_approval_fn fn, void *arg, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool more = false;
	int step;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_EXCHANGE)
		rc = ca_ledger_find(ledger, CA_LEDGER_FIND_APPROVALS, serial,
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
