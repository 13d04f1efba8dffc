/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_set.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/tmpdir.h"
#include "unit/test.h"

/* A directory, and a set of two that is to go there. */
struct target {
	const char *path;
	int fd;
	struct ca_bytes head;
	struct ca_bytes other;
	struct ca_file_new files[2];
	struct ca_error err;
};

static void
fill(struct ca_bytes *bytes, const char *text)
{
	struct ca_error err;

	assert_ok(ca_bytes_append(bytes, text, strlen(text), &err), &err);
}

static void
open_target(struct target *t, const char *path)
{
	memset(t, 0, sizeof(*t));
	t->path = path;
	assert_ok(ca_dir_open(path, 0, &t->fd, &t->err), &t->err);
	fill(&t->head, "new crt");
	fill(&t->other, "new key");
	t->files[0] = (struct ca_file_new){ .name = "node.crt",
		.content = &t->head,
		.mode = 0644 };
	t->files[1] = (struct ca_file_new){ .name = "node.key",
		.content = &t->other,
		.mode = 0600 };
}

static void
close_target(struct target *t)
{
	(void)close(t->fd);
	ca_bytes_free(&t->head);
	ca_bytes_free(&t->other);
}

static enum ca_code
write_set(struct target *t, bool overwrite)
{
	return ca_file_set_write_at(t->fd, t->path, t->files, 2, overwrite,
	    &t->err);
}

#define HEADS 64

/* Appends HEAD to the text at ARG, which has HEADS bytes. */
static void
note_head(void *arg, const char *head)
{
	size_t len = strlen(arg);

	(void)snprintf((char *)arg + len, HEADS - len, "%s;", head);
}

static enum ca_code
finish(struct target *t, char *heads)
{
	return ca_file_sets_finish_at(t->fd, t->path, note_head, heads,
	    &t->err);
}

/* NULL: there is no such file. */
static void
assert_holds(const struct target *t, const char *name, const char *text)
{
	char *found = tmpdir_read(tmpdir_path(t->path, name));

	if (text == NULL)
		assert_null(found);
	else
		assert_string_equal(found, text);
	free(found);
}

/* How many names there are, hidden ones too. */
static int
entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 2;
}

/* What a killed run leaves: a hidden directory with some of the files. */
static void
leave(const struct target *t, const char *journal, const char *head,
    const char *key)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s", tmpdir_path(t->path, journal));
	assert_int_equal(mkdir(path, 0755), 0);
	if (head != NULL)
		tmpdir_write(tmpdir_path(path, "node.crt"), head);
	if (key != NULL)
		tmpdir_write(tmpdir_path(path, "node.key"), key);
}

static void
refuses_what_is_there_and_changes_nothing(void **state)
{
	struct target t;

	open_target(&t, *state);
	tmpdir_write(tmpdir_path(t.path, "node.key"), "old key");
	assert_int_equal(write_set(&t, false), CA_ERR_FILE);
	assert_non_null(strstr(t.err.message, "node.key: is there already"));
	assert_holds(&t, "node.key", "old key");
	assert_int_equal(entries(t.path), 1);
	close_target(&t);
}

static void
refuses_a_directory_in_a_files_place(void **state)
{
	struct target t;

	open_target(&t, *state);
	tmpdir_write(tmpdir_path(t.path, "node.crt"), "old crt");
	assert_int_equal(mkdir(tmpdir_path(t.path, "node.key"), 0700), 0);
	assert_int_equal(write_set(&t, true), CA_ERR_FILE);
	assert_non_null(strstr(t.err.message, "is a directory"));
	assert_holds(&t, "node.crt", "old crt");
	assert_int_equal(entries(t.path), 2);
	close_target(&t);
}

static void
writes_all_with_their_modes_and_leaves_nothing_else(void **state)
{
	struct target t;
	struct stat st;

	open_target(&t, *state);
	assert_ok(write_set(&t, false), &t.err);
	assert_holds(&t, "node.crt", "new crt");
	assert_holds(&t, "node.key", "new key");
	assert_int_equal(entries(t.path), 2);
	assert_int_equal(stat(tmpdir_path(t.path, "node.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(tmpdir_path(t.path, "node.crt"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	close_target(&t);
}

static void
replaces_a_set_where_that_is_asked_for(void **state)
{
	struct target t;

	open_target(&t, *state);
	tmpdir_write(tmpdir_path(t.path, "node.crt"), "old crt");
	tmpdir_write(tmpdir_path(t.path, "node.key"), "old key");
	assert_ok(write_set(&t, true), &t.err);
	assert_holds(&t, "node.crt", "new crt");
	assert_holds(&t, "node.key", "new key");
	assert_int_equal(entries(t.path), 2);
	close_target(&t);
}

/* Killed at each step between the two sets: the next run comes to the new. */
static void
finishes_from_wherever_a_run_was_killed(void **state)
{
	static const struct {
		const char *crt, *key;           /* in their places */
		const char *next_crt, *next_key; /* still hidden */
	} steps[] = {
		{ "old crt", "old key", "new crt", "new key" },
		{ NULL, "old key", "new crt", "new key" },
		{ NULL, "new key", "new crt", NULL },
		{ "new crt", "new key", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char heads[HEADS] = "";
		struct target t;

		open_target(&t, *state);
		(void)unlink(tmpdir_path(t.path, "node.crt"));
		if (steps[i].crt != NULL)
			tmpdir_write(tmpdir_path(t.path, "node.crt"),
			    steps[i].crt);
		tmpdir_write(tmpdir_path(t.path, "node.key"), steps[i].key);
		leave(&t, ".coldca-replace-node.crt", steps[i].next_crt,
		    steps[i].next_key);
		assert_ok(finish(&t, heads), &t.err);
		assert_string_equal(heads, "node.crt;");
		assert_holds(&t, "node.crt", "new crt");
		assert_holds(&t, "node.key", "new key");
		assert_int_equal(entries(t.path), 2);
		close_target(&t);
	}
}

static void
removes_what_was_only_prepared(void **state)
{
	char heads[HEADS] = "";
	struct target t;

	open_target(&t, *state);
	tmpdir_write(tmpdir_path(t.path, "node.crt"), "old crt");
	tmpdir_write(tmpdir_path(t.path, "node.key"), "old key");
	leave(&t, ".coldca-0123456789abcdef", "new crt", "new key");
	tmpdir_write(tmpdir_path(t.path, ".coldca-fedcba9876543210"), "a file");
	tmpdir_write(tmpdir_path(t.path, ".coldca-notes"), "somebody's");
	assert_ok(finish(&t, heads), &t.err);
	assert_string_equal(heads, "");
	assert_holds(&t, "node.crt", "old crt");
	assert_holds(&t, "node.key", "old key");
	assert_holds(&t, ".coldca-fedcba9876543210", "a file");
	assert_int_equal(entries(t.path), 4);
	close_target(&t);
}

/* A set that was not to overwrite does not do so after a crash either. */
static void
overwrites_nothing_when_it_finishes_what_may_not(void **state)
{
	char heads[HEADS] = "";
	struct target t;

	open_target(&t, *state);
	tmpdir_write(tmpdir_path(t.path, "node.key"), "somebody's key");
	leave(&t, ".coldca-add-node.crt", "new crt", "new key");
	assert_int_equal(finish(&t, heads), CA_ERR_FILE);
	assert_non_null(strstr(t.err.hint, ".coldca-add-node.crt"));
	assert_holds(&t, "node.key", "somebody's key");
	assert_holds(&t, "node.crt", NULL);
	assert_holds(&t, ".coldca-add-node.crt/node.key", "new key");
	close_target(&t);
}

static void
finishes_several(void **state)
{
	char heads[HEADS] = "";
	struct target t;

	open_target(&t, *state);
	leave(&t, ".coldca-add-node.crt", "new crt", "new key");
	assert_int_equal(mkdir(tmpdir_path(t.path, ".coldca-add-ui.crt"), 0755),
	    0);
	tmpdir_write(tmpdir_path(t.path, ".coldca-add-ui.crt/ui.crt"), "ui");
	assert_ok(finish(&t, heads), &t.err);
	assert_non_null(strstr(heads, "node.crt;"));
	assert_non_null(strstr(heads, "ui.crt;"));
	assert_int_equal(entries(t.path), 3);
	close_target(&t);
}

#define IN_DIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(refuses_what_is_there_and_changes_nothing),
		IN_DIR(refuses_a_directory_in_a_files_place),
		IN_DIR(writes_all_with_their_modes_and_leaves_nothing_else),
		IN_DIR(replaces_a_set_where_that_is_asked_for),
		IN_DIR(finishes_from_wherever_a_run_was_killed),
		IN_DIR(removes_what_was_only_prepared),
		IN_DIR(overwrites_nothing_when_it_finishes_what_may_not),
		IN_DIR(finishes_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
