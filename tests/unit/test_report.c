/* SPDX-License-Identifier: Apache-2.0 */
/* What a report counts, and when it sends the operator back. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/report.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define DAY INT64_C(86400)
#define NODE_LIFE (ca_profile_get(CA_PROFILE_NODE)->lifetime)

static struct ca_report
make(struct soft_ledger *f, int64_t now)
{
	struct ca_report report = { .made_at = 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_report_make(f->ledger, now, &report, &err), &err);
	return report;
}

static const struct ca_report_visit *
find_visit(const struct ca_report *report, enum ca_visit why)
{
	for (size_t i = 0; i < report->visits; i++)
		if (report->visit[i].why == why)
			return &report->visit[i];
	return NULL;
}

static void
revoke(struct soft_ledger *f, const struct ca_certificate *certificate,
    int64_t now)
{
	struct ca_error err = { 0 };
	size_t len;

	assert_ok(ca_ledger_revoke(f->ledger,
		      ca_certificate_serial(certificate, &len), 1,
		      CA_REASON_SUPERSEDED, now, &err),
	    &err);
}

static void
an_empty_ledger_has_a_report(void **state)
{
	struct ca_report report = make(*state, SOFT_NOW);

	assert_int_equal(report.counts.all, 0);
	assert_int_equal(report.cas, 0);
	assert_int_equal(report.visits, 0);
	assert_true(report.walked_all);
	assert_int_equal(report.head.entry, 1);
	ca_report_clear(&report);
}

static void
each_serial_is_counted_in_one_state(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *a, *b;
	struct ca_pending *open;
	struct ca_report report;

	a = soft_ledger_issue(f, CA_PROFILE_NODE, "a.example.com",
	    "node-a.example.com", SOFT_NOW);
	b = soft_ledger_issue(f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW + 1);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "c.example.com", "node-c.example.com", SOFT_NOW + 2));
	open = soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_UI, "d.example.com"),
	    "ui-d.example.com", SOFT_NOW + 3);
	revoke(f, a, SOFT_NOW + 4);

	report = make(f, SOFT_NOW + 5);
	assert_int_equal(report.counts.all, 4);
	assert_int_equal(report.counts.valid, 2);
	assert_int_equal(report.counts.expired, 0);
	assert_int_equal(report.counts.revoked, 1);
	assert_int_equal(report.counts.pending, 1);
	assert_int_equal(report.counts.burned, 0);
	assert_int_equal(report.counts.reason[CA_REASON_SUPERSEDED], 1);
	assert_int_equal(report.counts.profile[CA_PROFILE_NODE], 2);
	assert_int_equal(report.revoked.count, 1);
	assert_string_equal(report.revoked.item[0].name, "node-a.example.com");
	assert_int_equal(report.open.count, 1);
	assert_string_equal(report.open.item[0].name, "ui-d.example.com");
	assert_non_null(find_visit(&report, CA_VISIT_OPEN));
	ca_report_clear(&report);

	/* Expired and revoked is revoked; the rest has expired. */
	report = make(f, ca_certificate_not_after(b) + NODE_LIFE);
	assert_int_equal(report.counts.valid, 0);
	assert_int_equal(report.counts.expired, 2);
	assert_int_equal(report.counts.revoked, 1);
	assert_int_equal(report.next.count, 0);
	ca_report_clear(&report);
	ca_pending_free(open);
	ca_certificate_free(a);
	ca_certificate_free(b);
}

static void
a_certificate_is_valid_in_its_last_second(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *a = soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node-a.example.com", SOFT_NOW);
	struct ca_report report = make(f, ca_certificate_not_after(a));

	assert_int_equal(report.counts.valid, 1);
	assert_int_equal(report.next.count, 1);
	ca_report_clear(&report);
	report = make(f, ca_certificate_not_after(a) + 1);
	assert_int_equal(report.counts.valid, 0);
	assert_int_equal(report.counts.expired, 1);
	ca_report_clear(&report);
	ca_certificate_free(a);
}

static void
the_timeline_has_what_ends_and_not_what_was_revoked(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *a, *b;
	struct ca_report report;
	int64_t sum = 0;

	a = soft_ledger_issue(f, CA_PROFILE_NODE, "a.example.com",
	    "node-a.example.com", SOFT_NOW);
	b = soft_ledger_issue(f, CA_PROFILE_NODE, "b.example.com",
	    "node-b.example.com", SOFT_NOW + 1);
	revoke(f, b, SOFT_NOW + 2);
	report = make(f, SOFT_NOW + 3);
	for (size_t i = 0; i < CA_REPORT_BARS; i++) {
		const struct ca_report_bar *bar = &report.timeline.bar[i];
		int64_t until = i + 1 < CA_REPORT_BARS ? bar[1].from
						       : report.timeline.until;
		int64_t end = ca_certificate_not_after(a);

		assert_int_equal(bar->count, end >= bar->from && end < until);
		sum += bar->count;
	}
	assert_int_equal(sum, 1);
	assert_int_equal(report.timeline.later, 0);
	/* 2026-01-01: the first bar begins with its month. */
	assert_int_equal(report.timeline.bar[0].from, SOFT_NOW);
	ca_report_clear(&report);
	ca_certificate_free(a);
	ca_certificate_free(b);
}

static void
a_renewal_is_due_at_two_thirds_of_life(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_report_visit *visit;
	struct ca_certificate *a;
	struct ca_report report;
	int64_t due;

	assert_int_equal(ca_report_due(100, 400), 300);
	a = soft_ledger_issue(f, CA_PROFILE_NODE, "a.example.com",
	    "node-a.example.com", SOFT_NOW);
	due = ca_report_due(ca_certificate_not_before(a),
	    ca_certificate_not_after(a));
	report = make(f, due - 1);
	visit = find_visit(&report, CA_VISIT_RENEW);
	assert_non_null(visit);
	assert_int_equal(visit->by, due);
	assert_int_equal(visit->count, 1);
	assert_string_equal(visit->name, "node-a.example.com");
	ca_report_clear(&report);
	ca_certificate_free(a);
}

static void
renewals_of_one_month_are_one_visit(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *a;
	struct ca_report report;

	a = soft_ledger_issue(f, CA_PROFILE_NODE, "a.example.com",
	    "node-a.example.com", SOFT_NOW);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "b.example.com", "node-b.example.com", SOFT_NOW + 60));
	report = make(f, SOFT_NOW + 120);
	assert_int_equal(report.visits, 1);
	assert_int_equal(report.visit[0].count, 2);
	assert_int_equal(report.visit[0].by,
	    ca_report_due(ca_certificate_not_before(a),
		ca_certificate_not_after(a)));
	ca_report_clear(&report);
	ca_certificate_free(a);
}

static void
what_was_renewed_or_revoked_is_not_due(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *old, *gone;
	struct ca_report report;

	old = soft_ledger_issue(f, CA_PROFILE_NODE, "a.example.com",
	    "node-a.example.com", SOFT_NOW);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node-a.example.com", SOFT_NOW + 100 * DAY));
	gone = soft_ledger_issue(f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW + 100 * DAY);
	revoke(f, gone, SOFT_NOW + 100 * DAY);
	report = make(f, SOFT_NOW + 101 * DAY);
	assert_int_equal(report.visits, 1);
	assert_int_equal(report.visit[0].count, 1);
	assert_true(report.next.item[0].renewed);
	assert_false(report.next.item[1].renewed);
	ca_report_clear(&report);
	ca_certificate_free(old);
	ca_certificate_free(gone);
}

/* A CA of F's, which is recorded. */
static struct ca_certificate *
add_ca(struct soft_ledger *f, const char *name, int64_t now)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, NULL, name, now);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, ca,
		      "pkcs11:token=a", now, &err),
	    &err);
	return ca;
}

static void
the_calendar_has_a_ca_until_its_end(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = add_ca(f, "ca", SOFT_NOW);
	struct ca_report report = make(f, SOFT_NOW + 1);
	const struct ca_report_visit *visit;

	assert_int_equal(report.cas, 1);
	assert_int_equal(report.ca[0].standing, CA_STANDING_CURRENT);
	assert_string_equal(report.ca[0].key_uri, "pkcs11:token=a");
	assert_false(report.ca[0].has_passport);
	assert_false(report.ca[0].has_crl);
	visit = find_visit(&report, CA_VISIT_CA_RENEW);
	assert_non_null(visit);
	assert_int_equal(visit->authority, CA_AUTHORITY_CLUSTER);
	assert_int_equal(visit->by,
	    ca_report_due(ca_certificate_not_before(ca),
		ca_certificate_not_after(ca)));
	visit = find_visit(&report, CA_VISIT_CA_END);
	assert_non_null(visit);
	assert_int_equal(visit->by, ca_certificate_not_after(ca));
	assert_null(find_visit(&report, CA_VISIT_CRL));
	assert_null(find_visit(&report, CA_VISIT_RENEW));
	ca_report_clear(&report);
	report = make(f, ca_certificate_not_after(ca) + 1);
	assert_int_equal(report.visits, 0);
	ca_report_clear(&report);
	ca_certificate_free(ca);
}

static void
lists_end_where_there_is_no_more_room(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_report report;
	char who[32], name[48];

	for (int i = 0; i < CA_REPORT_ROWS + 2; i++) {
		(void)snprintf(who, sizeof(who), "n%02d.example.com", i);
		(void)snprintf(name, sizeof(name), "node-%s", who);
		ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE, who,
		    name, SOFT_NOW + i));
	}
	report = make(f, SOFT_NOW + DAY);
	assert_int_equal(report.next.count, CA_REPORT_ROWS);
	assert_string_equal(report.next.item[0].name, "node-n00.example.com");
	assert_int_equal(report.counts.valid, CA_REPORT_ROWS + 2);
	ca_report_clear(&report);
}

/* The words of a session's entries. */
struct listing {
	char text[512];
};

static bool
add_word(const struct ca_minute *minute, void *arg)
{
	struct listing *listing = arg;
	size_t used = strlen(listing->text);

	(void)snprintf(listing->text + used, sizeof(listing->text) - used,
	    "%" PRId64 ":%s%s ", minute->id, minute->word,
	    minute->open ? "(open)" : "");
	return true;
}

static void
a_session_goes_back_to_the_first_long_pause(void **state)
{
	struct soft_ledger *f = *state;
	const int64_t later = SOFT_NOW + CA_MINUTES_PAUSE + 100;
	struct listing listing = { "" };
	struct ca_pending *open;
	struct ca_error err = { 0 };
	struct ca_head head;
	int64_t after = -1;
	bool covered = true;

	assert_ok(ca_minutes_last_session(f->ledger, &after, &err), &err);
	assert_int_equal(after, 0);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node-a.example.com", SOFT_NOW + 1));
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "late",
		      SOFT_NOW + CA_MINUTES_PAUSE, &err),
	    &err);
	assert_ok(ca_minutes_last_session(f->ledger, &after, &err), &err);
	assert_int_equal(after, 0);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "b.example.com", "node-b.example.com", later + CA_MINUTES_PAUSE));
	open = soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_CLIENT, "max"), "client-max",
	    later + CA_MINUTES_PAUSE + 1);
	assert_ok(ca_minutes_last_session(f->ledger, &after, &err), &err);
	assert_int_equal(after, 4);
	assert_ok(ca_minutes_list(f->ledger, after, INT64_MAX, add_word,
		      &listing, &err),
	    &err);
	assert_string_equal(listing.text,
	    "5:pending 6:issued 7:pending(open) ");
	assert_ok(ca_minutes_before(f->ledger, SOFT_NOW + 1, &after, &err),
	    &err);
	assert_int_equal(after, 1);
	assert_ok(ca_minutes_before(f->ledger, 1, &after, &err), &err);
	assert_int_equal(after, 0);
	assert_ok(ca_minutes_head(f->ledger, 4, &head, &covered, &err), &err);
	assert_int_equal(head.entry, 4);
	assert_int_equal(head.time, SOFT_NOW + CA_MINUTES_PAUSE);
	assert_false(covered);
	assert_int_equal(ca_minutes_head(f->ledger, 99, &head, &covered, &err),
	    CA_ERR_LEDGER);
	ca_pending_free(open);
}

#define with_ledger(name)                                        \
	cmocka_unit_test_setup_teardown(name, soft_ledger_setup, \
	    soft_ledger_teardown)

static bool
count_entry(const struct ca_minute *minute, void *arg)
{
	int *count = arg;

	assert_null(minute->approvers);
	assert_null(minute->signer);
	assert_null(minute->response);
	(*count)++;
	return true;
}

/* As coldca made it before it held approvals and manifests: read, not upgraded. */
static void
a_ledger_of_format_4_has_a_report_and_minutes(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_report report;
	struct ca_error err = { 0 };
	int count = 0;

	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node-a.example.com", SOFT_NOW));
	ca_ledger_close(f->ledger);
	f->ledger = NULL;
	assert_true(soft_ledger_forge(f,
	    "DROP TABLE response; DROP TABLE manifest; DROP TABLE approval;"
	    " DROP TABLE statement; PRAGMA user_version = 4"));
	soft_ledger_reopen(f, false);
	report = make(f, SOFT_NOW);
	assert_int_equal(report.counts.valid, 1);
	assert_int_equal(report.exchange.approvals, 0);
	assert_ok(ca_minutes_list(f->ledger, 0, report.head.entry, count_entry,
		      &count, &err),
	    &err);
	assert_int_equal(count, report.head.entry);
	ca_report_clear(&report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(an_empty_ledger_has_a_report),
		with_ledger(each_serial_is_counted_in_one_state),
		with_ledger(a_certificate_is_valid_in_its_last_second),
		with_ledger(
		    the_timeline_has_what_ends_and_not_what_was_revoked),
		with_ledger(a_renewal_is_due_at_two_thirds_of_life),
		with_ledger(renewals_of_one_month_are_one_visit),
		with_ledger(what_was_renewed_or_revoked_is_not_due),
		with_ledger(the_calendar_has_a_ca_until_its_end),
		with_ledger(lists_end_where_there_is_no_more_room),
		with_ledger(a_ledger_of_format_4_has_a_report_and_minutes),
		with_ledger(a_session_goes_back_to_the_first_long_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
