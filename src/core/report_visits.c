/* SPDX-License-Identifier: Apache-2.0 */
/* When the operator has to come back, and what for. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/report_internal.h"

/* The months in which renewals fall due; those that are overdue are the first. */
#define MONTHS 120

struct calendar {
	struct ca_report_visit month[MONTHS + 1]; /* by: of the first of it */
	int64_t from[MONTHS + 1];                 /* where each begins */
	int64_t later;                            /* renewals after them */
};

/* Takes VISIT, whose name belongs to REPORT from then on. */
static void
add(struct ca_report *report, struct ca_report_visit visit)
{
	size_t place = report->visits;

	if (place == CA_REPORT_VISITS) {
		report->visits_left++;
		free(visit.name);
		return;
	}
	for (; place > 0 && report->visit[place - 1].by > visit.by; place--)
		report->visit[place] = report->visit[place - 1];
	report->visit[place] = visit;
	report->visits++;
}

static enum ca_code
add_renewal(const struct ca_renewable *leaf, void *arg, struct ca_error *err)
{
	struct calendar *calendar = arg;
	int64_t due = ca_report_due(leaf->not_before, leaf->not_after);
	size_t i = MONTHS;
	struct ca_report_visit *month;
	char *name = NULL;
	enum ca_code rc;

	if (due >= ca_report_month(calendar->from[MONTHS], 1)) {
		calendar->later++;
		return CA_OK;
	}
	while (i > 0 && due < calendar->from[i])
		i--;
	month = &calendar->month[i];
	if (month->count++ > 0 && month->by <= due)
		return CA_OK;
	rc = ca_text_format(&name, err, "%s", leaf->name);
	if (rc != CA_OK)
		return rc;
	free(month->name);
	month->name = name;
	month->by = due;
	return CA_OK;
}

static enum ca_code
add_renewals(struct ca_ledger *ledger, struct ca_report *report,
    struct ca_error *err)
{
	struct calendar calendar = { .later = 0 };
	enum ca_code rc;

	calendar.from[0] = INT64_MIN;
	calendar.from[1] = report->made_at;
	for (unsigned i = 2; i <= MONTHS; i++)
		calendar.from[i] = ca_report_month(report->made_at, i - 1);
	rc = ca_ledger_report_walk(ledger, report->made_at, add_renewal,
	    &calendar, &report->walked, &report->walked_all, err);
	report->renewals_later = calendar.later;
	for (unsigned i = 0; i <= MONTHS; i++) {
		struct ca_report_visit month = calendar.month[i];

		month.why = CA_VISIT_RENEW;
		month.authority = CA_AUTHORITIES;
		if (month.count > 0 && rc == CA_OK)
			add(report, month);
		else
			free(month.name);
	}
	return rc;
}

/* What is due of one CA. What expired or is retired wants nobody to come. */
static void
add_ca(struct ca_report *report, const struct ca_report_ca *ca)
{
	const int64_t begins = ca_certificate_not_before(ca->certificate);
	const int64_t ends = ca_certificate_not_after(ca->certificate);
	const bool trusted = ca->standing != CA_STANDING_RETIRED &&
	    !ca->compromised && ends >= report->made_at;
	const bool signs = trusted && ca->standing == CA_STANDING_CURRENT;
	const struct {
		bool wanted;
		enum ca_visit why;
		int64_t by;
	} rows[] = {
		{ trusted && ca->has_crl, CA_VISIT_CRL, ca->crl_next_update },
		{ trusted && ca->has_ocsp, CA_VISIT_OCSP,
		    ca->ocsp_next_update },
		{ signs && !ca->replaced, CA_VISIT_CA_RENEW,
		    ca_report_due(begins, ends) },
		{ trusted, CA_VISIT_CA_END, ends },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].wanted)
			add(report,
			    (struct ca_report_visit){
				.why = rows[i].why,
				.by = rows[i].by,
				.count = 1,
				.authority = ca->authority,
			    });
}

enum ca_code
ca_report_plan_visits(struct ca_ledger *ledger, struct ca_report *report,
    struct ca_error *err)
{
	if (report->counts.pending > 0)
		add(report,
		    (struct ca_report_visit){
			.why = CA_VISIT_OPEN,
			.by = report->made_at,
			.count = report->counts.pending,
			.authority = CA_AUTHORITIES,
		    });
	if (report->has_plan)
		add(report,
		    (struct ca_report_visit){
			.why = CA_VISIT_PLAN,
			.by = report->made_at,
			.count = 1,
			.authority = report->plan.authority,
		    });
	for (size_t i = 0; i < report->cas; i++)
		add_ca(report, &report->ca[i]);
	return add_renewals(ledger, report, err);
}
