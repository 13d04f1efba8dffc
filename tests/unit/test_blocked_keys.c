/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/blocked_keys.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/tmpdir.h"
#include "unit/test.h"

#define MANY 10000 /* more than one chunk of lines */

/* The hash of key number I: they ascend with it. */
static void
hash_of(unsigned i, uint8_t hash[CA_SHA256_SIZE])
{
	memset(hash, 0x5a, CA_SHA256_SIZE);
	hash[0] = (uint8_t)(i >> 16);
	hash[1] = (uint8_t)(i >> 8);
	hash[2] = (uint8_t)i;
}

static void
write_line(FILE *file, unsigned i)
{
	uint8_t hash[CA_SHA256_SIZE];

	hash_of(i, hash);
	for (size_t at = 0; at < sizeof(hash); at++)
		assert_int_equal(fprintf(file, "%02x", hash[at]), 2);
	assert_int_equal(fputc('\n', file), '\n');
}

static FILE *
list_new(const char *dir)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/list", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	return file;
}

static enum ca_code
list_open(const char *dir, struct ca_blocked_keys **ret, struct ca_error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mode_t mode = 0;
	enum ca_code rc;

	assert_true(fd >= 0);
	rc = ca_blocked_keys_open(fd, "list", "ca/list", ret, &mode, err);
	assert_int_equal(close(fd), 0);
	return rc;
}

static bool
has(const struct ca_blocked_keys *list, unsigned i)
{
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_error err = { 0 };
	bool found = false;

	hash_of(i, hash);
	assert_ok(ca_blocked_keys_find(list, hash, &found, &err), &err);
	return found;
}

/* The list of HEAD and every other number below COUNT. */
static struct ca_blocked_keys *
every_other(const char *dir, const char *head, unsigned count)
{
	FILE *file = list_new(dir);
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };

	assert_true(fputs(head, file) >= 0);
	for (unsigned i = 1; i < count; i += 2)
		write_line(file, i);
	assert_int_equal(fclose(file), 0);
	assert_ok(list_open(dir, &list, &err), &err);
	assert_int_equal(ca_blocked_keys_count(list), count / 2);
	return list;
}

static void
finds_each_key_and_no_other(void **state)
{
	struct ca_blocked_keys *list =
	    every_other(*state, "# made by hand\n\n# from a list\n", MANY);

	for (unsigned i = 0; i <= MANY; i++)
		assert_int_equal(has(list, i), i % 2 == 1 && i < MANY);
	ca_blocked_keys_free(list);
}

static void
finds_nothing_in_a_list_of_none_or_one(void **state)
{
	struct ca_blocked_keys *list = every_other(*state, "", 0);

	assert_false(has(list, 1));
	ca_blocked_keys_free(list);
	list = every_other(*state, "# nothing yet\n", 0);
	assert_false(has(list, 1));
	ca_blocked_keys_free(list);
	list = every_other(*state, "", 3);
	assert_true(has(list, 1));
	assert_false(has(list, 0));
	assert_false(has(list, 2));
	ca_blocked_keys_free(list);
}

/* Fails unless the list of keys 1, TEXT, 3 is refused with WHY; frees it. */
static void
assert_malformed(const char *dir, const char *text, const char *why)
{
	FILE *file = list_new(dir);
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };

	assert_true(fputs("# head\n", file) >= 0);
	write_line(file, 1);
	assert_true(fputs(text, file) >= 0);
	write_line(file, 3);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(list_open(dir, &list, &err), CA_ERR_INPUT);
	assert_null(list);
	assert_string_equal(err.rule, "blocked-keys");
	if (strstr(err.message, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", err.message, why);
}

static void
names_the_line_that_is_malformed(void **state)
{
	static const char *const bad[] = {
		"\n", "# in the middle\n", "00\n",
		"0001025A5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n",
		"0001025a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\r\n",
		"0001025a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a \n",
		"g001025a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n"
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_malformed(*state, bad[i],
		    "ca/list: line 3: not 64 lower-case hex digits");
}

static void
names_the_line_that_is_out_of_order(void **state)
{
	assert_malformed(*state,
	    "0000005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n",
	    "ca/list: line 3: is out of order");
	assert_malformed(*state,
	    "ff00005a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\n",
	    "ca/list: line 4: is out of order");
}

static void
sees_disorder_across_chunks(void **state)
{
	FILE *file = list_new(*state);
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };

	for (unsigned i = 1; i <= 4096; i++)
		write_line(file, i);
	write_line(file, 4095);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "line 4097: is out of order"));
}

static void
refuses_a_list_that_is_cut_short(void **state)
{
	FILE *file = list_new(*state);
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };

	write_line(file, 1);
	assert_true(fputs("0001", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "line 2: "));
	file = list_new(*state);
	assert_true(fputs("# no end", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "line 1: the comments"));
}

static void
follows_no_link_and_waits_for_no_writer(void **state)
{
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/list", (char *)*state);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_FILE);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_FILE);
}

/* The longest that may be is read, and is no list where it is a hole. */
static void
refuses_a_file_that_is_too_long(void **state)
{
	const off_t longest =
	    (off_t)(CA_BLOCKED_HEAD_MAX + CA_BLOCKED_KEYS_MAX * 65);
	FILE *file = list_new(*state);
	struct ca_blocked_keys *list = NULL;
	struct ca_error err = { 0 };

	assert_int_equal(ftruncate(fileno(file), longest), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "line 1: not 64"));
	assert_int_equal(ftruncate(fileno(file), longest + 1), 0);
	assert_int_equal(list_open(*state, &list, &err), CA_ERR_INPUT);
	assert_string_equal(err.message,
	    "ca/list: has more than 16777216 keys");
	assert_int_equal(fclose(file), 0);
}

static void
sees_a_list_that_shrinks(void **state)
{
	struct ca_blocked_keys *list = every_other(*state, "", 100);
	uint8_t hash[CA_SHA256_SIZE] = { 0xff };
	struct ca_error err = { 0 };
	bool found = true;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/list", (char *)*state);
	assert_int_equal(truncate(path, 65), 0);
	assert_int_equal(ca_blocked_keys_find(list, hash, &found, &err),
	    CA_ERR_FILE);
	assert_non_null(strstr(err.message, "became shorter"));
	ca_blocked_keys_free(list);
	ca_blocked_keys_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_each_key_and_no_other,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    finds_nothing_in_a_list_of_none_or_one, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    names_the_line_that_is_malformed, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    names_the_line_that_is_out_of_order, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(sees_disorder_across_chunks,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    refuses_a_list_that_is_cut_short, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    follows_no_link_and_waits_for_no_writer, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(refuses_a_file_that_is_too_long,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(sees_a_list_that_shrinks,
		    tmpdir_setup, tmpdir_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
