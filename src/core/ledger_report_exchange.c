/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came in, who approved it, and what went out: the last rows of each, by
 * the numbers of their entries, so that no table is read whole.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/report_internal.h"

/* Takes the row of STMT; *RET_MORE is false where there is no room for more. */
typedef enum ca_code (*take_fn)(const struct ca_ledger *ledger,
    sqlite3_stmt *stmt, struct ca_report_exchange *exchange, bool *ret_more,
    struct ca_error *err);

/* A question, whose ?1 is what its rows are limited to. */
struct question {
	const char *sql;
	int64_t limit;
	take_fn take;
};

static enum ca_code
ask(struct ca_ledger *ledger, const struct question *question,
    struct ca_report_exchange *exchange, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool more = true;
	int step =
	    sqlite3_prepare_v2(ledger->db, question->sql, -1, &stmt, NULL);
	enum ca_code rc = CA_OK;

	if (step == SQLITE_OK && sqlite3_bind_parameter_count(stmt) > 0)
		step = sqlite3_bind_int64(stmt, 1, question->limit);
	while (
	    rc == CA_OK && more && (step == SQLITE_OK || step == SQLITE_ROW)) {
		step = sqlite3_step(stmt);
		if (step == SQLITE_ROW)
			rc = question->take(ledger, stmt, exchange, &more, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE && step != SQLITE_ROW)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* A copy of the text in COLUMN, which a sound row has. */
static enum ca_code
copy_text(const struct ca_ledger *ledger, sqlite3_stmt *stmt, int column,
    char **ret, struct ca_error *err)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	if (text == NULL)
		return ca_ledger_fail_row(ledger, err);
	return ca_text_format(ret, err, "%s", text);
}

/* The octets in COLUMN, of which a sound row has SIZE. */
static enum ca_code
copy_octets(const struct ca_ledger *ledger, sqlite3_stmt *stmt, int column,
    uint8_t *ret, size_t size, struct ca_error *err)
{
	if ((size_t)sqlite3_column_bytes(stmt, column) != size)
		return ca_ledger_fail_row(ledger, err);
	memcpy(ret, sqlite3_column_blob(stmt, column), size);
	return CA_OK;
}

/* The rows of one certificate follow on each other, the last one first. */
static enum ca_code
add_approval(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_approved *approved, struct ca_error *err)
{
	struct ca_report_approval approval = {
		.approved_at = sqlite3_column_int64(stmt, 6),
		.expires_at = sqlite3_column_int64(stmt, 7),
	};
	enum ca_code rc;

	if (approved->count == CA_APPROVALS_MAX)
		return ca_ledger_fail_row(ledger, err);
	rc = copy_octets(ledger, stmt, 5, approval.spki_sha256, CA_SHA256_SIZE,
	    err);
	if (rc == CA_OK)
		rc = copy_text(ledger, stmt, 4, &approval.approver, err);
	if (rc != CA_OK)
		return rc;
	memmove(&approved->approval[1], &approved->approval[0],
	    approved->count * sizeof(approval));
	approved->approval[0] = approval;
	approved->count++;
	return CA_OK;
}

static enum ca_code
take_approval(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_exchange *exchange, bool *ret_more, struct ca_error *err)
{
	struct ca_report_approved *approved = exchange->approved;
	uint8_t serial[CA_SERIAL_SIZE];
	char text[CA_SERIAL_TEXT_SIZE];
	enum ca_code rc =
	    copy_octets(ledger, stmt, 0, serial, CA_SERIAL_SIZE, err);

	if (rc != CA_OK)
		return rc;
	ca_hex(serial, CA_SERIAL_SIZE, text);
	if (exchange->approved_count > 0) {
		approved += exchange->approved_count - 1;
		if (strcmp(text, approved->serial_text) == 0)
			return add_approval(ledger, stmt, approved, err);
		approved++;
	}
	if (exchange->approved_count == CA_REPORT_ROWS) {
		*ret_more = false;
		return CA_OK;
	}
	exchange->approved_count++;
	memcpy(approved->serial_text, text, sizeof(text));
	rc = copy_text(ledger, stmt, 1, &approved->profile, err);
	if (rc == CA_OK)
		rc = copy_text(ledger, stmt, 2, &approved->name, err);
	if (rc == CA_OK)
		rc = copy_text(ledger, stmt, 3, &approved->state, err);
	if (rc == CA_OK)
		rc = add_approval(ledger, stmt, approved, err);
	return rc;
}

static enum ca_code
take_manifest(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_exchange *exchange, bool *ret_more, struct ca_error *err)
{
	struct ca_report_manifest *manifest =
	    &exchange->manifest[exchange->manifest_count++];
	enum ca_code rc;

	*ret_more = exchange->manifest_count < CA_REPORT_ROWS;
	manifest->taken_at = sqlite3_column_int64(stmt, 0);
	manifest->expires_at = sqlite3_column_int64(stmt, 1);
	rc = copy_text(ledger, stmt, 2, &manifest->host, err);
	if (rc == CA_OK)
		rc = copy_octets(ledger, stmt, 3, manifest->spki_sha256,
		    CA_SHA256_SIZE, err);
	return rc;
}

static enum ca_code
take_response(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_exchange *exchange, bool *ret_more, struct ca_error *err)
{
	struct ca_report_response *response =
	    &exchange->response[exchange->response_count++];

	*ret_more = exchange->response_count < CA_REPORT_ROWS;
	response->entry = sqlite3_column_int64(stmt, 0);
	response->signed_at = sqlite3_column_int64(stmt, 1);
	return copy_octets(ledger, stmt, 2, response->sha256, CA_SHA256_SIZE,
	    err);
}

/* All of them are counted, and the first ones kept. */
static enum ca_code
take_refusal(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_exchange *exchange, bool *ret_more, struct ca_error *err)
{
	struct ca_report_refusal *refusal;

	(void)ret_more;
	if (exchange->refusals++ >= CA_REPORT_ROWS)
		return CA_OK;
	refusal = &exchange->refusal[exchange->refusal_count++];
	refusal->entry = sqlite3_column_int64(stmt, 0);
	refusal->time = sqlite3_column_int64(stmt, 1);
	return copy_text(ledger, stmt, 2, &refusal->detail, err);
}

static enum ca_code
take_counts(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_report_exchange *exchange, bool *ret_more, struct ca_error *err)
{
	(void)ledger;
	(void)ret_more;
	(void)err;
	exchange->approvals = sqlite3_column_int64(stmt, 0);
	exchange->certificates = sqlite3_column_int64(stmt, 1);
	exchange->manifests = sqlite3_column_int64(stmt, 2);
	exchange->responses = sqlite3_column_int64(stmt, 3);
	return CA_OK;
}

/* No index has refusals: of a long ledger only the last entries are searched. */
static const struct question refusals = {
	"SELECT id, time, detail FROM entry WHERE +kind = 3"
	" AND id > (SELECT max(id) FROM entry) - ?1 ORDER BY id DESC",
	CA_REPORT_WALK_MAX, take_refusal
};

static const struct question questions[] = {
	{ "SELECT (SELECT count(*) FROM approval),"
	  " (SELECT count(DISTINCT serial) FROM approval),"
	  " (SELECT count(*) FROM manifest), (SELECT count(*) FROM response)",
	    0, take_counts },
	/* One more: it says that the certificate before it is whole. */
	{ "SELECT a.serial, c.profile, c.name, c.state, a.approver,"
	  " a.approver_spki_sha256, a.approved_at, a.expires_at"
	  " FROM approval a CROSS JOIN certificate c ON c.serial = a.serial"
	  " ORDER BY a.entry DESC LIMIT ?1",
	    CA_REPORT_ROWS *CA_APPROVALS_MAX + 1, take_approval },
	{ "SELECT taken_at, expires_at, host, spki_sha256 FROM manifest"
	  " ORDER BY entry DESC LIMIT ?1",
	    CA_REPORT_ROWS, take_manifest },
	{ "SELECT h.signed, h.signed_at, r.statement FROM response r"
	  " CROSS JOIN head h ON h.entry = r.entry"
	  " ORDER BY r.entry DESC LIMIT ?1",
	    CA_REPORT_ROWS, take_response },
};

enum ca_code
ca_ledger_report_exchange(struct ca_ledger *ledger,
    struct ca_report_exchange *ret, struct ca_error *err)
{
	enum ca_code rc = ask(ledger, &refusals, ret, err);

	/* An older format has none of the tables. */
	if (ledger->format < CA_LEDGER_FORMAT_EXCHANGE)
		return rc;
	for (size_t i = 0;
	     i < sizeof(questions) / sizeof(questions[0]) && rc == CA_OK; i++)
		rc = ask(ledger, &questions[i], ret, err);
	return rc;
}

static void
approved_clear(struct ca_report_approved *approved)
{
	for (size_t i = 0; i < approved->count; i++)
		free(approved->approval[i].approver);
	free(approved->profile);
	free(approved->name);
	free(approved->state);
}

void
ca_report_exchange_clear(struct ca_report_exchange *exchange)
{
	for (size_t i = 0; i < exchange->approved_count; i++)
		approved_clear(&exchange->approved[i]);
	for (size_t i = 0; i < exchange->manifest_count; i++)
		free(exchange->manifest[i].host);
	for (size_t i = 0; i < exchange->refusal_count; i++)
		free(exchange->refusal[i].detail);
	*exchange = (struct ca_report_exchange){ .approvals = 0 };
}
