/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a CA, and of a plan, whose key is in other hands. */
#include "coldca/plan.h"

#include <string.h>

#include "coldca/revocation.h"
#include "support/soft_plan.h"
#include "unit/test.h"

static void
give_up(struct plan_fixture *t, const struct ca_certificate *ca,
    enum ca_reason reason)
{
	size_t count = 0;

	assert_ok(ca_ledger_compromise(t->f->ledger, ca, reason, LATER, &count,
		      &t->err),
	    &t->err);
}

/* That of the certificate that was listed last. */
static bool
keep_serial(const struct ca_ledger_row *row, void *arg)
{
	memcpy(arg, row->serial, CA_SERIAL_SIZE);
	return true;
}

/* The certificate that NAME got last. */
static void
revoke(struct plan_fixture *t, const char *name, enum ca_reason reason)
{
	const struct ca_ledger_filter filter = { .name = name };
	uint8_t serial[CA_SERIAL_SIZE] = { 0 };

	assert_ok(ca_ledger_list(t->f->ledger, &filter, keep_serial, serial,
		      &t->err),
	    &t->err);
	assert_ok(ca_ledger_revoke(t->f->ledger, serial, 1, reason, LATER,
		      &t->err),
	    &t->err);
}

static enum ca_code
forget(struct plan_fixture *t, const char *name)
{
	return ca_plan_forget(t->f->ledger, &t->plan, name, LATER, &t->err);
}

static size_t
trusted(struct plan_fixture *t, enum ca_authority authority)
{
	struct ca_certificates list = { 0 };
	size_t count;

	assert_ok(ca_ledger_authorities(t->f->ledger, authority, &list,
		      &t->err),
	    &t->err);
	count = list.count;
	ca_certificates_clear(&list);
	return count;
}

/* Revoked they are all, but they have to be replaced, whatever the reason. */
static void
takes_the_hosts_of_a_given_up_ca_through_a_rotation(void **state)
{
	struct plan_fixture *t = *state;

	give_up(t, t->old, CA_REASON_CESSATION_OF_OPERATION);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_assert_hosts(t, "client-max? node-n1? node-n2? ");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max? node-n1? node-n2? ");
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "1 0 0 0");
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
}

/* Also where its own reason reads like that of a CA. */
static void
leaves_out_what_was_revoked_before_its_ca(void **state)
{
	struct plan_fixture *t = *state;

	revoke(t, "client-max", CA_REASON_CA_COMPROMISE);
	give_up(t, t->old, CA_REASON_KEY_COMPROMISE);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_assert_hosts(t, "node-n1? node-n2? ");
}

static void
forgets_a_host_that_is_gone(void **state)
{
	struct plan_fixture *t = *state;

	give_up(t, t->old, CA_REASON_KEY_COMPROMISE);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	assert_int_equal(forget(t, "node-n9"), CA_ERR_INPUT);
	assert_ok(forget(t, "node-n2"), &t->err);
	plan_assert_hosts(t, "client-max? node-n1? ");
	plan_deliver_all(t, "node-n1", "client-max", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max? node-n1? ");
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	assert_int_equal(forget(t, "node-n1"), CA_ERR_POLICY);
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "node-n1", "client-max", NULL);
	/* It is back. */
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

static void
forgets_nobody_whose_certificate_is_good(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	assert_int_equal(forget(t, "node-n2"), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.hint, "coldca revoke"));
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
}

static void
replaces_a_ca_at_once_only_when_it_was_given_up(void **state)
{
	struct plan_fixture *t = *state;

	assert_int_equal(ca_plan_check_begin(t->f->ledger, CA_PLAN_REPLACE,
			     CA_AUTHORITY_CLUSTER, LATER, &t->err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "was not given up"));
	give_up(t, t->old, CA_REASON_KEY_COMPROMISE);
	plan_begin(t, CA_PLAN_REPLACE);
	assert_true(plan_look(t));
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->new));
	plan_assert_files(t, CA_PROFILE_NODE, "1 0 0 0");
	plan_assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	plan_assert_hosts(t, "client-max? node-n1? node-n2? ");
	assert_int_equal(plan_deliver(t, "node-n1"), CA_ERR_POLICY);
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_assert_hosts(t, "client-max+ node-n1+ node-n2+ ");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	plan_deliver_all(t, "client-max", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	assert_false(plan_look(t));
}

/* Users with certificates by the client CA want the new ca.crt alone. */
static void
replaces_a_ca_also_where_it_is_only_trusted(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *client =
	    plan_make_ca(t, CA_AUTHORITY_CLIENT, false);

	ca_certificate_free(client);
	t->f->authority = CA_AUTHORITY_CLIENT;
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	t->f->authority = CA_AUTHORITY_CLUSTER;
	plan_change_key(t);
	give_up(t, t->old, CA_REASON_KEY_COMPROMISE);
	plan_begin(t, CA_PLAN_REPLACE);
	assert_true(plan_look(t));
	plan_assert_hosts(t, "client-max node-n1? node-n2? ");
	assert_ok(plan_deliver(t, "client-max"), &t->err);
}

/* And nodes the new ca-client.crt, which no CA of theirs has signed. */
static void
replaces_a_client_ca_on_nodes_and_users(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *client =
	    plan_make_ca(t, CA_AUTHORITY_CLIENT, false);

	t->f->authority = CA_AUTHORITY_CLIENT;
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	give_up(t, client, CA_REASON_KEY_COMPROMISE);
	ca_certificate_free(client);
	plan_change_key(t);
	t->new = plan_make_ca(t, CA_AUTHORITY_CLIENT, true);
	assert_ok(ca_plan_begin(t->f->ledger, CA_PLAN_REPLACE,
		      CA_AUTHORITY_CLIENT, t->new, LATER, &t->err),
	    &t->err);
	assert_true(plan_look(t));
	plan_assert_hosts(t, "client-max? node-n1 node-n2 ");
	plan_assert_files(t, CA_PROFILE_NODE, "1 1 0 0");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_int_equal(plan_deliver(t, "client-max"), CA_ERR_POLICY);
}

static void
begins_anew_when_its_own_ca_is_given_up(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	give_up(t, t->new, CA_REASON_KEY_COMPROMISE);
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "was given up"));
	assert_non_null(strstr(t->err.hint, "rotate-ca begin"));
	assert_int_equal(ca_plan_check_begin(t->f->ledger, CA_PLAN_SPLIT,
			     CA_AUTHORITY_CLIENT, LATER, &t->err),
	    CA_ERR_POLICY);
	assert_int_equal(ca_plan_check_begin(t->f->ledger, CA_PLAN_ROTATE,
			     CA_AUTHORITY_UI, LATER, &t->err),
	    CA_ERR_POLICY);
	/* With the CA that was given up itself it is no better. */
	assert_int_equal(ca_plan_begin(t->f->ledger, CA_PLAN_ROTATE,
			     CA_AUTHORITY_CLUSTER, t->new, LATER, &t->err),
	    CA_ERR_POLICY);
	plan_change_key(t);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	assert_int_equal(t->plan.step, 1);
	plan_assert_files(t, CA_PROFILE_NODE, "3 0 0 0");
	plan_assert_hosts(t, "client-max node-n1? node-n2 ");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max node-n1? node-n2 ");
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "1 0 0 0");
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

/* The bridge stands already: it is built once more, with another CA. */
static void
splits_anew_when_the_client_ca_is_given_up(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	t->f->authority = CA_AUTHORITY_CLIENT;
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	give_up(t, t->new, CA_REASON_KEY_COMPROMISE);
	assert_int_equal(ca_plan_check_begin(t->f->ledger, CA_PLAN_ROTATE,
			     CA_AUTHORITY_CLIENT, LATER, &t->err),
	    CA_ERR_POLICY);
	plan_change_key(t);
	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	plan_assert_files(t, CA_PROFILE_NODE, "3 0 0 0");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "3 3 0 0");
	plan_assert_hosts(t, "node-n1 node-n2 ");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max? client-node-n1+? client-node-n2+? ");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "client-max", "client-node-n1", "client-node-n2");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "1 1 0 0");
}

static void
trusts_a_standby_no_longer_that_nobody_used(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *standby =
	    plan_make_ca(t, CA_AUTHORITY_CLUSTER, true);

	assert_int_equal(trusted(t, CA_AUTHORITY_CLUSTER), 2);
	give_up(t, standby, CA_REASON_KEY_COMPROMISE);
	ca_certificate_free(standby);
	assert_int_equal(trusted(t, CA_AUTHORITY_CLUSTER), 1);
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->old));
}

static void
drops_a_standby_that_was_used_at_the_end_of_a_rotation(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *standby =
	    plan_make_ca(t, CA_AUTHORITY_CLUSTER, true);

	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	give_up(t, standby, CA_REASON_KEY_COMPROMISE);
	ca_certificate_free(standby);
	assert_int_equal(trusted(t, CA_AUTHORITY_CLUSTER), 2);
	plan_change_key(t);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max? node-n1 node-n2 ");
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	assert_int_equal(trusted(t, CA_AUTHORITY_CLUSTER), 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, plan_setup, plan_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_the_hosts_of_a_given_up_ca_through_a_rotation),
		TEST(leaves_out_what_was_revoked_before_its_ca),
		TEST(forgets_a_host_that_is_gone),
		TEST(forgets_nobody_whose_certificate_is_good),
		TEST(replaces_a_ca_at_once_only_when_it_was_given_up),
		TEST(replaces_a_ca_also_where_it_is_only_trusted),
		TEST(replaces_a_client_ca_on_nodes_and_users),
		TEST(begins_anew_when_its_own_ca_is_given_up),
		TEST(splits_anew_when_the_client_ca_is_given_up),
		TEST(trusts_a_standby_no_longer_that_nobody_used),
		TEST(drops_a_standby_that_was_used_at_the_end_of_a_rotation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
