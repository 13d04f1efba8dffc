/* SPDX-License-Identifier: Apache-2.0 */
/* The plans, step by step, and what hosts are to trust while one is under way. */
#include "core/plan_internal.h"

#include <stddef.h>
#include <string.h>

#include "core/ledger_internal.h"

/*
 * Rotation as CockroachDB's documentation has it, and the bridge by which a
 * client CA can be introduced without stopping all nodes: ca.crt is widened on
 * nodes only, because whoever has a widened one also trusts servers that the
 * client CA signed. And, for a CA whose key is in other hands, everything at
 * once, which takes everything down.
 */
static const struct ca_plan_row plans[CA_PLANS] = {
	[CA_PLAN_ROTATE] = { "rotate", "rotate-ca", 3,
	    { { { CA_SENDS_AUTHORITIES, "trust",
		    "the new CA certificate beside the old one" },
		  0 },
		{ { CA_SENDS_LEAVES, "re-issue", "certificates by the new CA" },
		    CA_PLAN_MAKES_CURRENT },
		{ { CA_SENDS_AUTHORITIES, "drop",
		      "the new CA certificate alone" },
		    CA_PLAN_RETIRES } } },
	[CA_PLAN_SPLIT] = { "split", "split-ca", 4,
	    { { { CA_SENDS_AUTHORITIES, "widen",
		    "ca.crt with the client CA in it, to nodes" },
		  0 },
		{ { CA_SENDS_BRIDGE, "bridge",
		      "ca-client.crt with both CAs and client.node.crt, to nodes" },
		    0 },
		{ { CA_SENDS_LEAVES, "re-issue",
		      "client certificates by the client CA" },
		    CA_PLAN_MAKES_CURRENT },
		{ { CA_SENDS_AUTHORITIES, "narrow",
		      "ca.crt and ca-client.crt with their own CA alone, to nodes" },
		    CA_PLAN_RETIRES } } },
	[CA_PLAN_REPLACE] = { "replace", "rotate-ca", 1,
	    { { { CA_SENDS_BOTH, "replace",
		    "a certificate by the new CA, and that CA alone to trust" },
		CA_PLAN_MAKES_CURRENT | CA_PLAN_RETIRES } } },
};

const struct ca_plan_row *
ca_plan_row(enum ca_plan_kind kind)
{
	return &plans[kind];
}

const char *
ca_plan_name(enum ca_plan_kind kind)
{
	return plans[kind].name;
}

const char *
ca_plan_command(enum ca_plan_kind kind)
{
	return plans[kind].command;
}

unsigned
ca_plan_steps(enum ca_plan_kind kind)
{
	return plans[kind].steps;
}

const struct ca_plan_step *
ca_plan_step(enum ca_plan_kind kind, unsigned step)
{
	return &plans[kind].step[step - 1].step;
}

bool
ca_plan_is_current(const struct ca_plan *plan)
{
	for (unsigned i = 0; i < plan->step; i++)
		if ((plans[plan->kind].step[i].changes &
			CA_PLAN_MAKES_CURRENT) != 0)
			return true;
	return false;
}

/* Servers of tenants verify users, so that they want ca-client.crt as well. */
static bool
split_concerns(unsigned step, const struct ca_profile *profile)
{
	switch (step) {
	case CA_SPLIT_WIDEN:
		return profile->id == CA_PROFILE_NODE;
	case CA_SPLIT_REISSUE:
		return profile->id == CA_PROFILE_CLIENT;
	default:
		return (profile->trusts &
			   CA_AUTHORITY_BIT(CA_AUTHORITY_CLIENT)) != 0;
	}
}

bool
ca_plan_concerns(const struct ca_plan *plan, const struct ca_profile *profile)
{
	enum ca_plan_sends sends = ca_plan_step(plan->kind, plan->step)->sends;
	bool trusts =
	    (profile->trusts & CA_AUTHORITY_BIT(plan->authority)) != 0;
	bool signs = ca_profile_signed_by(profile, plan->authority);

	if (profile->is_ca)
		return false;
	if (plan->kind == CA_PLAN_SPLIT)
		return split_concerns(plan->step, profile);
	if (sends == CA_SENDS_BOTH)
		return trusts || signs;
	return sends == CA_SENDS_LEAVES ? signs : trusts;
}

/* Appends copies of what is in FROM to TO. */
static enum ca_code
append_all(struct ca_certificates *to, const struct ca_certificates *from,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < from->count && rc == CA_OK; i++) {
		const struct ca_bytes *der = ca_certificate_der(from->item[i]);
		struct ca_certificate *copy = NULL;

		rc = ca_certificate_parse(der->data, der->len, &copy, err);
		if (rc == CA_OK)
			rc = ca_certificates_add(to, copy, err);
	}
	return rc;
}

/* The files of a node while a client CA is introduced. */
static enum ca_code
bridge(unsigned step, bool is_node, const struct ca_certificates *cluster,
    const struct ca_certificates *client, struct ca_authorities *ret,
    struct ca_error *err)
{
	struct ca_certificates *widened = &ret->of[CA_AUTHORITY_CLUSTER];
	struct ca_certificates *both = &ret->of[CA_AUTHORITY_CLIENT];
	enum ca_code rc = CA_OK;

	if (is_node)
		rc = append_all(widened, client, err);
	ca_certificates_clear(both);
	if (rc == CA_OK && step >= CA_SPLIT_BRIDGE)
		rc = append_all(both, client, err);
	if (rc == CA_OK && step >= CA_SPLIT_BRIDGE)
		rc = append_all(both, cluster, err);
	return rc;
}

static enum ca_code
apply_split(struct ca_ledger *ledger, const struct ca_plan *plan,
    const struct ca_profile *profile, struct ca_authorities *ret,
    struct ca_error *err)
{
	struct ca_certificates cluster = { 0 }, client = { 0 };
	enum ca_code rc;

	if (plan->step >= CA_SPLIT_NARROW ||
	    (profile->trusts & CA_AUTHORITY_BIT(CA_AUTHORITY_CLIENT)) == 0)
		return CA_OK;
	rc = ca_ledger_authorities(ledger, CA_AUTHORITY_CLUSTER, &cluster, err);
	if (rc == CA_OK)
		rc = ca_ledger_authorities(ledger, CA_AUTHORITY_CLIENT, &client,
		    err);
	if (rc == CA_OK)
		rc = bridge(plan->step, profile->id == CA_PROFILE_NODE,
		    &cluster, &client, ret, err);
	ca_certificates_clear(&cluster);
	ca_certificates_clear(&client);
	return rc;
}

/* The ledger's own: an authority without a current CA is not there yet. */
static enum ca_code
read_trusted(struct ca_ledger *ledger, const struct ca_profile *profile,
    struct ca_authorities *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++) {
		enum ca_authority authority = (enum ca_authority)i;
		struct ca_certificates current = { 0 };

		if ((profile->trusts & CA_AUTHORITY_BIT(i)) == 0)
			continue;
		rc = ca_ledger_currents(ledger, authority, &current, err);
		if (rc == CA_OK && current.count > 0)
			rc = ca_ledger_authorities(ledger, authority,
			    &ret->of[i], err);
		ca_certificates_clear(&current);
	}
	return rc;
}

enum ca_code
ca_plan_authorities(struct ca_ledger *ledger, const struct ca_profile *profile,
    struct ca_authorities *ret, struct ca_error *err)
{
	struct ca_authorities authorities = { 0 };
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = read_trusted(ledger, profile, &authorities, err);
	if (rc == CA_OK)
		rc = ca_plan_read(ledger, &plan, &found, err);
	if (rc == CA_OK && found && plan.kind == CA_PLAN_SPLIT)
		rc = apply_split(ledger, &plan, profile, &authorities, err);
	ca_plan_clear(&plan);
	if (rc != CA_OK) {
		ca_authorities_clear(&authorities);
		return rc;
	}
	*ret = authorities;
	return CA_OK;
}

void
ca_plan_clear(struct ca_plan *plan)
{
	if (plan == NULL)
		return;
	ca_certificate_free(plan->certificate);
	*plan = (struct ca_plan){ 0 };
}
