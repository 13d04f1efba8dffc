/* SPDX-License-Identifier: Apache-2.0 */
/* A prepared batch: each request is held against what is ordered for it. */
#include <stdlib.h>

#include "base/file.h"
#include "base/parallel.h"
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

/* What one request is among the orders, whatever the others are. */
struct sighting {
	bool unread; /* it is known by its path alone */
	enum ca_orders_match match;
	size_t index; /* of its order */
};

/* The vetting of all requests, side by side. */
struct vetting {
	struct cli_signing *signing;
	struct sighting *seen; /* one for each item */
};

static bool
is_own(const struct cli_signing *signing, const struct ca_order *order)
{
	return order->authority == signing->order.authority;
}

/*
 * Reads the request of one item, and vets it as if no other one were there for
 * its order: settle() says afterwards whether that is so.
 */
static enum ca_code
vet_item(void *arg, size_t index, struct ca_error *err)
{
	static const uint8_t no_key[CA_SHA256_SIZE];
	const struct vetting *vetting = arg;
	struct cli_signing *signing = vetting->signing;
	const struct ca_orders *orders = &signing->orders;
	struct cli_item *item = &signing->batch.item[index];
	struct sighting *seen = &vetting->seen[index];
	struct ca_csr *csr = NULL;
	enum ca_code rc = cli_item_read(item, &csr, err);

	if (rc != CA_OK)
		return rc;
	seen->unread = csr == NULL;
	seen->match = ca_orders_find(orders, item->path,
	    csr != NULL ? ca_csr_key_info(csr)->spki_sha256 : no_key,
	    &seen->index);
	if (csr != NULL && seen->match == CA_ORDERS_FITS) {
		const struct ca_order *order = &orders->item[seen->index].order;

		if (is_own(signing, order)) {
			rc = cli_item_vet(item, csr, order,
			    signing->cli->ca.policy, err);
			if (rc == CA_OK)
				rc = cli_item_store(&signing->batch, item, err);
		}
	}
	ca_csr_free(csr);
	return rc;
}

/*
 * Holds ITEM, as it was SEEN, against those before it: the first one that fits
 * has taken its order. TAKEN has a path for each order; whether ITEM is of this
 * run's CA is *RET_OWN.
 */
static enum ca_code
settle(const struct cli_signing *signing, struct cli_item *item,
    const struct sighting *seen, const char **taken, bool *ret_own,
    struct ca_error *err)
{
	const struct ca_ordered *ordered = &signing->orders.item[seen->index];
	const char **taker = &taken[seen->index];

	*ret_own = true;
	if (seen->unread) {
		/* It is there all the same. */
		if (seen->match != CA_ORDERS_NONE && *taker == NULL)
			*taker = item->path;
		return CA_OK;
	}
	if (seen->match == CA_ORDERS_NONE)
		return refuse_extra(item, err);
	if (*taker != NULL) {
		cli_item_forget(item);
		return refuse_second(item, ordered, *taker, err);
	}
	if (seen->match == CA_ORDERS_OTHER_KEY)
		return refuse_other_key(item, ordered, err);
	*taker = item->path;
	*ret_own = is_own(signing, &ordered->order);
	return CA_OK;
}

/* Settles all in their order, and leaves those of this run's CA in the batch. */
static enum ca_code
settle_all(struct cli_signing *signing, const struct sighting *seen,
    const char **taken, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	size_t count = batch->count;
	enum ca_code rc = CA_OK;

	batch->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct cli_item item = batch->item[i];
		bool own = true;

		if (rc == CA_OK)
			rc = settle(signing, &item, &seen[i], taken, &own, err);
		batch->item[i] = (struct cli_item){ 0 };
		if (own)
			batch->item[batch->count++] = item;
	}
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

/* The paths of the requests; *RET_COUNT of them. */
static const char *const *
request_paths(const struct cli_signing *signing, size_t *ret_count)
{
	const struct ca_intake_folder *intake = &signing->intake;

	if (intake->count > 0) {
		*ret_count = intake->count;
		return (const char *const *)intake->path;
	}
	*ret_count = signing->cli->args.word_count;
	return signing->cli->args.word;
}

enum ca_code
cli_signing_vet_orders(struct cli_signing *signing, struct ca_error *err)
{
	size_t count = 0, orders = signing->orders.count;
	const char *const *paths = request_paths(signing, &count);
	struct cli_batch *batch = &signing->batch;
	const char **taken = calloc(orders, sizeof(const char *));
	struct vetting vetting = { signing,
		calloc(count + 1, sizeof(struct sighting)) };
	enum ca_code rc;

	/* There is room for what is ordered and not there. */
	batch->item = calloc(count + orders, sizeof(*batch->item));
	if (taken == NULL || vetting.seen == NULL || batch->item == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		batch->item[i].path = paths[i];
	batch->count = count;
	rc = cli_batch_spool(batch, count, signing->cli->ca.path, err);
	if (rc == CA_OK)
		rc = ca_parallel(count, vet_item, &vetting, err);
	if (rc == CA_OK)
		rc = settle_all(signing, vetting.seen, taken, err);
	if (rc == CA_OK)
		rc = refuse_missing(signing, taken, err);
	if (rc == CA_OK)
		tell_left(signing);
out:
	free(vetting.seen);
	free(taken);
	return rc;
}
