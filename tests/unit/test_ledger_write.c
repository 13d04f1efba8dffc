/* SPDX-License-Identifier: Apache-2.0 */
/* What is recorded in a ledger, and how it is read back. */
#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define LATER (SOFT_NOW + 100)

static int64_t
count(const struct soft_ledger *f, const char *what)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return soft_ledger_number(f->path, sql);
}

/* Reads on for longer than any question takes. */
static void *
read_slowly(void *arg)
{
	sqlite3 *db = arg;

	(void)sleep(3);
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return NULL;
}

/* How many descriptors of this process are of the file at PATH. */
static size_t
opened(const char *path)
{
	DIR *dir = opendir("/proc/self/fd");
	char target[PATH_MAX];
	size_t times = 0;

	assert_non_null(dir);
	for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
		ssize_t len = readlinkat(dirfd(dir), d->d_name, target,
		    sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		times += strcmp(target, path) == 0;
	}
	(void)closedir(dir);
	return times;
}

/* Each time that it is opened, its directory must be synced again. */
static void
keeps_the_journal_open_between_two_commits(void **state)
{
	struct soft_ledger *f = *state;
	char *journal = realpath(f->dir, NULL);
	struct ca_error err = { 0 };
	char path[PATH_MAX];

	assert_non_null(journal);
	(void)snprintf(path, sizeof(path), "%s/" CA_LEDGER_FILE "-journal",
	    journal);
	free(journal);
	assert_int_equal(opened(path), 0);
	for (int i = 0; i < 2; i++) {
		assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "noted",
			      SOFT_NOW, &err),
		    &err);
		assert_int_equal(opened(path), 1);
	}
	soft_ledger_reopen(f, false);
	assert_int_equal(opened(path), 0);
}

static void
lets_others_read_and_nobody_write_in_a_session(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "noted", SOFT_NOW,
		      &err),
	    &err);
	assert_int_equal(count(f, "entry WHERE kind = 7"), 1);
	assert_false(soft_ledger_sql(f->path, "CREATE TABLE other (x)"));
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "noted", SOFT_NOW,
		      &err),
	    &err);
	assert_int_equal(count(f, "entry WHERE kind = 7"), 2);
	assert_true(soft_ledger_forge(f, "CREATE TABLE other (x)"));
}

static int told; /* how often somebody waited */

static void
note_waiting(const char *path)
{
	assert_non_null(strstr(path, CA_LEDGER_FILE));
	told++;
}

static void
waits_for_who_reads(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	sqlite3 *reader = NULL;
	pthread_t thread;

	assert_int_equal(sqlite3_open_v2(f->path, &reader, SQLITE_OPEN_READONLY,
			     NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(reader,
			     "BEGIN; SELECT count(*) FROM entry", NULL, NULL,
			     NULL),
	    SQLITE_OK);
	told = 0;
	ca_ledger_on_wait(f->ledger, note_waiting);
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, reader), 0);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "noted", SOFT_NOW,
		      &err),
	    &err);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(sqlite3_close(reader), SQLITE_OK);
	assert_int_equal(count(f, "entry WHERE kind = 7"), 1);
	assert_int_equal(told, 1);
	/* Where nobody reads there is nothing to be told. */
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "noted", SOFT_NOW,
		      &err),
	    &err);
	assert_int_equal(told, 1);
}

/* Reserving. */

static void
refuses_a_serial_that_was_used_and_reserves_none(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *old =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "old.example.com");
	const struct ca_draft *const drafts[] = {
		soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com"),
		soft_ledger_draft_like(f, old, 7200),
		soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com"),
	};
	const char *const names[] = { "node-a", "node-like", "node-b" };
	struct ca_pending *pending[3] = { NULL };
	char serial[CA_SERIAL_TEXT_SIZE];
	struct ca_error err = { 0 };

	ca_pending_free(soft_ledger_reserve(f, old, "node-old", SOFT_NOW));
	assert_int_equal(ca_ledger_reserve(f->ledger, drafts, names, 3,
			     SOFT_NOW, pending, &err),
	    CA_ERR_LEDGER);
	(void)snprintf(serial, sizeof(serial), "%s",
	    ca_certificate_serial_text(ca_draft_preview(old)));
	assert_non_null(strstr(err.message, " was used before"));
	assert_non_null(strstr(err.message, serial));
	assert_null(pending[0]);
	assert_int_equal(count(f, "certificate"), 1);
	assert_int_equal(count(f, "entry WHERE kind = 4"), 1);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

static void
refuses_a_serial_twice_in_one_group(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com");
	const struct ca_draft *const drafts[] = { draft, draft };
	const char *const names[] = { "node-a", "node-a" };
	struct ca_pending *pending[2] = { NULL };
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_reserve(f->ledger, drafts, names, 2,
			     SOFT_NOW, pending, &err),
	    CA_ERR_LEDGER);
	assert_int_equal(count(f, "certificate"), 0);
}

static void
set_page_limit(struct soft_ledger *f, const char *sql)
{
	assert_int_equal(sqlite3_exec(f->ledger->db, sql, NULL, NULL, NULL),
	    SQLITE_OK);
}

static void
reserves_nothing_when_the_disk_is_full(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *drafts[20];
	const char *names[20];
	struct ca_pending *pending[20] = { NULL };
	struct ca_error err = { 0 };

	for (size_t i = 0; i < 20; i++) {
		drafts[i] = soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
		names[i] = "node-a.b";
	}
	/* No more pages than there are: SQLite takes that for a full disk. */
	set_page_limit(f, "PRAGMA max_page_count = 1");
	assert_int_equal(ca_ledger_reserve(f->ledger, drafts, names, 20,
			     SOFT_NOW, pending, &err),
	    CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "database or disk is full"));
	assert_string_equal(err.hint,
	    "nothing was recorded; make room and try again");
	assert_null(pending[0]);
	assert_int_equal(count(f, "certificate"), 0);
	assert_int_equal(count(f, "entry"), 1);
	set_page_limit(f, "PRAGMA max_page_count = 1000000");
	assert_ok(ca_ledger_reserve(f->ledger, drafts, names, 20, SOFT_NOW,
		      pending, &err),
	    &err);
	assert_int_equal(count(f, "certificate"), 20);
	assert_ok(soft_ledger_verify(f, &err), &err);
	for (size_t i = 0; i < 20; i++)
		ca_pending_free(pending[i]);
}

static void
reserves_no_drafts_at_all(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_reserve(f->ledger, NULL, NULL, 0, SOFT_NOW, NULL,
		      &err),
	    &err);
	assert_ok(ca_ledger_record(f->ledger, NULL, NULL, 0, SOFT_NOW, &err),
	    &err);
	assert_int_equal(count(f, "entry"), 1);
}

/* Recording. */

static void
assert_record_fails(struct soft_ledger *f, const struct ca_pending *pending,
    const struct ca_certificate *certificate, enum ca_code code,
    const char *message)
{
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_record(f->ledger, &pending, &certificate, 1,
			     LATER, &err),
	    code);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

static void
refuses_a_certificate_of_another_serial(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *a = soft_ledger_draft(f, CA_PROFILE_NODE, "a.b"),
			      *b = soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, a, "node-a.b", SOFT_NOW);
	struct ca_certificate *certificate = soft_ledger_sign(f, b);

	assert_record_fails(f, pending, certificate, CA_ERR_INTERNAL,
	    "a certificate has another serial than was recorded");
	assert_int_equal(count(f, "certificate WHERE state = 'pending'"), 1);
	ca_certificate_free(certificate);
	ca_pending_free(pending);
}

static void
refuses_a_certificate_of_other_contents(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *a = soft_ledger_draft(f, CA_PROFILE_NODE,
				  "like.example.com"),
			      *b = soft_ledger_draft_like(f, a, 7200);
	struct ca_pending *pending =
	    soft_ledger_reserve(f, a, "node-a.b", SOFT_NOW);
	struct ca_certificate *certificate = soft_ledger_sign(f, b);

	assert_record_fails(f, pending, certificate, CA_ERR_INTERNAL,
	    "a certificate has other contents than were recorded");
	assert_int_equal(count(f, "certificate WHERE state = 'pending'"), 1);
	ca_certificate_free(certificate);
	ca_pending_free(pending);
}

static void
refuses_a_certificate_twice(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-a.b", SOFT_NOW);
	const struct ca_pending *one = pending;
	struct ca_certificate *certificate = soft_ledger_sign(f, draft);
	const struct ca_certificate *signed_one = certificate;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_record(f->ledger, &one, &signed_one, 1, LATER,
		      &err),
	    &err);
	assert_record_fails(f, pending, certificate, CA_ERR_LEDGER,
	    " is not pending");
	assert_record_fails(f, pending, NULL, CA_ERR_LEDGER, " is not pending");
	assert_int_equal(count(f, "certificate WHERE state = 'issued'"), 1);
	assert_int_equal(count(f, "entry WHERE kind IN (5, 6)"), 1);
	ca_certificate_free(certificate);
	ca_pending_free(pending);
}

static void
records_all_of_a_group_or_none(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *a = soft_ledger_draft(f, CA_PROFILE_NODE, "a.b"),
			      *b = soft_ledger_draft(f, CA_PROFILE_NODE, "c.d");
	struct ca_pending *first = soft_ledger_reserve(f, a, "a", SOFT_NOW),
			  *second = soft_ledger_reserve(f, b, "b", SOFT_NOW);
	const struct ca_pending *const pending[] = { first, second };
	struct ca_certificate *certificate = soft_ledger_sign(f, a);
	const struct ca_certificate *certificates[] = { certificate,
		certificate };
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_record(f->ledger, pending, certificates, 2,
			     LATER, &err),
	    CA_ERR_INTERNAL);
	assert_int_equal(count(f, "certificate WHERE state = 'pending'"), 2);
	assert_int_equal(count(f, "entry WHERE kind = 5"), 0);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(certificate);
	ca_pending_free(first);
	ca_pending_free(second);
}

static void
burns_what_the_token_did_not_sign(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-a.b", SOFT_NOW);
	const struct ca_pending *one = pending;
	const struct ca_certificate *none = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_record(f->ledger, &one, &none, 1, LATER, &err),
	    &err);
	assert_int_equal(count(f, "certificate WHERE state = 'burned'"), 1);
	assert_int_equal(count(f,
			     "entry WHERE kind = 6 AND detail ="
			     " 'the token did not sign it'"),
	    1);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_pending_free(pending);
}

static void
settles_what_an_earlier_run_left_pending(void **state)
{
	struct soft_ledger *f = *state;
	size_t settled = 99;
	struct ca_error err = { 0 };

	for (int i = 0; i < 3; i++)
		ca_pending_free(soft_ledger_reserve(f,
		    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b"), "node-a.b",
		    SOFT_NOW));
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_CLIENT, "max",
	    "client-max", SOFT_NOW));
	soft_ledger_reopen(f, true);
	assert_ok(ca_ledger_settle(f->ledger, LATER, &settled, &err), &err);
	assert_int_equal(settled, 3);
	assert_int_equal(count(f, "certificate WHERE state = 'burned'"), 3);
	assert_int_equal(count(f, "entry WHERE kind = 6 AND time = 1767225700"),
	    3);
	assert_ok(ca_ledger_settle(f->ledger, LATER, &settled, &err), &err);
	assert_int_equal(settled, 0);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

/* Notes. */

static void
cuts_a_detail_between_characters(void **state)
{
	struct soft_ledger *f = *state;
	char detail[CA_LEDGER_TEXT_MAX + 2];
	struct ca_error err = { 0 };

	memset(detail, 'x', sizeof(detail));
	memcpy(detail + CA_LEDGER_TEXT_MAX - 1, "\xc3\xa4", 3);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_REFUSED, detail, LATER,
		      &err),
	    &err);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT length(CAST(detail AS BLOB)) FROM entry"
			     " WHERE kind = 3"),
	    CA_LEDGER_TEXT_MAX - 1);
	memcpy(detail + CA_LEDGER_TEXT_MAX - 2, "\xc3\xa4y", 4);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, detail, LATER, &err),
	    &err);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT length(CAST(detail AS BLOB)) FROM entry"
			     " WHERE kind = 7"),
	    CA_LEDGER_TEXT_MAX);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

/* Refusals of a batch are all there, in order, or none is. */
static void
notes_all_or_none(void **state)
{
	static const char *const details[] = { "first", "second", "third" };
	struct soft_ledger *f = *state;
	const char *many[2000];
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_note_all(f->ledger, CA_ENTRY_REFUSED, details, 3,
		      LATER, &err),
	    &err);
	assert_int_equal(count(f,
			     "entry a JOIN entry b ON b.id = a.id + 1"
			     " WHERE a.detail = 'first'"
			     " AND b.detail = 'second'"),
	    1);
	assert_int_equal(count(f, "entry WHERE detail = 'third'"), 1);
	assert_ok(ca_ledger_note_all(f->ledger, CA_ENTRY_REFUSED, NULL, 0,
		      LATER, &err),
	    &err);
	for (size_t i = 0; i < 2000; i++)
		many[i] = "what does not fit any more";
	set_page_limit(f, "PRAGMA max_page_count = 60");
	assert_int_equal(ca_ledger_note_all(f->ledger, CA_ENTRY_REFUSED, many,
			     2000, LATER, &err),
	    CA_ERR_LEDGER);
	assert_int_equal(
	    count(f, "entry WHERE detail = 'what does not fit any more'"), 0);
	set_page_limit(f, "PRAGMA max_page_count = 1000000");
	assert_ok(soft_ledger_verify(f, &err), &err);
}

static void
guards_what_was_written_against_a_slip(void **state)
{
	struct soft_ledger *f = *state;
	static const char *const slips[] = {
		"UPDATE entry SET detail = 'x' WHERE id = 1",
		"DELETE FROM entry WHERE id = 1",
		"INSERT INTO entry (id, time, kind, detail, hash)"
		" VALUES (99, 1, 7, '', zeroblob(32))",
		"INSERT OR REPLACE INTO entry (id, time, kind, detail, hash)"
		" VALUES (1, 1, 7, '', zeroblob(32))",
		"DELETE FROM certificate",
		"UPDATE certificate SET tbs = x'00' WHERE state = 'pending'",
		"UPDATE certificate SET csr = NULL WHERE state = 'pending'",
		"UPDATE certificate SET serial = zeroblob(16)"
		" WHERE state = 'pending'",
		"UPDATE certificate SET state = 'burned', issued_at = NULL,"
		" certificate = NULL, certificate_sha256 = NULL"
		" WHERE state = 'issued'",
		"UPDATE certificate SET certificate = x'00'"
		" WHERE state = 'issued'",
		"UPDATE certificate SET state = 'issued'"
		" WHERE state = 'pending'",
		"UPDATE certificate SET state = 'lost' WHERE state = 'pending'",
		"UPDATE authority SET key_uri = ''",
		"DELETE FROM authority",
	};
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, ca,
		      "pkcs11:object=a", SOFT_NOW, &err),
	    &err);
	ca_pending_free(
	    soft_ledger_reserve(f, soft_ledger_draft(f, CA_PROFILE_NODE, "a.b"),
		"node-a.b", SOFT_NOW));
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		if (soft_ledger_forge(f, slips[i]))
			fail_msg("was done: %s", slips[i]);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(ca);
}

/* Listing. */

struct listing {
	char text[4096];
	unsigned rows;
	unsigned stop_after;
};

static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	size_t used = strlen(listing->text);

	(void)snprintf(listing->text + used, sizeof(listing->text) - used,
	    "%s %s %s [%s] %d %d;", ca_state_name(row->state), row->profile,
	    row->name, row->names, (int)(row->reserved_at - SOFT_NOW),
	    row->issued_at != 0 ? (int)(row->issued_at - SOFT_NOW) : -1);
	assert_non_null(strstr(row->subject, "O=Cockroach"));
	assert_int_equal(row->certificate != NULL,
	    row->state == CA_STATE_ISSUED);
	assert_int_equal(strlen(row->serial_text), 2 * CA_SERIAL_SIZE);
	assert_true(row->not_after > row->not_before);
	return ++listing->rows != listing->stop_after;
}

static void
assert_listing(struct soft_ledger *f, const struct ca_ledger_filter *filter,
    const char *text)
{
	struct listing listing = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_list(f->ledger, filter, add_row, &listing, &err),
	    &err);
	assert_string_equal(listing.text, text);
}

#define NODE_ROW "issued node node-a [a.example.com,10.0.0.1] 1 1;"
#define PENDING_ROW "pending node node-b [b.example.com] 2 -1;"
#define CLIENT_ROW "issued client client-max [] 3 3;"

/* Two nodes, one of them unfinished, and a client. The node's serial. */
static const char *
fill(struct soft_ledger *f, char serial[CA_SERIAL_TEXT_SIZE])
{
	struct ca_certificate *node = soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com 10.0.0.1", "node-a", SOFT_NOW + 1);

	(void)snprintf(serial, CA_SERIAL_TEXT_SIZE, "%s",
	    ca_certificate_serial_text(node));
	ca_certificate_free(node);
	ca_pending_free(soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com"), "node-b",
	    SOFT_NOW + 2));
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_CLIENT, "max",
	    "client-max", SOFT_NOW + 3));
	return serial;
}

static void
lists_what_the_filter_asks_for(void **state)
{
	struct soft_ledger *f = *state;
	char serial[CA_SERIAL_TEXT_SIZE];
	const char *node = fill(f, serial);

	soft_ledger_reopen(f, false);
	assert_listing(f, &(struct ca_ledger_filter){ 0 },
	    NODE_ROW PENDING_ROW CLIENT_ROW);
	assert_listing(f, &(struct ca_ledger_filter){ .state = -1 },
	    NODE_ROW PENDING_ROW CLIENT_ROW);
	assert_listing(f, &(struct ca_ledger_filter){ .profile = "node" },
	    NODE_ROW PENDING_ROW);
	assert_listing(f,
	    &(struct ca_ledger_filter){ .state = CA_STATE_ISSUED },
	    NODE_ROW CLIENT_ROW);
	assert_listing(f, &(struct ca_ledger_filter){ .name = "client-max" },
	    CLIENT_ROW);
	assert_listing(f, &(struct ca_ledger_filter){ .serial = node },
	    NODE_ROW);
	assert_listing(f,
	    &(struct ca_ledger_filter){ .profile = "node",
		.state = CA_STATE_PENDING },
	    PENDING_ROW);
	assert_listing(f,
	    &(struct ca_ledger_filter){ .serial = node, .name = "client-max" },
	    "");
	assert_listing(f, &(struct ca_ledger_filter){ .profile = "' OR 1" },
	    "");
}

static void
refuses_a_filter_whose_serial_is_none(void **state)
{
	struct soft_ledger *f = *state;
	struct listing listing = { 0 };
	const struct ca_ledger_filter filter = { .serial = "abc" };
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_list(f->ledger, &filter, add_row, &listing,
			     &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, "serial abc: not 32 hex digits");
}

static void
stops_listing_when_it_is_told(void **state)
{
	struct soft_ledger *f = *state;
	struct listing listing = { .stop_after = 2 };
	const struct ca_ledger_filter all = { 0 };
	char serial[CA_SERIAL_TEXT_SIZE];
	struct ca_error err = { 0 };

	(void)fill(f, serial);
	assert_ok(ca_ledger_list(f->ledger, &all, add_row, &listing, &err),
	    &err);
	assert_int_equal(listing.rows, 2);
}

/* A reader that waits in its callback, and the writer meanwhile. */
static bool
write_meanwhile(const struct ca_ledger_row *row, void *arg)
{
	struct soft_ledger *f = arg;
	struct ca_error err = { 0 };

	(void)row;
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "meanwhile", LATER,
		      &err),
	    &err);
	return true;
}

static void
locks_nothing_while_a_row_is_shown(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *reader = NULL;
	const struct ca_ledger_filter all = { 0 };
	char serial[CA_SERIAL_TEXT_SIZE];
	struct ca_error err = { 0 };

	(void)fill(f, serial);
	assert_ok(ca_ledger_open(f->path, false, &reader, &err), &err);
	assert_ok(ca_ledger_list(reader, &all, write_meanwhile, f, &err), &err);
	ca_ledger_close(reader);
	assert_int_equal(count(f, "entry WHERE kind = 7"), 3);
}

static bool
count_row(const struct ca_ledger_row *row, void *arg)
{
	(void)row;
	++*(unsigned *)arg;
	return true;
}

/* What SQLite says about how it runs SQL must not speak of sorting. */
static int
explain(unsigned type, void *arg, void *stmt, void *text)
{
	sqlite3 *db = arg;
	sqlite3_stmt *plan = NULL;
	char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sqlite3_sql(stmt));

	(void)type, (void)text;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL),
	    SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(plan, 3);

		/* The steps of the subquery come behind this one. */
		if (strncmp(step, "CORRELATED SCALAR SUBQUERY", 26) == 0)
			continue;
		if (strstr(step, "TEMP B-TREE") != NULL ||
		    strstr(step, "SEARCH") == NULL)
			fail_msg("%s: %s", sql, step);
	}
	(void)sqlite3_finalize(plan);
	sqlite3_free(sql);
	return 0;
}

static void
lists_by_index_and_sorts_nothing(void **state)
{
	struct soft_ledger *f = *state;
	static const char serial[] = "40000000000000000000000000000000";
	const struct ca_ledger_filter filters[] = {
		{ 0 },
		{ .profile = "node" },
		{ .name = "node-a" },
		{ .serial = serial },
		{ .state = CA_STATE_PENDING },
		{ .profile = "node", .state = CA_STATE_ISSUED },
		{ .profile = "node",
		    .name = "a",
		    .serial = serial,
		    .state = 1 },
	};
	unsigned rows = 0;
	struct ca_error err = { 0 };
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	(void)sqlite3_trace_v2(f->ledger->db, SQLITE_TRACE_STMT, explain, db);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		assert_ok(ca_ledger_list(f->ledger, &filters[i], count_row,
			      &rows, &err),
		    &err);
	(void)sqlite3_trace_v2(f->ledger->db, 0, NULL, NULL);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Authorities. */

static void
says_when_there_is_no_ca(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *certificate = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_authority(f->ledger, CA_AUTHORITY_CLUSTER,
			     &certificate, NULL, &err),
	    CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "there is no cluster CA yet"));
	assert_string_equal(err.hint, "make one with `coldca create-ca`");
	assert_null(certificate);
}

static void
assert_no_authority(struct soft_ledger *f,
    const struct ca_certificate *certificate, const char *uri,
    const char *message)
{
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_set_authority(f->ledger,
			     CA_AUTHORITY_CLUSTER, certificate, uri, LATER,
			     &err),
	    CA_ERR_INTERNAL);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
	assert_int_equal(count(f, "authority"), 0);
	assert_int_equal(count(f, "entry WHERE kind = 2"), 0);
}

static void
refuses_an_authority_that_it_does_not_know(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *leaf = soft_ledger_issue(f, CA_PROFILE_NODE,
				  "a.b", "node-a.b", SOFT_NOW),
			      *ca = soft_ledger_issue(f, CA_PROFILE_CA, "",
				  "ca", SOFT_NOW);
	const struct ca_draft *draft = soft_ledger_draft(f, CA_PROFILE_CA, "");
	struct ca_certificate *pending = soft_ledger_sign(f, draft);

	ca_pending_free(soft_ledger_reserve(f, draft, "ca", SOFT_NOW));
	assert_no_authority(f, f->ca, "pkcs11:object=a",
	    "is not recorded as a CA certificate");
	assert_no_authority(f, leaf, "pkcs11:object=a",
	    "is not recorded as a CA certificate");
	assert_no_authority(f, pending, "pkcs11:object=a",
	    "is not recorded as a CA certificate");
	assert_no_authority(f, ca, "pkcs11:object=a?pin-value=1234",
	    "the URI of a key holds a PIN");
	ca_certificate_free(leaf);
	ca_certificate_free(ca);
	ca_certificate_free(pending);
}

static void
the_last_authority_is_current(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificates all = { 0 };
	struct ca_certificate *current = NULL,
			      *old = soft_ledger_issue(f, CA_PROFILE_CA, "",
				  "ca", SOFT_NOW),
			      *new = soft_ledger_issue(f, CA_PROFILE_CA, "",
				  "ca", SOFT_NOW);
	char *uri = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, old,
		      "pkcs11:object=old", LATER, &err),
	    &err);
	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, new,
		      "pkcs11:object=new", LATER, &err),
	    &err);
	soft_ledger_reopen(f, false);
	assert_ok(ca_ledger_authority(f->ledger, CA_AUTHORITY_CLUSTER, &current,
		      &uri, &err),
	    &err);
	assert_string_equal(uri, "pkcs11:object=new");
	assert_true(ca_bytes_equal(ca_certificate_der(current),
	    ca_certificate_der(new)));
	assert_ok(ca_ledger_authorities(f->ledger, CA_AUTHORITY_CLUSTER, &all,
		      &err),
	    &err);
	assert_int_equal(all.count, 2);
	assert_true(ca_bytes_equal(ca_certificate_der(all.item[0]),
	    ca_certificate_der(new)));
	assert_true(ca_bytes_equal(ca_certificate_der(all.item[1]),
	    ca_certificate_der(old)));
	/* Appended, not replaced. */
	assert_ok(ca_ledger_authorities(f->ledger, CA_AUTHORITY_CLUSTER, &all,
		      &err),
	    &err);
	assert_int_equal(all.count, 4);
	assert_string_equal(ca_authority_name(CA_AUTHORITY_CLUSTER), "cluster");
	ca_certificates_clear(&all);
	ca_certificate_free(current);
	ca_certificate_free(old);
	ca_certificate_free(new);
	free(uri);
}

/* Each signer of a group is asked for, wherever in it the first of its is. */
static void
reserves_nothing_where_one_signer_is_disclosed(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *own = f->ca, *other = soft_ca(signer, SOFT_NOW);
	const char *const names[] = { "node-a", "node-b", "node-c" };
	const struct ca_draft *drafts[3];
	struct ca_pending *pending[3] = { NULL };
	char hex[2 * CA_SHA256_SIZE + 1], sql[512];
	struct ca_error err = { 0 };

	drafts[0] = soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com");
	drafts[1] = soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com");
	f->ca = other;
	drafts[2] = soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com");
	f->ca = own;
	ca_hex(ca_certificate_key_info(other)->spki_sha256, CA_SHA256_SIZE,
	    hex);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO entry (id, time, kind, detail, sha256, hash)"
	    " VALUES (2, 1, 10, 'x', x'%s', zeroblob(32))",
	    hex);
	assert_true(soft_ledger_forge(f, sql));
	assert_int_equal(ca_ledger_reserve(f->ledger, drafts, names, 3,
			     SOFT_NOW, pending, &err),
	    CA_ERR_TOKEN);
	assert_int_equal(count(f, "certificate"), 0);
	assert_ok(ca_ledger_reserve(f->ledger, drafts, names, 2, SOFT_NOW,
		      pending, &err),
	    &err);
	assert_int_equal(count(f, "certificate"), 2);
	ca_pending_free(pending[0]);
	ca_pending_free(pending[1]);
	ca_certificate_free(other);
	ca_signer_free(signer);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(keeps_the_journal_open_between_two_commits),
		with_ledger(lets_others_read_and_nobody_write_in_a_session),
		with_ledger(waits_for_who_reads),
		with_ledger(reserves_nothing_where_one_signer_is_disclosed),
		with_ledger(refuses_a_serial_that_was_used_and_reserves_none),
		with_ledger(refuses_a_serial_twice_in_one_group),
		with_ledger(reserves_nothing_when_the_disk_is_full),
		with_ledger(reserves_no_drafts_at_all),
		with_ledger(refuses_a_certificate_of_another_serial),
		with_ledger(refuses_a_certificate_of_other_contents),
		with_ledger(refuses_a_certificate_twice),
		with_ledger(records_all_of_a_group_or_none),
		with_ledger(burns_what_the_token_did_not_sign),
		with_ledger(settles_what_an_earlier_run_left_pending),
		with_ledger(cuts_a_detail_between_characters),
		with_ledger(notes_all_or_none),
		with_ledger(guards_what_was_written_against_a_slip),
		with_ledger(lists_what_the_filter_asks_for),
		with_ledger(refuses_a_filter_whose_serial_is_none),
		with_ledger(stops_listing_when_it_is_told),
		with_ledger(locks_nothing_while_a_row_is_shown),
		with_ledger(lists_by_index_and_sorts_nothing),
		with_ledger(says_when_there_is_no_ca),
		with_ledger(refuses_an_authority_that_it_does_not_know),
		with_ledger(the_last_authority_is_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
