/* SPDX-License-Identifier: Apache-2.0 */
/* Rotation and split as the ledger keeps them. */
#include "coldca/plan.h"

#include <string.h>

#include "coldca/revocation.h"
#include "support/soft_plan.h"
#include "unit/test.h"

#define YEAR ((int64_t)366 * 24 * 3600)

static void
has_no_plan_at_first(void **state)
{
	assert_false(plan_look(*state));
}

static void
refuses_a_plan_beside_another(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_int_equal(ca_plan_begin(t->f->ledger, CA_PLAN_SPLIT,
			     CA_AUTHORITY_CLIENT, t->new, LATER, &t->err),
	    CA_ERR_POLICY);
	assert_true(plan_look(t));
	assert_int_equal(t->plan.kind, CA_PLAN_ROTATE);
	assert_int_equal(t->plan.step, 1);
}

static void
keeps_the_old_ca_until_everybody_trusts_the_new(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->old));
	plan_assert_files(t, CA_PROFILE_CLIENT, "2 0 0 0");
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
	plan_deliver_all(t, "node-n1", "client-max", NULL);
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "1 host does not have it"));
	assert_non_null(strstr(t->err.message, "node-n2"));
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->old));
	plan_deliver_all(t, "node-n2", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->new));
	plan_assert_files(t, CA_PROFILE_CLIENT, "2 0 0 0");
}

/* Nobody has to think of it: it is in the list, until it is delivered to. */
static void
concerns_hosts_that_come_while_the_step_lasts(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	plan_use_key(t, 0);
	plan_issue(t, CA_PROFILE_CLIENT, "ann", "client-ann");
	plan_assert_hosts(t, "client-ann client-max! node-n1! node-n2! ");
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	plan_deliver_all(t, "client-ann", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-ann client-max node-n1 node-n2 ");
}

static void
does_not_concern_hosts_whose_certificate_has_ended(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_assert_hosts_at(t, SOFT_NOW + 20 * YEAR, "");
}

/* Its key signs no longer, and what was signed anew was taken back. */
static void
does_not_count_a_new_certificate_that_was_revoked(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *leaf;
	size_t len;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	leaf = soft_ledger_issue(t->f, CA_PROFILE_CLIENT, "max", "client-max",
	    SOFT_NOW);
	plan_assert_hosts(t, "client-max+ node-n1 node-n2 ");
	assert_ok(ca_ledger_revoke(t->f->ledger,
		      ca_certificate_serial(leaf, &len), 1,
		      CA_REASON_SUPERSEDED, LATER, &t->err),
	    &t->err);
	ca_certificate_free(leaf);
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
}

static void
keeps_the_old_ca_while_a_leaf_of_it_lives(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "client-max node-n1 node-n2 ");
	assert_int_equal(plan_deliver(t, "node-n1"), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "no certificate by the new CA"));
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_assert_hosts(t, "client-max node-n1+ node-n2+ ");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "client-max", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "1 0 0 0");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	assert_false(plan_look(t));
	assert_true(plan_is_current(t, CA_AUTHORITY_CLUSTER, t->new));
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

static void
records_a_delivery_once(void **state)
{
	struct plan_fixture *t = *state;
	const char *sql = "SELECT count(*) FROM entry WHERE kind = 23";

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n1", NULL);
	assert_int_equal(soft_ledger_number(t->f->path, sql), 1);
}

/* Section 6 of what CockroachDB's developers tried: the bridge. */
static void
widens_nodes_only_while_a_client_ca_comes(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	plan_assert_files(t, CA_PROFILE_NODE, "2 0 0 0");
	plan_assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	plan_assert_hosts(t, "node-n1 node-n2 ");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "2 2 0 0");
	plan_assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	assert_false(plan_is_current(t, CA_AUTHORITY_CLIENT, t->new));
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	plan_assert_hosts(t, "node-n1+ node-n2+ ");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	assert_true(plan_is_current(t, CA_AUTHORITY_CLIENT, t->new));
	plan_assert_files(t, CA_PROFILE_NODE, "2 2 0 0");
	plan_assert_hosts(t, "client-max ");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_deliver_all(t, "client-max", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_files(t, CA_PROFILE_NODE, "1 1 0 0");
	plan_assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	assert_false(plan_look(t));
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

/* Nodes with ca-client.crt would refuse a certificate by the cluster CA. */
static void
leads_no_user_back_who_has_a_ca_of_his_own(void **state)
{
	struct plan_fixture *t = *state;
	struct ca_certificate *client =
	    plan_make_ca(t, CA_AUTHORITY_CLIENT, false);

	ca_certificate_free(client);
	t->f->authority = CA_AUTHORITY_CLIENT;
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	t->f->authority = CA_AUTHORITY_CLUSTER;
	plan_change_key(t);
	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "node-n1 node-n2 ");
}

static void
refuses_to_split_where_a_tenant_would_be_left(void **state)
{
	struct plan_fixture *t = *state;

	plan_use_key(t, 0);
	plan_issue(t, CA_PROFILE_TENANT_CLIENT, "10", "tenant-client-10");
	assert_int_equal(ca_plan_check_begin(t->f->ledger, CA_PLAN_SPLIT,
			     CA_AUTHORITY_CLIENT, LATER, &t->err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "1 server of tenants"));
	assert_non_null(strstr(t->err.hint, "create-tenant-client-ca"));
	t->f->authority = CA_AUTHORITY_TENANT_CLIENT;
	plan_issue(t, CA_PROFILE_TENANT_CLIENT, "10", "tenant-client-10");
	assert_ok(ca_plan_check_begin(t->f->ledger, CA_PLAN_SPLIT,
		      CA_AUTHORITY_CLIENT, LATER, &t->err),
	    &t->err);
}

/* They verify users, who get certificates by the client CA. */
static void
sends_ca_client_to_the_servers_of_tenants_too(void **state)
{
	struct plan_fixture *t = *state;

	t->f->authority = CA_AUTHORITY_TENANT_CLIENT;
	plan_issue(t, CA_PROFILE_TENANT_CLIENT, "10", "tenant-client-10");
	t->f->authority = CA_AUTHORITY_CLUSTER;
	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	plan_assert_hosts(t, "node-n1 node-n2 ");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_assert_hosts(t, "node-n1 node-n2 tenant-client-10 ");
	plan_assert_files(t, CA_PROFILE_TENANT_CLIENT, "1 2 0 0");
	assert_ok(plan_deliver(t, "tenant-client-10"), &t->err);
	assert_int_equal(plan_deliver(t, "node-n1"), CA_ERR_POLICY);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, plan_setup, plan_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_no_plan_at_first),
		TEST(refuses_a_plan_beside_another),
		TEST(keeps_the_old_ca_until_everybody_trusts_the_new),
		TEST(concerns_hosts_that_come_while_the_step_lasts),
		TEST(does_not_concern_hosts_whose_certificate_has_ended),
		TEST(keeps_the_old_ca_while_a_leaf_of_it_lives),
		TEST(records_a_delivery_once),
		TEST(widens_nodes_only_while_a_client_ca_comes),
		TEST(does_not_count_a_new_certificate_that_was_revoked),
		TEST(leads_no_user_back_who_has_a_ca_of_his_own),
		TEST(refuses_to_split_where_a_tenant_would_be_left),
		TEST(sends_ca_client_to_the_servers_of_tenants_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
