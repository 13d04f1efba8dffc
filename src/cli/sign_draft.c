/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of all that is not refused, and what may refuse it yet. */
#include "cli/sign.h"

#include <pthread.h>
#include <string.h>

#include "base/parallel.h"
#include "cli/known_keys.h"
#include "coldca/plan.h"
#include "coldca/revocation.h"

/* A plan under way, which may leave no place for an item. */
struct admission {
	const struct cli_signing *signing;
	struct ca_plan plan;
};

static enum ca_code
admit(void *arg, struct cli_item *item, struct ca_error *err)
{
	const struct admission *admission = arg;
	const struct cli_signing *signing = admission->signing;
	const struct ca_plan_wish wish = {
		.profile = item->grant->profile,
		.name = item->name,
		.authority = signing->order.authority,
		.issuer = signing->issuer,
	};
	struct ca_error reason;
	enum ca_code rc;

	rc = ca_plan_admit(signing->cli->ca.ledger, &admission->plan, &wish,
	    signing->now, &reason);
	if (rc == CA_ERR_POLICY)
		return cli_item_refuse(item, "plan", &reason, err);
	if (rc != CA_OK)
		*err = reason;
	return rc;
}

static enum ca_code
admit_all(struct cli_signing *signing, struct ca_error *err)
{
	struct admission admission = { .signing = signing };
	bool found = false;
	enum ca_code rc;

	if (signing->planned)
		return CA_OK;
	rc =
	    ca_plan_read(signing->cli->ca.ledger, &admission.plan, &found, err);
	if (rc == CA_OK && found)
		rc = cli_batch_each(&signing->batch, admit, &admission, err);
	ca_plan_clear(&admission.plan);
	return rc;
}

/*
 * A serial number with the token's randomness in it. The token has one session
 * for that and several threads want numbers: it is asked for many at once.
 */
static enum ca_code
make_serial(struct cli_signing *signing, uint8_t ret_serial[CA_SERIAL_SIZE],
    struct ca_error *err)
{
	static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
	struct cli_random *random = &signing->random;
	uint8_t extra[CA_SERIAL_SIZE] = { 0 };
	enum ca_code rc = CA_OK;

	(void)pthread_mutex_lock(&one);
	if (random->left < CA_SERIAL_SIZE) {
		random->left = 0;
		rc = ca_token_random(signing->jumpbox.token, random->bytes,
		    sizeof(random->bytes), &random->left, err);
	}
	if (random->left >= CA_SERIAL_SIZE) {
		random->left -= CA_SERIAL_SIZE;
		memcpy(extra, random->bytes + random->left, CA_SERIAL_SIZE);
	}
	(void)pthread_mutex_unlock(&one);
	if (rc != CA_OK)
		return rc;
	/* Zeros, of a token that has no generator, change nothing. */
	return ca_serial_make(extra, CA_SERIAL_SIZE, ret_serial, err);
}

static enum ca_code
draft_item(struct cli_signing *signing, struct cli_item *item,
    struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];
	const struct ca_bytes *tbs = NULL;
	struct ca_error reason;
	enum ca_code rc = cli_four_eyes_find(signing, item, &tbs, err);

	if (rc == CA_OK && item->code == CA_OK && tbs == NULL)
		rc = make_serial(signing, serial, err);
	if (rc != CA_OK || item->code != CA_OK)
		return rc;
	rc = tbs != NULL
	    ? ca_draft_again(item->grant, signing->issuer, signing->algorithm,
		  tbs, &item->draft, &item->findings, &reason)
	    : ca_draft_new(item->grant, signing->issuer, signing->algorithm,
		  serial, signing->now, &item->draft, &item->findings, &reason);
	if (rc == CA_OK) {
		memcpy(item->tbs_sha256, ca_draft_tbs_sha256(item->draft),
		    CA_SHA256_SIZE);
		return CA_OK;
	}
	if (rc == CA_ERR_POLICY)
		return cli_item_refuse(item,
		    ca_findings_code(&item->findings) == CA_OK ? "draft" : NULL,
		    &reason, err);
	*err = reason;
	return rc;
}

static enum ca_code
draft_index(void *arg, size_t index, struct ca_error *err)
{
	struct cli_signing *signing = arg;
	struct cli_batch *batch = &signing->batch;
	struct cli_item *item = &batch->item[index];
	enum ca_code rc;

	if (item->code != CA_OK)
		return CA_OK;
	rc = cli_item_load(batch, item, err);
	if (rc == CA_OK)
		rc = draft_item(signing, item, err);
	return rc == CA_OK ? cli_item_store(batch, item, err) : rc;
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
		rc = cli_four_eyes_read(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_open(signing, err);
	if (rc == CA_OK)
		rc = ca_ledger_check_usable(signing->cli->ca.ledger,
		    signing->issuer, err);
	if (rc == CA_OK)
		rc = cli_known_keys_judge_batch(&signing->cli->ca, batch, err);
	if (rc == CA_OK)
		rc = admit_all(signing, err);
	if (rc == CA_OK)
		rc = ca_parallel(batch->count, draft_index, signing, err);
	if (rc == CA_OK)
		rc = cli_four_eyes_judge(signing, err);
	return rc;
}
