/* SPDX-License-Identifier: Apache-2.0 */
/* How a ledger is made and opened. */
#include "coldca/ledger.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/tmpdir.h"
#include "unit/test.h"

static void
assert_open_fails(const char *path, bool write, enum ca_code code,
    const char *message)
{
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_open(path, write, &ledger, &err), code);
	assert_null(ledger);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

static void
assert_create_fails(const char *path, const char *message)
{
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_create(path, SOFT_NOW, "again", &err),
	    CA_ERR_FILE);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

static void
assert_create_never_overwrites(const char *path, const char *message)
{
	struct ca_error err = { 0 };

	assert_create_fails(path, message);
	assert_int_equal(ca_ledger_create(path, SOFT_NOW, "again", &err),
	    CA_ERR_FILE);
	assert_string_equal(err.hint,
	    "a ledger is never overwritten; choose another directory");
}

/* How many files are in DIR. */
static unsigned
count_files(const char *dir)
{
	DIR *stream = opendir(dir);
	unsigned count = 0;

	assert_non_null(stream);
	while (readdir(stream) != NULL)
		count++;
	(void)closedir(stream);
	return count - 2; /* . and .. */
}

/* Making one. */

static void
create_refuses_an_existing_file(void **state)
{
	const char *path = tmpdir_path(*state, "ledger.db");
	char *text;

	tmpdir_write(path, "precious");
	assert_create_never_overwrites(path, "ledger.db: File exists");
	text = tmpdir_read(path);
	assert_string_equal(text, "precious");
	free(text);
	assert_int_equal(count_files(*state), 1);
}

static void
create_refuses_a_link_that_leads_nowhere(void **state)
{
	const char *path = tmpdir_path(*state, "ledger.db");

	assert_int_equal(symlink("elsewhere", path), 0);
	assert_create_never_overwrites(path, "ledger.db: File exists");
	assert_int_equal(count_files(*state), 1);
}

static void
create_refuses_a_journal_that_outlived_its_ledger(void **state)
{
	tmpdir_write(tmpdir_path(*state, "ledger.db-journal"), "old pages");
	assert_create_never_overwrites(tmpdir_path(*state, "ledger.db"),
	    "ledger.db-journal: File exists");
	assert_int_equal(count_files(*state), 1);
}

static void
create_refuses_a_directory_that_is_missing(void **state)
{
	assert_create_fails(tmpdir_path(*state, "none/ledger.db"),
	    "none/ledger.db: No such file or directory");
}

static void
create_refuses_a_path_without_a_name(void **state)
{
	assert_create_fails(tmpdir_path(*state, ""), "not a file's name");
	assert_create_fails(tmpdir_path(*state, ".."), "not a file's name");
}

/* A disk that takes only the first page stands for one that is full. */
static void
create_leaves_nothing_when_it_fails(void **state)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit limit = { 4096, 4096 };
		struct ca_error err = { 0 };

		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		_exit((int)ca_ledger_create(tmpdir_path(*state, "ledger.db"),
		    SOFT_NOW, "x", &err));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), CA_ERR_LEDGER);
	assert_int_equal(count_files(*state), 0);
}

static void
is_for_its_owner_alone_whatever_the_umask(void **state)
{
	static const mode_t masks[] = { 0, 0777 };

	for (size_t i = 0; i < 2; i++) {
		const char *path = tmpdir_path(*state, i == 0 ? "a" : "b");
		struct ca_error err = { 0 };
		mode_t old = umask(masks[i]);
		struct stat st;

		assert_ok(ca_ledger_create(path, SOFT_NOW, "x", &err), &err);
		(void)umask(old);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

static void
is_one_file_at_rest(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err), &err);
	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_int_equal(count_files(f->dir), 1);
}

/* A journal that ends with its header overwritten has nothing to undo. */
static void
keeps_a_journal_that_undoes_nothing(void **state)
{
	struct soft_ledger *f = *state;
	const char *path = tmpdir_path(f->dir, CA_LEDGER_FILE "-journal");
	struct ca_error err = { 0 };
	struct stat before, after;

	for (int i = 0; i < 2; i++) {
		struct stat *st = i == 0 ? &before : &after;
		char *text;

		assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1,
			      &err),
		    &err);
		assert_int_equal(stat(path, st), 0);
		text = tmpdir_read(path);
		assert_int_equal(text[0], 0);
		free(text);
	}
	assert_int_equal(before.st_ino, after.st_ino);
	soft_ledger_reopen(f, false);
	assert_int_equal(count_files(f->dir), 1);
}

static void
says_what_it_is(void **state)
{
	struct soft_ledger *f = *state;

	assert_int_equal(soft_ledger_number(f->path, "PRAGMA application_id"),
	    CA_LEDGER_APPLICATION);
	assert_int_equal(soft_ledger_number(f->path, "PRAGMA user_version"),
	    CA_LEDGER_SCHEMA);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 1"
			     " AND detail = 'made by a test'"
			     " AND time = 1767225600"),
	    1);
}

/* Opening one. */

static void
refuses_a_file_that_is_missing(void **state)
{
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ca_ledger_open(tmpdir_path(*state, "ledger.db"), true,
			     &ledger, &err),
	    CA_ERR_FILE);
	assert_string_equal(err.hint, "make a CA directory with `coldca init`");
	assert_int_equal(count_files(*state), 0);
	assert_int_equal(ca_ledger_open(tmpdir_path(*state, "no/ledger.db"),
			     false, &ledger, &err),
	    CA_ERR_FILE);
	assert_string_equal(err.hint, "make a CA directory with `coldca init`");
}

static void
refuses_a_link(void **state)
{
	struct soft_ledger *f = *state;
	const char *link = tmpdir_path(f->dir, "link.db");

	assert_int_equal(symlink("ledger.db", link), 0);
	assert_open_fails(link, false, CA_ERR_FILE,
	    "link.db: is a symbolic link, which is not followed");
	assert_open_fails(link, true, CA_ERR_FILE,
	    "link.db: is a symbolic link, which is not followed");
}

static void
follows_a_link_above_the_directory(void **state)
{
	struct soft_ledger *f = *state;
	const char *link = tmpdir_path(f->dir, "link");
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(symlink(f->dir, link), 0);
	assert_ok(ca_ledger_open(tmpdir_path(link, "ledger.db"), false, &ledger,
		      &err),
	    &err);
	ca_ledger_close(ledger);
}

static void
refuses_what_is_no_regular_file(void **state)
{
	const char *fifo = tmpdir_path(*state, "fifo");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_open_fails(fifo, false, CA_ERR_FILE, "not a regular file");
	assert_int_equal(mkdir(tmpdir_path(*state, "dir"), 0700), 0);
	assert_open_fails(tmpdir_path(*state, "dir"), true, CA_ERR_FILE,
	    "not a regular file");
}

static void
refuses_what_is_no_ledger(void **state)
{
	const char *text = tmpdir_path(*state, "text"),
		   *empty = tmpdir_path(*state, "empty"),
		   *other = tmpdir_path(*state, "other");

	tmpdir_write(text,
	    "This is a text, and it is longer than the header "
	    "of an SQLite database, which has 100 bytes ......");
	tmpdir_write(empty, "");
	tmpdir_write(other, "");
	assert_true(soft_ledger_sql(other,
	    "CREATE TABLE t (a); PRAGMA user_version = 1"));
	assert_open_fails(text, false, CA_ERR_LEDGER, "text: not a ledger");
	assert_open_fails(text, true, CA_ERR_LEDGER, "text: not a ledger");
	assert_open_fails(empty, false, CA_ERR_LEDGER, "empty: not a ledger");
	assert_open_fails(other, true, CA_ERR_LEDGER, "other: not a ledger");
}

static void
refuses_a_newer_format(void **state)
{
	struct soft_ledger *f = *state;

	assert_true(soft_ledger_forge(f, "PRAGMA user_version = 7"));
	assert_open_fails(f->path, false, CA_ERR_LEDGER,
	    "was written by a newer coldca (format 7, this one knows 6)");
}

static void
refuses_a_file_that_was_cut_off(void **state)
{
	struct soft_ledger *f = *state;

	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_int_equal(truncate(f->path, 3 * 4096), 0);
	assert_open_fails(f->path, true, CA_ERR_LEDGER,
	    "ledger.db: the ledger is damaged");
}

static void
refuses_a_second_writer_but_no_reader(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *reader = NULL;
	struct ca_error err = { 0 };

	assert_open_fails(f->path, true, CA_ERR_LEDGER,
	    "ledger.db: another process is writing");
	assert_ok(ca_ledger_open(f->path, false, &reader, &err), &err);
	/* Neither is in the way of the other. */
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err), &err);
	assert_ok(ca_ledger_verify(reader, &err), &err);
	ca_ledger_close(reader);
	soft_ledger_reopen(f, true);
}

static void
gives_up_when_a_foreign_program_writes(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *reader = NULL;
	struct ca_error err = { 0 };
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err),
	    CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "another process is writing"));
	assert_string_equal(err.hint,
	    "wait until it has finished, then try again");
	assert_ok(ca_ledger_open(f->path, false, &reader, &err), &err);
	assert_ok(ca_ledger_verify(reader, &err), &err);
	ca_ledger_close(reader);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err), &err);
}

static void
a_reader_can_not_write(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	soft_ledger_reopen(f, false);
	assert_int_equal(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err),
	    CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "the file can not be written"));
}

/* Leaves a half-written transaction behind, as a power cut does. */
static void
interrupt_a_write(struct soft_ledger *f)
{
	pid_t child;
	int status;

	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		sqlite3 *db = NULL;
		int bad = sqlite3_open(f->path, &db);

		bad |= sqlite3_exec(db,
		    "BEGIN IMMEDIATE; DROP TRIGGER entry_update;"
		    "UPDATE entry SET detail = 'half'",
		    NULL, NULL, NULL);
		bad |= sqlite3_db_cacheflush(db);
		_exit(bad);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(count_files(f->dir), 2);
}

static void
undoes_an_interrupted_write(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	for (int write = 0; write < 2; write++) {
		interrupt_a_write(f);
		soft_ledger_reopen(f, write);
		assert_ok(soft_ledger_verify(f, &err), &err);
		assert_int_equal(count_files(f->dir), 1);
	}
}

/* A commit waits for who reads; once it has in vain, the next one not as long. */
static void
waits_for_a_reader_once(void **state)
{
	struct soft_ledger *f = *state;
	sqlite3_stmt *writing = NULL, *reading = NULL;
	sqlite3 *reader = NULL;
	struct ca_error err = { 0 };

	/* SQLite's answer without the wait: a statement still writes. */
	assert_ok(ca_ledger_begin(f->ledger, &err), &err);
	assert_int_equal(sqlite3_exec(f->ledger->db, "CREATE TEMP TABLE t (a)",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(f->ledger->db,
			     "INSERT INTO t VALUES (1), (2) RETURNING a", -1,
			     &writing, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(writing), SQLITE_ROW);
	assert_int_equal(ca_ledger_end(f->ledger, CA_OK, &err), CA_ERR_LEDGER);
	(void)sqlite3_finalize(writing);
	assert_true(f->ledger->waited);
	assert_int_equal(sqlite3_open(f->path, &reader), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(reader, "SELECT id FROM entry", -1,
			     &reading, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(reading), SQLITE_ROW);
	assert_int_equal(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err),
	    CA_ERR_LEDGER);
	assert_true(f->ledger->waited);
	(void)sqlite3_finalize(reading);
	(void)sqlite3_close(reader);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "x", 1, &err), &err);
	assert_false(f->ledger->waited);
}

static void
writes_durably_and_trusts_no_schema(void **state)
{
	struct soft_ledger *f = *state;
	static const struct {
		const char *sql;
		const char *value;
	} settings[] = {
		{ "PRAGMA synchronous", "3" },
		{ "PRAGMA journal_mode", "persist" },
		{ "PRAGMA foreign_keys", "1" },
		{ "PRAGMA trusted_schema", "0" },
		{ "PRAGMA cell_size_check", "1" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		sqlite3_stmt *stmt = NULL;

		assert_int_equal(sqlite3_prepare_v2(f->ledger->db,
				     settings[i].sql, -1, &stmt, NULL),
		    SQLITE_OK);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_string_equal(sqlite3_column_text(stmt, 0),
		    settings[i].value);
		(void)sqlite3_finalize(stmt);
	}
	/* One thread at a time has it: no lock is taken for each call. */
	assert_null(sqlite3_db_mutex(f->ledger->db));
	assert_int_not_equal(sqlite3_exec(f->ledger->db,
				 "PRAGMA writable_schema = ON;"
				 "UPDATE sqlite_schema SET sql = ''",
				 NULL, NULL, NULL),
	    SQLITE_OK);
}

static void
takes_a_ledger_out_of_wal_mode(void **state)
{
	struct soft_ledger *f = *state;

	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_true(soft_ledger_forge(f, "PRAGMA journal_mode = WAL"));
	soft_ledger_reopen(f, true);
	assert_int_equal(count_files(f->dir), 1);
}

#define in_directory(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)
#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(create_refuses_an_existing_file),
		in_directory(create_refuses_a_link_that_leads_nowhere),
		in_directory(create_refuses_a_journal_that_outlived_its_ledger),
		in_directory(create_refuses_a_directory_that_is_missing),
		in_directory(create_refuses_a_path_without_a_name),
		in_directory(create_leaves_nothing_when_it_fails),
		in_directory(is_for_its_owner_alone_whatever_the_umask),
		with_ledger(is_one_file_at_rest),
		with_ledger(keeps_a_journal_that_undoes_nothing),
		with_ledger(says_what_it_is),
		in_directory(refuses_a_file_that_is_missing),
		with_ledger(refuses_a_link),
		with_ledger(follows_a_link_above_the_directory),
		in_directory(refuses_what_is_no_regular_file),
		in_directory(refuses_what_is_no_ledger),
		with_ledger(refuses_a_newer_format),
		with_ledger(refuses_a_file_that_was_cut_off),
		with_ledger(refuses_a_second_writer_but_no_reader),
		with_ledger(gives_up_when_a_foreign_program_writes),
		with_ledger(a_reader_can_not_write),
		with_ledger(undoes_an_interrupted_write),
		with_ledger(waits_for_a_reader_once),
		with_ledger(writes_durably_and_trusts_no_schema),
		with_ledger(takes_a_ledger_out_of_wal_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
