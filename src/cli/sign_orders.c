/* SPDX-License-Identifier: Apache-2.0 */
/* A prepared batch: each request is held against what is ordered for it. */
#include <stdlib.h>

#include "base/file.h"
#include "cli/sign.h"
#include "coldca/csr.h"

/* What would say the same as the orders, or something else. */
enum ca_code
cli_signing_check_orders(const struct cli_args *args, const char *option,
    struct ca_error *err)
{
	static const enum cli_opt others[] = { CLI_OPT_HOST, CLI_OPT_USER,
		CLI_OPT_TENANT, CLI_OPT_TENANT_SCOPE, CLI_OPT_TENANT_NAME_SCOPE,
		CLI_OPT_NAMES_FROM_REQUEST, CLI_OPT_LIFETIME };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!cli_args_has(args, others[i]))
			continue;
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--%s: does not go with --%s, which says it for each request",
		    cli_option_get(others[i])->name, option);
		return CA_ERR_USAGE;
	}
	return CA_OK;
}

static enum ca_code
read_file(const char *path, struct ca_orders *ret, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = ca_file_read(path, CA_POLICY_SIZE_MAX, &text, err);
	if (rc == CA_OK)
		rc = ca_orders_parse(path, text.data, text.len, ret, err);
	ca_bytes_free(&text);
	return rc;
}

/* The CA that signs ORDER: the one of --ca where it may, or its profile's own. */
static enum ca_code
choose_authority(const struct cli_signing *signing, struct ca_order *order,
    struct ca_error *err)
{
	const char *word = cli_args_value(&signing->cli->args, CLI_OPT_CA);
	enum ca_authority authority;
	bool found = false;
	enum ca_code rc = CA_OK;

	if (word != NULL && ca_authority_by_name(word, &authority) &&
	    ca_profile_signed_by(order->profile, authority)) {
		order->authority = authority;
		return CA_OK;
	}
	rc = ca_ledger_signer_of(signing->cli->ca.ledger, order->profile,
	    &order->authority, &found, err);
	if (rc == CA_OK && !found)
		order->authority = CA_AUTHORITY_CLUSTER;
	return rc;
}

/* What the operator says for all of them. */
static enum ca_code
complete(struct cli_signing *signing, struct ca_order *order,
    struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;

	order->allow_root = cli_args_has(args, CLI_OPT_ALLOW_ROOT);
	order->allow_node = cli_args_has(args, CLI_OPT_ALLOW_NODE);
	order->drop_extra = cli_args_has(args, CLI_OPT_DROP_EXTRA);
	order->ledger = signing->cli->ca.ledger;
	return choose_authority(signing, order, err);
}

enum ca_code
cli_signing_read_orders(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc = cli_signing_check_orders(args, "orders", err);

	if (rc == CA_OK)
		rc = read_file(cli_args_value(args, CLI_OPT_ORDERS),
		    &signing->orders, err);
	if (rc == CA_OK)
		rc = cli_signing_choose_orders(signing, err);
	return rc;
}

enum ca_code
cli_signing_choose_orders(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	const char *ca = cli_args_value(args, CLI_OPT_CA);
	struct ca_orders *orders = &signing->orders;
	size_t own = 0;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < orders->count && rc == CA_OK; i++)
		rc = complete(signing, &orders->item[i].order, err);
	if (rc != CA_OK)
		return rc;
	signing->order.authority = orders->item[0].order.authority;
	if (ca != NULL && !ca_authority_by_name(ca, &signing->order.authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", ca);
	for (size_t i = 0; i < orders->count; i++)
		own +=
		    orders->item[i].order.authority == signing->order.authority;
	if (own == 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "--ca: nothing is ordered that the %s CA signs", ca);
	return CA_OK;
}

/* Refuses ITEM by RULE with what REASON says. */
static enum ca_code
refuse(struct cli_item *item, const char *rule, struct ca_error *reason,
    const char *hint, struct ca_error *err)
{
	ca_hint(reason, "%s", hint);
	return cli_item_refuse(item, rule, reason, err);
}

static enum ca_code
refuse_extra(struct cli_item *item, struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY, "%s: nothing is ordered for it",
	    item->path);
	return refuse(item, "orders-extra", &reason,
	    "order it, or leave it out; `coldca inspect` shows what it is",
	    err);
}

static enum ca_code
refuse_other_key(struct cli_item *item, const struct ca_ordered *ordered,
    struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY,
	    "%s: its key is not the one that is ordered in line %zu",
	    item->path, ordered->line);
	return refuse(item, "orders-key", &reason,
	    "find out who made this request before you order its key", err);
}

static enum ca_code
refuse_second(struct cli_item *item, const struct ca_ordered *ordered,
    const char *other, struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY,
	    "%s: line %zu orders one request, and %s is that", item->path,
	    ordered->line, other);
	return refuse(item, "orders-twice", &reason,
	    "sign with the one that is meant alone", err);
}

/* A request that can not be read is there all the same. */
static void
take_unread(const struct ca_orders *orders, const char *path,
    const char **taken)
{
	static const uint8_t no_key[CA_SHA256_SIZE];
	size_t index = 0;

	if (ca_orders_find(orders, path, no_key, &index) != CA_ORDERS_NONE &&
	    taken[index] == NULL)
		taken[index] = path;
}

/* Whether ITEM is of this run's CA is *RET_OWN; TAKEN has a path per order. */
static enum ca_code
vet_item(const struct cli_signing *signing, struct cli_item *item,
    const char **taken, bool *ret_own, struct ca_error *err)
{
	const struct ca_orders *orders = &signing->orders;
	enum ca_orders_match match;
	struct ca_csr *csr = NULL;
	size_t index = 0;
	enum ca_code rc = cli_item_read(item, &csr, err);

	*ret_own = true;
	if (rc == CA_OK && csr == NULL)
		take_unread(orders, item->path, taken);
	if (rc != CA_OK || csr == NULL)
		return rc;
	match = ca_orders_find(orders, item->path,
	    ca_csr_key_info(csr)->spki_sha256, &index);
	if (match == CA_ORDERS_NONE) {
		rc = refuse_extra(item, err);
	} else if (taken[index] != NULL) {
		rc = refuse_second(item, &orders->item[index], taken[index],
		    err);
	} else if (match == CA_ORDERS_OTHER_KEY) {
		rc = refuse_other_key(item, &orders->item[index], err);
	} else {
		const struct ca_order *order = &orders->item[index].order;

		taken[index] = item->path;
		*ret_own = order->authority == signing->order.authority;
		if (*ret_own)
			rc = cli_item_vet(item, csr, order,
			    signing->cli->ca.policy, err);
	}
	ca_csr_free(csr);
	return rc;
}

/* What is ordered and is not there is refused like what is there. */
static enum ca_code
refuse_missing(struct cli_signing *signing, const char *const *taken,
    struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < signing->orders.count && rc == CA_OK; i++) {
		const struct ca_ordered *ordered = &signing->orders.item[i];
		struct cli_item *item = &batch->item[batch->count];
		struct ca_error reason;

		if (taken[i] != NULL ||
		    ordered->order.authority != signing->order.authority)
			continue;
		item->path = ordered->what;
		batch->count++;
		(void)ca_fail(&reason, CA_ERR_POLICY,
		    "%s: is ordered in line %zu, and is not among the requests",
		    ordered->what, ordered->line);
		rc = refuse(item, "orders-missing", &reason,
		    "bring the request, or strike the order", err);
	}
	return rc;
}

/* What another CA signs wants a run, and perhaps a token, of its own. */
static void
tell_left(const struct cli_signing *signing)
{
	size_t left[CA_AUTHORITIES] = { 0 };

	for (size_t i = 0; i < signing->orders.count; i++)
		left[signing->orders.item[i].order.authority]++;
	for (unsigned i = 0; i < CA_AUTHORITIES; i++) {
		const char *name = ca_authority_name((enum ca_authority)i);

		if (i != (unsigned)signing->order.authority && left[i] > 0)
			cli_next(signing->cli,
			    "%zu of the orders are for the %s CA: run it again with --ca=%s",
			    left[i], name, name);
	}
}

enum ca_code
cli_signing_vet_orders(struct cli_signing *signing, struct ca_error *err)
{
	const struct ca_intake_folder *intake = &signing->intake;
	const char *const *paths = signing->cli->args.word;
	size_t count = signing->cli->args.word_count,
	       orders = signing->orders.count;
	struct cli_batch *batch = &signing->batch;
	const char **taken = calloc(orders, sizeof(const char *));
	enum ca_code rc = CA_OK;

	if (intake->count > 0) {
		paths = (const char *const *)intake->path;
		count = intake->count;
	}
	batch->item = calloc(count + orders, sizeof(*batch->item));
	if (taken == NULL || batch->item == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = cli_batch_spool(batch, count, signing->cli->ca.path, err);
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		struct cli_item *item = &batch->item[batch->count];
		bool own = true;

		item->path = paths[i];
		rc = vet_item(signing, item, taken, &own, err);
		if (rc == CA_OK && own)
			rc = cli_item_store(batch, item, err);
		if (own || rc != CA_OK)
			batch->count++;
	}
	if (rc == CA_OK)
		rc = refuse_missing(signing, taken, err);
	if (rc == CA_OK)
		tell_left(signing);
out:
	free(taken);
	return rc;
}
