/* SPDX-License-Identifier: Apache-2.0 */
/* Rotation and split as the ledger keeps them. */
#include "coldca/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define LATER (SOFT_NOW + 100)
#define HOSTS_SIZE 512
#define YEAR ((int64_t)366 * 24 * 3600)

struct fixture {
	struct soft_ledger *f;
	struct ca_certificate *old; /* the cluster's current CA */
	struct ca_certificate *new; /* of another key, standing by */
	struct ca_signer *old_signer;
	struct ca_certificate *old_ca;
	struct ca_plan plan;
	struct ca_error err;
};

static struct ca_certificate *
make_ca(struct fixture *t, enum ca_authority authority, bool standby)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(t->f, CA_PROFILE_CA, "", "ca", SOFT_NOW);

	assert_ok((standby ? ca_ledger_add_standby
			   : ca_ledger_set_authority)(t->f->ledger, authority,
		      ca, "pkcs11:object=a", SOFT_NOW, &t->err),
	    &t->err);
	return ca;
}

/* From now on the key of another CA signs. */
static void
change_key(struct fixture *t)
{
	t->old_signer = t->f->signer;
	t->old_ca = t->f->ca;
	t->f->signer = soft_signer(NULL);
	t->f->ca = soft_ca(t->f->signer, SOFT_NOW);
}

static void
issue(struct fixture *t, enum ca_profile_id profile, const char *who,
    const char *name)
{
	ca_certificate_free(
	    soft_ledger_issue(t->f, profile, who, name, SOFT_NOW));
}

static int
setup(void **state)
{
	struct fixture *t = calloc(1, sizeof(*t));
	void *ledger = NULL;

	assert_int_equal(soft_ledger_setup(&ledger), 0);
	t->f = ledger;
	t->old = make_ca(t, CA_AUTHORITY_CLUSTER, false);
	issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	change_key(t);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *t = *state;
	void *ledger = t->f;

	ca_plan_clear(&t->plan);
	ca_certificate_free(t->old);
	ca_certificate_free(t->new);
	ca_certificate_free(t->old_ca);
	ca_signer_free(t->old_signer);
	free(t);
	return soft_ledger_teardown(&ledger);
}

static void
begin(struct fixture *t, enum ca_plan_kind kind)
{
	enum ca_authority authority =
	    kind == CA_PLAN_SPLIT ? CA_AUTHORITY_CLIENT : CA_AUTHORITY_CLUSTER;

	t->new = make_ca(t, authority, true);
	assert_ok(ca_plan_begin(t->f->ledger, kind, authority, t->new, SOFT_NOW,
		      &t->err),
	    &t->err);
}

/* Reads the plan again; false where none is under way. */
static bool
look(struct fixture *t)
{
	bool found = false;

	ca_plan_clear(&t->plan);
	assert_ok(ca_plan_read(t->f->ledger, &t->plan, &found, &t->err),
	    &t->err);
	return found;
}

static bool
append_name(const struct ca_plan_host *host, void *arg)
{
	char *text = arg;
	size_t len = strlen(text);

	(void)snprintf(text + len, HOSTS_SIZE - len, "%s%s%s ", host->name,
	    host->has_leaf ? "+" : "", host->delivered ? "!" : "");
	return true;
}

/* The hosts of the step: + has a new certificate, ! has what it sends. */
static void
assert_hosts(struct fixture *t, const char *wanted)
{
	char text[HOSTS_SIZE] = "";

	assert_ok(ca_plan_hosts(t->f->ledger, &t->plan, LATER, append_name,
		      text, &t->err),
	    &t->err);
	assert_string_equal(text, wanted);
}

static enum ca_code
deliver(struct fixture *t, const char *name)
{
	return ca_plan_deliver(t->f->ledger, &t->plan, name, LATER, &t->err);
}

static enum ca_code
advance(struct fixture *t)
{
	enum ca_code rc =
	    ca_plan_advance(t->f->ledger, &t->plan, LATER, &t->err);

	if (rc == CA_OK)
		(void)look(t);
	return rc;
}

static void
deliver_all(struct fixture *t, const char *first, const char *second,
    const char *third)
{
	assert_ok(deliver(t, first), &t->err);
	if (second != NULL)
		assert_ok(deliver(t, second), &t->err);
	if (third != NULL)
		assert_ok(deliver(t, third), &t->err);
}

static bool
is_current(struct fixture *t, enum ca_authority authority,
    const struct ca_certificate *ca)
{
	struct ca_certificate *current = NULL;
	bool same = ca_ledger_authority(t->f->ledger, authority, &current, NULL,
			&t->err) == CA_OK &&
	    ca_bytes_equal(ca_certificate_der(current), ca_certificate_der(ca));

	ca_certificate_free(current);
	return same;
}

/* How many certificates each file of a host with PROFILE holds: "2 0 0 0". */
static void
assert_files(struct fixture *t, enum ca_profile_id profile, const char *wanted)
{
	struct ca_authorities files = { 0 };
	char text[] = "0 0 0 0";

	assert_ok(ca_plan_authorities(t->f->ledger, ca_profile_get(profile),
		      &files, &t->err),
	    &t->err);
	for (size_t i = 0; i < CA_AUTHORITIES; i++)
		text[2 * i] = (char)('0' + files.of[i].count);
	ca_authorities_clear(&files);
	assert_string_equal(text, wanted);
}

static void
has_no_plan_at_first(void **state)
{
	assert_false(look(*state));
}

static void
refuses_a_plan_beside_another(void **state)
{
	struct fixture *t = *state;

	begin(t, CA_PLAN_ROTATE);
	assert_int_equal(ca_plan_begin(t->f->ledger, CA_PLAN_SPLIT,
			     CA_AUTHORITY_CLIENT, t->new, LATER, &t->err),
	    CA_ERR_POLICY);
	assert_true(look(t));
	assert_int_equal(t->plan.kind, CA_PLAN_ROTATE);
	assert_int_equal(t->plan.step, 1);
}

static void
keeps_the_old_ca_until_everybody_trusts_the_new(void **state)
{
	struct fixture *t = *state;

	begin(t, CA_PLAN_ROTATE);
	assert_true(look(t));
	assert_true(is_current(t, CA_AUTHORITY_CLUSTER, t->old));
	assert_files(t, CA_PROFILE_CLIENT, "2 0 0 0");
	assert_hosts(t, "client-max node-n1 node-n2 ");
	deliver_all(t, "node-n1", "client-max", NULL);
	assert_int_equal(advance(t), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "1 host does not have it"));
	assert_non_null(strstr(t->err.message, "node-n2"));
	assert_true(is_current(t, CA_AUTHORITY_CLUSTER, t->old));
	deliver_all(t, "node-n2", NULL, NULL);
	assert_ok(advance(t), &t->err);
	assert_true(is_current(t, CA_AUTHORITY_CLUSTER, t->new));
	assert_files(t, CA_PROFILE_CLIENT, "2 0 0 0");
}

static void
does_not_concern_hosts_that_came_after_the_step(void **state)
{
	struct fixture *t = *state;

	begin(t, CA_PLAN_ROTATE);
	issue(t, CA_PROFILE_CLIENT, "ann", "client-ann");
	assert_true(look(t));
	assert_hosts(t, "client-max node-n1 node-n2 ");
	assert_int_equal(deliver(t, "client-ann"), CA_ERR_INPUT);
}

static void
does_not_concern_hosts_whose_certificate_has_ended(void **state)
{
	struct fixture *t = *state;
	char text[HOSTS_SIZE] = "";

	begin(t, CA_PLAN_ROTATE);
	assert_true(look(t));
	assert_ok(ca_plan_hosts(t->f->ledger, &t->plan, SOFT_NOW + 20 * YEAR,
		      append_name, text, &t->err),
	    &t->err);
	assert_string_equal(text, "");
}

static void
keeps_the_old_ca_while_a_leaf_of_it_lives(void **state)
{
	struct fixture *t = *state;

	begin(t, CA_PLAN_ROTATE);
	assert_true(look(t));
	deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(advance(t), &t->err);
	assert_hosts(t, "client-max node-n1 node-n2 ");
	assert_int_equal(deliver(t, "node-n1"), CA_ERR_POLICY);
	assert_non_null(strstr(t->err.message, "no certificate by the new CA"));
	issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	assert_hosts(t, "client-max node-n1+ node-n2+ ");
	deliver_all(t, "node-n1", "node-n2", NULL);
	assert_int_equal(advance(t), CA_ERR_POLICY);
	issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	deliver_all(t, "client-max", NULL, NULL);
	assert_ok(advance(t), &t->err);
	assert_files(t, CA_PROFILE_NODE, "1 0 0 0");
	deliver_all(t, "node-n1", "node-n2", "client-max");
	assert_ok(advance(t), &t->err);
	assert_false(look(t));
	assert_true(is_current(t, CA_AUTHORITY_CLUSTER, t->new));
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

static void
records_a_delivery_once(void **state)
{
	struct fixture *t = *state;
	const char *sql = "SELECT count(*) FROM entry WHERE kind = 23";

	begin(t, CA_PLAN_ROTATE);
	assert_true(look(t));
	deliver_all(t, "node-n1", "node-n1", NULL);
	assert_int_equal(soft_ledger_number(t->f->path, sql), 1);
}

/* Section 6 of what CockroachDB's developers tried: the bridge. */
static void
widens_nodes_only_while_a_client_ca_comes(void **state)
{
	struct fixture *t = *state;

	begin(t, CA_PLAN_SPLIT);
	assert_true(look(t));
	assert_files(t, CA_PROFILE_NODE, "2 0 0 0");
	assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	assert_hosts(t, "node-n1 node-n2 ");
	deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(advance(t), &t->err);
	assert_files(t, CA_PROFILE_NODE, "2 2 0 0");
	assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	assert_false(is_current(t, CA_AUTHORITY_CLIENT, t->new));
	issue(t, CA_PROFILE_CLIENT, "node", "client-node-n1");
	issue(t, CA_PROFILE_CLIENT, "node", "client-node-n2");
	assert_hosts(t, "node-n1+ node-n2+ ");
	deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(advance(t), &t->err);
	assert_true(is_current(t, CA_AUTHORITY_CLIENT, t->new));
	assert_files(t, CA_PROFILE_NODE, "2 2 0 0");
	assert_hosts(t, "client-max ");
	issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	deliver_all(t, "client-max", NULL, NULL);
	assert_ok(advance(t), &t->err);
	assert_files(t, CA_PROFILE_NODE, "1 1 0 0");
	assert_files(t, CA_PROFILE_CLIENT, "1 0 0 0");
	deliver_all(t, "node-n1", "node-n2", NULL);
	assert_ok(advance(t), &t->err);
	assert_false(look(t));
	assert_ok(ca_ledger_verify(t->f->ledger, &t->err), &t->err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_no_plan_at_first),
		TEST(refuses_a_plan_beside_another),
		TEST(keeps_the_old_ca_until_everybody_trusts_the_new),
		TEST(does_not_concern_hosts_that_came_after_the_step),
		TEST(does_not_concern_hosts_whose_certificate_has_ended),
		TEST(keeps_the_old_ca_while_a_leaf_of_it_lives),
		TEST(records_a_delivery_once),
		TEST(widens_nodes_only_while_a_client_ca_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
