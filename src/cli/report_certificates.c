/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates: how many, when they end, and which were revoked. */
#include <inttypes.h>

#include "cli/report.h"
#include "cli/svg.h"

#define MONTH_LEN 7 /* of "2026-11-23" */

static void
put_states(struct cli_page *page, const struct ca_report_counts *counts)
{
	const struct {
		const char *state;
		int64_t count;
		const char *means;
	} rows[] = {
		{ "valid", counts->valid, "issued, not revoked, not expired" },
		{ "expired", counts->expired, "issued, never revoked" },
		{ "revoked", counts->revoked,
		    "issued, and revoked since; also where expired by now" },
		{ "pending", counts->pending,
		    "recorded; a run was interrupted before it was signed" },
		{ "burned", counts->burned,
		    "never finished; the serial is never used again" },
		{ "all", counts->all, "serial numbers that were given out" },
	};

	cli_page_raw(page,
	    "<table>\n<caption>By state</caption>\n<thead><tr><th>state</th>"
	    "<th class=\"number\">count</th><th>meaning</th></tr></thead>\n"
	    "<tbody>\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cli_page_put(page,
		    "<tr><td class=\"nowrap\">%s</td><td class=\"number\">%" PRId64
		    "</td><td>%s</td></tr>\n",
		    rows[i].state, rows[i].count, rows[i].means);
	cli_page_raw(page, "</tbody>\n</table>\n");
}

static void
put_profiles(struct cli_page *page, const struct ca_report_counts *counts)
{
	cli_page_raw(page, "<p>Of all, by profile: ");
	for (unsigned i = 0; i < CA_PROFILES; i++)
		cli_page_put(page, "%s%s %" PRId64, i > 0 ? ", " : "",
		    ca_profile_get(i)->name, counts->profile[i]);
	cli_page_raw(page, ".</p>\n");
}

/* The ends of CAs that are in the timeline; returns how many. */
static size_t
find_marks(const struct ca_report *report,
    struct svg_mark marks[CA_AUTHORITIES])
{
	static const char *const labels[CA_AUTHORITIES] = {
		[CA_AUTHORITY_CLUSTER] = "cluster CA ends",
		[CA_AUTHORITY_CLIENT] = "client CA ends",
		[CA_AUTHORITY_UI] = "ui CA ends",
		[CA_AUTHORITY_TENANT_CLIENT] = "tenant-client CA ends",
	};
	const struct ca_report_timeline *line = &report->timeline;
	const int64_t from = line->bar[0].from;
	size_t count = 0;

	for (size_t i = 0; i < report->cas && count < CA_AUTHORITIES; i++) {
		const struct ca_report_ca *ca = &report->ca[i];
		int64_t end = ca_certificate_not_after(ca->certificate);

		if (ca->standing != CA_STANDING_CURRENT || ca->replaced ||
		    end < from || end >= line->until)
			continue;
		marks[count++] = (struct svg_mark){
			.label = labels[ca->authority],
			.at = (double)(end - from) * CA_REPORT_BARS /
			    (double)(line->until - from),
		};
	}
	return count;
}

static void
put_timeline(struct cli_page *page, const struct ca_report *report)
{
	const struct ca_report_timeline *line = &report->timeline;
	struct svg_bar bars[CA_REPORT_BARS];
	struct svg_mark marks[CA_AUTHORITIES];
	struct svg_chart chart = {
		.bar = bars,
		.count = CA_REPORT_BARS,
		.mark = marks,
		.marks = find_marks(report, marks),
		.name = "certificates that end, by month",
		.width = 1080,
		.height = 240,
		.label_every = 2,
	};
	int64_t sum = 0;

	for (size_t i = 0; i < CA_REPORT_BARS; i++) {
		cli_page_date(line->bar[i].from, bars[i].label);
		bars[i].label[MONTH_LEN] = '\0';
		bars[i].value = line->bar[i].count;
	}
	for (size_t i = 0; i < CA_REPORT_BARS; i++)
		sum += line->bar[i].count;
	if (sum == 0 && chart.marks == 0) {
		cli_page_raw(page, "<p>Nothing ends in two years.</p>\n");
		return;
	}
	if (line->months == 1)
		cli_page_raw(page,
		    "<figure>\n<figcaption>Expiries, by month; those of this "
		    "month stand out.</figcaption>\n");
	else
		cli_page_put(page,
		    "<figure>\n<figcaption>Expiries; each bar is %zu "
		    "months, and the first begins with this one."
		    "</figcaption>\n",
		    (size_t)line->months);
	cli_page_raw(page, "<div class=\"chart-wide\">\n");
	cli_svg_bars(page, &chart);
	chart.width = 360;
	chart.height = 200;
	chart.label_every = 6;
	cli_page_raw(page, "</div>\n<div class=\"chart-narrow\">\n");
	cli_svg_bars(page, &chart);
	cli_page_raw(page, "</div>\n</figure>\n");
	if (line->later > 0)
		cli_page_put(page,
		    "<p class=\"dim\">%" PRId64
		    " end after that, CA certificates among them.</p>\n",
		    line->later);
}

/* What of LISTED more there are, and what lists them all. */
static void
put_more(struct cli_page *page, int64_t all, size_t listed, const char *command)
{
	if (all > (int64_t)listed)
		cli_page_put(page,
		    "<p class=\"dim\">And %" PRId64
		    " more: <code>%s</code> lists them all.</p>\n",
		    all - (int64_t)listed, command);
}

static void
put_next(struct cli_page *page, const struct ca_report *report)
{
	const struct ca_report_rows *rows = &report->next;

	if (rows->count == 0)
		return;
	cli_page_raw(page,
	    "<table class=\"stack\">\n<caption>What ends first</caption>\n"
	    "<thead><tr><th>ends</th><th>profile</th><th>name</th>"
	    "<th>alternative names</th><th>serial</th><th></th></tr></thead>\n"
	    "<tbody>\n");
	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_report_row *row = &rows->item[i];
		char ends[CA_TIME_TEXT_SIZE];

		cli_page_date(row->not_after, ends);
		cli_page_put(page,
		    "<tr><td class=\"nowrap\" data-label=\"ends\">%s</td>"
		    "<td data-label=\"profile\">%s</td><td>%s</td>"
		    "<td data-label=\"names\">%s</td>"
		    "<td class=\"hex\">%s</td><td>%s</td></tr>\n",
		    ends, row->profile, row->name, row->names, row->serial_text,
		    row->renewed ? "renewed since" : "");
	}
	cli_page_raw(page, "</tbody>\n</table>\n");
	put_more(page, report->counts.valid, rows->count,
	    "coldca ledger list --state=issued");
}

static void
put_revoked(struct cli_page *page, const struct ca_report *report)
{
	const struct ca_report_rows *rows = &report->revoked;
	const char *separator = "<p>By reason: ";

	cli_page_raw(page, "<section>\n<h2>Revocations</h2>\n");
	if (rows->count == 0) {
		cli_page_raw(page, "<p>Nothing was revoked.</p>\n</section>\n");
		return;
	}
	for (unsigned i = 0; i <= CA_REASON_PRIVILEGE_WITHDRAWN; i++) {
		if (report->counts.reason[i] == 0)
			continue;
		cli_page_raw(page, separator);
		cli_page_put(page, "%s %" PRId64, ca_reason_name(i),
		    report->counts.reason[i]);
		separator = ", ";
	}
	cli_page_raw(page,
	    ".</p>\n<table class=\"stack\">\n<caption>The last ones</caption>\n"
	    "<thead><tr><th>revoked</th><th>reason</th><th>name</th>"
	    "<th>serial</th><th>ends</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_report_row *row = &rows->item[i];
		char when[CA_TIME_TEXT_SIZE], ends[CA_TIME_TEXT_SIZE];

		ca_time_format(row->revoked_at, when);
		cli_page_date(row->not_after, ends);
		cli_page_put(page,
		    "<tr><td class=\"nowrap\" data-label=\"revoked\">%s</td>"
		    "<td>%s</td><td>%s</td><td class=\"hex\">%s</td>"
		    "<td class=\"nowrap\" data-label=\"ends\">%s</td></tr>\n",
		    when, row->reason, row->name, row->serial_text, ends);
	}
	cli_page_raw(page, "</tbody>\n</table>\n");
	put_more(page, report->counts.revoked, rows->count,
	    "coldca ledger list --state=revoked");
	cli_page_raw(page, "</section>\n");
}

static void
put_open(struct cli_page *page, const struct ca_report *report)
{
	const struct ca_report_rows *rows = &report->open;

	if (rows->count == 0)
		return;
	cli_page_raw(page,
	    "<section>\n<h2>Open entries</h2>\n<p class=\"warn\">An interrupted "
	    "run left these: the token may have signed them. <code>coldca sign "
	    "--resume</code> settles them.</p>\n<table class=\"stack\">\n"
	    "<thead><tr><th>recorded</th><th>profile</th><th>name</th>"
	    "<th>serial</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_report_row *row = &rows->item[i];
		char when[CA_TIME_TEXT_SIZE];

		ca_time_format(row->reserved_at, when);
		cli_page_put(page,
		    "<tr><td class=\"nowrap\" data-label=\"recorded\">%s</td>"
		    "<td data-label=\"profile\">%s</td><td>%s</td>"
		    "<td class=\"hex\">%s</td></tr>\n",
		    when, row->profile, row->name, row->serial_text);
	}
	cli_page_raw(page, "</tbody>\n</table>\n");
	put_more(page, report->counts.pending, rows->count,
	    "coldca ledger list --state=pending");
	cli_page_raw(page, "</section>\n");
}

void
cli_report_certificates(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;

	cli_page_raw(page, "<section>\n<h2>Certificates</h2>\n");
	put_states(page, &facts->counts);
	put_profiles(page, &facts->counts);
	put_timeline(page, facts);
	put_next(page, facts);
	cli_page_raw(page, "</section>\n");
	put_revoked(page, facts);
	put_open(page, facts);
}
