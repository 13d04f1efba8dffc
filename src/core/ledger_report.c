/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ledger says in numbers. Each question is answered by an index alone,
 * where rows are many: a row of table certificate drags two certificates and a
 * request along.
 */
#include <sqlite3.h>
#include <string.h>
#include <time.h>

#include "core/ledger_internal.h"
#include "core/report_internal.h"

/* One question. What of the values its text does not name is not bound. */
struct question {
	const char *sql;
	const uint8_t *key; /* :key, CA_SHA256_SIZE octets; or NULL */
	int64_t from;       /* :from */
	int64_t until;      /* :until */
	const char *word;   /* :word, or NULL */
};

static enum ca_code
ask(struct ca_ledger *ledger, const struct question *question,
    sqlite3_stmt **ret, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int bad =
	    sqlite3_prepare_v2(ledger->db, question->sql, -1, &stmt, NULL);
	int index;

	if (bad == SQLITE_OK &&
	    (index = sqlite3_bind_parameter_index(stmt, ":key")) > 0)
		bad = sqlite3_bind_blob(stmt, index, question->key,
		    CA_SHA256_SIZE, NULL);
	if (bad == SQLITE_OK &&
	    (index = sqlite3_bind_parameter_index(stmt, ":from")) > 0)
		bad = sqlite3_bind_int64(stmt, index, question->from);
	if (bad == SQLITE_OK &&
	    (index = sqlite3_bind_parameter_index(stmt, ":until")) > 0)
		bad = sqlite3_bind_int64(stmt, index, question->until);
	if (bad == SQLITE_OK &&
	    (index = sqlite3_bind_parameter_index(stmt, ":word")) > 0)
		bad = sqlite3_bind_text(stmt, index, question->word, -1, NULL);
	if (bad != SQLITE_OK) {
		enum ca_code rc = ca_ledger_fail(ledger->path, ledger->db, err);

		(void)sqlite3_finalize(stmt);
		return rc;
	}
	*ret = stmt;
	return CA_OK;
}

/* The COUNT numbers of its first row; *RET_FOUND is false without one. */
static enum ca_code
numbers(struct ca_ledger *ledger, const struct question *question, int64_t *ret,
    size_t count, bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ask(ledger, question, &stmt, err);
	int step;

	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	for (size_t i = 0; i < count && step == SQLITE_ROW; i++)
		ret[i] = sqlite3_column_int64(stmt, (int)i);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	*ret_found = step == SQLITE_ROW;
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* Of a question that always has a row. */
static enum ca_code
number(struct ca_ledger *ledger, const struct question *question, int64_t *ret,
    struct ca_error *err)
{
	bool found;

	return numbers(ledger, question, ret, 1, &found, err);
}

/* Those that index certificate_not_after counts although they are not valid. */
#define NEVER_VALID                                       \
	"SELECT c.not_after FROM certificate c"           \
	" WHERE c.state IN ('pending', 'burned')"         \
	" UNION ALL SELECT c.not_after FROM revocation r" \
	" CROSS JOIN certificate c ON c.serial = r.serial"

#define OF_STATE "SELECT count(*) FROM certificate WHERE state = :word"

static enum ca_code
count_profiles(struct ca_ledger *ledger, struct ca_report_counts *counts,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; i < CA_PROFILES && rc == CA_OK; i++) {
		const struct question question = {
			.sql = "SELECT count(*) FROM certificate"
			       " WHERE profile = :word",
			.word = ca_profile_get(i)->name,
		};

		rc = number(ledger, &question, &counts->profile[i], err);
	}
	return rc;
}

static enum ca_code
count_reasons(struct ca_ledger *ledger, struct ca_report_counts *counts,
    struct ca_error *err)
{
	const struct question question = {
		.sql = "SELECT reason, count(*) FROM revocation"
		       " GROUP BY reason",
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ask(ledger, &question, &stmt, err);
	int step = SQLITE_DONE;

	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		int64_t reason = sqlite3_column_int64(stmt, 0);

		/* The schema has no other; a damaged file might. */
		if (reason < 0 || reason > CA_REASON_PRIVILEGE_WITHDRAWN)
			rc = ca_ledger_fail_row(ledger, err);
		else
			counts->reason[reason] = sqlite3_column_int64(stmt, 1);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum ca_code
ca_ledger_report_counts(struct ca_ledger *ledger, int64_t now,
    struct ca_report_counts *ret, struct ca_error *err)
{
	struct ca_report_counts counts = { 0 };
	int64_t ended = 0, ended_unfit = 0, issued = 0;
	const struct {
		struct question question;
		int64_t *count;
	} rows[] = {
		{ { .sql = OF_STATE, .word = "issued" }, &issued },
		{ { .sql = OF_STATE, .word = "pending" }, &counts.pending },
		{ { .sql = OF_STATE, .word = "burned" }, &counts.burned },
		{ { .sql = "SELECT count(*) FROM revocation" },
		    &counts.revoked },
		{ { .sql = "SELECT count(*) FROM certificate"
			   " WHERE not_after < :until",
		      .until = now },
		    &ended },
		{ { .sql = "SELECT count(*) FROM (" NEVER_VALID
			   ") WHERE not_after < :until",
		      .until = now },
		    &ended_unfit },
	};
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = number(ledger, &rows[i].question, rows[i].count, err);
		if (rc != CA_OK)
			return rc;
	}
	counts.all = issued + counts.pending + counts.burned;
	counts.expired = ended - ended_unfit;
	counts.valid = issued - counts.revoked - counts.expired;
	rc = count_profiles(ledger, &counts, err);
	if (rc == CA_OK)
		rc = count_reasons(ledger, &counts, err);
	if (rc == CA_OK)
		*ret = counts;
	return rc;
}

enum ca_code
ca_ledger_report_ca(struct ca_ledger *ledger, struct ca_report_ca *ca,
    struct ca_error *err)
{
	struct question question = {
		.key = ca_certificate_key_info(ca->certificate)->spki_sha256,
	};
	int64_t crl[3] = { 0 }, ocsp[2] = { 0 };
	enum ca_code rc;

	question.sql = "SELECT count(*) FROM certificate"
		       " WHERE issuer_spki_sha256 = :key";
	rc = number(ledger, &question, &ca->reserved, err);
	question.sql = "SELECT count(*) FROM revocation r"
		       " CROSS JOIN certificate c ON c.serial = r.serial"
		       " WHERE +c.issuer_spki_sha256 = :key";
	if (rc == CA_OK)
		rc = number(ledger, &question, &ca->revoked, err);
	question.sql = "SELECT number, this_update, next_update FROM crl"
		       " WHERE issuer_spki_sha256 = :key"
		       " ORDER BY number DESC LIMIT 1";
	if (rc == CA_OK)
		rc = numbers(ledger, &question, crl, 3, &ca->has_crl, err);
	/* Of other CAs there may be any number since. */
	question.sql = "SELECT o.this_update, o.next_update FROM"
		       " (SELECT * FROM ocsp ORDER BY id DESC LIMIT 20000) o"
		       " CROSS JOIN certificate c ON c.serial = o.serial"
		       " WHERE +c.issuer_spki_sha256 = :key"
		       " ORDER BY o.id DESC LIMIT 1";
	if (rc == CA_OK)
		rc = numbers(ledger, &question, ocsp, 2, &ca->has_ocsp, err);
	ca->crl_number = crl[0];
	ca->crl_this_update = crl[1];
	ca->crl_next_update = crl[2];
	ca->ocsp_this_update = ocsp[0];
	ca->ocsp_next_update = ocsp[1];
	return rc;
}

int64_t
ca_report_month(int64_t time, unsigned months)
{
	time_t seconds = (time_t)time;
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	tm = (struct tm){
		.tm_year = tm.tm_year,
		.tm_mon = tm.tm_mon + (int)months,
		.tm_mday = 1,
	};
	return (int64_t)timegm(&tm);
}

/* Bars of as many months as it takes for all leaves to have their place. */
static void
choose_bars(struct ca_report_timeline *timeline, int64_t now, int64_t last)
{
	static const unsigned widths[] = { 1, 2, 3, 6, 12 };
	const size_t count = sizeof(widths) / sizeof(widths[0]);

	for (size_t i = 0; i < count; i++) {
		timeline->months = widths[i];
		timeline->until =
		    ca_report_month(now, CA_REPORT_BARS * widths[i]);
		if (last < timeline->until)
			break;
	}
	for (unsigned i = 0; i < CA_REPORT_BARS; i++)
		timeline->bar[i].from =
		    ca_report_month(now, i * timeline->months);
}

/* Takes those of NEVER_VALID away again that the index has counted. */
static enum ca_code
subtract(struct ca_ledger *ledger, struct ca_report_timeline *timeline,
    int64_t now, struct ca_error *err)
{
	const struct question question = {
		.sql = "SELECT not_after FROM (" NEVER_VALID
		       ") WHERE not_after >= :from",
		.from = now,
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ask(ledger, &question, &stmt, err);
	int step = SQLITE_DONE;

	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		int64_t end = sqlite3_column_int64(stmt, 0);
		unsigned i = CA_REPORT_BARS - 1;

		while (i > 0 && end < timeline->bar[i].from)
			i--;
		if (end >= timeline->until)
			timeline->later--;
		else
			timeline->bar[i].count--;
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum ca_code
ca_ledger_report_timeline(struct ca_ledger *ledger, int64_t now,
    struct ca_report_timeline *ret, struct ca_error *err)
{
	struct ca_report_timeline timeline = { 0 };
	struct question question = {
		/* CAs are few: the first that is none is found at once. */
		.sql =
		    "SELECT not_after FROM certificate"
		    " WHERE +profile <> 'ca' ORDER BY not_after DESC LIMIT 1",
	};
	bool found;
	int64_t last = now;
	enum ca_code rc = numbers(ledger, &question, &last, 1, &found, err);

	choose_bars(&timeline, now, last);
	question.sql = "SELECT count(*) FROM certificate"
		       " WHERE not_after >= :from AND not_after < :until";
	for (unsigned i = 0; i < CA_REPORT_BARS && rc == CA_OK; i++) {
		/* What ended this month already is no more to come. */
		question.from = i == 0 ? now : timeline.bar[i].from;
		question.until = i + 1 < CA_REPORT_BARS
		    ? timeline.bar[i + 1].from
		    : timeline.until;
		rc = number(ledger, &question, &timeline.bar[i].count, err);
	}
	question.from = timeline.until;
	question.until = INT64_MAX;
	if (rc == CA_OK)
		rc = number(ledger, &question, &timeline.later, err);
	if (rc == CA_OK)
		rc = subtract(ledger, &timeline, now, err);
	if (rc == CA_OK)
		*ret = timeline;
	return rc;
}

enum ca_code
ca_ledger_report_revoked(struct ca_ledger *ledger,
    uint8_t ret[CA_REPORT_ROWS][CA_SERIAL_SIZE], size_t *ret_count,
    struct ca_error *err)
{
	const struct question question = {
		.sql = "SELECT serial FROM revocation ORDER BY entry DESC"
		       " LIMIT :until",
		.until = CA_REPORT_ROWS,
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ask(ledger, &question, &stmt, err);
	int step = SQLITE_DONE;
	size_t count = 0;

	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE)
			rc = ca_ledger_fail_row(ledger, err);
		else
			memcpy(ret[count++], sqlite3_column_blob(stmt, 0),
			    CA_SERIAL_SIZE);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	*ret_count = count;
	return rc;
}

enum ca_code
ca_ledger_report_walk(struct ca_ledger *ledger, int64_t now,
    enum ca_code (
	*fn)(const struct ca_renewable *leaf, void *arg, struct ca_error *err),
    void *arg, int64_t *ret_walked, bool *ret_all, struct ca_error *err)
{
	const struct question question = {
		.sql = "SELECT c.name, c.not_before, c.not_after,"
		       " c.profile <> 'ca'"
		       " AND NOT EXISTS (SELECT 1 FROM revocation r"
		       " WHERE r.serial = c.serial)"
		       " AND NOT EXISTS (SELECT 1 FROM certificate n"
		       " WHERE n.name = c.name AND n.id > c.id"
		       " AND +n.state = 'issued')"
		       " FROM certificate c WHERE c.not_after >= :from"
		       " AND +c.state = 'issued'"
		       " ORDER BY c.not_after LIMIT :until",
		.from = now,
		.until = CA_REPORT_WALK_MAX + 1,
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = ask(ledger, &question, &stmt, err);
	int step = SQLITE_DONE;
	int64_t walked = 0;

	while (rc == CA_OK && walked <= CA_REPORT_WALK_MAX &&
	    (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const struct ca_renewable leaf = {
			.name = (const char *)sqlite3_column_text(stmt, 0),
			.not_before = sqlite3_column_int64(stmt, 1),
			.not_after = sqlite3_column_int64(stmt, 2),
		};

		if (leaf.name == NULL)
			rc = ca_ledger_fail_row(ledger, err);
		else if (++walked <= CA_REPORT_WALK_MAX &&
		    sqlite3_column_int(stmt, 3) != 0)
			rc = fn(&leaf, arg, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE && step != SQLITE_ROW)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_finalize(stmt);
	*ret_all = walked <= CA_REPORT_WALK_MAX;
	*ret_walked = *ret_all ? walked : CA_REPORT_WALK_MAX;
	return rc;
}
