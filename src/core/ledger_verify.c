/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the ledger still what was written? The chain of entries is followed from
 * the start, and each entry is held against the row that it speaks of; then
 * each row against the entries, so that none was put in or changed back.
 */
#include "core/ledger_verify.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define WHAT_SIZE 256                 /* bytes of what is wrong, with the NUL */
#define PROGRESS_STEP ((int64_t)1024) /* entries */

/*
 * Serials are random, and so are the places that they are looked up at: the
 * pages of their indexes are read again and again. KiB, where a large ledger
 * needs them.
 */
#define CACHE_LARGE "PRAGMA cache_size = -65536"

enum ca_code
ca_ledger_check_fail_file(const struct ca_ledger_check *check, const char *what)
{
	(void)ca_fail(check->err, CA_ERR_LEDGER, "%s: %s", check->ledger->path,
	    what);
	ca_hint(check->err,
	    "keep the file as it is, and compare it with the last backup");
	return CA_ERR_LEDGER;
}

enum ca_code
ca_ledger_check_fail(const struct ca_ledger_check *check, int64_t id,
    const char *what)
{
	char text[WHAT_SIZE];

	(void)snprintf(text, sizeof(text), "entry %" PRId64 " %s", id, what);
	return ca_ledger_check_fail_file(check, text);
}

static enum ca_code
fail_sqlite(const struct ca_ledger_check *check)
{
	return ca_ledger_fail(check->ledger->path, check->ledger->db,
	    check->err);
}

/* The current row of the chain; HASH is the one before, and then its own. */
static enum ca_code
check_entry(struct ca_ledger_check *check, int64_t expected,
    uint8_t hash[CA_SHA256_SIZE])
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_CHAIN];
	const char *detail = (const char *)sqlite3_column_text(stmt, 4);
	uint8_t computed[CA_SHA256_SIZE];
	enum ca_code rc;

	check->entry = (struct ca_ledger_entry){
		.id = sqlite3_column_int64(stmt, 0),
		.time = sqlite3_column_int64(stmt, 1),
		.kind = sqlite3_column_int64(stmt, 2),
		.serial = ca_ledger_column(stmt, 3, CA_SERIAL_SIZE),
		.detail = detail != NULL ? detail : "",
		.detail_len = (size_t)sqlite3_column_bytes(stmt, 4),
		.sha256 = ca_ledger_column(stmt, 5, CA_SHA256_SIZE),
	};
	if (check->entry.id != expected)
		return ca_ledger_check_fail(check, expected, "is missing");
	rc = ca_ledger_hash_entry(&check->entry, hash, computed, check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_same_hash(computed,
		ca_ledger_column(stmt, 6, CA_SHA256_SIZE)))
		return ca_ledger_check_fail(check, expected,
		    "was changed, or does not follow the one before it");
	if (check->entry.time < check->last_time)
		return ca_ledger_check_fail(check, expected,
		    "is older than the one before it");
	check->last_time = check->entry.time;
	memcpy(check->before, hash, CA_SHA256_SIZE);
	memcpy(hash, computed, CA_SHA256_SIZE);
	if (expected == 1)
		memcpy(check->identity, hash, CA_SHA256_SIZE);
	return ca_ledger_check_subject(check);
}

/* SQL's one number, or FALLBACK where it gives no row. */
static enum ca_code
query_number(const struct ca_ledger_check *check, const char *sql,
    int64_t fallback, int64_t *ret)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step;

	step = sqlite3_prepare_v2(check->ledger->db, sql, -1, &stmt, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		*ret = sqlite3_column_int64(stmt, 0);
	else if (step == SQLITE_DONE)
		*ret = fallback;
	else
		rc = fail_sqlite(check);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* How many entries there ought to be: SQLite counts what was added. */
static enum ca_code
count_entries(const struct ca_ledger_check *check, int64_t *ret)
{
	return query_number(check,
	    "SELECT seq FROM sqlite_sequence WHERE name = 'entry'", 1, ret);
}

static enum ca_code
check_chain(struct ca_ledger_check *check)
{
	uint8_t hash[CA_SHA256_SIZE] = { 0 };
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_CHAIN];
	int64_t next = 1, written = 0;
	int step = SQLITE_DONE;
	enum ca_code rc = count_entries(check, &written);

	while (rc == CA_OK && !check->stop &&
	    (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		if (check->watch.progress != NULL && next % PROGRESS_STEP == 0)
			check->watch.progress(next, written, check->watch.arg);
		rc = check_entry(check, next++, hash);
	}
	if (rc != CA_OK || check->stop)
		return rc;
	if (step != SQLITE_DONE)
		return fail_sqlite(check);
	check->counts.entries = next - 1;
	/* A cut-off end is missed too. */
	if (next <= written)
		rc = ca_ledger_check_fail(check, next, "is missing");
	return rc;
}

/* Reads the chain while others verify; the first fault of both counts. */
static enum ca_code
check_entries(struct ca_ledger_check *check)
{
	char what[CA_VERIFY_WHAT_SIZE];
	int64_t entry = 0;
	enum ca_code rc = check_chain(check);

	if (!ca_verify_pool_finish(check->pool, &entry, what) &&
	    (rc == CA_OK || entry < check->entry.id))
		rc = ca_ledger_check_fail(check, entry, what);
	return rc;
}

/* The certificates of all CAs that there ever were; appended to RET. */
static enum ca_code
read_issuers(const struct ca_ledger_check *check, struct ca_certificates *ret)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	int step;

	step = sqlite3_prepare_v2(check->ledger->db,
	    "SELECT certificate FROM certificate WHERE profile = 'ca'"
	    " AND certificate IS NOT NULL ORDER BY id",
	    -1, &stmt, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	for (; step == SQLITE_ROW && rc == CA_OK; step = sqlite3_step(stmt)) {
		struct ca_certificate *one = NULL;
		struct ca_error ignored;

		/* One that can not be read is found where its entry is. */
		if (ca_certificate_parse(sqlite3_column_blob(stmt, 0),
			(size_t)sqlite3_column_bytes(stmt, 0), &one,
			&ignored) == CA_OK)
			rc = ca_certificates_add(ret, one, check->err);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = fail_sqlite(check);
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* Whether the file has the table that QUERY reads. */
static bool
has_query(const struct ca_ledger_check *check, enum ca_ledger_query query)
{
	const int formats[CA_LEDGER_QUERIES] = {
		[CA_LEDGER_QUERY_POLICY] = CA_LEDGER_FORMAT_POLICY,
		[CA_LEDGER_QUERY_HEAD] = CA_LEDGER_FORMAT_HEAD,
		[CA_LEDGER_QUERY_APPROVAL] = CA_LEDGER_FORMAT_EXCHANGE,
		[CA_LEDGER_QUERY_APPROVALS] = CA_LEDGER_FORMAT_EXCHANGE,
		[CA_LEDGER_QUERY_MANIFEST] = CA_LEDGER_FORMAT_EXCHANGE,
		[CA_LEDGER_QUERY_RESPONSE] = CA_LEDGER_FORMAT_EXCHANGE,
		[CA_LEDGER_QUERY_NONCE] = CA_LEDGER_FORMAT_INDEX,
	};

	return check->ledger->format >= formats[query];
}

/* Pages, indexes and constraints, as SQLite sees them. */
static enum ca_code
check_pages(const struct ca_ledger_check *check)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;
	const char *answer;

	if (sqlite3_prepare_v2(check->ledger->db, "PRAGMA integrity_check(1)",
		-1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW) {
		rc = fail_sqlite(check);
	} else {
		answer = (const char *)sqlite3_column_text(stmt, 0);
		if (answer == NULL || strcmp(answer, "ok") != 0)
			rc = ca_ledger_check_fail_file(check,
			    answer != NULL ? answer : "damaged");
	}
	(void)sqlite3_finalize(stmt);
	return rc;
}

/* Tables, indexes and triggers as text, in an order of their own. */
static enum ca_code
prepare_schema(const struct ca_ledger_check *check, sqlite3 *db,
    sqlite3_stmt **ret)
{
	static const char sql[] =
	    "SELECT type || ' ' || name || ' ' || sql FROM sqlite_schema"
	    " WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";

	if (sqlite3_prepare_v2(db, sql, -1, ret, NULL) != SQLITE_OK)
		return ca_ledger_fail(check->ledger->path, db, check->err);
	return CA_OK;
}

/* Steps both to their next rows: whether they are equal, or both at the end. */
static bool
next_is_same(sqlite3_stmt *a, sqlite3_stmt *b, bool *ret_end)
{
	int step = sqlite3_step(a);
	const char *text_a, *text_b;

	*ret_end = step == SQLITE_DONE;
	if (sqlite3_step(b) != step)
		return false;
	if (step != SQLITE_ROW)
		return step == SQLITE_DONE;
	text_a = (const char *)sqlite3_column_text(a, 0);
	text_b = (const char *)sqlite3_column_text(b, 0);
	return text_a != NULL && text_b != NULL && strcmp(text_a, text_b) == 0;
}

/*
 * A trigger that was dropped no longer guards, and one that was added runs
 * with every write: the schema must be the one that coldca makes.
 */
static enum ca_code
check_schema(const struct ca_ledger_check *check)
{
	sqlite3 *fresh = NULL;
	sqlite3_stmt *is = NULL, *ought = NULL;
	bool end = false;
	enum ca_code rc;

	if (sqlite3_open(":memory:", &fresh) != SQLITE_OK ||
	    !ca_ledger_upgrade(fresh, 0, check->ledger->format)) {
		rc = ca_fail_memory(check->err);
		goto out;
	}
	rc = prepare_schema(check, check->ledger->db, &is);
	if (rc == CA_OK)
		rc = prepare_schema(check, fresh, &ought);
	while (rc == CA_OK && !end)
		if (!next_is_same(is, ought, &end))
			rc = ca_ledger_check_fail_file(check,
			    "its tables, indexes or triggers were changed");
out:
	(void)sqlite3_finalize(is);
	(void)sqlite3_finalize(ought);
	(void)sqlite3_close(fresh);
	return rc;
}

static enum ca_code
prepare_all(struct ca_ledger_check *check)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < CA_LEDGER_QUERIES; i++)
		if (has_query(check, (enum ca_ledger_query)i) &&
		    sqlite3_prepare_v2(check->ledger->db,
			ca_ledger_check_sql((enum ca_ledger_query)i), -1,
			&check->stmt[i], NULL) != SQLITE_OK)
			rc = fail_sqlite(check);
	return rc;
}

/* Those of MORE, appended to RET. */
static enum ca_code
add_issuers(const struct ca_certificates *more, struct ca_certificates *ret,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; more != NULL && i < more->count && rc == CA_OK;
	     i++) {
		const struct ca_bytes *der = ca_certificate_der(more->item[i]);
		struct ca_certificate *one = NULL;

		rc = ca_certificate_parse(der->data, der->len, &one, err);
		if (rc == CA_OK)
			rc = ca_certificates_add(ret, one, err);
	}
	return rc;
}

static enum ca_code
check_all(struct ca_ledger_check *check, unsigned threads,
    const struct ca_certificates *more)
{
	struct ca_certificates issuers = { 0 };
	enum ca_code rc;

	rc = check_pages(check);
	if (rc == CA_OK)
		rc = prepare_all(check);
	if (rc == CA_OK)
		rc = read_issuers(check, &issuers);
	if (rc == CA_OK)
		rc = add_issuers(more, &issuers, check->err);
	if (rc == CA_OK)
		rc = ca_verify_pool_start(threads, &issuers, &check->pool,
		    check->err);
	if (rc == CA_OK)
		rc = check_entries(check);
	if (rc == CA_OK)
		rc = ca_ledger_check_strays(check);
	if (rc == CA_OK)
		rc = check_schema(check);
	ca_verify_pool_free(check->pool);
	ca_verify_policy_release(check->policy);
	for (size_t i = 0; i < CA_LEDGER_QUERIES; i++)
		(void)sqlite3_finalize(check->stmt[i]);
	ca_certificates_clear(&issuers);
	return rc;
}

enum ca_code
ca_ledger_verify_knowing(struct ca_ledger *ledger, unsigned threads,
    const struct ca_certificates *more, struct ca_ledger_watch watch,
    struct ca_ledger_verified *ret, struct ca_error *err)
{
	struct ca_ledger_check check = { .ledger = ledger,
		.watch = watch,
		.last_time = INT64_MIN,
		.err = err };
	enum ca_code rc;

	/* One transaction, so that all is seen at the same moment. */
	if (sqlite3_exec(ledger->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return fail_sqlite(&check);
	(void)sqlite3_exec(ledger->db, CACHE_LARGE, NULL, NULL, NULL);
	rc = check_all(&check, threads, more);
	(void)sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_exec(ledger->db, CA_LEDGER_CACHE, NULL, NULL, NULL);
	if (rc == CA_OK && ret != NULL)
		*ret = check.counts;
	return rc;
}

enum ca_code
ca_ledger_verify_with(struct ca_ledger *ledger, unsigned threads,
    struct ca_ledger_watch watch, struct ca_ledger_verified *ret,
    struct ca_error *err)
{
	return ca_ledger_verify_knowing(ledger, threads, NULL, watch, ret, err);
}

enum ca_code
ca_ledger_verify(struct ca_ledger *ledger, struct ca_error *err)
{
	const struct ca_ledger_watch nobody = { 0 };

	return ca_ledger_verify_with(ledger, 0, nobody, NULL, err);
}
