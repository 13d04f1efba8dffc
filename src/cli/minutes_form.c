/* SPDX-License-Identifier: Apache-2.0 */
/* How each part of a record looks in HTML and in Markdown. */
#include <inttypes.h>

#include "base/text.h"
#include "cli/minutes.h"

static bool
is_html(const struct cli_page *page)
{
	return page->form == CLI_PAGE_HTML;
}

void
cli_minutes_heading(struct cli_page *page, const char *text)
{
	if (is_html(page))
		cli_page_put(page, "<h2>%s</h2>\n", text);
	else
		cli_page_put(page, "## %s\n\n", text);
}

void
cli_minutes_text(struct cli_page *page, const char *text)
{
	if (is_html(page))
		cli_page_put(page, "<p>%s</p>\n", text);
	else
		cli_page_put(page, "%s\n\n", text);
}

void
cli_minutes_loud(struct cli_page *page, const char *text)
{
	if (is_html(page))
		cli_page_put(page, "<p class=\"banner bad\">%s</p>\n", text);
	else
		cli_page_put(page, "**%s**\n\n", text);
}

void
cli_minutes_fields(struct cli_page *page)
{
	if (is_html(page))
		cli_page_raw(page, "<dl class=\"fields\">\n");
}

void
cli_minutes_field(struct cli_page *page, const char *label, const char *text)
{
	if (is_html(page))
		cli_page_put(page, "<dt>%s</dt><dd>%s</dd>\n", label, text);
	else
		cli_page_put(page, "- %s: %s\n", label, text);
}

void
cli_minutes_fields_end(struct cli_page *page)
{
	cli_page_raw(page, is_html(page) ? "</dl>\n" : "\n");
}

void
cli_minutes_table(struct cli_page *page)
{
	if (is_html(page))
		cli_page_raw(page,
		    "<table class=\"stack\">\n<thead><tr><th>entry</th>"
		    "<th>time</th><th>what</th><th>about</th><th>detail</th>"
		    "</tr></thead>\n<tbody>\n");
	else
		cli_page_raw(page,
		    "| entry | time | what | about | detail |\n"
		    "| ---: | --- | --- | --- | --- |\n");
}

/* What an entry is about: "node node-n1, serial 47..., until ..., names". */
static void
put_about(struct cli_page *page, const struct ca_minute *minute)
{
	char until[CA_TIME_TEXT_SIZE];

	if (minute->serial_text == NULL)
		return;
	cli_page_date(minute->not_after, until);
	cli_page_put(page, "%s %s, serial %s, until %s", minute->profile,
	    minute->name, minute->serial_text, until);
	if (minute->names != NULL && *minute->names != '\0')
		cli_page_put(page, ", names %s", minute->names);
}

/* Who approved it, who signed what came in and how long it holds, what went out. */
static void
put_detail(struct cli_page *page, const struct ca_minute *minute)
{
	char hex[2 * CA_SHA256_SIZE + 1], until[CA_TIME_TEXT_SIZE];

	cli_page_put(page, "%s", minute->detail);
	if (minute->approvers != NULL)
		cli_page_put(page, "%sapproved by %s",
		    *minute->detail != '\0' ? ", " : "", minute->approvers);
	if (minute->signer != NULL) {
		ca_hex(minute->signer, CA_SHA256_SIZE, hex);
		ca_time_format(minute->expires_at, until);
		cli_page_put(page,
		    is_html(page)
			? ", holds until <span class=\"nowrap\">%s</span>, key "
			  "SHA-256 %s"
			: ", holds until %s, key SHA-256 %s",
		    until, hex);
	}
	if (minute->response != NULL) {
		ca_hex(minute->response, CA_SHA256_SIZE, hex);
		cli_page_put(page, ", response manifest SHA-256 %s", hex);
	}
}

void
cli_minutes_row(struct cli_page *page, const struct ca_minute *minute)
{
	char time[CA_TIME_TEXT_SIZE];

	ca_time_format(minute->time, time);
	if (is_html(page)) {
		cli_page_put(page,
		    "<tr><td class=\"nowrap\" data-label=\"entry\">%" PRId64
		    "</td><td class=\"nowrap\">%s</td><td class=\"nowrap\"><strong>%s</strong>"
		    "</td><td>",
		    minute->id, time, minute->word);
		put_about(page, minute);
		cli_page_raw(page, "</td><td>");
		put_detail(page, minute);
		cli_page_raw(page, "</td></tr>\n");
	} else {
		cli_page_put(page, "| %" PRId64 " | %s | %s | ", minute->id,
		    time, minute->word);
		put_about(page, minute);
		cli_page_raw(page, " | ");
		put_detail(page, minute);
		cli_page_raw(page, " |\n");
	}
}

void
cli_minutes_table_end(struct cli_page *page)
{
	if (is_html(page))
		cli_page_raw(page, "</tbody>\n</table>\n");
	else
		cli_page_raw(page, "\n");
}

void
cli_minutes_sign(struct cli_page *page, const char *role, const char *name)
{
	if (is_html(page))
		cli_page_put(page,
		    "<div class=\"sign\"><div>%s%s%s</div><div>signature</div>"
		    "<div>date</div></div>\n",
		    role, *name != '\0' ? ": " : "", name);
	else
		cli_page_put(page,
		    "%s: %s\n\nSignature: "
		    "\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_"
		    " Date: \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\n\n",
		    role, *name != '\0' ? name : "____________________");
}
