/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "unit/test.h"

static void
check(const void *data, size_t len, const char *expected)
{
	struct ca_error err;
	char *text = NULL;

	assert_ok(ca_text_escape(data, len, &text, &err), &err);
	assert_string_equal(text, expected);
	free(text);
}

#define CHECK(literal, expected) check(literal, sizeof(literal) - 1, expected)

static void
refuses_a_text_beyond_the_limit(void **state)
{
	struct ca_error err;
	char *text = NULL;

	(void)state;
	assert_int_equal(ca_text_escape("", CA_TEXT_MAX + 1, &text, &err),
	    CA_ERR_INPUT);
	assert_null(text);
}

static void
escapes_what_moves_a_cursor(void **state)
{
	(void)state;
	CHECK("a\x1b[2Jb", "a\\x1B[2Jb");
	CHECK("a\r\n\t\x7f", "a\\x0D\\x0A\\x09\\x7F");
	CHECK("\xc2\x9b", "\\u{009B}");
}

static void
escapes_nul(void **state)
{
	(void)state;
	CHECK("a\0b", "a\\x00b");
}

static void
escapes_what_reorders_or_hides(void **state)
{
	(void)state;
	CHECK("\xe2\x80\xae", "\\u{202E}");
	CHECK("\xe2\x80\x8b", "\\u{200B}");
	CHECK("\xe2\x80\xa8", "\\u{2028}");
	CHECK("\xef\xbb\xbf", "\\u{FEFF}");
	CHECK("\xf3\xa0\x81\x81", "\\u{E0041}");
}

static void
escapes_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	CHECK("\xff\xc0\x80", "\\xFF\\xC0\\x80");
	CHECK("\xe2\x80", "\\xE2\\x80");
}

static void
keeps_letters_of_any_script(void **state)
{
	(void)state;
	CHECK("b\xc3\xbc"
	      "cher \xe6\x97\xa5\xe6\x9c\xac",
	    "b\xc3\xbc"
	    "cher \xe6\x97\xa5\xe6\x9c\xac");
}

static void
reads_back_its_own_hex(void **state)
{
	const uint8_t data[] = { 0x00, 0x7f, 0xff };
	uint8_t back[3];
	struct ca_error err;
	char text[7];

	(void)state;
	ca_hex(data, 3, text);
	assert_string_equal(text, "007fff");
	assert_ok(ca_hex_parse("007FFf", back, 3, &err), &err);
	assert_memory_equal(back, data, 3);
	assert_int_equal(ca_hex_parse("007ff", back, 3, &err), CA_ERR_INPUT);
	assert_int_equal(ca_hex_parse("007ffg", back, 3, &err), CA_ERR_INPUT);
}

static void
prefixes_an_error_within_its_size(void **state)
{
	struct ca_error err;
	char longest[CA_ERROR_SIZE];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(ca_fail(&err, CA_ERR_FILE, "%s", "b"), CA_ERR_FILE);
	assert_int_equal(ca_error_prefix(&err, "%s", "a"), CA_ERR_FILE);
	assert_string_equal(err.message, "a: b");
	(void)ca_error_prefix(&err, "%s", longest);
	assert_int_equal(strlen(err.message), CA_ERROR_SIZE - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_text_beyond_the_limit),
		cmocka_unit_test(escapes_what_moves_a_cursor),
		cmocka_unit_test(escapes_nul),
		cmocka_unit_test(escapes_what_reorders_or_hides),
		cmocka_unit_test(escapes_bytes_that_are_not_utf8),
		cmocka_unit_test(keeps_letters_of_any_script),
		cmocka_unit_test(reads_back_its_own_hex),
		cmocka_unit_test(prefixes_an_error_within_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
