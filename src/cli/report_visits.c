/* SPDX-License-Identifier: Apache-2.0 */
/* By when somebody has to come back, and what for. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/report.h"

#define DAY INT64_C(86400)
#define SOON (30 * DAY) /* a visit that is to be planned now */

static enum ca_code
task_open(const struct ca_report *report, const struct ca_report_visit *visit,
    struct cli_report_task *ret, struct ca_error *err)
{
	enum ca_code rc;

	(void)report;
	rc = ca_text_format(&ret->what, err,
	    "settle what an interrupted run left open: %" PRId64 " entries",
	    visit->count);
	if (rc == CA_OK)
		rc = ca_text_format(&ret->command, err, "coldca sign --resume");
	return rc;
}

static enum ca_code
task_plan(const struct ca_report *report, const struct ca_report_visit *visit,
    struct cli_report_task *ret, struct ca_error *err)
{
	const struct ca_plan *plan = &report->plan;
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	enum ca_code rc;

	rc = ca_text_format(&ret->what, err,
	    "go on with the plan for the %s CA: step %u of %u, %s",
	    ca_authority_name(visit->authority), plan->step,
	    ca_plan_steps(plan->kind), step != NULL ? step->name : "unknown");
	if (rc == CA_OK)
		rc = ca_text_format(&ret->command, err, "coldca %s",
		    ca_plan_command(plan->kind));
	return rc;
}

static enum ca_code
task_renew(const struct ca_report *report, const struct ca_report_visit *visit,
    struct cli_report_task *ret, struct ca_error *err)
{
	enum ca_code rc;

	(void)report;
	rc = visit->count == 1
	    ? ca_text_format(&ret->what, err,
		  "renew %s: two thirds of its life are over", visit->name)
	    : ca_text_format(&ret->what, err,
		  "renew %" PRId64
		  " certificates: two thirds of their life are over, first %s",
		  visit->count, visit->name);
	if (rc == CA_OK && visit->count == 1)
		rc = ca_text_format(&ret->command, err, "coldca renew %s",
		    visit->name);
	else if (rc == CA_OK)
		rc = ca_text_format(&ret->command, err,
		    "coldca ledger list --expiring=DURATION, coldca renew");
	return rc;
}

static enum ca_code
task_ca(const struct ca_report *report, const struct ca_report_visit *visit,
    struct cli_report_task *ret, struct ca_error *err)
{
	static const struct {
		enum ca_visit why;
		const char *before, *after; /* the name of the CA */
		const char *command;        /* in front of its word; or NULL */
	} rows[] = {
		{ CA_VISIT_CRL, "before the last CRL of the ", " CA is stale",
		    "coldca create-crl --ca=" },
		{ CA_VISIT_OCSP, "before the OCSP responses of the ",
		    " CA are stale", "coldca create-ocsp --ca=" },
		{ CA_VISIT_CA_RENEW, "begin to replace the ",
		    " CA: two thirds of its life are over",
		    "coldca rotate-ca begin --ca=" },
		{ CA_VISIT_CA_END, "the certificate of the ",
		    " CA ends: nothing that it signed is trusted any more",
		    NULL },
	};
	const char *name = ca_authority_name(visit->authority);
	enum ca_code rc = CA_OK;

	(void)report;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].why != visit->why || rc != CA_OK)
			continue;
		rc = ca_text_format(&ret->what, err, "%s%s%s", rows[i].before,
		    name, rows[i].after);
		if (rc == CA_OK && rows[i].command != NULL)
			rc = ca_text_format(&ret->command, err, "%s%s",
			    rows[i].command, name);
	}
	return rc;
}

enum ca_code
cli_report_task(const struct ca_report *report,
    const struct ca_report_visit *visit, struct cli_report_task *ret,
    struct ca_error *err)
{
	static enum ca_code (*const tasks[])(const struct ca_report *,
	    const struct ca_report_visit *, struct cli_report_task *,
	    struct ca_error *) = {
		[CA_VISIT_OPEN] = task_open,
		[CA_VISIT_PLAN] = task_plan,
		[CA_VISIT_RENEW] = task_renew,
		[CA_VISIT_CRL] = task_ca,
		[CA_VISIT_OCSP] = task_ca,
		[CA_VISIT_CA_RENEW] = task_ca,
		[CA_VISIT_CA_END] = task_ca,
	};
	struct cli_report_task task = { .what = NULL };
	enum ca_code rc = tasks[visit->why](report, visit, &task, err);

	if (rc == CA_OK)
		*ret = task;
	else
		cli_report_task_clear(&task);
	return rc;
}

void
cli_report_task_clear(struct cli_report_task *task)
{
	free(task->what);
	free(task->command);
	*task = (struct cli_report_task){ .what = NULL };
}

static void
put_when(struct cli_page *page, int64_t by, int64_t now)
{
	char date[CA_TIME_TEXT_SIZE];
	const int64_t days = (by - now) / DAY;

	cli_page_date(by, date);
	cli_page_put(page, "<td class=\"nowrap\" data-label=\"by\">%s</td>\n",
	    date);
	if (by <= now)
		cli_page_raw(page,
		    "<td class=\"bad nowrap\" data-label=\"that is\">now</td>\n");
	else
		cli_page_put(page,
		    "<td class=\"%s nowrap\" data-label=\"that is\">in %" PRId64
		    " %s</td>\n",
		    by - now < SOON ? "warn" : "", days,
		    days == 1 ? "day" : "days");
}

static void
put_row(struct cli_page *page, const struct ca_report *report,
    const struct ca_report_visit *visit)
{
	struct cli_report_task task = { .what = NULL };

	if (page->rc != CA_OK)
		return;
	page->rc = cli_report_task(report, visit, &task, &page->err);
	cli_page_raw(page, "<tr>\n");
	put_when(page, visit->by, report->made_at);
	cli_page_put(page, "<td>%s</td>\n<td>", task.what);
	if (task.command != NULL)
		cli_page_put(page, "<code>%s</code>", task.command);
	cli_page_raw(page, "</td>\n</tr>\n");
	cli_report_task_clear(&task);
}

void
cli_report_visits(struct cli_page *page, const struct cli_report *report)
{
	const struct ca_report *facts = &report->report;

	cli_page_raw(page,
	    "<section>\n<h2>Next visits</h2>\n"
	    "<p>By when somebody has to be at this machine again, at the "
	    "latest.</p>\n");
	if (facts->visits == 0)
		cli_page_raw(page,
		    "<p>Nothing is due: there is no CA yet.</p>\n");
	else
		cli_page_raw(page,
		    "<table class=\"stack\">\n<thead><tr><th>by</th><th>that "
		    "is</th><th>what for</th><th>command</th></tr></thead>\n"
		    "<tbody>\n");
	for (size_t i = 0; i < facts->visits; i++)
		put_row(page, facts, &facts->visit[i]);
	if (facts->visits > 0)
		cli_page_raw(page, "</tbody>\n</table>\n");
	if (facts->visits_left > 0)
		cli_page_put(page,
		    "<p class=\"dim\">And %" PRId64 " rows more.</p>\n",
		    facts->visits_left);
	if (facts->renewals_later > 0)
		cli_page_put(page,
		    "<p class=\"dim\">%" PRId64
		    " renewals are due in over ten years.</p>\n",
		    facts->renewals_later);
	if (!facts->walked_all)
		cli_page_put(page,
		    "<p class=\"warn\">Renewals are those of the %" PRId64
		    " certificates that end first, of %" PRId64
		    ": <code>coldca ledger list --expiring=DURATION</code> "
		    "lists them all.</p>\n",
		    facts->walked, facts->counts.valid);
	cli_page_raw(page, "</section>\n");
}
