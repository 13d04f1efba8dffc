/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sign.h"

#include <stdlib.h>

#include "base/text.h"

enum ca_code
cli_signing_read_authority(struct cli_signing *signing, struct ca_error *err)
{
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	struct ca_order *order = &signing->order;
	bool found = true;
	enum ca_code rc = CA_OK;

	if (!cli_args_has(&signing->cli->args, CLI_OPT_CA) &&
	    signing->orders.count == 0)
		rc = ca_ledger_signer_of(ledger, order->profile,
		    &order->authority, &found, err);
	if (rc == CA_OK && !found)
		order->authority = CA_AUTHORITY_CLUSTER;
	if (rc == CA_OK)
		rc = ca_ledger_authority(ledger, order->authority,
		    &signing->current, &signing->key_uri, err);
	signing->issuer = signing->current;
	order->ledger = ledger;
	if (rc == CA_OK)
		rc = ca_ledger_authorities(ledger, order->authority,
		    &signing->authorities, err);
	return rc;
}

/* Who asked for what he may not have, and is not in the ledger yet. */
static bool
is_to_be_noted(const struct cli_item *item)
{
	return !item->noted &&
	    (item->code == CA_ERR_INPUT || item->code == CA_ERR_POLICY);
}

/* What the ledger says of the refusal of ITEM; *RET_TEXT is new. */
static enum ca_code
refusal_text(const struct cli_signing *signing, const struct cli_item *item,
    char **ret_text, struct ca_error *err)
{
	const struct ca_profile *profile = signing->order.profile;
	const char *why = "refused";

	for (size_t i = 0; i < item->findings.count; i++) {
		if (item->findings.item[i].code == CA_OK)
			continue;
		why = item->findings.item[i].text;
		break;
	}
	return ca_text_format(ret_text, err, "%s%s%s %s: %s",
	    signing->cli->command->name, profile != NULL ? " " : "",
	    profile != NULL ? profile->name : "", item->path, why);
}

enum ca_code
cli_signing_note_refusals(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	char **detail = calloc(batch->count + 1, sizeof(char *));
	size_t count = 0;
	enum ca_code rc = CA_OK;

	if (detail == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		if (!is_to_be_noted(&batch->item[i]))
			continue;
		rc =
		    refusal_text(signing, &batch->item[i], &detail[count], err);
		count += rc == CA_OK;
	}
	if (rc == CA_OK)
		rc = ca_ledger_note_all(signing->cli->ca.ledger,
		    CA_ENTRY_REFUSED, (const char *const *)detail, count,
		    signing->now, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++)
		batch->item[i].noted =
		    batch->item[i].noted || is_to_be_noted(&batch->item[i]);
	for (size_t i = 0; i < count; i++)
		free(detail[i]);
	free(detail);
	return rc;
}

static enum ca_code
vet_words(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = cli_batch_new(args->word + 1, args->word_count - 1, batch, err);
	if (rc == CA_OK)
		rc = cli_batch_spool(batch, batch->count, signing->cli->ca.path,
		    err);
	if (rc == CA_OK)
		rc = cli_batch_vet(batch, &signing->order,
		    signing->cli->ca.policy, err);
	return rc;
}

enum ca_code
cli_signing_vet(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = signing->orders.count > 0 ? cli_signing_vet_orders(signing, err)
				       : vet_words(signing, err);
	if (rc == CA_OK)
		rc = cli_batch_check_bundles(batch, signing->out,
		    signing->overwrite, err);
	if (rc == CA_OK)
		rc = cli_signing_note_refusals(signing, err);
	/* Each order has a lifetime of its own: its draft is judged by that. */
	if (signing->orders.count > 0)
		return rc;
	/* Which CA signs with another key shows only once its token is open. */
	if (cli_args_value(args, CLI_OPT_CA_KEY) != NULL ||
	    signing->cli->ca.policy->authority[signing->order.authority].key !=
		NULL)
		return rc;
	/* One order, one profile: one lifetime for all of them. */
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		struct cli_item *item = &batch->item[i];

		if (item->code != CA_OK)
			continue;
		rc = cli_item_load(batch, item, err);
		if (rc == CA_OK)
			rc = ca_draft_check_lifetime(item->grant->lifetime,
			    signing->issuer, signing->now, err);
		cli_item_drop(batch, item);
		break;
	}
	return rc;
}
