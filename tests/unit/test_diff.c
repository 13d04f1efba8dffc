/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static struct ca_bytes
bytes_of(const char *text)
{
	return (struct ca_bytes){ .data = (uint8_t *)(uintptr_t)text,
		.len = strlen(text) };
}

static void
assert_diff(const char *old, const char *new, const char *expected,
    size_t added, size_t removed)
{
	struct ca_bytes a = bytes_of(old), b = bytes_of(new), text = { 0 };
	struct ca_diff_size size = { 99, 99 };
	struct ca_error err = { 0 };

	assert_ok(ca_diff(&a, &b, &text, &size, &err), &err);
	if (text.len != strlen(expected) ||
	    (text.len > 0 && memcmp(text.data, expected, text.len) != 0))
		fail_msg("%.*s", (int)text.len, (const char *)text.data);
	assert_int_equal(size.added, added);
	assert_int_equal(size.removed, removed);
	ca_bytes_free(&text);
	assert_ok(ca_diff(&a, &b, NULL, &size, &err), &err);
	assert_int_equal(size.added, added);
	assert_int_equal(size.removed, removed);
}

static void
finds_nothing_where_nothing_differs(void **state)
{
	(void)state;
	assert_diff("", "", "", 0, 0);
	assert_diff("a\nb\n", "a\nb\n", "", 0, 0);
}

static void
shows_three_lines_around_a_change(void **state)
{
	(void)state;
	assert_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n",
	    "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
	    "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n", 1, 1);
	assert_diff("1\n2\n", "0\n1\n2\n", "@@ -1,2 +1,3 @@\n+0\n 1\n 2\n", 1,
	    0);
	assert_diff("1\n2\n", "1\n", "@@ -1,2 +1,1 @@\n 1\n-2\n", 0, 1);
}

static void
joins_changes_that_are_near_and_parts_others(void **state)
{
	(void)state;
	assert_diff("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	    "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n", 2, 2);
	assert_diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n",
	    "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	    "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
	    "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n",
	    2, 2);
}

static void
knows_empty_texts_and_missing_newlines(void **state)
{
	(void)state;
	assert_diff("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n", 2, 0);
	assert_diff("a\n", "", "@@ -1,1 +0,0 @@\n-a\n", 0, 1);
	assert_diff("a\n", "a",
	    "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n", 1, 1);
}

/* Lines that moved are kept as far as they can be. */
static void
keeps_as_many_lines_as_there_are_in_common(void **state)
{
	(void)state;
	assert_diff("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
	    "@@ -1,7 +1,6 @@\n-a\n-b\n c\n-a\n b\n+a\n b\n a\n+c\n", 2, 3);
}

/* A table of every line against every line would be too large. */
static void
replaces_what_differs_in_thousands_of_lines(void **state)
{
	size_t lines = 2100, size = 0;
	char *old = malloc(lines * 16), *new = malloc(lines * 16);
	struct ca_bytes a, b;
	struct ca_diff_size counts;
	struct ca_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < lines; i++) {
		(void)snprintf(new + size, 16, "%s%06zu\n",
		    i % 2 == 0 ? "x" : "_", i);
		size += (size_t)snprintf(old + size, 16, "_%06zu\n", i);
	}
	a = bytes_of(old);
	b = bytes_of(new);
	assert_ok(ca_diff(&a, &b, NULL, &counts, &err), &err);
	/* The last line is the same, and so is not between. */
	assert_int_equal(counts.added, lines - 1);
	assert_int_equal(counts.removed, lines - 1);
	free(old);
	free(new);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nothing_where_nothing_differs),
		cmocka_unit_test(shows_three_lines_around_a_change),
		cmocka_unit_test(joins_changes_that_are_near_and_parts_others),
		cmocka_unit_test(knows_empty_texts_and_missing_newlines),
		cmocka_unit_test(keeps_as_many_lines_as_there_are_in_common),
		cmocka_unit_test(replaces_what_differs_in_thousands_of_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
