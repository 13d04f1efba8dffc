/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/test.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/table.h"
#include "cli/term.h"

/* A terminal that only remembers. */
struct screen {
	char *text;
	size_t len;
	FILE *out;
};

static int
screen_setup(void **state)
{
	struct screen *screen = calloc(1, sizeof(*screen));

	if (screen == NULL)
		return -1;
	screen->out = open_memstream(&screen->text, &screen->len);
	*state = screen;
	return screen->out != NULL ? 0 : -1;
}

static int
screen_teardown(void **state)
{
	struct screen *screen = *state;

	(void)fclose(screen->out);
	free(screen->text);
	free(screen);
	return 0;
}

static const char *
shown(struct screen *screen)
{
	(void)fflush(screen->out);
	return screen->text;
}

static void
shows_no_escape_sequence_of_others(void **state)
{
	struct screen *screen = *state;

	term_line(screen->out, "%s: %s", "a.csr", "\033[2J\033]0;x\007");
	assert_string_equal(shown(screen), "a.csr: \\x1B[2J\\x1B]0;x\\x07\n");
}

/* A line that is written over and over is not in the way of a message. */
static void
takes_the_status_away_for_a_message(void **state)
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	char text[256] = "";

	(void)state;
	assert_non_null(file);
	(void)fflush(stderr);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	term_note("no line stands there");
	term_status("1 of 2");
	term_status("2 of 2");
	term_note("now");
	term_status(NULL);
	(void)fflush(stderr);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	(void)close(before);
	rewind(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	(void)fclose(file);
	assert_string_equal(text,
	    "coldca: note: no line stands there\n"
	    "\r\033[K1 of 2\r\033[K2 of 2"
	    "\r\033[Kcoldca: note: now\n");
}

static void
shows_one_line_whatever_is_in_it(void **state)
{
	struct screen *screen = *state;

	term_line(screen->out, "%s", "a\nb\rc");
	assert_string_equal(shown(screen), "a\\x0Ab\\x0Dc\n");
}

static void
shows_bytes_that_are_not_utf_8_as_such(void **state)
{
	struct screen *screen = *state;

	term_line(screen->out, "%s", "\xff\xc3(");
	assert_string_equal(shown(screen), "\\xFF\\xC3(\n");
}

static void
shows_controls_of_the_second_kind_and_reordering(void **state)
{
	struct screen *screen = *state;

	/* U+009B CSI, U+202E RIGHT-TO-LEFT OVERRIDE */
	term_line(screen->out, "%s",
	    "\xc2\x9b"
	    "\xe2\x80\xae"
	    "x");
	assert_string_equal(shown(screen), "\\u{009B}\\u{202E}x\n");
}

static void
keeps_letters_of_any_language(void **state)
{
	struct screen *screen = *state;

	term_line(screen->out, "%s", "caf\xc3\xa9 \xe6\x97\xa5");
	assert_string_equal(shown(screen), "caf\xc3\xa9 \xe6\x97\xa5\n");
}

/* libsmartcols would never come back from it. */
static void
shows_a_table_where_the_locale_knows_ascii_alone(void **state)
{
	static const char *const headings[] = { "User", "Key" };
	static const char *const cells[] = { "gr\xc3\xb6\xc3\x9f"
					     "e",
		"p256" };
	struct screen *screen = *state;
	struct cli_table *table = NULL;
	struct ca_error err = { 0 };

	assert_non_null(setlocale(LC_CTYPE, "C"));
	assert_ok(cli_table_new(headings, 2, &table, &err), &err);
	assert_ok(cli_table_row(table, cells, &err), &err);
	(void)alarm(20);
	assert_ok(cli_table_print(table, screen->out, &err), &err);
	(void)alarm(0);
	assert_non_null(strstr(shown(screen), "gr\\u{00F6}\\u{00DF}e p256"));
	cli_table_free(table);
}

static void
escapes_the_cells_of_a_table_once(void **state)
{
	static const char *const headings[] = { "A", "B" };
	static const char *const cells[] = { "x\033[2Jy", NULL };
	struct screen *screen = *state;
	struct cli_table *table = NULL;
	struct ca_error err;

	assert_ok(cli_table_new(headings, 2, &table, &err), &err);
	assert_ok(cli_table_row(table, cells, &err), &err);
	assert_ok(cli_table_print(table, screen->out, &err), &err);
	cli_table_free(table);
	assert_null(strchr(shown(screen), '\033'));
	assert_non_null(strstr(shown(screen), "x\\x1B[2Jy"));
}

static void
never_cuts_a_cell_of_a_table(void **state)
{
	static const char *const headings[] = { "A", "B" };
	struct screen *screen = *state;
	struct cli_table *table = NULL;
	struct ca_error err;
	char wide[501];
	const char *const cells[] = { wide, wide };

	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	assert_ok(cli_table_new(headings, 2, &table, &err), &err);
	assert_ok(cli_table_row(table, cells, &err), &err);
	assert_ok(cli_table_print(table, screen->out, &err), &err);
	cli_table_free(table);
	assert_non_null(strstr(strstr(shown(screen), wide) + 500, wide));
}

#define SCREEN_TEST(name) \
	cmocka_unit_test_setup_teardown(name, screen_setup, screen_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(shows_no_escape_sequence_of_others),
		cmocka_unit_test(takes_the_status_away_for_a_message),
		SCREEN_TEST(shows_one_line_whatever_is_in_it),
		SCREEN_TEST(shows_bytes_that_are_not_utf_8_as_such),
		SCREEN_TEST(shows_controls_of_the_second_kind_and_reordering),
		SCREEN_TEST(keeps_letters_of_any_language),
		SCREEN_TEST(escapes_the_cells_of_a_table_once),
		SCREEN_TEST(shows_a_table_where_the_locale_knows_ascii_alone),
		SCREEN_TEST(never_cuts_a_cell_of_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
