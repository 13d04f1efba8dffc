/* SPDX-License-Identifier: Apache-2.0 */
/* Who may get a certificate while a plan is under way, and by which CA. */
#include <stdlib.h>

#include "base/text.h"
#include "core/plan_internal.h"

static enum ca_code
refuse(const struct ca_plan *plan, const struct ca_plan_wish *wish,
    const char *why, const char *way, struct ca_error *err)
{
	const char *command = ca_plan_command(plan->kind);

	(void)ca_fail(err, CA_ERR_POLICY, "%s: %s is at step %u (%s): %s",
	    wish->name, command, plan->step,
	    ca_plan_step(plan->kind, plan->step)->name, why);
	ca_hint(err, "%s; coldca %s shows how far it is", way, command);
	return CA_ERR_POLICY;
}

/* Of the authority that the plan is about, one CA signs in each step. */
static enum ca_code
check_issuer(const struct ca_plan *plan, const struct ca_plan_wish *wish,
    struct ca_error *err)
{
	bool is_new = ca_bytes_equal(ca_certificate_der(wish->issuer),
	    ca_certificate_der(plan->certificate));

	if (wish->authority != plan->authority ||
	    is_new == ca_plan_is_current(plan))
		return CA_OK;
	if (is_new)
		return refuse(plan, wish,
		    "a certificate by the new CA would be refused by hosts that do not trust it yet",
		    "leave --ca-key out, or go on", err);
	return refuse(plan, wish,
	    "a certificate by the CA that is replaced would be refused once that one is dropped",
	    "leave --ca-key out: the new CA signs", err);
}

/* client.node.crt came with the bridge; nodes verify it by ca-client.crt. */
static enum ca_code
check_node(struct ca_ledger *ledger, const struct ca_plan *plan,
    const struct ca_plan_wish *wish, int64_t now, struct ca_error *err)
{
	char *name = NULL;
	bool has = false;
	enum ca_code rc;

	if (plan->step < CA_SPLIT_REISSUE)
		return CA_OK;
	rc = ca_plan_client_name(wish->name, &name, err);
	if (rc == CA_OK)
		rc = ca_plan_has_leaf(ledger, plan,
		    ca_profile_get(CA_PROFILE_CLIENT), name, now, &has, err);
	free(name);
	if (rc != CA_OK || has)
		return rc;
	return refuse(plan, wish,
	    "a node that comes now would have no client.node.crt, and be refused once ca-client.crt is narrowed",
	    "finish it first, then sign its requests for `node HOST` and `client node`",
	    err);
}

static enum ca_code
check_split(struct ca_ledger *ledger, const struct ca_plan *plan,
    const struct ca_plan_wish *wish, int64_t now, struct ca_error *err)
{
	if (wish->authority != CA_AUTHORITY_CLUSTER)
		return CA_OK;
	if (wish->profile->id == CA_PROFILE_TENANT_CLIENT)
		return refuse(plan, wish,
		    "nodes with a ca-client.crt refuse servers of tenants that the cluster CA signed",
		    "finish it first, then coldca create-tenant-client-ca",
		    err);
	if (wish->profile->id == CA_PROFILE_CLIENT &&
	    plan->step >= CA_SPLIT_REISSUE)
		return refuse(plan, wish,
		    "a user with a certificate by the cluster CA would be refused once ca-client.crt is narrowed",
		    "leave --ca out: the client CA signs", err);
	if (wish->profile->id == CA_PROFILE_NODE)
		return check_node(ledger, plan, wish, now, err);
	return CA_OK;
}

enum ca_code
ca_plan_client_name(const char *node, char **ret_name, struct ca_error *err)
{
	return ca_text_format(ret_name, err, "%s-%s",
	    ca_profile_get(CA_PROFILE_CLIENT)->bundle, node);
}

enum ca_code
ca_plan_admit(struct ca_ledger *ledger, const struct ca_plan *plan,
    const struct ca_plan_wish *wish, int64_t now, struct ca_error *err)
{
	enum ca_code rc = check_issuer(plan, wish, err);

	if (rc == CA_OK && plan->kind == CA_PLAN_SPLIT)
		rc = check_split(ledger, plan, wish, now, err);
	return rc;
}
