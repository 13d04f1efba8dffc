/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sign.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/head.h"
#include "cli/known_keys.h"
#include "coldca/issue.h"
#include "coldca/plan.h"
#include "coldca/revocation.h"

/* PLAN, which is under way, may leave no place for ITEM: then it is refused. */
static enum ca_code
admit(const struct cli_signing *signing, const struct ca_plan *plan,
    struct cli_item *item, struct ca_error *err)
{
	const struct ca_plan_wish wish = {
		.profile = item->grant.profile,
		.name = item->name,
		.authority = signing->order.authority,
		.issuer = signing->issuer,
	};
	struct ca_error reason;
	enum ca_code rc;

	rc = ca_plan_admit(signing->cli->ca.ledger, plan, &wish, signing->now,
	    &reason);
	if (rc == CA_ERR_POLICY)
		return cli_item_refuse(item, "plan", &reason, err);
	if (rc != CA_OK)
		*err = reason;
	return rc;
}

static enum ca_code
admit_all(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc;

	if (signing->planned)
		return CA_OK;
	rc = ca_plan_read(signing->cli->ca.ledger, &plan, &found, err);
	for (size_t i = 0; rc == CA_OK && found && i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			rc = admit(signing, &plan, &batch->item[i], err);
	ca_plan_clear(&plan);
	return rc;
}

static enum ca_code
draft_item(struct cli_signing *signing, struct cli_item *item,
    struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];
	struct ca_error reason;
	enum ca_code rc;

	rc = cli_jumpbox_serial(&signing->jumpbox, serial, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_draft_new(&item->grant, signing->issuer, signing->algorithm,
	    serial, signing->now, &item->draft, &item->findings, &reason);
	if (rc == CA_OK)
		return CA_OK;
	if (rc == CA_ERR_POLICY)
		return cli_item_refuse(item,
		    ca_findings_code(&item->findings) == CA_OK ? "draft" : NULL,
		    &reason, err);
	*err = reason;
	return rc;
}

/* A run that is larger than any should be is a mistake, or none of ours. */
static enum ca_code
check_batch(const struct cli_signing *signing, struct ca_error *err)
{
	enum ca_authority authority = signing->order.authority;
	unsigned max = signing->cli->ca.policy->authority[authority].max_batch;
	size_t count = cli_batch_accepted(&signing->batch);

	if (max == 0 || count <= max)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%zu certificates: policy lets the %s CA sign no more than %u in one run",
	    count, ca_authority_name(authority), max);
	ca_hint(err, "name fewer requests, and run it again for the others");
	return CA_ERR_POLICY;
}

enum ca_code
cli_signing_draft(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = check_batch(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_open(signing, err);
	if (rc == CA_OK)
		rc = ca_ledger_check_usable(signing->cli->ca.ledger,
		    signing->issuer, err);
	if (rc == CA_OK)
		rc = cli_known_keys_judge_batch(&signing->cli->ca, batch, err);
	if (rc == CA_OK)
		rc = admit_all(signing, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++)
		if (batch->item[i].code == CA_OK)
			rc = draft_item(signing, &batch->item[i], err);
	return rc;
}

static void
close_token(struct cli_signing *signing)
{
	ca_signer_free(signing->signer);
	signing->signer = NULL;
	ca_token_key_clear(&signing->key);
	cli_jumpbox_close(&signing->jumpbox);
}

/* A bundle that can not be written takes nothing back: the ledger has it. */
static enum ca_code
write_bundle(struct cli_signing *signing, struct cli_item *item)
{
	struct ca_error err;
	enum ca_code rc;

	rc = cli_bundle_write(signing->cli, signing->out, item->name,
	    item->grant.profile, item->certificate, signing->overwrite, &err);
	item->written = rc == CA_OK;
	if (rc == CA_OK)
		return CA_OK;
	ca_hint(&err,
	    "the certificate is in the ledger: coldca ledger list --json --name=%s",
	    item->name);
	term_error(&err);
	return rc;
}

/*
 * Signs and writes COUNT items; LAST: the token has nothing to do after. Its
 * module is taken down later: one that crashes then takes no bundle with it.
 */
static enum ca_code
issue_group(struct cli_signing *signing, struct cli_item *const *group,
    size_t count, bool last, struct ca_error *err)
{
	const struct ca_draft *drafts[CA_ISSUE_GROUP];
	const char *names[CA_ISSUE_GROUP];
	struct ca_certificate *made[CA_ISSUE_GROUP] = { NULL };
	const struct ca_issuer issuer = {
		.ledger = signing->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};
	struct ca_error unsigned_head;
	enum ca_code rc, one, written = CA_OK, head = CA_OK;

	for (size_t i = 0; i < count; i++) {
		drafts[i] = group[i]->draft;
		names[i] = group[i]->name;
	}
	rc = ca_issue(&issuer, drafts, names, count, ca_time_now(), made, err);
	if (last && rc == CA_OK)
		head = cli_head_sign(&issuer, &unsigned_head);
	for (size_t i = 0; i < count; i++) {
		group[i]->certificate = made[i];
		one = made[i] != NULL && signing->out != NULL
		    ? write_bundle(signing, group[i])
		    : CA_OK;
		if (written == CA_OK)
			written = one;
	}
	if (rc == CA_OK && written != CA_OK)
		return cli_said(err, written);
	if (rc == CA_OK && head != CA_OK) {
		*err = unsigned_head;
		return head;
	}
	return rc;
}

enum ca_code
cli_signing_issue(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	size_t left = cli_batch_accepted(batch), count = 0;
	struct cli_item *group[CA_ISSUE_GROUP];
	enum ca_code rc;

	rc = cli_signing_take_key(signing, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_settle(signing->cli, signing->now, err);
	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		if (batch->item[i].code != CA_OK)
			continue;
		group[count++] = &batch->item[i];
		left--;
		if (count < CA_ISSUE_GROUP && left > 0)
			continue;
		rc = issue_group(signing, group, count, left == 0, err);
		count = 0;
	}
	close_token(signing);
	return rc;
}
