/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of the ledger stand on: transactions, entries, errors. */
#include "coldca/ledger.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "core/ledger_internal.h"

static const char *const state_names[] = {
	[CA_STATE_PENDING] = "pending",
	[CA_STATE_ISSUED] = "issued",
	[CA_STATE_BURNED] = "burned",
	[CA_STATE_REVOKED] = "revoked",
};

/* SQLite's words where an operator needs others, or a way out. */
static const struct {
	int result;
	const char *text; /* NULL: SQLite's own */
	const char *hint;
} causes[] = {
	{ SQLITE_BUSY, "another process is writing",
	    "wait until it has finished, then try again" },
	{ SQLITE_READONLY_ROLLBACK,
	    "an interrupted write must be undone first, and the file can not be written",
	    "let its owner run any command on it, on a disk that can be written" },
	{ SQLITE_READONLY, "the file can not be written",
	    "check its owner, its mode and that the disk is not write-protected" },
	{ SQLITE_NOTADB, "not a ledger",
	    "give the CA directory that `coldca init` made" },
	{ SQLITE_CORRUPT, "the ledger is damaged",
	    "keep the file, and restore the CA directory from its last backup" },
	/* SQLite also says so of a damaged row that claims to be very long. */
	{ SQLITE_NOMEM, "out of memory, or the ledger is damaged",
	    "find out which with `coldca ledger verify`" },
	{ SQLITE_FULL, NULL, "nothing was recorded; make room and try again" },
};

enum ca_code
ca_ledger_fail(const char *path, sqlite3 *db, struct ca_error *err)
{
	int result = sqlite3_extended_errcode(db);
	const char *text = sqlite3_errmsg(db);

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (causes[i].result != result &&
		    causes[i].result != (result & 0xff))
			continue;
		if (causes[i].text != NULL)
			text = causes[i].text;
		(void)ca_fail(err, CA_ERR_LEDGER, "%s: %s", path, text);
		ca_hint(err, "%s", causes[i].hint);
		return CA_ERR_LEDGER;
	}
	return ca_fail(err, CA_ERR_LEDGER, "%s: %s", path, text);
}

enum ca_code
ca_ledger_fail_row(const struct ca_ledger *ledger, struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_LEDGER,
	    "%s: holds a row that coldca did not write", ledger->path);
	ca_hint(err, "find it with `coldca ledger verify`");
	return CA_ERR_LEDGER;
}

static enum ca_code
run_plain(struct ca_ledger *ledger, enum ca_ledger_statement which,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, which, &stmt, err);
	if (rc != CA_OK)
		return rc;
	return ca_ledger_run(ledger, stmt, err);
}

enum ca_code
ca_ledger_begin(struct ca_ledger *ledger, struct ca_error *err)
{
	if (ledger->joined)
		return CA_OK;
	ledger->has_last = false;
	return run_plain(ledger, CA_LEDGER_BEGIN, err);
}

enum ca_code
ca_ledger_read_begin(struct ca_ledger *ledger, struct ca_error *err)
{
	return run_plain(ledger, CA_LEDGER_BEGIN_READ, err);
}

void
ca_ledger_read_end(struct ca_ledger *ledger)
{
	struct ca_error ignored;

	if (sqlite3_get_autocommit(ledger->db) == 0)
		(void)run_plain(ledger, CA_LEDGER_ROLLBACK, &ignored);
}

/*
 * Milliseconds that a commit waits for who reads: `ledger verify` of a million
 * certificates takes minutes. To give up before would leave what the token has
 * signed unrecorded. Nobody begins to read meanwhile, so that the wait ends.
 */
#define COMMIT_PATIENCE (15 * 60 * 1000)

#define MILLISECOND INT64_C(1000000) /* in nanoseconds */
#define TOLD_AFTER (1000 * MILLISECOND)
#define QUICK_TRIES 20 /* one millisecond apart; then as below */
#define PAUSE (100 * MILLISECOND)

/* One commit that waits for who reads. */
struct waiting {
	const struct ca_ledger *ledger;
	int64_t begun; /* of ca_time_monotonic() */
	int64_t patience;
	bool told;
};

/* SQLite calls it before each further try; 0: there is to be none. */
static int
try_again(void *arg, int tries)
{
	struct waiting *waiting = arg;
	const struct ca_ledger *ledger = waiting->ledger;
	const struct timespec pause = {
		.tv_nsec = tries < QUICK_TRIES ? MILLISECOND : PAUSE,
	};
	int64_t waited = ca_time_monotonic() - waiting->begun;

	if (waited >= waiting->patience)
		return 0;
	if (!waiting->told && ledger->on_wait != NULL && waited >= TOLD_AFTER) {
		waiting->told = true;
		ledger->on_wait(ledger->path);
	}
	(void)nanosleep(&pause, NULL);
	return 1;
}

void
ca_ledger_on_wait(struct ca_ledger *ledger, void (*fn)(const char *path))
{
	ledger->on_wait = fn;
}

static enum ca_code
commit(struct ca_ledger *ledger, struct ca_error *err)
{
	struct waiting waiting = {
		.ledger = ledger,
		.begun = ca_time_monotonic(),
		.patience = MILLISECOND *
		    (ledger->waited ? CA_LEDGER_PATIENCE : COMMIT_PATIENCE),
	};
	enum ca_code rc;

	(void)sqlite3_busy_handler(ledger->db, try_again, &waiting);
	rc = run_plain(ledger, CA_LEDGER_COMMIT, err);
	/* Who reads for that long would be waited for again. */
	ledger->waited =
	    rc != CA_OK && (sqlite3_errcode(ledger->db) & 0xff) == SQLITE_BUSY;
	(void)sqlite3_busy_timeout(ledger->db, CA_LEDGER_PATIENCE);
	return rc;
}

enum ca_code
ca_ledger_join(struct ca_ledger *ledger, struct ca_error *err)
{
	enum ca_code rc = ca_ledger_begin(ledger, err);

	ledger->joined = rc == CA_OK;
	ledger->spoiled = false;
	return rc;
}

bool
ca_ledger_join_end(struct ca_ledger *ledger)
{
	struct ca_error ignored;

	ledger->joined = false;
	return ca_ledger_end(ledger, ledger->spoiled ? CA_ERR_LEDGER : CA_OK,
		   &ignored) == CA_OK;
}

enum ca_code
ca_ledger_end(struct ca_ledger *ledger, enum ca_code rc, struct ca_error *err)
{
	struct ca_error ignored;

	if (ledger->joined) {
		ledger->spoiled = ledger->spoiled || rc != CA_OK;
		return rc;
	}
	if (rc == CA_OK)
		rc = commit(ledger, err);
	/* Some failures have ended the transaction already. */
	if (rc != CA_OK && sqlite3_get_autocommit(ledger->db) == 0)
		(void)run_plain(ledger, CA_LEDGER_ROLLBACK, &ignored);
	return rc;
}

/* Zeros, and a time before all others, where there is none yet. */
static enum ca_code
read_last(struct ca_ledger *ledger, struct ca_ledger_tip *ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_LAST_ENTRY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	if (step == SQLITE_DONE) {
		*ret = (struct ca_ledger_tip){ .time = INT64_MIN };
	} else if (step != SQLITE_ROW) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	} else if (sqlite3_column_bytes(stmt, 1) != CA_SHA256_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else {
		ret->id = sqlite3_column_int64(stmt, 0);
		memcpy(ret->hash, sqlite3_column_blob(stmt, 1), CA_SHA256_SIZE);
		ret->time = sqlite3_column_int64(stmt, 2);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

/* Reads it once in a transaction: nobody else writes meanwhile. */
static enum ca_code
find_last(struct ca_ledger *ledger, struct ca_error *err)
{
	bool inside = sqlite3_get_autocommit(ledger->db) == 0;
	enum ca_code rc = CA_OK;

	if (!ledger->has_last || !inside)
		rc = read_last(ledger, &ledger->last, err);
	ledger->has_last = rc == CA_OK && inside;
	return rc;
}

enum ca_code
ca_ledger_not_before_last(struct ca_ledger *ledger, int64_t *now,
    struct ca_error *err)
{
	enum ca_code rc = find_last(ledger, err);

	if (rc == CA_OK && *now < ledger->last.time)
		*now = ledger->last.time;
	return rc;
}

/* Where to cut TEXT so that no UTF-8 character is split. */
static size_t
cut(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

enum ca_code
ca_ledger_append(struct ca_ledger *ledger, struct ca_ledger_entry entry,
    struct ca_error *err)
{
	struct ca_ledger_tip *last = &ledger->last;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	entry.detail_len = cut(entry.detail, CA_LEDGER_TEXT_MAX);
	rc = find_last(ledger, err);
	if (rc != CA_OK)
		return rc;
	entry.id = last->id + 1;
	if (entry.time < last->time)
		entry.time = last->time;
	rc = ca_ledger_hash_entry(&entry, last->hash, hash, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_ENTRY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry.id);
	bad |= sqlite3_bind_int64(stmt, 2, entry.time);
	bad |= sqlite3_bind_int64(stmt, 3, entry.kind);
	bad |= sqlite3_bind_blob(stmt, 4, entry.serial, CA_SERIAL_SIZE,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_text(stmt, 5, entry.detail, (int)entry.detail_len,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_blob(stmt, 6, entry.sha256, CA_SHA256_SIZE,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_blob(stmt, 7, hash, CA_SHA256_SIZE, SQLITE_STATIC);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = ca_ledger_run(ledger, stmt, err);
	if (rc == CA_OK) {
		*last = (struct ca_ledger_tip){ entry.id, entry.time, { 0 } };
		memcpy(last->hash, hash, sizeof(hash));
	}
	return rc;
}

void
ca_ledger_release(struct ca_ledger *ledger)
{
	for (size_t i = 0; i < CA_LEDGER_STATEMENTS; i++) {
		(void)sqlite3_finalize(ledger->statement[i]);
		ledger->statement[i] = NULL;
	}
	(void)sqlite3_finalize(ledger->session);
	ledger->session = NULL;
	/* At rest the file is complete. What stays by mischance undoes nothing. */
	if (ledger->keeps_journal)
		(void)sqlite3_exec(ledger->db, "PRAGMA journal_mode = DELETE",
		    NULL, NULL, NULL);
	(void)sqlite3_close(ledger->db);
	ledger->db = NULL;
	if (ledger->lock >= 0)
		(void)close(ledger->lock);
	ledger->lock = -1;
}

void
ca_ledger_close(struct ca_ledger *ledger)
{
	if (ledger == NULL)
		return;
	ca_ledger_release(ledger);
	free(ledger->path);
	free(ledger);
}

void
ca_ledger_rest(struct ca_ledger *ledger)
{
	(void)sqlite3_db_release_memory(ledger->db);
	(void)malloc_trim(0);
}

const char *
ca_state_name(enum ca_state state)
{
	return state_names[state];
}

bool
ca_state_parse(const char *word, enum ca_state *ret_state)
{
	for (size_t i = 0; i < sizeof(state_names) / sizeof(*state_names); i++)
		if (state_names[i] != NULL &&
		    strcmp(state_names[i], word) == 0) {
			*ret_state = (enum ca_state)i;
			return true;
		}
	return false;
}
