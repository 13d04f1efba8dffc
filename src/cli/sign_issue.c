/* SPDX-License-Identifier: Apache-2.0 */
/* From drafts to certificates in the ledger and bundles in their folders. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/bundle.h"
#include "cli/head.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/sign.h"
#include "coldca/issue.h"

/* One run over the batch; done() is another thread's. */
struct issuing {
	struct cli_signing *signing;
	size_t next; /* item */
	size_t count;
	struct cli_bundle_authorities authorities;
	struct cli_progress progress;
	struct cli_listing listing; /* of the bundles that are written */
	atomic_int written;         /* why a bundle is not, an enum ca_code */
};

static void
close_token(struct cli_signing *signing)
{
	ca_signer_free(signing->signer);
	signing->signer = NULL;
	ca_token_key_clear(&signing->key);
	cli_jumpbox_close(&signing->jumpbox);
}

static enum ca_code
next_draft(void *arg, struct ca_issue_item *ret, struct ca_error *err)
{
	struct issuing *issuing = arg;
	struct cli_batch *batch = &issuing->signing->batch;
	struct cli_item *item;
	enum ca_code rc;

	while (issuing->next < batch->count &&
	    batch->item[issuing->next].code != CA_OK)
		issuing->next++;
	if (issuing->next == batch->count)
		return CA_OK;
	item = &batch->item[issuing->next++];
	rc = cli_item_load(batch, item, err);
	if (rc == CA_OK && batch->tells_last)
		rc = cli_item_find_last(item, issuing->signing->cli->ca.ledger,
		    err);
	/* The ledger is read here, and not where bundles are written. */
	if (rc == CA_OK && issuing->signing->out != NULL)
		rc = cli_bundle_authorities_read(issuing->signing->cli,
		    &issuing->authorities, item->grant->profile, err);
	if (rc != CA_OK)
		return rc;
	ret->draft = item->draft;
	ret->name = item->name;
	ret->owner = item;
	return CA_OK;
}

/* Writes the bundles of those of COUNT items that have a certificate. */
static void
write_bundles(struct issuing *issuing, struct ca_issue_item *items,
    size_t count)
{
	const struct cli_signing *signing = issuing->signing;
	struct ca_bundle bundle[CA_ISSUE_GROUP];
	struct cli_item *of[CA_ISSUE_GROUP];
	bool written[CA_ISSUE_GROUP];
	size_t bundles = 0;
	enum ca_code rc;

	for (size_t i = 0; i < count; i++) {
		struct cli_item *item = items[i].owner;
		const struct ca_profile *profile = item->grant->profile;

		if (item->certificate == NULL)
			continue;
		bundle[bundles] =
		    (struct ca_bundle){ item->name, profile, item->certificate,
			    &issuing->authorities.of[profile->id] };
		of[bundles++] = item;
	}
	if (bundles == 0)
		return;
	rc = cli_bundles_write(signing->out, bundle, bundles,
	    signing->overwrite, written, &issuing->listing.files);
	cli_listing_set_aside(&issuing->listing);
	for (size_t i = 0; i < bundles; i++)
		of[i]->written = written[i];
	if (rc != CA_OK && atomic_load(&issuing->written) == CA_OK)
		atomic_store(&issuing->written, (int)rc);
}

/* What nobody needs any more is not kept: a batch may be very long. */
static void
let_go(struct cli_signing *signing, struct cli_item *item)
{
	struct cli_batch *batch = &signing->batch;

	if (!batch->spooled)
		return;
	if (signing->cli->json && item->issued)
		cli_item_keep_json(batch, item,
		    cli_item_json(batch, item, signing->out));
	cli_last_clear(&item->last);
	ca_certificate_free(item->certificate);
	item->certificate = NULL;
	cli_item_drop(batch, item);
}

static void
take_group(void *arg, struct ca_issue_item *items, size_t count)
{
	struct issuing *issuing = arg;

	for (size_t i = 0; i < count; i++) {
		struct cli_item *item = items[i].owner;

		/* It is recorded, and in the certificate. */
		ca_draft_free(item->draft);
		item->draft = NULL;
		item->certificate = items[i].certificate;
		item->issued = item->certificate != NULL;
		if (item->issued)
			(void)snprintf(item->serial, sizeof(item->serial), "%s",
			    ca_certificate_serial_text(item->certificate));
	}
	if (issuing->signing->out != NULL)
		write_bundles(issuing, items, count);
	for (size_t i = 0; i < count; i++)
		let_go(issuing->signing, items[i].owner);
}

static bool
is_to_stop(void *arg)
{
	struct issuing *issuing = arg;

	return cli_interrupt_asked() || atomic_load(&issuing->written) != CA_OK;
}

static void
show_progress(void *arg, size_t done)
{
	struct issuing *issuing = arg;

	cli_progress_show(&issuing->progress, done);
}

static enum ca_code
fail_interrupted(const struct issuing *issuing, struct ca_error *err)
{
	size_t made = 0;

	for (size_t i = 0; i < issuing->signing->batch.count; i++)
		made += issuing->signing->batch.item[i].issued;
	return ca_fail(err, CA_ERR_POLICY,
	    "stopped by a signal after %zu of %zu certificates", made,
	    issuing->count);
}

/* Signs the head, and with it what is in the bundles that were written. */
static enum ca_code
sign_head(struct issuing *issuing, const struct ca_issuer *issuer,
    struct ca_error *err)
{
	const struct cli_signing *signing = issuing->signing;
	const struct cli_batch *batch = &signing->batch;
	struct ca_response_bundle *bundle =
	    calloc(batch->count + 1, sizeof(*bundle));
	size_t count = 0;
	enum ca_code rc;

	if (bundle == NULL)
		return ca_fail_memory(err);
	/* The manifest of a large batch is large. */
	if (batch->spooled)
		ca_ledger_rest(issuer->ledger);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].written)
			bundle[count++] =
			    (struct ca_response_bundle){ batch->item[i].name,
				    batch->item[i].serial };
	rc = cli_head_sign_response(signing->cli, issuer, signing->out, bundle,
	    count, &issuing->listing, err);
	free(bundle);
	return rc;
}

/* Issues all, and signs the head of what the ledger has then. */
static enum ca_code
issue_all(struct issuing *issuing, struct ca_error *err)
{
	struct cli_signing *signing = issuing->signing;
	const struct ca_issuer issuer = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};
	const struct ca_issue_run run = {
		.next = next_draft,
		.done = take_group,
		.stop = is_to_stop,
		.progress = issuing->progress.shown ? show_progress : NULL,
		.arg = issuing,
	};
	enum ca_code rc;

	cli_interrupt_catch();
	rc = ca_issue_all(&issuer, &run, err);
	cli_interrupt_release();
	cli_progress_end(&issuing->progress);
	if (rc == CA_OK)
		rc = sign_head(issuing, &issuer, err);
	if (rc == CA_OK && atomic_load(&issuing->written) != CA_OK)
		rc =
		    cli_said(err, (enum ca_code)atomic_load(&issuing->written));
	if (rc == CA_OK && cli_interrupt_asked())
		rc = fail_interrupted(issuing, err);
	return rc;
}

enum ca_code
cli_signing_issue(struct cli_signing *signing, struct ca_error *err)
{
	struct issuing issuing = {
		.signing = signing,
		.count = cli_batch_accepted(&signing->batch),
		.listing = CLI_LISTING_NONE,
	};
	enum ca_code rc;

	rc = cli_signing_take_key(signing, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_settle(signing->cli, signing->now, err);
	if (rc == CA_OK && signing->batch.spooled)
		rc = cli_listing_open(&issuing.listing, signing->cli->ca.path,
		    err);
	if (rc == CA_OK) {
		cli_progress_begin(&issuing.progress, signing->cli,
		    issuing.count);
		rc = issue_all(&issuing, err);
	}
	close_token(signing);
	cli_bundle_authorities_clear(&issuing.authorities);
	cli_listing_clear(&issuing.listing);
	return rc;
}
