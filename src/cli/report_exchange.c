/* SPDX-License-Identifier: Apache-2.0 */
/* What came in, who approved it, and what went out. */
#include <inttypes.h>

#include "base/text.h"
#include "cli/report.h"

/* The beginning of a table; both texts are ours. */
static void
put_caption(struct cli_page *page, const char *caption, const char *heads)
{
	cli_page_raw(page, "<table class=\"stack\">\n<caption>");
	cli_page_raw(page, caption);
	cli_page_raw(page, "</caption>\n<thead><tr>");
	cli_page_raw(page, heads);
	cli_page_raw(page, "</tr></thead>\n<tbody>\n");
}

/* The end of a table that shows SHOWN of ALL. */
static void
put_end(struct cli_page *page, int64_t all, size_t shown)
{
	cli_page_raw(page, "</tbody>\n</table>\n");
	if (all > (int64_t)shown)
		cli_page_put(page,
		    "<p class=\"dim\">And %" PRId64
		    " before them: <code>coldca minutes --since=1</code> has "
		    "them all.</p>\n",
		    all - (int64_t)shown);
}

static void
put_approval(struct cli_page *page, const struct ca_report_approval *approval)
{
	char at[CA_TIME_TEXT_SIZE], until[CA_TIME_TEXT_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_time_format(approval->approved_at, at);
	ca_time_format(approval->expires_at, until);
	ca_hex(approval->spki_sha256, CA_SHA256_SIZE, hex);
	cli_page_put(page,
	    "<li><strong>%s</strong>, <span class=\"nowrap\">%s</span>, for "
	    "use until <span class=\"nowrap\">%s</span>, key <span "
	    "class=\"hex\">%s</span></li>\n",
	    approval->approver, at, until, hex);
}

static void
put_approved(struct cli_page *page, const struct ca_report_exchange *exchange)
{
	if (exchange->approved_count == 0)
		return;
	put_caption(page, "Who approved what was signed",
	    "<th>profile</th><th>name</th><th>serial</th><th>state</th>"
	    "<th>approved by</th>");
	for (size_t i = 0; i < exchange->approved_count; i++) {
		const struct ca_report_approved *row = &exchange->approved[i];

		cli_page_put(page,
		    "<tr><td data-label=\"profile\">%s</td><td>%s</td>"
		    "<td class=\"hex\">%s</td><td class=\"nowrap\" data-label=\"state\">%s</td>"
		    "<td><ul>\n",
		    row->profile, row->name, row->serial_text, row->state);
		for (size_t j = 0; j < row->count; j++)
			put_approval(page, &row->approval[j]);
		cli_page_raw(page, "</ul></td></tr>\n");
	}
	put_end(page, exchange->certificates, exchange->approved_count);
}

static void
put_manifests(struct cli_page *page, const struct ca_report_exchange *exchange)
{
	if (exchange->manifest_count == 0)
		return;
	put_caption(page, "Request manifests that were taken in",
	    "<th>taken in</th><th>host</th><th>valid until</th>"
	    "<th>key SHA-256</th>");
	for (size_t i = 0; i < exchange->manifest_count; i++) {
		const struct ca_report_manifest *row = &exchange->manifest[i];
		char at[CA_TIME_TEXT_SIZE], until[CA_TIME_TEXT_SIZE];
		char hex[2 * CA_SHA256_SIZE + 1];

		ca_time_format(row->taken_at, at);
		ca_time_format(row->expires_at, until);
		ca_hex(row->spki_sha256, CA_SHA256_SIZE, hex);
		cli_page_put(page,
		    "<tr><td class=\"nowrap\" data-label=\"taken in\">%s</td>"
		    "<td>%s</td>"
		    "<td class=\"nowrap\" data-label=\"valid until\">%s</td>"
		    "<td class=\"hex\" data-label=\"key\">%s</td></tr>\n",
		    at, row->host, until, hex);
	}
	put_end(page, exchange->manifests, exchange->manifest_count);
}

static void
put_responses(struct cli_page *page, const struct ca_report_exchange *exchange)
{
	if (exchange->response_count == 0)
		return;
	put_caption(page, "Response manifests that a CA's key signed",
	    "<th>file</th><th>signed</th><th>SHA-256 of its body</th>");
	for (size_t i = 0; i < exchange->response_count; i++) {
		const struct ca_report_response *row = &exchange->response[i];
		char at[CA_TIME_TEXT_SIZE], hex[2 * CA_SHA256_SIZE + 1];

		ca_time_format(row->signed_at, at);
		ca_hex(row->sha256, CA_SHA256_SIZE, hex);
		cli_page_put(page,
		    "<tr><td class=\"nowrap\">response-%" PRId64 ".txt</td>"
		    "<td class=\"nowrap\">%s</td>"
		    "<td class=\"hex\">%s</td></tr>\n",
		    row->entry, at, hex);
	}
	put_end(page, exchange->responses, exchange->response_count);
}

static void
put_refusals(struct cli_page *page, const struct ca_report_exchange *exchange)
{
	if (exchange->refusal_count == 0)
		return;
	put_caption(page, "What was refused",
	    "<th class=\"number\">entry</th><th>time</th><th>why</th>");
	for (size_t i = 0; i < exchange->refusal_count; i++) {
		const struct ca_report_refusal *row = &exchange->refusal[i];
		char at[CA_TIME_TEXT_SIZE];

		ca_time_format(row->time, at);
		cli_page_put(page,
		    "<tr><td class=\"number\" data-label=\"entry\">%" PRId64
		    "</td><td class=\"nowrap\">%s</td><td>%s</td></tr>\n",
		    row->entry, at, row->detail);
	}
	put_end(page, exchange->refusals, exchange->refusal_count);
}

/* Whether there was refused, and where that was looked for. */
static void
put_refused(struct cli_page *page, const struct ca_report *facts)
{
	const int64_t walked = CA_REPORT_WALK_MAX;

	cli_page_put(page, "<dt>refused</dt><dd>%" PRId64,
	    facts->exchange.refusals);
	if (facts->head.entry > walked)
		cli_page_put(page, ", in the last %" PRId64 " entries", walked);
	cli_page_raw(page, "</dd>\n");
}

void
cli_report_exchange(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report_exchange *exchange = &report->report.exchange;

	cli_page_put(page,
	    "<section>\n<h2>What came in and went out</h2>\n"
	    "<dl class=\"fields\">\n<dt>request manifests taken in</dt>"
	    "<dd>%" PRId64 "</dd>\n<dt>approvals counted</dt><dd>%" PRId64
	    ", for %" PRId64 " certificates</dd>\n"
	    "<dt>response manifests signed</dt><dd>%" PRId64 "</dd>\n",
	    exchange->manifests, exchange->approvals, exchange->certificates,
	    exchange->responses);
	put_refused(page, &report->report);
	cli_page_raw(page, "</dl>\n");
	put_approved(page, exchange);
	put_manifests(page, exchange);
	put_responses(page, exchange);
	put_refusals(page, exchange);
	cli_page_raw(page, "</section>\n");
}
