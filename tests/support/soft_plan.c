/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_signer.h"
#include "unit/test.h"

#define HOSTS_SIZE 512

struct ca_certificate *
plan_make_ca(struct plan_fixture *t, enum ca_authority authority, bool standby)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(t->f, CA_PROFILE_CA, "", "ca", SOFT_NOW);

	assert_ok((standby ? ca_ledger_add_standby
			   : ca_ledger_set_authority)(t->f->ledger, authority,
		      ca, "pkcs11:object=a", SOFT_NOW, &t->err),
	    &t->err);
	return ca;
}

void
plan_change_key(struct plan_fixture *t)
{
	assert_in_range(t->keys, 1, PLAN_KEYS - 1);
	t->signer[t->keys] = soft_signer(NULL);
	t->ca[t->keys] = soft_ca(t->signer[t->keys], SOFT_NOW);
	plan_use_key(t, t->keys++);
}

void
plan_use_key(struct plan_fixture *t, size_t index)
{
	t->f->signer = t->signer[index];
	t->f->ca = t->ca[index];
}

void
plan_issue(struct plan_fixture *t, enum ca_profile_id profile, const char *who,
    const char *name)
{
	ca_certificate_free(
	    soft_ledger_issue(t->f, profile, who, name, SOFT_NOW));
}

int
plan_setup(void **state)
{
	struct plan_fixture *t = calloc(1, sizeof(*t));
	void *ledger = NULL;

	assert_int_equal(soft_ledger_setup(&ledger), 0);
	t->f = ledger;
	t->signer[0] = t->f->signer;
	t->ca[0] = t->f->ca;
	t->keys = 1;
	t->old = plan_make_ca(t, CA_AUTHORITY_CLUSTER, false);
	plan_issue(t, CA_PROFILE_NODE, "n1.example.com", "node-n1");
	plan_issue(t, CA_PROFILE_NODE, "n2.example.com", "node-n2");
	plan_issue(t, CA_PROFILE_CLIENT, "max", "client-max");
	plan_change_key(t);
	*state = t;
	return 0;
}

int
plan_teardown(void **state)
{
	struct plan_fixture *t = *state;
	void *ledger = t->f;

	ca_plan_clear(&t->plan);
	ca_certificate_free(t->old);
	ca_certificate_free(t->new);
	/* The last one is the ledger's own. */
	plan_use_key(t, t->keys - 1);
	for (size_t i = 0; i + 1 < t->keys; i++) {
		ca_certificate_free(t->ca[i]);
		ca_signer_free(t->signer[i]);
	}
	free(t);
	return soft_ledger_teardown(&ledger);
}

void
plan_begin(struct plan_fixture *t, enum ca_plan_kind kind)
{
	enum ca_authority authority =
	    kind == CA_PLAN_SPLIT ? CA_AUTHORITY_CLIENT : CA_AUTHORITY_CLUSTER;

	ca_certificate_free(t->new);
	t->new = plan_make_ca(t, authority, true);
	assert_ok(ca_plan_begin(t->f->ledger, kind, authority, t->new, SOFT_NOW,
		      &t->err),
	    &t->err);
}

bool
plan_look(struct plan_fixture *t)
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

	(void)snprintf(text + len, HOSTS_SIZE - len, "%s%s%s%s ", host->name,
	    host->has_leaf ? "+" : "", host->delivered ? "!" : "",
	    host->revoked ? "?" : "");
	return true;
}

void
plan_assert_hosts_at(struct plan_fixture *t, int64_t now, const char *wanted)
{
	char text[HOSTS_SIZE] = "";

	assert_ok(ca_plan_hosts(t->f->ledger, &t->plan, now, append_name, text,
		      &t->err),
	    &t->err);
	assert_string_equal(text, wanted);
}

void
plan_assert_hosts(struct plan_fixture *t, const char *wanted)
{
	plan_assert_hosts_at(t, LATER, wanted);
}

enum ca_code
plan_deliver(struct plan_fixture *t, const char *name)
{
	return ca_plan_deliver(t->f->ledger, &t->plan, name, LATER, &t->err);
}

enum ca_code
plan_advance(struct plan_fixture *t)
{
	enum ca_code rc =
	    ca_plan_advance(t->f->ledger, &t->plan, LATER, &t->err);

	if (rc == CA_OK)
		(void)plan_look(t);
	return rc;
}

void
plan_deliver_all(struct plan_fixture *t, const char *first, const char *second,
    const char *third)
{
	assert_ok(plan_deliver(t, first), &t->err);
	if (second != NULL)
		assert_ok(plan_deliver(t, second), &t->err);
	if (third != NULL)
		assert_ok(plan_deliver(t, third), &t->err);
}

bool
plan_is_current(struct plan_fixture *t, enum ca_authority authority,
    const struct ca_certificate *ca)
{
	struct ca_certificate *current = NULL;
	bool same = ca_ledger_authority(t->f->ledger, authority, &current, NULL,
			&t->err) == CA_OK &&
	    ca_bytes_equal(ca_certificate_der(current), ca_certificate_der(ca));

	ca_certificate_free(current);
	return same;
}

void
plan_assert_files(struct plan_fixture *t, enum ca_profile_id profile,
    const char *wanted)
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
