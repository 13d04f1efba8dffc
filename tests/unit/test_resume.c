/* SPDX-License-Identifier: Apache-2.0 */
/* What a run left open is signed as it was recorded, or not at all. */
#include "coldca/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/head.h"
#include "coldca/issue.h"
#include "coldca/revocation.h"
#include "support/csr_maker.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_plan.h"
#include "support/soft_signer.h"
#include "support/vet_desk.h"
#include "unit/test.h"

#define NAME "node-a.example.com"
#define HOST "a.example.com"

/* A request that was vetted, and its draft reserved by a run that then died. */
struct left {
	struct ca_policy policy;
	struct ca_grant grant;
	struct ca_draft *draft;
	struct ca_opens opens;
};

static struct ca_grant
vet(const struct soft_ledger *f, const struct ca_policy *policy, bool node,
    int64_t lifetime)
{
	struct ca_order order = {
		.profile =
		    ca_profile_get(node ? CA_PROFILE_NODE : CA_PROFILE_CLIENT),
		.lifetime = lifetime,
	};
	struct ca_bytes der = csr_maker_der(csr_maker_new(f->key));
	struct ca_findings findings = { 0 };
	struct ca_name host = { 0 };
	struct ca_grant grant = { 0 };
	struct ca_csr *csr = NULL;
	struct ca_error err = { 0 };

	assert_ok(ca_csr_parse(NAME, der.data, der.len, &csr, &err), &err);
	if (node) {
		assert_ok(ca_host_parse(HOST, &host, &err), &err);
		assert_ok(ca_names_add(&order.hosts, &host, &err), &err);
	} else {
		assert_ok(ca_user_parse("maxroach", &order.user, &err), &err);
	}
	assert_ok(ca_vet(csr, &order, policy, &grant, &findings, &err), &err);
	ca_findings_clear(&findings);
	ca_name_clear(&host);
	ca_order_clear(&order);
	ca_csr_free(csr);
	ca_bytes_free(&der);
	return grant;
}

static void
read_again(struct soft_ledger *f, struct left *left)
{
	struct ca_error err = { 0 };

	ca_opens_clear(&left->opens);
	assert_ok(ca_ledger_open_entries(f->ledger, &left->opens, &err), &err);
}

static void
leave(struct soft_ledger *f, struct left *left, bool node, int64_t lifetime)
{
	memset(left, 0, sizeof(*left));
	vet_policy(&left->policy);
	left->grant = vet(f, &left->policy, node, lifetime);
	left->draft = soft_draft(&left->grant, f->ca, f->signer, SOFT_NOW);
	ca_pending_free(soft_ledger_reserve(f, left->draft,
	    node ? NAME : "client-maxroach", SOFT_NOW + 1));
	soft_ledger_reopen(f, true);
	read_again(f, left);
}

static void
left_clear(struct left *left)
{
	ca_opens_clear(&left->opens);
	ca_draft_free(left->draft);
	ca_grant_clear(&left->grant);
}

static struct ca_resuming
resuming(const struct soft_ledger *f, const struct left *left)
{
	return (struct ca_resuming){
		.ledger = f->ledger,
		.policy = &left->policy,
		.issuer = f->ca,
		.algorithm = f->signer->algorithm,
		.now = LATER,
	};
}

/* The first open entry stands, and its draft is what was recorded. */
static void
assert_stands(struct soft_ledger *f, struct left *left)
{
	const struct ca_resuming by = resuming(f, left);
	struct ca_resumed resumed = { 0 };
	struct ca_error err = { 0 };
	const struct ca_bytes *tbs;

	assert_ok(ca_resume_judge(&by, &left->opens.item[0], &resumed, &err),
	    &err);
	tbs = ca_draft_tbs(resumed.draft);
	assert_int_equal(tbs->len, ca_draft_tbs(left->draft)->len);
	assert_memory_equal(tbs->data, ca_draft_tbs(left->draft)->data,
	    tbs->len);
	ca_resumed_clear(&resumed);
}

static void
assert_falls(const struct ca_resuming *by, const struct ca_open *open,
    const char *why)
{
	struct ca_resumed resumed = { 0 };
	struct ca_error err = { 0 };

	assert_int_equal(ca_resume_judge(by, open, &resumed, &err),
	    CA_ERR_POLICY);
	if (strstr(err.message, why) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err.message, why);
	assert_null(resumed.draft);
	assert_null(resumed.grant.common_name);
}

static int64_t
count(const struct soft_ledger *f, const char *what)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return soft_ledger_number(f->path, sql);
}

static void
assert_refused(enum ca_code is, enum ca_code expected,
    const struct ca_error *err, const char *message)
{
	assert_int_equal(is, expected);
	if (strstr(err->message, message) == NULL)
		fail_msg("\"%s\" instead of \"%s\"", err->message, message);
}

/* Reading. */

static void
finds_nothing_open_where_all_came_to_an_end(void **state)
{
	struct soft_ledger *f = *state;
	struct left left = { 0 };

	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_CLIENT, "max",
	    "client-max", SOFT_NOW));
	read_again(f, &left);
	assert_int_equal(left.opens.count, 0);
	left_clear(&left);
}

static void
reads_back_what_was_reserved(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_open *open;
	struct left left;

	leave(f, &left, true, 0);
	assert_int_equal(left.opens.count, 1);
	open = &left.opens.item[0];
	assert_memory_equal(open->serial, ca_draft_serial(left.draft),
	    CA_SERIAL_SIZE);
	assert_ptr_equal(open->profile, ca_profile_get(CA_PROFILE_NODE));
	assert_int_equal(open->authority, CA_AUTHORITY_CLUSTER);
	assert_string_equal(open->name, NAME);
	assert_string_equal(open->subject, "O=Cockroach,CN=node");
	assert_int_equal(open->reserved_at, SOFT_NOW + 1);
	assert_int_equal(open->csr.len, left.grant.csr.len);
	assert_int_equal(open->tbs.len, ca_draft_tbs(left.draft)->len);
	left_clear(&left);
}

static void
refuses_a_row_that_is_not_what_was_reserved(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	struct left left;

	leave(f, &left, true, 0);
	ca_opens_clear(&left.opens);
	assert_true(soft_ledger_forge(f,
	    "DROP TRIGGER certificate_update;"
	    "DROP TRIGGER certificate_settled;"
	    "UPDATE certificate SET name = 'node-b.example.com'"));
	soft_ledger_reopen(f, true);
	assert_refused(ca_ledger_open_entries(f->ledger, &left.opens, &err),
	    CA_ERR_LEDGER, &err, " is not what was reserved");
	left_clear(&left);
}

/* What stands behind a NUL is in no hash, and must not be there. */
static void
refuses_a_row_that_hides_something(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	struct left left;

	leave(f, &left, true, 0);
	ca_opens_clear(&left.opens);
	assert_true(soft_ledger_forge(f,
	    "DROP TRIGGER certificate_update;"
	    "DROP TRIGGER certificate_settled;"
	    "UPDATE certificate SET names = names || char(0) || 'x'"));
	soft_ledger_reopen(f, true);
	assert_refused(ca_ledger_open_entries(f->ledger, &left.opens, &err),
	    CA_ERR_LEDGER, &err, "a row that coldca did not write");
	left_clear(&left);
}

/* What stands. */

/* The one draft that is taken up again, and what came of it. */
struct again {
	const struct ca_draft *draft; /* NULL: it was given out */
	struct ca_certificate *made;
};

static enum ca_code
next_again(void *arg, struct ca_issue_item *ret, struct ca_error *err)
{
	struct again *again = arg;

	(void)err;
	ret->draft = again->draft;
	ret->name = "";
	again->draft = NULL;
	return CA_OK;
}

static void
done_again(void *arg, struct ca_issue_item *items, size_t count)
{
	struct again *again = arg;

	assert_int_equal(count, 1);
	again->made = items[0].certificate;
}

static void
signs_the_very_same_certificate(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_issuer issuer = { .signer = f->signer, .certificate = f->ca };
	struct ca_resumed resumed = { 0 };
	struct again again = { NULL, NULL };
	const struct ca_issue_run run = { .next = next_again,
		.done = done_again,
		.arg = &again,
		.now = LATER,
		.again = true };
	struct ca_resuming by;
	struct ca_error err = { 0 };
	struct left left;
	size_t len = 0;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	assert_ok(ca_resume_judge(&by, &left.opens.item[0], &resumed, &err),
	    &err);
	again.draft = resumed.draft;
	issuer.ledger = f->ledger;
	assert_ok(ca_issue_all(&issuer, &run, &err), &err);
	assert_memory_equal(ca_certificate_tbs(again.made, &len),
	    ca_draft_tbs(left.draft)->data, ca_draft_tbs(left.draft)->len);
	assert_int_equal(count(f, "certificate WHERE state = 'issued'"), 1);
	assert_int_equal(count(f, "certificate"), 1);
	read_again(f, &left);
	assert_int_equal(left.opens.count, 0);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(again.made);
	ca_resumed_clear(&resumed);
	left_clear(&left);
}

static void
judges_a_user_as_well(void **state)
{
	struct left left;

	leave(*state, &left, false, 0);
	assert_stands(*state, &left);
	left_clear(&left);
}

static void
stands_for_a_day(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct ca_resumed resumed = { 0 };
	struct ca_error err = { 0 };
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	by.now = SOFT_NOW + 1 + CA_RESUME_AGE_MAX;
	assert_ok(ca_resume_judge(&by, &left.opens.item[0], &resumed, &err),
	    &err);
	ca_resumed_clear(&resumed);
	by.now++;
	assert_falls(&by, &left.opens.item[0],
	    "it was reserved more than 24 hours ago");
	left_clear(&left);
}

static void
falls_with_half_of_its_lifetime(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct ca_resumed resumed = { 0 };
	struct ca_error err = { 0 };
	struct left left;

	leave(f, &left, true, 2 * HOUR);
	by = resuming(f, &left);
	by.now = SOFT_NOW + HOUR;
	assert_ok(ca_resume_judge(&by, &left.opens.item[0], &resumed, &err),
	    &err);
	ca_resumed_clear(&resumed);
	by.now++;
	assert_falls(&by, &left.opens.item[0],
	    "less than half of its lifetime is left");
	left_clear(&left);
}

static void
falls_without_a_request(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	ca_bytes_free(&left.opens.item[0].csr);
	assert_falls(&by, &left.opens.item[0], "there was no request");
	left_clear(&left);
}

static void
falls_where_no_request_has_its_profile(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	left.opens.item[0].profile = ca_profile_get(CA_PROFILE_CA);
	assert_falls(&by, &left.opens.item[0],
	    "no request can ask for its profile");
	left.opens.item[0].profile = NULL;
	assert_falls(&by, &left.opens.item[0],
	    "no request can ask for its profile");
	left_clear(&left);
}

static void
falls_with_another_ca_or_none(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_signer *signer = soft_signer(NULL);
	struct ca_certificate *other = soft_ca(signer, SOFT_NOW);
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	by.issuer = other;
	assert_falls(&by, &left.opens.item[0],
	    "the CA that was to sign it is not the one that signs now");
	by.issuer = NULL;
	assert_falls(&by, &left.opens.item[0], "there is no CA to sign it");
	left_clear(&left);
	ca_certificate_free(other);
	ca_signer_free(signer);
}

/* The CA's own certificate, recorded, and its key given up. */
static void
give_up(struct soft_ledger *f)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	struct ca_error err = { 0 };
	size_t leaves = 0;

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, ca,
		      "pkcs11:object=a", SOFT_NOW, &err),
	    &err);
	assert_ok(ca_ledger_compromise(f->ledger, ca, CA_REASON_CA_COMPROMISE,
		      LATER, &leaves, &err),
	    &err);
	ca_certificate_free(ca);
}

static void
falls_with_a_ca_that_was_given_up(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_draft *draft;
	struct ca_pending *pending = NULL;
	struct ca_resuming by;
	struct ca_error err = { 0 };
	struct left left;

	leave(f, &left, true, 0);
	give_up(f);
	by = resuming(f, &left);
	assert_falls(&by, &left.opens.item[0], "compromised");
	draft = left.draft;
	assert_int_equal(ca_ledger_resume(f->ledger, &draft, 1, &pending, &err),
	    CA_ERR_POLICY);
	assert_null(pending);
	left_clear(&left);
}

static void
falls_once_its_name_has_a_later_certificate(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "b.example.com", "node-b.example.com", SOFT_NOW + 2));
	assert_stands(f, &left);
	ca_certificate_free(
	    soft_ledger_issue(f, CA_PROFILE_NODE, HOST, NAME, SOFT_NOW + 2));
	by = resuming(f, &left);
	assert_falls(&by, &left.opens.item[0],
	    "a later certificate of its name was issued since");
	left_clear(&left);
}

static void
stands_beside_an_earlier_certificate_of_its_name(void **state)
{
	struct soft_ledger *f = *state;
	struct left left;

	ca_certificate_free(
	    soft_ledger_issue(f, CA_PROFILE_NODE, HOST, NAME, SOFT_NOW));
	leave(f, &left, true, 0);
	assert_stands(f, &left);
	left_clear(&left);
}

static void
falls_by_the_policy_of_today(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_profile_policy *node;
	struct ca_policy before;
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	node = &left.policy.profile[CA_PROFILE_NODE];
	before = left.policy;
	node->dns = (struct ca_strings){ NULL, 0 };
	assert_falls(&by, &left.opens.item[0], "policy");
	left.policy = before;
	node->max_lifetime = node->lifetime - 1;
	assert_falls(&by, &left.opens.item[0],
	    "is longer than the policy's maximum");
	left.policy = before;
	node->keys = 1U << CA_KEY_RSA;
	assert_falls(&by, &left.opens.item[0], "key");
	left.policy = before;
	left.policy.authority[CA_AUTHORITY_CLUSTER].profiles = 0;
	assert_falls(&by, &left.opens.item[0], "policy");
	left.policy = before;
	assert_stands(f, &left);
	left_clear(&left);
}

static void
falls_while_a_plan_is_under_way(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_resuming by;
	struct left left;

	plan_use_key(t, 0);
	leave(t->f, &left, true, 0);
	assert_stands(t->f, &left);
	plan_use_key(t, 1);
	plan_begin(t, CA_PLAN_ROTATE);
	plan_use_key(t, 0);
	by = resuming(t->f, &left);
	assert_falls(&by, &left.opens.item[0],
	    "a plan is under way: coldca rotate-ca");
	left_clear(&left);
	plan_use_key(t, 1);
}

/* A URL that every certificate has since is in none that was drafted before. */
static void
falls_where_it_would_be_drafted_otherwise(void **state)
{
	static char url[] = "http://ocsp.example.com";
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	left.policy.ocsp_url = url;
	assert_falls(&by, &left.opens.item[0],
	    "it would be drafted otherwise today");
	left_clear(&left);
}

/* Whatever octet of what is recorded were another one. */
static void
falls_with_any_other_octet(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_resuming by;
	struct ca_bytes *tbs;
	struct left left;

	leave(f, &left, true, 0);
	by = resuming(f, &left);
	tbs = &left.opens.item[0].tbs;
	for (size_t i = 0; i < tbs->len; i++) {
		struct ca_resumed resumed = { 0 };
		struct ca_error err = { 0 };

		tbs->data[i] ^= 1;
		if (ca_resume_judge(&by, &left.opens.item[0], &resumed, &err) ==
		    CA_OK)
			fail_msg("octet %zu", i);
		tbs->data[i] ^= 1;
	}
	assert_stands(f, &left);
	left_clear(&left);
}

/* Taking up again, and burning. */

static void
takes_up_only_what_is_pending_as_it_is(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_pending *pending = NULL;
	const struct ca_draft *draft;
	struct ca_error err = { 0 };
	size_t burned = 0;
	struct left left;

	leave(f, &left, true, 0);
	draft = soft_ledger_draft_like(f, left.draft, HOUR);
	assert_refused(ca_ledger_resume(f->ledger, &draft, 1, &pending, &err),
	    CA_ERR_LEDGER, &err, " was reserved with other contents");
	draft = left.draft;
	assert_ok(ca_ledger_resume(f->ledger, &draft, 1, &pending, &err), &err);
	assert_ptr_equal(ca_pending_draft(pending), draft);
	ca_pending_free(pending);
	pending = NULL;
	assert_ok(ca_ledger_settle(f->ledger, LATER, &burned, &err), &err);
	assert_refused(ca_ledger_resume(f->ledger, &draft, 1, &pending, &err),
	    CA_ERR_LEDGER, &err, " is not pending");
	assert_null(pending);
	left_clear(&left);
}

static void
burns_what_is_chosen_and_says_why(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_burn list[2];
	struct ca_error err = { 0 };
	struct left left;

	for (int i = 0; i < 3; i++)
		ca_pending_free(soft_ledger_reserve(f,
		    soft_ledger_draft(f, CA_PROFILE_NODE, HOST), NAME,
		    SOFT_NOW));
	memset(&left, 0, sizeof(left));
	read_again(f, &left);
	assert_int_equal(left.opens.count, 3);
	list[0] = (struct ca_burn){ left.opens.item[0].serial, "old" };
	list[1] = (struct ca_burn){ left.opens.item[2].serial, "odd" };
	assert_ok(ca_ledger_burn(f->ledger, list, 2, LATER, &err), &err);
	assert_int_equal(count(f, "certificate WHERE state = 'burned'"), 2);
	assert_int_equal(
	    count(f,
		"entry e JOIN certificate c USING (serial)"
		" WHERE e.kind = 6 AND c.id IN (1, 3) AND e.detail IN"
		" ('left pending by an earlier run: old',"
		" 'left pending by an earlier run: odd')"),
	    2);
	/* All or none. */
	list[0] = (struct ca_burn){ left.opens.item[1].serial, "third" };
	assert_refused(ca_ledger_burn(f->ledger, list, 2, LATER, &err),
	    CA_ERR_LEDGER, &err, " is not pending");
	assert_int_equal(count(f, "certificate WHERE state = 'pending'"), 1);
	assert_ok(soft_ledger_verify(f, &err), &err);
	left_clear(&left);
}

/* Sessions. */

static void
knows_where_the_last_session_that_issued_began(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = { f->ledger, f->signer, f->ca };
	struct ca_certificate *a, *b;
	int64_t entry = 99, time = 99, first, second;
	struct ca_error err = { 0 };
	bool after = true;
	size_t len;

	assert_ok(ca_ledger_session_start(f->ledger, &entry, &time, &err),
	    &err);
	assert_int_equal(entry, 0);
	assert_int_equal(time, 0);
	a = soft_ledger_issue(f, CA_PROFILE_CLIENT, "a", "client-a", SOFT_NOW);
	first = count(f, "entry");
	assert_ok(ca_head_sign(&issuer, SOFT_NOW + 5, NULL, NULL, &err), &err);
	/* Nothing was issued since: the session is the one before the head. */
	assert_ok(ca_ledger_session_start(f->ledger, &entry, &time, &err),
	    &err);
	assert_int_equal(entry, 0);
	b = soft_ledger_issue(f, CA_PROFILE_CLIENT, "b", "client-b", LATER);
	assert_ok(ca_ledger_session_start(f->ledger, &entry, &time, &err),
	    &err);
	assert_int_equal(entry, first);
	assert_int_equal(time, SOFT_NOW + 5);
	assert_ok(ca_ledger_issued_after(f->ledger,
		      ca_certificate_serial(a, &len), entry, &after, &err),
	    &err);
	assert_false(after);
	assert_ok(ca_ledger_issued_after(f->ledger,
		      ca_certificate_serial(b, &len), entry, &after, &err),
	    &err);
	assert_true(after);
	second = entry;
	assert_ok(ca_head_sign(&issuer, LATER, NULL, NULL, &err), &err);
	assert_ok(ca_ledger_session_start(f->ledger, &entry, &time, &err),
	    &err);
	assert_int_equal(entry, second);
	ca_certificate_free(a);
	ca_certificate_free(b);
}

#define TEST(name)                                               \
	cmocka_unit_test_setup_teardown(name, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_nothing_open_where_all_came_to_an_end),
		TEST(reads_back_what_was_reserved),
		TEST(refuses_a_row_that_is_not_what_was_reserved),
		TEST(refuses_a_row_that_hides_something),
		TEST(signs_the_very_same_certificate),
		TEST(judges_a_user_as_well),
		TEST(stands_for_a_day),
		TEST(falls_with_half_of_its_lifetime),
		TEST(falls_without_a_request),
		TEST(falls_where_no_request_has_its_profile),
		TEST(falls_with_another_ca_or_none),
		TEST(falls_with_a_ca_that_was_given_up),
		TEST(falls_once_its_name_has_a_later_certificate),
		TEST(stands_beside_an_earlier_certificate_of_its_name),
		TEST(falls_by_the_policy_of_today),
		cmocka_unit_test_setup_teardown(falls_while_a_plan_is_under_way,
		    plan_setup, plan_teardown),
		TEST(falls_where_it_would_be_drafted_otherwise),
		TEST(falls_with_any_other_octet),
		TEST(takes_up_only_what_is_pending_as_it_is),
		TEST(burns_what_is_chosen_and_says_why),
		TEST(knows_where_the_last_session_that_issued_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
