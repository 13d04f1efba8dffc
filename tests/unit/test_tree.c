/* SPDX-License-Identifier: Apache-2.0 */
#include "base/tree.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define PATH_SIZE 4096

static int
open_dir(const char *path)
{
	struct ca_error err;
	int fd = -1;

	assert_ok(ca_dir_open(path, 0700, &fd, &err), &err);
	return fd;
}

/* DIR/NAME, made and opened; its path in PATH. */
static int
make_dir(const char *dir, const char *name, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/%s", dir, name);
	return open_dir(path);
}

static bool
skip_one(const void *context, const char *below)
{
	return strcmp(context, below) == 0;
}

static void
links_everything_but_what_is_skipped(void **state)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	int in = make_dir(*state, "from", from),
	    out = make_dir(*state, "to", to);
	struct stat a, b;
	struct ca_error err;

	assert_int_equal(mkdir(tmpdir_path(from, "sub"), 0751), 0);
	tmpdir_write(tmpdir_path(from, "file"), "x");
	tmpdir_write(tmpdir_path(from, "sub/kept"), "x");
	tmpdir_write(tmpdir_path(from, "sub/left"), "x");
	assert_int_equal(mkfifo(tmpdir_path(from, "fifo"), 0600), 0);
	assert_int_equal(chmod(from, 0755), 0);
	/* Where the file system has them, labels go with the directory. */
	(void)setxattr(from, "user.note", "mine", 4, 0);
	assert_ok(ca_tree_link(in, out, from, skip_one, "sub/left", &err),
	    &err);
	assert_int_equal(lstat(tmpdir_path(from, "file"), &a), 0);
	assert_int_equal(lstat(tmpdir_path(to, "file"), &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(access(tmpdir_path(to, "sub/kept"), F_OK), 0);
	assert_int_equal(access(tmpdir_path(to, "fifo"), F_OK), 0);
	assert_int_not_equal(access(tmpdir_path(to, "sub/left"), F_OK), 0);
	assert_int_equal(stat(tmpdir_path(to, "sub"), &b), 0);
	assert_int_equal(b.st_mode & 07777, 0751);
	assert_int_equal(stat(to, &b), 0);
	assert_int_equal(b.st_mode & 07777, 0755);
	assert_int_equal(getxattr(from, "user.note", NULL, 0),
	    getxattr(to, "user.note", NULL, 0));
	(void)close(in);
	(void)close(out);
}

static void
copies_what_can_not_be_linked(void **state)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	int in = make_dir(*state, "from", from),
	    out = make_dir(*state, "to", to);
	char target[8] = "", *text;
	struct stat a, b;
	struct ca_error err;

	tmpdir_write(tmpdir_path(from, "file"), "content");
	assert_int_equal(chmod(tmpdir_path(from, "file"), 0640), 0);
	assert_int_equal(symlink("x", tmpdir_path(from, "link")), 0);
	assert_int_equal(mkfifo(tmpdir_path(from, "fifo"), 0600), 0);
	assert_ok(ca_file_copy_at(in, out, "file", from, &err), &err);
	assert_ok(ca_file_copy_at(in, out, "link", from, &err), &err);
	assert_int_equal(ca_file_copy_at(in, out, "fifo", from, &err),
	    CA_ERR_FILE);
	text = tmpdir_read(tmpdir_path(to, "file"));
	assert_string_equal(text, "content");
	free(text);
	assert_int_equal(stat(tmpdir_path(from, "file"), &a), 0);
	assert_int_equal(stat(tmpdir_path(to, "file"), &b), 0);
	assert_int_not_equal(a.st_ino, b.st_ino);
	assert_int_equal(b.st_mode & 07777, 0640);
	assert_int_equal(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	assert_int_equal(readlink(tmpdir_path(to, "link"), target,
			     sizeof(target)),
	    1);
	assert_int_equal(ca_file_copy_at(in, out, "file", from, &err),
	    CA_ERR_FILE);
	(void)close(in);
	(void)close(out);
}

static void
removes_a_tree_and_follows_no_link_out_of_it(void **state)
{
	int parent = open_dir(*state);
	struct ca_error err;

	assert_int_equal(mkdir(tmpdir_path(*state, "tree"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path(*state, "tree/a"), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path(*state, "outside"), 0700), 0);
	tmpdir_write(tmpdir_path(*state, "outside/file"), "x");
	assert_int_equal(symlink("../../outside",
			     tmpdir_path(*state, "tree/a/link")),
	    0);
	assert_ok(ca_tree_remove(parent, "tree", "tree", &err), &err);
	assert_int_not_equal(access(tmpdir_path(*state, "tree"), F_OK), 0);
	assert_int_equal(access(tmpdir_path(*state, "outside/file"), F_OK), 0);
	assert_ok(ca_tree_remove(parent, "tree", "tree", &err), &err);
	(void)close(parent);
}

static bool
skip_none(const void *context, const char *below)
{
	(void)context, (void)below;
	return false;
}

static void
refuses_a_tree_that_is_too_deep(void **state)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	int in = make_dir(*state, "from", from),
	    out = make_dir(*state, "to", to);
	char path[256];
	size_t len = (size_t)snprintf(path, sizeof(path), "%s", from);
	struct ca_error err;

	for (unsigned i = 0; i <= CA_TREE_DEPTH_MAX; i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "/d");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(ca_tree_link(in, out, from, skip_none, NULL, &err),
	    CA_ERR_FILE);
	assert_non_null(strstr(err.message, "directories deep"));
	(void)close(in);
	(void)close(out);
}

#define IN_TMPDIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TMPDIR(links_everything_but_what_is_skipped),
		IN_TMPDIR(copies_what_can_not_be_linked),
		IN_TMPDIR(removes_a_tree_and_follows_no_link_out_of_it),
		IN_TMPDIR(refuses_a_tree_that_is_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
