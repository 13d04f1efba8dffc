/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/tmpdir.h"
#include "unit/test.h"

static int
open_dir(const char *path)
{
	struct ca_error err;
	int fd = -1;

	assert_ok(ca_dir_open(path, 0, &fd, &err), &err);
	return fd;
}

/* Entries of the directory at PATH, hidden ones too. */
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

static struct ca_bytes
text_bytes(const char *text)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	assert_ok(ca_bytes_append(&bytes, text, strlen(text), &err), &err);
	return bytes;
}

static void
refuses_to_read_a_link(void **state)
{
	const char *link = tmpdir_path(*state, "link");
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	tmpdir_write(tmpdir_path(*state, "file"), "x");
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(ca_file_read(link, 10, &bytes, &err), CA_ERR_FILE);
	assert_non_null(strstr(err.message, "symbolic link"));
	assert_null(bytes.data);
}

static void
refuses_a_fifo_without_waiting(void **state)
{
	const char *fifo = tmpdir_path(*state, "fifo");
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(ca_file_read(fifo, 10, &bytes, &err), CA_ERR_FILE);
	assert_non_null(strstr(err.message, "not a regular file"));
}

static void
refuses_a_file_that_is_too_large(void **state)
{
	const char *path = tmpdir_path(*state, "file");
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	tmpdir_write(path, "12345");
	assert_int_equal(ca_file_read(path, 4, &bytes, &err), CA_ERR_INPUT);
	assert_ok(ca_file_read(path, 5, &bytes, &err), &err);
	assert_int_equal(bytes.len, 5);
	ca_bytes_free(&bytes);
}

/* /proc says that its files are empty: the size can not be believed. */
static void
refuses_a_file_that_hides_its_size(void **state)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_file_read("/proc/cpuinfo", 4, &bytes, &err),
	    CA_ERR_INPUT);
}

static void
writes_all_files_or_none(void **state)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new files[] = {
		{ "a", &bytes, 0644, false, NULL },
		{ "b", &bytes, 0600, false, NULL },
	};
	int fd = open_dir(*state);
	struct ca_error err;
	char *text;

	tmpdir_write(tmpdir_path(*state, "b"), "old");
	assert_int_equal(ca_files_write_at(fd, *state, files, 2, &err),
	    CA_ERR_FILE);
	assert_non_null(strstr(err.message, "/b: File exists"));
	assert_true(err.hint[0] != '\0');
	assert_int_equal(entries(*state), 1);
	text = tmpdir_read(tmpdir_path(*state, "b"));
	assert_string_equal(text, "old");
	free(text);
	ca_bytes_free(&bytes);
	(void)close(fd);
}

static void
writes_with_the_mode_asked_for_whatever_the_umask(void **state)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new files[] = {
		{ "a", &bytes, 0644, false, NULL },
		{ "b", &bytes, 0600, true, NULL },
	};
	mode_t old = umask(0077);
	int fd = open_dir(*state);
	struct ca_error err;
	struct stat st;

	tmpdir_write(tmpdir_path(*state, "b"), "old");
	assert_ok(ca_files_write_at(fd, *state, files, 2, &err), &err);
	(void)umask(old);
	assert_int_equal(stat(tmpdir_path(*state, "a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(tmpdir_path(*state, "b"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(entries(*state), 2);
	ca_bytes_free(&bytes);
	(void)close(fd);
}

static void
does_not_write_through_a_link(void **state)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new file = { "link", &bytes, 0644, true, NULL };
	int fd = open_dir(*state);
	struct ca_error err;
	char *text;

	tmpdir_write(tmpdir_path(*state, "target"), "old");
	assert_int_equal(symlink("target", tmpdir_path(*state, "link")), 0);
	assert_ok(ca_files_write_at(fd, *state, &file, 1, &err), &err);
	text = tmpdir_read(tmpdir_path(*state, "target"));
	assert_string_equal(text, "old");
	free(text);
	ca_bytes_free(&bytes);
	(void)close(fd);
}

static void
makes_a_folder_complete_or_not_at_all(void **state)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new files[] = {
		{ "a", &bytes, 0644, false, NULL },
		{ "no/such", &bytes, 0644, false, NULL },
	};
	int fd = open_dir(*state);
	struct ca_error err;

	assert_int_equal(ca_dir_write_at(fd, *state, "out", files, 2, false,
			     &err),
	    CA_ERR_FILE);
	assert_int_equal(entries(*state), 0);
	assert_ok(ca_dir_write_at(fd, *state, "out", files, 1, false, &err),
	    &err);
	assert_int_equal(entries(tmpdir_path(*state, "out")), 1);
	ca_bytes_free(&bytes);
	(void)close(fd);
}

#define LEFT ".coldca-0123456789abcdef"

/* What a killed ca_dir_write_at() leaves: LEFT, with two files in it. */
static void
leave_half_made(void *dir)
{
	assert_int_equal(mkdir(tmpdir_path(dir, LEFT), 0700), 0);
	tmpdir_write(tmpdir_path(dir, LEFT "/ca.crt"), "x");
	tmpdir_write(tmpdir_path(dir, LEFT "/node.crt"), "x");
}

static void
removes_folders_that_were_left_half_made(void **state)
{
	leave_half_made(*state);
	assert_int_equal(mkdir(tmpdir_path(*state, ".coldca-fedcba9876543210"),
			     0755),
	    0);
	tmpdir_write(tmpdir_path(*state, "node.crt"), "x");
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 2);
	assert_int_equal(entries(*state), 1);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
	assert_int_equal(ca_dir_tidy(tmpdir_path(*state, "none"), ".crt"), 0);
}

static void
leaves_folders_that_hold_anything_else(void **state)
{
	static const char *const others[] = { LEFT "/node.key", LEFT "/.crt",
		LEFT "/notes" };

	leave_half_made(*state);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const char *path = tmpdir_path(*state, others[i]);

		tmpdir_write(path, "x");
		assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
		assert_int_equal(entries(tmpdir_path(*state, LEFT)), 3);
		assert_int_equal(unlink(tmpdir_path(*state, others[i])), 0);
	}
	assert_int_equal(symlink("ca.crt", tmpdir_path(*state, LEFT "/b.crt")),
	    0);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
	assert_int_equal(unlink(tmpdir_path(*state, LEFT "/b.crt")), 0);
	assert_int_equal(mkdir(tmpdir_path(*state, LEFT "/d.crt"), 0700), 0);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
	assert_int_equal(entries(tmpdir_path(*state, LEFT)), 3);
	assert_int_equal(rmdir(tmpdir_path(*state, LEFT "/d.crt")), 0);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 1);
}

static void
leaves_what_has_another_name_or_is_a_link(void **state)
{
	static const char *const names[] = { ".coldca-0123456789abcde",
		".coldca-0123456789abcdef0", ".coldca-0123456789abcdeg",
		"coldca-0123456789abcdef" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(mkdir(tmpdir_path(*state, names[i]), 0700), 0);
	assert_int_equal(mkdir(tmpdir_path(*state, "target"), 0700), 0);
	assert_int_equal(symlink("target", tmpdir_path(*state, LEFT)), 0);
	tmpdir_write(tmpdir_path(*state, ".coldca-fedcba9876543210"), "x");
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
	assert_int_equal(entries(*state), 7);
}

static void
leaves_all_while_somebody_writes(void **state)
{
	int fd;

	leave_half_made(*state);
	fd = open_dir(*state);
	ca_dir_share(fd);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 0);
	assert_int_equal(entries(tmpdir_path(*state, LEFT)), 2);
	(void)close(fd);
	assert_int_equal(ca_dir_tidy(*state, ".crt"), 1);
}

#define WRITES 200

/* In a process of its own: 0 where each folder came to its place. */
static int
write_many(void *dir)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new file = { "a.crt", &bytes, 0644, false, NULL };
	int fd = -1, failed = 0;

	for (int i = 0; i < WRITES; i++) {
		struct ca_error err;

		fd = open_dir(dir);
		ca_dir_share(fd);
		if (ca_dir_write_at(fd, dir, "out", &file, 1, i > 0, &err) !=
		    CA_OK)
			failed = 1;
		(void)close(fd);
	}
	ca_bytes_free(&bytes);
	return failed;
}

/* Whoever tidies up meanwhile. */
static void
a_folder_that_is_being_written_comes_to_its_place(void **state)
{
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0)
		_exit(write_many(*state));
	while (waitpid(child, &status, WNOHANG) == 0)
		(void)ca_dir_tidy(*state, ".crt");
	assert_int_equal(status, 0);
	assert_int_equal(entries(*state), 1);
	assert_int_equal(entries(tmpdir_path(*state, "out")), 1);
}

static void
refuses_a_second_hard_link_where_there_must_be_none(void **state)
{
	struct ca_bytes bytes = { 0 };
	int fd = open_dir(*state);
	struct ca_error err;

	tmpdir_write(tmpdir_path(*state, "a"), "abc");
	assert_ok(ca_file_read_sole_at(fd, "a", "d/a", 10, &bytes, &err), &err);
	assert_int_equal(bytes.len, 3);
	ca_bytes_free(&bytes);
	assert_int_equal(link(tmpdir_path(*state, "a"),
			     tmpdir_path(*state, "b")),
	    0);
	assert_int_equal(ca_file_read_sole_at(fd, "a", "d/a", 10, &bytes, &err),
	    CA_ERR_FILE);
	assert_null(bytes.data);
	assert_int_equal(symlink("a", tmpdir_path(*state, "c")), 0);
	assert_int_equal(ca_file_read_sole_at(fd, "c", "d/c", 10, &bytes, &err),
	    CA_ERR_FILE);
	(void)close(fd);
}

static void
follows_a_link_only_where_it_is_asked_to(void **state)
{
	struct ca_bytes bytes = { 0 };
	int fd = open_dir(*state);
	struct ca_error err;

	tmpdir_write(tmpdir_path(*state, "a"), "abc");
	assert_int_equal(symlink("a", tmpdir_path(*state, "c")), 0);
	assert_int_equal(mkfifo(tmpdir_path(*state, "f"), 0600), 0);
	assert_int_equal(symlink("f", tmpdir_path(*state, "g")), 0);
	assert_int_equal(ca_file_read_at(fd, "c", "d/c", 10, &bytes, NULL,
			     &err),
	    CA_ERR_FILE);
	assert_ok(ca_file_read_followed_at(fd, "c", "d/c", 10, &bytes, &err),
	    &err);
	assert_int_equal(bytes.len, 3);
	ca_bytes_free(&bytes);
	assert_int_equal(ca_file_read_followed_at(fd, "g", "d/g", 10, &bytes,
			     &err),
	    CA_ERR_FILE);
	(void)close(fd);
}

static void
replaces_a_folder_only_when_asked(void **state)
{
	struct ca_bytes bytes = text_bytes("new");
	const struct ca_file_new file = { "b", &bytes, 0644, false, NULL };
	int fd = open_dir(*state);
	struct ca_error err;

	assert_int_equal(mkdir(tmpdir_path(*state, "out"), 0755), 0);
	tmpdir_write(tmpdir_path(*state, "out/a"), "old");
	assert_int_equal(ca_dir_write_at(fd, *state, "out", &file, 1, false,
			     &err),
	    CA_ERR_FILE);
	assert_int_equal(access(tmpdir_path(*state, "out/a"), F_OK), 0);
	assert_ok(ca_dir_write_at(fd, *state, "out", &file, 1, true, &err),
	    &err);
	assert_int_not_equal(access(tmpdir_path(*state, "out/a"), F_OK), 0);
	assert_int_equal(access(tmpdir_path(*state, "out/b"), F_OK), 0);
	assert_int_equal(entries(*state), 1);
	ca_bytes_free(&bytes);
	(void)close(fd);
}

static void
hashes_a_file(void **state)
{
	const char *path = tmpdir_path(*state, "file");
	struct ca_error err;
	uint8_t digest[32];

	tmpdir_write(path, "abc");
	assert_ok(ca_file_sha256(path, digest, &err), &err);
	/* FIPS 180-2 appendix B.1 */
	assert_memory_equal(digest, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8);
	assert_int_equal(ca_file_sha256("/nonexistent", digest, &err),
	    CA_ERR_FILE);
}

/* Where the names can not be had on disk, nobody knows which folder is there. */
static void
keeps_both_folders_where_the_exchange_may_not_last(void **state)
{
	struct ca_bytes content = { (uint8_t[]){ 'x' }, 1 };
	const struct ca_file_new file = { "f", &content, 0644, false, NULL };
	int fd = open(*state, O_DIRECTORY | O_RDONLY);
	int unsynced = open(*state, O_PATH | O_DIRECTORY); /* fsync() fails */
	struct ca_error err;

	assert_true(fd >= 0 && unsynced >= 0);
	assert_ok(ca_dir_write_at(fd, *state, "out", &file, 1, false, &err),
	    &err);
	assert_int_equal(ca_dir_write_at(unsynced, *state, "out", &file, 1,
			     true, &err),
	    CA_ERR_FILE);
	assert_int_equal(entries(*state), 2);
	assert_ok(ca_dir_write_at(fd, *state, "out", &file, 1, true, &err),
	    &err);
	assert_int_equal(entries(*state), 2);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(unsynced), 0);
}

/* Some of them are the machine's: /dev/null. */
static void
replaces_nothing_but_files(void **state)
{
	struct ca_bytes text = text_bytes("new");
	const struct ca_file_new file = { "fifo", &text, 0644, true, NULL };
	int dir = open_dir(*state);
	struct ca_error err = { 0 };
	struct stat st;

	assert_int_equal(mkfifo(tmpdir_path(*state, "fifo"), 0600), 0);
	assert_int_equal(ca_files_write_at(dir, "dir", &file, 1, &err),
	    CA_ERR_FILE);
	assert_string_equal(err.message,
	    "dir/fifo: is not a regular file, and is not replaced");
	assert_int_equal(stat(tmpdir_path(*state, "fifo"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(entries(*state), 1);
	(void)close(dir);
	ca_bytes_free(&text);
}

#define IN_TMPDIR(test) \
	cmocka_unit_test_setup_teardown(test, tmpdir_setup, tmpdir_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TMPDIR(refuses_to_read_a_link),
		IN_TMPDIR(refuses_a_second_hard_link_where_there_must_be_none),
		IN_TMPDIR(follows_a_link_only_where_it_is_asked_to),
		IN_TMPDIR(refuses_a_fifo_without_waiting),
		IN_TMPDIR(refuses_a_file_that_is_too_large),
		cmocka_unit_test(refuses_a_file_that_hides_its_size),
		IN_TMPDIR(writes_all_files_or_none),
		IN_TMPDIR(writes_with_the_mode_asked_for_whatever_the_umask),
		IN_TMPDIR(does_not_write_through_a_link),
		IN_TMPDIR(replaces_nothing_but_files),
		IN_TMPDIR(makes_a_folder_complete_or_not_at_all),
		IN_TMPDIR(replaces_a_folder_only_when_asked),
		IN_TMPDIR(removes_folders_that_were_left_half_made),
		IN_TMPDIR(leaves_folders_that_hold_anything_else),
		IN_TMPDIR(leaves_what_has_another_name_or_is_a_link),
		IN_TMPDIR(leaves_all_while_somebody_writes),
		IN_TMPDIR(a_folder_that_is_being_written_comes_to_its_place),
		IN_TMPDIR(keeps_both_folders_where_the_exchange_may_not_last),
		IN_TMPDIR(hashes_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
