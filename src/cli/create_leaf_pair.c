/* SPDX-License-Identifier: Apache-2.0 */
/* The pair of `create-node` and its like: its key, and where it goes. */
#include <string.h>

#include "cli/create_leaf.h"
#include "cli/pair.h"
#include "cli/principals.h"
#include "coldca/bundle.h"
#include "coldca/plan.h"

static struct ca_pair_trust
trust_of(const struct cli_leaf *leaf)
{
	return (struct ca_pair_trust){
		.authority = leaf->signing.order.authority,
		.issuer = leaf->signing.issuer,
		.issuers = &leaf->signing.authorities,
		.authorities = &leaf->authorities,
	};
}

static struct ca_pair_place
place_of(const struct cli_leaf *leaf)
{
	return (struct ca_pair_place){
		.certs_dir = leaf->certs_dir,
		.overwrite = leaf->signing.overwrite,
	};
}

/* Vets the order for the key; what is wrong is the item's refusal. */
static enum ca_code
vet(struct cli_leaf *leaf, struct cli_item *item, struct ca_error *err)
{
	struct ca_error reason;
	const char *rule = "pair";
	enum ca_code rc = cli_item_need_grant(item, err);

	if (rc != CA_OK)
		return rc;
	rc = ca_grant_for_key(ca_pair_key(leaf->pair), &leaf->signing.order,
	    leaf->signing.cli->ca.policy, item->grant, &item->findings,
	    &reason);
	if (ca_findings_code(&item->findings) != CA_OK)
		rule = NULL;
	if (rc == CA_OK)
		rc = ca_bundle_name(item->grant, &item->name, &reason);
	if (rc == CA_OK)
		return CA_OK;
	if (rc == CA_ERR_INTERNAL || rc == CA_ERR_LEDGER) {
		*err = reason;
		return rc;
	}
	return cli_item_refuse(item, rule, &reason, err);
}

enum ca_code
cli_leaf_make_item(struct cli_leaf *leaf, struct ca_error *err)
{
	struct cli_signing *signing = &leaf->signing;
	const struct ca_pair_place place = place_of(leaf);
	struct cli_item *item;
	enum ca_code rc;

	rc = cli_batch_new(&signing->order.profile->name, 1, &signing->batch,
	    err);
	if (rc == CA_OK)
		rc = ca_pair_new(leaf->kind, leaf->rsa_bits, &leaf->pair, err);
	if (rc != CA_OK)
		return rc;
	item = &signing->batch.item[0];
	rc = vet(leaf, item, err);
	if (rc != CA_OK || item->code != CA_OK)
		return rc;
	rc = cli_principals_warn(&signing->cli->args, item->grant, err);
	if (rc == CA_OK)
		rc =
		    ca_pair_name_for(leaf->pair, item->grant, leaf->pkcs8, err);
	if (rc == CA_OK)
		rc = ca_pair_check(leaf->pair, &place, cli_pair_tell_finished,
		    leaf->certs_dir, err);
	return rc;
}

enum ca_code
cli_leaf_check_trust(struct cli_leaf *leaf, struct ca_error *err)
{
	const struct cli_signing *signing = &leaf->signing;
	struct ca_pair_trust trust;
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_authorities(signing->cli->ca.ledger,
	    signing->order.profile, &leaf->authorities, err);
	if (rc == CA_OK)
		rc = ca_plan_read(signing->cli->ca.ledger, &plan, &found, err);
	if (rc != CA_OK)
		return rc;
	trust = trust_of(leaf);
	if (found)
		trust.plan = ca_plan_command(plan.kind);
	ca_plan_clear(&plan);
	return ca_pair_check_trust(leaf->certs_dir, &trust, err);
}

enum ca_code
cli_leaf_write(const struct cli_leaf *leaf, struct ca_error *err)
{
	const struct cli_item *item = &leaf->signing.batch.item[0];
	const struct ca_pair_place place = place_of(leaf);
	const struct ca_pair_trust trust = trust_of(leaf);

	return ca_pair_write(leaf->pair, &place, item->certificate, &trust,
	    err);
}
