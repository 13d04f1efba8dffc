/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one page of HTML: what everybody looks for comes first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/report.h"
#include "cli/show.h"

static void
put_tile(struct cli_page *page, const char *label, const char *class,
    int64_t count)
{
	cli_page_put(page,
	    "<div class=\"tile\"><p>%s</p><p class=\"big %s\">%" PRId64
	    "</p></div>\n",
	    label, count > 0 ? class : "", count);
}

/* The first row of the calendar. */
static void
put_first_visit(struct cli_page *page, const struct ca_report *facts)
{
	const struct ca_report_visit *visit = &facts->visit[0];
	struct cli_report_task task = { .what = NULL };
	char date[CA_TIME_TEXT_SIZE];

	if (facts->visits == 0 || page->rc != CA_OK)
		return;
	page->rc = cli_report_task(facts, visit, &task, &page->err);
	cli_page_date(visit->by, date);
	cli_page_put(page,
	    "<div class=\"tile wide-tile\"><p>next visit</p>"
	    "<p class=\"big %s\">%s</p><p>%s</p></div>\n",
	    visit->by <= facts->made_at ? "bad" : "",
	    visit->by <= facts->made_at ? "now" : date, task.what);
	cli_report_task_clear(&task);
}

static void
put_tiles(struct cli_page *page, const struct ca_report *facts)
{
	const struct ca_report_counts *counts = &facts->counts;

	cli_page_raw(page, "<div class=\"tiles\">\n");
	put_first_visit(page, facts);
	put_tile(page, "valid", "good", counts->valid);
	put_tile(page, "expired", "", counts->expired);
	put_tile(page, "revoked", "", counts->revoked);
	put_tile(page, "open", "bad", counts->pending);
	cli_page_raw(page, "</div>\n");
}

static void
put_banners(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;

	if (report->cli->ca.policy->mode == CA_MODE_TEST)
		cli_page_raw(page,
		    "<p class=\"banner bad\" role=\"alert\">TEST MODE: this CA "
		    "is a rehearsal. It takes tokens made of software, and "
		    "nobody should trust it.</p>\n");
	if (report->verify && !report->sound)
		cli_page_put(page,
		    "<p class=\"banner bad\" role=\"alert\">THE LEDGER DOES NOT "
		    "VERIFY: %s. What stands below is what it says, and can be "
		    "wrong.</p>\n",
		    report->fault.message);
	for (size_t i = 0; i < facts->cas; i++)
		if (facts->ca[i].compromised)
			cli_page_put(page,
			    "<p class=\"banner bad\">A key of the %s CA was "
			    "given up: see below.</p>\n",
			    ca_authority_name(facts->ca[i].authority));
}

static void
put_checks(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;
	char time[CA_TIME_TEXT_SIZE];

	cli_page_raw(page, "<dt>chain and signatures</dt>");
	if (!report->verify)
		cli_page_raw(page,
		    "<dd class=\"warn\">not looked at for this page: "
		    "<code>coldca report --verify</code>, or <code>coldca ledger "
		    "verify</code></dd>\n");
	else if (report->sound)
		cli_page_put(page,
		    "<dd class=\"good\">verified: %" PRId64 " entries, %" PRId64
		    " certificates with their signatures, %" PRId64
		    " signed heads</dd>\n",
		    report->verified.entries, report->verified.certificates,
		    report->verified.heads);
	else
		cli_page_put(page, "<dd class=\"bad\">%s</dd>\n",
		    report->fault.message);
	cli_page_raw(page, "<dt>signed by a CA's key</dt>");
	ca_time_format(facts->last_signed.signed_at, time);
	if (facts->has_signed)
		cli_page_put(page, "<dd>up to entry %" PRId64 ", at %s",
		    facts->last_signed.signed_entry, time);
	else
		cli_page_raw(page, "<dd class=\"warn\">never");
	/* The entry that holds the signature is one itself. */
	if (facts->has_signed &&
	    facts->head.entry > facts->last_signed.signed_entry + 1)
		cli_page_put(page,
		    "; %" PRId64 " entries since are not covered yet",
		    facts->head.entry - facts->last_signed.signed_entry - 1);
	cli_page_raw(page, "</dd>\n");
}

static void
put_ledger(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_head *head = &report->report.head;
	char hex[2 * CA_SHA256_SIZE + 1], time[CA_TIME_TEXT_SIZE];
	char *words = NULL;

	if (page->rc == CA_OK)
		page->rc = cli_words_text(head->hash, CA_HEAD_SHORT, &words,
		    &page->err);
	cli_page_put(page,
	    "<section>\n<h2>Ledger</h2>\n<p>Its head in words. Who noted them "
	    "at an earlier visit gives them to <code>coldca ledger verify "
	    "--expect-head</code>, which says whether that ledger is still in "
	    "this one.</p>\n<p class=\"words\">%s</p>\n",
	    words);
	free(words);
	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	ca_time_format(head->time, time);
	cli_page_put(page,
	    "<dl class=\"fields\">\n<dt>last entry</dt><dd>%" PRId64
	    ", of %s</dd>\n<dt>its hash</dt><dd class=\"hex\">%s</dd>\n",
	    head->entry, time, hex);
	ca_hex(report->report.identity, CA_SHA256_SIZE, hex);
	cli_page_put(page, "<dt>identity</dt><dd class=\"hex\">%s</dd>\n", hex);
	put_checks(page, report);
	cli_page_raw(page, "</dl>\n</section>\n");
}

void
cli_report_page(struct cli_page *page, void *arg)
{
	const struct cli_report *report = arg;
	const struct ca_report *facts = &report->report;
	char time[CA_TIME_TEXT_SIZE];

	ca_time_format(facts->made_at, time);
	cli_page_begin(page, "coldca report");
	cli_page_put(page,
	    "<header>\n<h1>State of the CA</h1>\n"
	    "<p class=\"dim\">%s, made at %s by coldca %s</p>\n</header>\n",
	    report->cli->ca.path, time, COLDCA_VERSION);
	put_banners(page, report);
	put_tiles(page, facts);
	cli_report_visits(page, report);
	cli_report_cas(page, report);
	cli_report_certificates(page, report);
	cli_report_exchange(page, report);
	put_ledger(page, report);
	cli_report_policy(page, report);
	cli_page_raw(page,
	    "<footer>Times are of UTC, by the clock of the machine that made "
	    "this page. It holds no secret and fetches nothing.</footer>\n");
	cli_page_end(page);
}
