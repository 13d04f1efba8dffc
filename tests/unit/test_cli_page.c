/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing from outside is markup on a page. */
#include "unit/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/minutes.h"
#include "cli/page.h"
#include "cli/svg.h"

/* A page that only remembers. */
struct sheet {
	struct cli_page page;
	char *text;
	size_t len;
};

static int
setup(void **state)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));

	if (sheet == NULL)
		return -1;
	sheet->page.out = open_memstream(&sheet->text, &sheet->len);
	sheet->page.form = CLI_PAGE_HTML;
	*state = sheet;
	return sheet->page.out != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct sheet *sheet = *state;

	(void)fclose(sheet->page.out);
	free(sheet->text);
	free(sheet);
	return 0;
}

static const char *
shown(struct sheet *sheet)
{
	(void)fflush(sheet->page.out);
	return sheet->text;
}

static void
assert_escaped(enum cli_page_form form, const char *text, const char *expected)
{
	struct ca_error err = { 0 };
	char *safe = NULL;

	assert_ok(cli_page_escape(form, text, &safe, &err), &err);
	assert_string_equal(safe, expected);
	free(safe);
}

static void
html_has_no_markup_of_others(void **state)
{
	(void)state;
	assert_escaped(CLI_PAGE_HTML, "<script>alert(1)</script>",
	    "&lt;script&gt;alert(1)&lt;/script&gt;");
	assert_escaped(CLI_PAGE_HTML, "a\"b'c&d", "a&quot;b&#39;c&amp;d");
	assert_escaped(CLI_PAGE_HTML, "&amp;", "&amp;amp;");
	assert_escaped(CLI_PAGE_HTML, "", "");
}

static void
no_page_has_what_moves_or_hides_text(void **state)
{
	static const struct {
		const char *text, *html;
	} rows[] = {
		{ "a\nb\tc", "a\\x0Ab\\x09c" },
		{ "\033[2J\177", "\\x1B[2J\\x7F" },
		{ "\302\205", "\\u{0085}" },          /* C1: NEL */
		{ "a\342\200\256b", "a\\u{202E}b" },  /* right to left */
		{ "a\342\201\246b", "a\\u{2066}b" },  /* isolate */
		{ "a\342\200\213b", "a\\u{200B}b" },  /* zero width */
		{ "a\342\200\250b", "a\\u{2028}b" },  /* line separator */
		{ "\377<", "\\xFF&lt;" },             /* no UTF-8 */
		{ "B\303\274cher", "B\303\274cher" }, /* is text */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_escaped(CLI_PAGE_HTML, rows[i].text, rows[i].html);
	assert_escaped(CLI_PAGE_MARKDOWN, "a\nb", "a\\\\x0Ab");
	assert_escaped(CLI_PAGE_MARKDOWN, "a\342\200\256b",
	    "a\\\\u\\{202E\\}b");
}

static void
markdown_has_no_markup_of_others(void **state)
{
	(void)state;
	assert_escaped(CLI_PAGE_MARKDOWN, "*a* _b_ `c` ~d~ #e !f",
	    "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\#e \\!f");
	assert_escaped(CLI_PAGE_MARKDOWN, "| cell", "\\| cell");
	assert_escaped(CLI_PAGE_MARKDOWN, "\\|", "\\\\\\|");
	assert_escaped(CLI_PAGE_MARKDOWN, "[x](y) <z> &lt;",
	    "\\[x\\](y) \\<z\\> \\&lt;");
	assert_escaped(CLI_PAGE_MARKDOWN, "https://x www.x WWW.y a@b",
	    "https\\://x www\\.x WWW\\.y a\\@b");
	assert_escaped(CLI_PAGE_MARKDOWN, "node-1.example.com, 12:30",
	    "node-1.example.com, 12:30");
}

static void
arguments_are_escaped_and_markup_is_not(void **state)
{
	struct sheet *sheet = *state;
	const char *volatile none = NULL;

	cli_page_put(&sheet->page, "<b title=\"%s\">%s</b> %" PRId64 " %zu %s",
	    "\" onload=\"x", "<i>", INT64_C(-7), (size_t)9, none);
	assert_int_equal(sheet->page.rc, CA_OK);
	assert_string_equal(shown(sheet),
	    "<b title=\"&quot; onload=&quot;x\">&lt;i&gt;</b> -7 9 ");
}

static void
nothing_is_written_after_a_failure(void **state)
{
	struct sheet *sheet = *state;
	char *large = malloc(1024 * 1024 + 2);

	assert_non_null(large);
	memset(large, 'a', 1024 * 1024 + 1);
	large[1024 * 1024 + 1] = '\0';
	cli_page_put(&sheet->page, "a%sb", large);
	cli_page_put(&sheet->page, "c");
	cli_page_raw(&sheet->page, "d");
	free(large);
	assert_int_equal(sheet->page.rc, CA_ERR_INPUT);
	assert_string_equal(shown(sheet), "a");
}

static void
a_page_fetches_nothing(void **state)
{
	struct sheet *sheet = *state;

	cli_page_begin(&sheet->page, "</title><script>");
	cli_page_end(&sheet->page);
	assert_non_null(strstr(shown(sheet),
	    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\""));
	assert_non_null(
	    strstr(sheet->text, "<title>&lt;/title&gt;&lt;script&gt;</title>"));
	assert_null(strstr(sheet->text, "<script"));
	assert_null(strstr(sheet->text, "http://"));
	assert_null(strstr(sheet->text, "https://"));
	assert_null(strstr(sheet->text, "url("));
	assert_null(strstr(sheet->text, "@import"));
}

static void
a_row_of_the_record_stays_one_row(void **state)
{
	struct sheet *sheet = *state;
	static const uint8_t hash[CA_SHA256_SIZE] = { 1 };
	const struct ca_minute minute = {
		.id = 7,
		.word = "refused",
		.detail = "a | b\n| 8 | evil | issued | x |",
		.hash = hash,
		.serial_text = "47",
		.profile = "node",
		.name = "node-<b>",
		.names = "",
	};

	sheet->page.form = CLI_PAGE_MARKDOWN;
	cli_minutes_row(&sheet->page, &minute);
	assert_string_equal(shown(sheet),
	    "| 7 | 1970-01-01T00:00:00Z | refused | "
	    "node node-\\<b\\>, serial 47, until 1970-01-01 | "
	    "a \\| b\\\\x0A\\| 8 \\| evil \\| issued \\| x \\| |\n");
}

static size_t
occurrences(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		count++;
	return count;
}

static void
a_chart_has_a_bar_for_what_is_not_nothing(void **state)
{
	struct sheet *sheet = *state;
	const struct svg_bar bars[] = {
		{ "2026-01", 1000000 },
		{ "2026-02", 0 },
		{ "2026-03", 1 },
	};
	const struct svg_mark mark = { "CA <ends>", 2.5 };
	const struct svg_chart chart = {
		.bar = bars,
		.count = 3,
		.mark = &mark,
		.marks = 1,
		.name = "a \"chart\"",
		.width = 316,
		.height = 156,
		.label_every = 2,
	};

	cli_svg_bars(&sheet->page, &chart);
	assert_int_equal(occurrences(shown(sheet), "<rect"), 2);
	assert_non_null(strstr(sheet->text,
	    "<rect class=\"soon\" x=\"9\" y=\"34\" width=\"98\" height=\"100\">"));
	assert_non_null(strstr(sheet->text,
	    "<rect class=\"bar\" x=\"209\" y=\"132\" width=\"98\" height=\"2\">"));
	assert_non_null(strstr(sheet->text, ">2026-03</text>"));
	assert_null(strstr(sheet->text, ">2026-02</text>"));
	assert_non_null(strstr(sheet->text, "x1=\"258\""));
	assert_non_null(strstr(sheet->text, "CA &lt;ends&gt;"));
	assert_non_null(
	    strstr(sheet->text, "aria-label=\"a &quot;chart&quot;\""));
}

#define with_sheet(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_has_no_markup_of_others),
		cmocka_unit_test(no_page_has_what_moves_or_hides_text),
		cmocka_unit_test(markdown_has_no_markup_of_others),
		with_sheet(arguments_are_escaped_and_markup_is_not),
		with_sheet(nothing_is_written_after_a_failure),
		with_sheet(a_page_fetches_nothing),
		with_sheet(a_row_of_the_record_stays_one_row),
		with_sheet(a_chart_has_a_bar_for_what_is_not_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
