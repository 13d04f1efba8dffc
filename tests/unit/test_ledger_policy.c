/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger holds the policies that were in force; how format 3 came to be. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define POLICIES "SELECT count(*) FROM policy"
#define ENTRIES "SELECT count(*) FROM entry"

/* A ledger as coldca made it before it held policies. */
#define BACK_TO_FORMAT_2                                                                       \
	"DROP TRIGGER certificate_ecdsa_r; DROP INDEX certificate_ecdsa_r;"                    \
	"CREATE UNIQUE INDEX certificate_ecdsa_r\n"                                            \
	"  ON certificate (issuer_spki_sha256, ecdsa_r);"                                      \
	"DROP INDEX certificate_spki;"                                                         \
	"CREATE INDEX certificate_spki ON certificate (spki_sha256);"                          \
	"DROP INDEX entry_certificate; ALTER TABLE entry DROP COLUMN certificate;"             \
	"CREATE INDEX entry_serial ON entry (serial);"                                         \
	"DROP INDEX revocation_status; ALTER TABLE revocation DROP COLUMN not_after;"          \
	"ALTER TABLE revocation DROP COLUMN issuer_spki_sha256;"                               \
	"DROP TABLE response; DROP TABLE manifest; DROP TABLE approval; DROP TABLE statement;" \
	"DROP TABLE head; DROP TABLE crl_part; DROP TABLE policy;"                             \
	"DROP INDEX certificate_issued; DROP INDEX certificate_names;"                         \
	"DROP INDEX certificate_rsa;"                                                          \
	"DROP INDEX entry_policy; PRAGMA user_version = 2"

static bool
set(struct soft_ledger *f, const char *text)
{
	struct ca_bytes bytes = { .data = (uint8_t *)(uintptr_t)text,
		.len = strlen(text) };
	struct ca_error err = { 0 };
	bool changed = false;

	assert_ok(ca_ledger_set_policy(f->ledger, &bytes, "a change", SOFT_NOW,
		      &changed, &err),
	    &err);
	return changed;
}

static void
assert_last(struct soft_ledger *f, const char *text)
{
	uint8_t sha256[CA_SHA256_SIZE], hash[CA_SHA256_SIZE];
	struct ca_bytes last = { 0 };
	struct ca_error err = { 0 };
	bool found = false;

	assert_ok(ca_ledger_last_policy(f->ledger, sha256, &last, &found, &err),
	    &err);
	assert_int_equal(found, text != NULL);
	if (text == NULL) {
		assert_null(last.data);
		return;
	}
	assert_int_equal(last.len, strlen(text));
	assert_memory_equal(last.data, text, last.len);
	assert_ok(ca_ledger_sha256(text, strlen(text), hash, &err), &err);
	assert_memory_equal(sha256, hash, sizeof(hash));
	ca_bytes_free(&last);
}

static void
records_a_policy_once_until_it_changes(void **state)
{
	struct soft_ledger *f = *state;

	assert_last(f, NULL);
	assert_true(set(f, "one\n"));
	assert_last(f, "one\n");
	assert_false(set(f, "one\n"));
	assert_int_equal(soft_ledger_number(f->path, ENTRIES), 2);
	assert_true(set(f, "two\n"));
	assert_last(f, "two\n");
	soft_ledger_reopen(f, false);
	assert_last(f, "two\n");
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT kind FROM entry WHERE id = 3"),
	    30);
	assert_int_equal(
	    soft_ledger_number(f->path,
		"SELECT detail = 'a change' FROM entry WHERE id = 3"),
	    1);
}

/* A text is kept once; that it is in force again is an entry. */
static void
records_that_an_old_policy_is_back(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_true(set(f, "one\n"));
	assert_true(set(f, "two\n"));
	assert_true(set(f, "one\n"));
	assert_last(f, "one\n");
	assert_int_equal(soft_ledger_number(f->path, POLICIES), 2);
	assert_int_equal(soft_ledger_number(f->path, ENTRIES), 4);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

static void
finds_a_policy_by_its_hash(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t sha256[CA_SHA256_SIZE];
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };
	bool found = false;

	assert_true(set(f, "one\n"));
	assert_true(set(f, "two\n"));
	assert_ok(ca_ledger_sha256("one\n", 4, sha256, &err), &err);
	assert_ok(ca_ledger_find_policy(f->ledger, sha256, &text, &found, &err),
	    &err);
	assert_true(found);
	assert_int_equal(text.len, 4);
	assert_memory_equal(text.data, "one\n", 4);
	ca_bytes_free(&text);
	sha256[0] ^= 1;
	assert_ok(ca_ledger_find_policy(f->ledger, sha256, &text, &found, &err),
	    &err);
	assert_false(found);
	assert_null(text.data);
}

static void
keeps_what_is_recorded(void **state)
{
	struct soft_ledger *f = *state;

	assert_true(set(f, "one\n"));
	assert_false(soft_ledger_forge(f, "DELETE FROM policy"));
	assert_false(soft_ledger_forge(f, "UPDATE policy SET text = x'00'"));
}

static void
finds_policies_that_were_forged(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} forgeries[] = {
		{ "UPDATE policy SET text = x'00' WHERE entry = 2",
		    "entry 2 speaks of a policy that was changed" },
		{ "INSERT INTO policy VALUES (zeroblob(32), 1, x'00')",
		    "policy 0000000000000000000000000000000000000000000000000000000000000000 was not put in by coldca" },
		{ "DELETE FROM policy WHERE entry = 2",
		    "entry 2 speaks of a policy that is missing" },
		{ "DROP TABLE policy", "no such table: policy" },
	};
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_true(set(f, "one\n"));
	assert_true(soft_ledger_forge(f,
	    "DROP TRIGGER policy_update; DROP TRIGGER policy_delete"));
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		if (i == 1)
			assert_true(soft_ledger_forge(f,
			    "UPDATE policy SET text = x'6f6e650a'"));
		if (i == 2)
			assert_true(soft_ledger_forge(f,
			    "DELETE FROM policy WHERE entry = 1"));
		assert_true(soft_ledger_forge(f, forgeries[i].sql));
		assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
		if (strstr(err.message, forgeries[i].message) == NULL)
			fail_msg("%s", err.message);
	}
}

/* An entry about a policy that does not say which. */
static void
finds_an_entry_without_a_policy(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_POLICY, "x", SOFT_NOW,
		      &err),
	    &err);
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "entry 2 speaks of no policy"));
}

/* What coldca can not have written stops it, and is not taken for a policy. */
static void
refuses_a_last_policy_that_is_none(void **state)
{
	static const char *const forgeries[] = {
		"DROP TRIGGER policy_delete; DELETE FROM policy",
		"DROP TRIGGER entry_update; PRAGMA ignore_check_constraints = 1;"
		"UPDATE entry SET sha256 = x'00' WHERE kind = 30",
	};
	struct soft_ledger *f = *state;
	uint8_t sha256[CA_SHA256_SIZE];
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };
	bool found = false;

	assert_true(set(f, "one\n"));
	for (size_t i = 0; i < 2; i++) {
		assert_true(soft_ledger_forge(f, forgeries[i]));
		assert_int_equal(ca_ledger_last_policy(f->ledger, sha256, &text,
				     &found, &err),
		    CA_ERR_LEDGER);
		assert_false(found);
		assert_null(text.data);
		assert_non_null(strstr(err.message, "holds a row that"));
	}
}

static void
fails_where_it_can_not_write(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_bytes bytes = { .data = (uint8_t[]){ 'x' }, .len = 1 };
	struct ca_error err = { 0 };
	bool changed = false;

	soft_ledger_reopen(f, false);
	assert_int_equal(ca_ledger_set_policy(f->ledger, &bytes, "x", SOFT_NOW,
			     &changed, &err),
	    CA_ERR_LEDGER);
	assert_false(changed);
	assert_last(f, NULL);
}

/* Format 2. */

static void
reads_a_ledger_of_format_2_as_it_is(void **state)
{
	struct soft_ledger *f = *state;
	uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };
	bool found = true;

	assert_true(soft_ledger_forge(f, BACK_TO_FORMAT_2));
	soft_ledger_reopen(f, false);
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_last(f, NULL);
	assert_ok(ca_ledger_find_policy(f->ledger, sha256, &text, &found, &err),
	    &err);
	assert_false(found);
	assert_int_equal(soft_ledger_number(f->path, "PRAGMA user_version"), 2);
	/* What belongs to format 3 has no place in it. */
	assert_true(soft_ledger_forge(f, "CREATE TABLE policy (a)"));
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
}

static void
makes_todays_format_of_a_ledger_of_format_2(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	ca_certificate_free(
	    soft_ledger_issue(f, CA_PROFILE_NODE, "a.b", "node-a.b", SOFT_NOW));
	assert_true(soft_ledger_forge(f, BACK_TO_FORMAT_2));
	soft_ledger_reopen(f, true);
	assert_int_equal(soft_ledger_number(f->path, "PRAGMA user_version"),
	    CA_LEDGER_SCHEMA);
	assert_int_equal(soft_ledger_number(f->path, ENTRIES), 3);
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_true(set(f, "one\n"));
	assert_last(f, "one\n");
	soft_ledger_reopen(f, true);
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_last(f, "one\n");
}

/* In a copy, which then takes its place: whoever reads the old one goes on. */
static void
upgrades_in_a_copy(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *reader = NULL;
	struct stat before, after;
	struct ca_error err = { 0 };
	DIR *dir;
	size_t names = 0;

	assert_true(soft_ledger_forge(f, BACK_TO_FORMAT_2));
	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_int_equal(chmod(f->path, 0640), 0);
	assert_int_equal(stat(f->path, &before), 0);
	assert_ok(ca_ledger_open(f->path, false, &reader, &err), &err);
	soft_ledger_reopen(f, true);
	assert_int_equal(stat(f->path, &after), 0);
	assert_true(before.st_ino != after.st_ino);
	assert_int_equal(after.st_mode & 0777, 0600);
	assert_ok(soft_ledger_verify_by(reader, &f->ca, 1, &err), &err);
	ca_ledger_close(reader);
	dir = opendir(f->dir);
	assert_non_null(dir);
	while (readdir(dir) != NULL)
		names++;
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(names, 3); /* `.`, `..` and the ledger */
}

static void
write_file(const char *path, const struct ca_bytes *content)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(content->data, 1, content->len, file),
	    content->len);
	assert_int_equal(fclose(file), 0);
}

/* The file of a format that has tables has something in each of them. */
static void
assert_full(const struct soft_ledger *f, int format)
{
	static const struct {
		int format;
		const char *sql;
	} rows[] = {
		{ CA_LEDGER_FORMAT_HEAD, "SELECT count(*) FROM head" },
		{ CA_LEDGER_FORMAT_EXCHANGE, "SELECT count(*) FROM approval" },
		{ CA_LEDGER_FORMAT_EXCHANGE, "SELECT count(*) FROM manifest" },
		{ CA_LEDGER_FORMAT_EXCHANGE, "SELECT count(*) FROM response" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (format >= rows[i].format &&
		    soft_ledger_number(f->path, rows[i].sql) == 0)
			fail_msg("format %d: %s", format, rows[i].sql);
}

/* What a ledger says of its certificates, as numbers. */
struct told {
	struct ca_ledger *ledger;
	size_t rows;
	size_t events;
	uint64_t sum; /* of the entries, the reasons and the policies */
};

static bool
add_event(const struct ca_ledger_event *event, void *arg)
{
	struct told *told = arg;

	told->events++;
	told->sum = told->sum * 31 + (uint64_t)event->id;
	return true;
}

static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct told *told = arg;
	uint8_t sha256[CA_SHA256_SIZE] = { 0 };
	struct ca_error err = { 0 };
	bool found = false;

	assert_ok(ca_ledger_events(told->ledger, row->serial, add_event, told,
		      &err),
	    &err);
	assert_ok(ca_ledger_policy_of(told->ledger, row->serial, sha256, &found,
		      &err),
	    &err);
	told->sum = told->sum * 31 + sha256[0];
	told->sum = told->sum * 31 + (uint64_t)row->revoked_at;
	told->rows++;
	return true;
}

static struct told
tell(struct soft_ledger *f)
{
	const struct ca_ledger_filter all = { .profile = NULL };
	struct told told = { .ledger = f->ledger };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_list(f->ledger, &all, add_row, &told, &err), &err);
	/* At least what was reserved, and what became of it. */
	assert_true(told.rows > 3 && told.events > told.rows);
	return told;
}

/* What a coldca of that format wrote, and not what this one takes away. */
static void
opens_what_each_format_wrote(void **state)
{
	struct soft_ledger *f = *state;

	for (int format = CA_LEDGER_FORMAT_OLDEST; format <= CA_LEDGER_SCHEMA;
	     format++) {
		char path[512];
		struct ca_bytes file = { 0 };
		struct ca_error err = { 0 };
		struct told before, after;

		(void)snprintf(path, sizeof(path), "%s/ledger/format-%d.db",
		    COLDCA_VECTORS, format);
		assert_ok(ca_file_read(path, CA_BYTES_MAX, &file, &err), &err);
		ca_ledger_close(f->ledger);
		f->ledger = NULL;
		write_file(f->path, &file);
		ca_bytes_free(&file);
		soft_ledger_reopen(f, false);
		assert_ok(soft_ledger_verify(f, &err), &err);
		before = tell(f);
		assert_full(f, format);
		soft_ledger_reopen(f, true);
		assert_ok(soft_ledger_verify(f, &err), &err);
		assert_int_equal(soft_ledger_number(f->path,
				     "PRAGMA user_version"),
		    CA_LEDGER_SCHEMA);
		after = tell(f);
		assert_int_equal(after.rows, before.rows);
		assert_int_equal(after.events, before.events);
		assert_int_equal(after.sum, before.sum);
		assert_true(set(f, "another\n"));
		assert_ok(soft_ledger_verify(f, &err), &err);
	}
}

/* All of it, or nothing. */
static void
leaves_a_ledger_alone_that_it_can_not_upgrade(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger *ledger = NULL;
	struct ca_error err = { 0 };

	assert_true(soft_ledger_forge(f,
	    BACK_TO_FORMAT_2 "; CREATE INDEX entry_policy ON entry (time)"));
	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_int_equal(ca_ledger_open(f->path, true, &ledger, &err),
	    CA_ERR_LEDGER);
	assert_null(ledger);
	assert_int_equal(soft_ledger_number(f->path, "PRAGMA user_version"), 2);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM sqlite_schema"
			     " WHERE name = 'policy'"),
	    0);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(records_a_policy_once_until_it_changes),
		with_ledger(records_that_an_old_policy_is_back),
		with_ledger(finds_a_policy_by_its_hash),
		with_ledger(keeps_what_is_recorded),
		with_ledger(finds_policies_that_were_forged),
		with_ledger(finds_an_entry_without_a_policy),
		with_ledger(refuses_a_last_policy_that_is_none),
		with_ledger(fails_where_it_can_not_write),
		with_ledger(reads_a_ledger_of_format_2_as_it_is),
		with_ledger(makes_todays_format_of_a_ledger_of_format_2),
		with_ledger(upgrades_in_a_copy),
		with_ledger(opens_what_each_format_wrote),
		with_ledger(leaves_a_ledger_alone_that_it_can_not_upgrade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
