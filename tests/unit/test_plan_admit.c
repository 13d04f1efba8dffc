/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets a certificate while a plan is under way. */
#include "coldca/plan.h"

#include <string.h>

#include "support/soft_plan.h"
#include "unit/test.h"

static enum ca_code
ask(struct plan_fixture *t, enum ca_profile_id profile, const char *name,
    enum ca_authority authority, const struct ca_certificate *issuer)
{
	const struct ca_plan_wish wish = {
		.profile = ca_profile_get(profile),
		.name = name,
		.authority = authority,
		.issuer = issuer,
	};

	return ca_plan_admit(t->f->ledger, &t->plan, &wish, LATER, &t->err);
}

#define ADMITTED(t, profile, name, authority, issuer) \
	assert_ok(ask((t), (profile), (name), (authority), (issuer)), &(t)->err)

static void
assert_refused(struct plan_fixture *t, enum ca_profile_id profile,
    const char *name, enum ca_authority authority,
    const struct ca_certificate *issuer, const char *why)
{
	assert_int_equal(ask(t, profile, name, authority, issuer),
	    CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, name));
	assert_non_null(strstr(t->err.message, why));
	assert_true(t->err.hint[0] != '\0');
}

static void
lets_one_ca_sign_in_each_step_of_a_rotation(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_ROTATE);
	assert_true(plan_look(t));
	ADMITTED(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER, t->old);
	ADMITTED(t, CA_PROFILE_UI, "ui-n3", CA_AUTHORITY_UI, t->new);
	assert_refused(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER,
	    t->new, "do not trust it yet");
	plan_deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(plan_advance(t), &t->err);
	ADMITTED(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER, t->new);
	assert_refused(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER,
	    t->old, "once that one is dropped");
}

static void
takes_new_nodes_as_long_as_the_bridge_is_to_come(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	ADMITTED(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER, t->old);
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	ADMITTED(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER, t->old);
	plan_use_key(t, 0);
	plan_issue(t, CA_PROFILE_NODE, "n3.example.com", "node-n3");
	plan_use_key(t, 1);
	plan_assert_hosts(t, "node-n1 node-n2 node-n3 ");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_int_equal(plan_advance(t), CA_ERR_POLICY);
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n3");
	plan_deliver_all(t, "node-n3", NULL, NULL);
	assert_ok(plan_advance(t), &t->err);
	ADMITTED(t, CA_PROFILE_NODE, "node-n3", CA_AUTHORITY_CLUSTER, t->old);
	assert_refused(t, CA_PROFILE_NODE, "node-n4", CA_AUTHORITY_CLUSTER,
	    t->old, "no client.node.crt");
	assert_non_null(strstr(t->err.hint, "client node"));
}

static void
takes_no_users_of_the_cluster_ca_once_they_are_signed_anew(void **state)
{
	struct plan_fixture *t = *state;

	plan_begin(t, CA_PLAN_SPLIT);
	assert_true(plan_look(t));
	ADMITTED(t, CA_PROFILE_CLIENT, "client-ann", CA_AUTHORITY_CLUSTER,
	    t->old);
	assert_refused(t, CA_PROFILE_TENANT_CLIENT, "tenant-client-10",
	    CA_AUTHORITY_CLUSTER, t->old, "servers of tenants");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	plan_issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	plan_deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(plan_advance(t), &t->err);
	ADMITTED(t, CA_PROFILE_CLIENT, "client-ann", CA_AUTHORITY_CLIENT,
	    t->new);
	assert_refused(t, CA_PROFILE_CLIENT, "client-ann", CA_AUTHORITY_CLUSTER,
	    t->old, "once ca-client.crt is narrowed");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, plan_setup, plan_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lets_one_ca_sign_in_each_step_of_a_rotation),
		TEST(takes_new_nodes_as_long_as_the_bridge_is_to_come),
		TEST(
		    takes_no_users_of_the_cluster_ca_once_they_are_signed_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
