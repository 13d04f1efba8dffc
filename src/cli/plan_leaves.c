/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a step signs anew, and for which key. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/plan.h"

#define NODE_USER "node" /* whom a node is to other nodes */

/* Where hosts are collected. */
struct collection {
	struct cli_plan_hosts hosts;
	enum ca_code rc;
	struct ca_error *err;
};

static bool
add_host(const struct ca_plan_host *host, void *arg)
{
	struct collection *to = arg;
	struct cli_plan_host *item =
	    reallocarray(to->hosts.item, to->hosts.count + 1, sizeof(*item));

	if (item == NULL) {
		to->rc = ca_fail_memory(to->err);
		return false;
	}
	to->hosts.item = item;
	item += to->hosts.count++;
	*item = (struct cli_plan_host){
		.profile = host->profile,
		.wants_leaf = host->wants_leaf,
		.has_leaf = host->has_leaf,
	};
	to->rc = ca_text_format(&item->name, to->err, "%s", host->name);
	if (to->rc == CA_OK)
		to->rc =
		    ca_text_format(&item->serial, to->err, "%s", host->serial);
	return to->rc == CA_OK;
}

enum ca_code
cli_plan_hosts_read(const struct cli_planning *planning, unsigned number,
    struct cli_plan_hosts *ret, struct ca_error *err)
{
	struct ca_plan at = planning->plan; /* borrows its certificate */
	struct collection to = { .err = err };
	enum ca_code rc;

	at.step = number;
	rc = ca_plan_hosts(planning->cli->ca.ledger, &at, planning->now,
	    add_host, &to, err);
	if (rc == CA_OK)
		rc = to.rc;
	if (rc == CA_OK)
		*ret = to.hosts;
	else
		cli_plan_hosts_clear(&to.hosts);
	return rc;
}

void
cli_plan_hosts_clear(struct cli_plan_hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		free(hosts->item[i].name);
		free(hosts->item[i].serial);
	}
	free(hosts->item);
	*hosts = (struct cli_plan_hosts){ 0 };
}

/* The certificates that are followed, of those hosts that lack another. */
static enum ca_code
read_renewals(const struct cli_planning *planning,
    const struct cli_plan_hosts *hosts, struct cli_renewals *ret,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < hosts->count && rc == CA_OK; i++)
		if (hosts->item[i].wants_leaf && !hosts->item[i].has_leaf)
			rc = cli_renewals_add(planning->cli,
			    hosts->item[i].serial, ret, err);
	for (size_t i = 0; i < ret->count; i++)
		ret->item[i].wanted = true;
	return rc;
}

static enum ca_code
refuse_request(const struct cli_planning *planning, const char *value,
    const char *why, struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_INPUT, "--request: `%s`: %s", value, why);
	ca_hint(err, "--request=HOST=FILE; coldca %s lists the hosts",
	    ca_plan_command(planning->plan.kind));
	return CA_ERR_INPUT;
}

/* HOST=FILE says whose it is; FILE alone is told by its names. */
static enum ca_code
take_request(const struct cli_planning *planning, bool bridge,
    struct cli_renewals *renewals, const char *value, struct ca_error *err)
{
	size_t matches = 0;

	if (cli_renewals_assign(renewals, value))
		return CA_OK;
	if (strchr(value, '=') != NULL &&
	    faccessat(AT_FDCWD, value, F_OK, 0) != 0)
		return refuse_request(planning, value,
		    "is of none of the hosts that lack a certificate", err);
	/* All of them ask for the same user. */
	if (bridge)
		return refuse_request(planning, value,
		    "a request for a client.node.crt does not say of which host it is",
		    err);
	if (cli_renewals_match(renewals, value, &matches, err) != CA_OK)
		return err->code;
	if (matches == 1)
		return CA_OK;
	return refuse_request(planning, value,
	    matches == 0
		? "asks for the names of none of the hosts that lack a certificate"
		: "asks for the names of more than one host",
	    err);
}

static enum ca_code
take_requests(const struct cli_planning *planning, bool bridge,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const char *value;
	size_t index = 0;
	enum ca_code rc = CA_OK;

	while (rc == CA_OK &&
	    (value = cli_args_next(&planning->cli->args, CLI_OPT_REQUEST,
		 &index)) != NULL)
		rc = take_request(planning, bridge, renewals, value, err);
	return rc;
}

/* A node's certificate as a client, for the key that its node.crt has. */
static enum ca_code
vet_node(struct cli_signing *signing, const struct cli_renewal *node,
    struct cli_item *item, struct ca_error *err)
{
	struct ca_order order = {
		.allow_node = true,
		.profile = ca_profile_get(CA_PROFILE_CLIENT),
		.authority = signing->order.authority,
		.lifetime = signing->order.lifetime,
		.drop_extra = true,
	};
	enum ca_code rc;

	rc = ca_text_format(&order.user, err, NODE_USER);
	if (rc == CA_OK)
		rc = cli_renewal_vet(signing->cli, node, &order, item, err);
	if (rc == CA_OK && item->code == CA_OK) {
		free(item->name);
		item->name = NULL;
		rc = ca_plan_client_name(node->name, &item->name, err);
	}
	ca_order_clear(&order);
	return rc;
}

static enum ca_code
batch_bridge(const struct cli_renewals *renewals, enum ca_authority authority,
    struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc = CA_OK;

	signing->order.authority = authority;
	batch->item = calloc(renewals->count + 1, sizeof(*batch->item));
	if (batch->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < renewals->count && rc == CA_OK; i++)
		rc = vet_node(signing, &renewals->item[i],
		    &batch->item[batch->count++], err);
	return rc;
}

enum ca_code
cli_plan_leaves_vet(const struct cli_planning *planning, unsigned number,
    const struct cli_plan_hosts *hosts, bool given, struct cli_plan_leaves *ret,
    struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	struct cli_signing *signing = &ret->signing;
	enum ca_code rc;

	*ret = (struct cli_plan_leaves){
		.signing = { .cli = planning->cli,
		    .now = planning->now,
		    .planned = true },
		.bridge =
		    ca_plan_step(plan->kind, number)->sends == CA_SENDS_BRIDGE,
	};
	rc = cli_order_lifetime(&planning->cli->args, &signing->order.lifetime,
	    err);
	if (rc == CA_OK)
		rc = read_renewals(planning, hosts, &ret->renewals, err);
	if (rc == CA_OK && given)
		rc = take_requests(planning, ret->bridge, &ret->renewals, err);
	if (rc == CA_OK && ret->bridge)
		rc =
		    batch_bridge(&ret->renewals, plan->authority, signing, err);
	else if (rc == CA_OK)
		rc = cli_renewals_batch(&ret->renewals, plan->authority,
		    signing, err);
	return rc;
}

/* The first reason why ITEM is refused. */
static const char *
reason(const struct cli_item *item)
{
	for (size_t i = 0; i < item->findings.count; i++)
		if (item->findings.item[i].code != CA_OK)
			return item->findings.item[i].text;
	return "refused";
}

/* Appends to LIST those of the step NUMBER. */
static enum ca_code
list_refused(const struct cli_planning *planning, unsigned number, json_t *list,
    struct ca_error *err)
{
	struct cli_plan_hosts hosts = { NULL, 0 };
	struct cli_plan_leaves leaves = { .bridge = false };
	const struct cli_batch *batch = &leaves.signing.batch;
	enum ca_code rc;

	rc = cli_plan_hosts_read(planning, number, &hosts, err);
	if (rc == CA_OK)
		rc = cli_plan_leaves_vet(planning, number, &hosts, false,
		    &leaves, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		const struct cli_renewal *next = &leaves.renewals.item[i];

		if (batch->item[i].code != CA_OK &&
		    json_array_append_new(list,
			json_pack("{s:o,s:s,s:i,s:o}", "name",
			    cli_json_text(next->name), "profile",
			    next->profile->name, "step", (int)number, "why",
			    cli_json_text(reason(&batch->item[i])))) != 0)
			rc = ca_fail_memory(err);
	}
	cli_plan_leaves_clear(&leaves);
	cli_plan_hosts_clear(&hosts);
	return rc;
}

enum ca_code
cli_plan_requests(const struct cli_planning *planning, json_t **ret,
    struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	json_t *list = json_array();
	enum ca_code rc = list != NULL ? CA_OK : ca_fail_memory(err);

	for (unsigned i = plan->step;
	     i <= ca_plan_steps(plan->kind) && rc == CA_OK; i++)
		if (ca_plan_step(plan->kind, i)->sends != CA_SENDS_AUTHORITIES)
			rc = list_refused(planning, i, list, err);
	if (rc == CA_OK)
		*ret = list;
	else
		json_decref(list);
	return rc;
}

void
cli_plan_leaves_clear(struct cli_plan_leaves *leaves)
{
	cli_signing_clear(&leaves->signing);
	cli_renewals_clear(&leaves->renewals);
}
