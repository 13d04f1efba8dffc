/* SPDX-License-Identifier: Apache-2.0 */
/* What a step sends: certificates made anew, and a folder for each host. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/order.h"
#include "cli/plan.h"
#include "cli/renewal.h"
#include "cli/term.h"
#include "coldca/bundle.h"

#define NODE_USER "node" /* whom a node is to other nodes */

/* One host that gets a folder. */
struct host {
	char *name;
	const struct ca_profile *profile;
	bool has_leaf;
};

/* One run of a step. */
struct emission {
	const struct cli_planning *planning;
	struct host *host;
	size_t count;
	char *out; /* the folder of the step */
	enum ca_code rc;
	struct ca_error *err;
};

static bool
add_host(const struct ca_plan_host *host, void *arg)
{
	struct emission *emission = arg;
	struct host *item =
	    reallocarray(emission->host, emission->count + 1, sizeof(*item));

	if (item == NULL) {
		emission->rc = ca_fail_memory(emission->err);
		return false;
	}
	emission->host = item;
	item += emission->count;
	*item = (struct host){ NULL, host->profile, host->has_leaf };
	emission->rc =
	    ca_text_format(&item->name, emission->err, "%s", host->name);
	if (emission->rc == CA_OK)
		emission->count++;
	return emission->rc == CA_OK;
}

static enum ca_code
read_hosts(struct emission *emission, struct ca_error *err)
{
	const struct cli_planning *planning = emission->planning;
	enum ca_code rc;

	emission->err = err;
	rc = ca_plan_hosts(planning->cli->ca.ledger, &planning->plan,
	    planning->now, add_host, emission, err);
	return rc == CA_OK ? emission->rc : rc;
}

/* OUT/rotate-1: what is carried at one time. */
static enum ca_code
make_out(struct emission *emission, struct ca_error *err)
{
	const struct ca_plan *plan = &emission->planning->plan;
	char *out = NULL;
	enum ca_code rc;

	rc = cli_args_path(&emission->planning->cli->args, CLI_OPT_OUT, &out,
	    err);
	if (rc == CA_OK)
		rc = ca_text_format(&emission->out, err, "%s/%s-%u", out,
		    ca_plan_name(plan->kind), plan->step);
	free(out);
	return rc;
}

static struct cli_renewal *
find(struct cli_renewals *renewals, const char *name,
    const struct ca_profile *profile)
{
	for (size_t i = 0; i < renewals->count; i++)
		if (renewals->item[i].profile == profile &&
		    strcmp(renewals->item[i].name, name) == 0)
			return &renewals->item[i];
	return NULL;
}

/* The batch of the hosts that have no certificate by the new CA yet. */
static enum ca_code
batch_leaves(const struct emission *emission, struct cli_renewals *renewals,
    struct cli_signing *signing, struct ca_error *err)
{
	for (size_t i = 0; i < emission->count; i++) {
		struct cli_renewal *next = find(renewals,
		    emission->host[i].name, emission->host[i].profile);

		if (next != NULL && !emission->host[i].has_leaf)
			next->wanted = true;
	}
	return cli_renewals_batch(renewals, emission->planning->plan.authority,
	    signing, err);
}

/* A node's certificate as a client, for the key that its node.crt has. */
static enum ca_code
vet_node(struct cli_signing *signing, const struct cli_renewal *node,
    struct cli_item *item, struct ca_error *err)
{
	struct ca_order order = {
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
		rc = ca_text_format(&item->name, err, "client-%s", node->name);
	}
	ca_order_clear(&order);
	return rc;
}

static enum ca_code
batch_bridge(const struct emission *emission, struct cli_renewals *renewals,
    struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc = CA_OK;

	signing->order.authority = emission->planning->plan.authority;
	batch->item = calloc(emission->count + 1, sizeof(*batch->item));
	if (batch->item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < emission->count && rc == CA_OK; i++) {
		const struct host *host = &emission->host[i];
		struct cli_renewal *node =
		    find(renewals, host->name, host->profile);

		if (node != NULL && !host->has_leaf)
			rc = vet_node(signing, node,
			    &batch->item[batch->count++], err);
	}
	return rc;
}

/* Signs what the step wants and is not there yet. */
static enum ca_code
issue(const struct emission *emission, struct ca_error *err)
{
	const struct cli_planning *planning = emission->planning;
	const struct ca_plan *plan = &planning->plan;
	bool bridge =
	    ca_plan_step(plan->kind, plan->step)->sends == CA_SENDS_BRIDGE;
	struct cli_signing signing = {
		.cli = planning->cli,
		.now = planning->now,
	};
	struct cli_renewals renewals = { NULL, 0 };
	enum ca_code rc;

	rc = cli_order_lifetime(&planning->cli->args, &signing.order.lifetime,
	    err);
	if (rc == CA_OK)
		rc = cli_renewals_read(planning->cli, &renewals, err);
	if (rc == CA_OK && bridge)
		rc = batch_bridge(emission, &renewals, &signing, err);
	else if (rc == CA_OK)
		rc = batch_leaves(emission, &renewals, &signing, err);
	if (rc == CA_OK && signing.batch.count > 0) {
		rc = cli_signing_options(&signing, err);
		if (rc == CA_OK)
			rc = cli_reissue(&signing,
			    bridge ? plan->certificate : NULL, err);
		if (rc == CA_OK && cli_batch_code(&signing.batch) != CA_OK)
			rc = cli_said(err, cli_batch_code(&signing.batch));
	}
	cli_signing_clear(&signing);
	cli_renewals_clear(&renewals);
	return rc;
}

/* The folder of HOST: the CA files, and the certificate that is there. */
static enum ca_code
write_host(const struct emission *emission, const struct host *host,
    struct cli_renewals *renewals, struct ca_error *err)
{
	const struct cli_planning *planning = emission->planning;
	const struct ca_plan *plan = &planning->plan;
	enum ca_plan_sends sends = ca_plan_step(plan->kind, plan->step)->sends;
	struct ca_authorities authorities = { 0 };
	struct ca_bundle bundle = { host->name, host->profile, NULL,
		&authorities };
	const struct cli_renewal *leaf = NULL;
	char *name = NULL;
	enum ca_code rc = CA_OK;

	if (sends == CA_SENDS_BRIDGE) {
		bundle.profile = ca_profile_get(CA_PROFILE_CLIENT);
		rc = ca_text_format(&name, err, "client-%s", host->name);
	}
	if (rc == CA_OK && sends != CA_SENDS_AUTHORITIES)
		leaf = find(renewals, name != NULL ? name : host->name,
		    bundle.profile);
	/* A host whose certificate was refused gets nothing yet. */
	if (rc != CA_OK ||
	    (sends != CA_SENDS_AUTHORITIES &&
		(leaf == NULL ||
		    ca_certificate_check_issuer(leaf->certificate,
			plan->certificate, err) != CA_OK)))
		goto out;
	if (leaf != NULL)
		bundle.certificate = leaf->certificate;
	rc = ca_plan_authorities(planning->cli->ca.ledger, host->profile,
	    &authorities, err);
	if (rc == CA_OK)
		rc = ca_bundle_write(emission->out, &bundle, true, err);
	if (rc == CA_OK)
		rc = cli_bundle_pass_gate(emission->out, host->name, err);
	if (rc == CA_OK && !planning->cli->json)
		term_line(stdout, "%s/%s", emission->out, host->name);
out:
	ca_authorities_clear(&authorities);
	free(name);
	return rc;
}

static enum ca_code
write_all(const struct emission *emission, struct ca_error *err)
{
	struct cli_renewals renewals = { NULL, 0 };
	enum ca_code rc;

	rc = cli_renewals_read(emission->planning->cli, &renewals, err);
	for (size_t i = 0; i < emission->count && rc == CA_OK; i++)
		rc = write_host(emission, &emission->host[i], &renewals, err);
	cli_renewals_clear(&renewals);
	return rc;
}

enum ca_code
cli_plan_emit(const struct cli_planning *planning, struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	enum ca_plan_sends sends = ca_plan_step(plan->kind, plan->step)->sends;
	struct emission emission = { .planning = planning };
	struct ca_error unsaid;
	enum ca_code rc, issued = CA_OK;

	rc = make_out(&emission, err);
	if (rc == CA_OK)
		rc = read_hosts(&emission, err);
	if (rc == CA_OK && sends != CA_SENDS_AUTHORITIES)
		issued = issue(&emission, err);
	/* Those that were signed get their folders whatever the others lack. */
	if (rc == CA_OK)
		rc = write_all(&emission, issued == CA_OK ? err : &unsaid);
	for (size_t i = 0; i < emission.count; i++)
		free(emission.host[i].name);
	free(emission.host);
	free(emission.out);
	return issued != CA_OK ? issued : rc;
}
