/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that the CA directory has heard of before. */
#include "cli/known_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/shared_primes.h"
#include "cli/term.h"

/* Opens the list of blocked keys at the first use, where there is one. */
static enum ca_code
open_blocked(struct cli_ca *ca, struct ca_error *err)
{
	char *path = NULL;
	mode_t mode = 0;
	int dir = -1;
	enum ca_code rc;

	if (ca->blocked_read || ca->path == NULL)
		return CA_OK;
	rc = ca_path_join(ca->path, CA_BLOCKED_KEYS_FILE, &path, err);
	if (rc == CA_OK)
		rc = ca_dir_open(ca->path, 0, &dir, err);
	if (rc != CA_OK)
		goto out;
	if (faccessat(dir, CA_BLOCKED_KEYS_FILE, F_OK, AT_SYMLINK_NOFOLLOW) ==
		0 ||
	    errno != ENOENT)
		rc = ca_blocked_keys_open(dir, CA_BLOCKED_KEYS_FILE, path,
		    &ca->blocked, &mode, err);
	if (rc == CA_OK && (mode & (S_IWGRP | S_IWOTH)) != 0)
		term_warning("%s: can be written by other users", path);
	ca->blocked_read = rc == CA_OK;
out:
	if (dir >= 0)
		(void)close(dir);
	free(path);
	return rc;
}

static struct ca_key_claim
claim_of(const struct ca_grant *grant, const char *name)
{
	return (struct ca_key_claim){
		.spki_sha256 = grant->key.spki_sha256,
		.profile = grant->profile,
		.name = name,
		.common_name = grant->common_name,
	};
}

static enum ca_code
judge(struct cli_ca *ca, const struct ca_grant *grant, const char *name,
    struct ca_findings *findings, struct ca_error *err)
{
	const struct ca_key_claim claim = claim_of(grant, name);
	bool found = false;
	enum ca_code rc;

	rc = open_blocked(ca, err);
	if (rc == CA_OK && ca->blocked != NULL)
		rc = ca_blocked_keys_find(ca->blocked, claim.spki_sha256,
		    &found, err);
	if (found)
		ca_findings_add(findings, "key-blocked", CA_ERR_POLICY,
		    "key: is in %s: its private key is not private",
		    CA_BLOCKED_KEYS_FILE);
	if (rc == CA_OK && ca->ledger != NULL)
		rc = ca_ledger_judge_key(ca->ledger, &claim, findings, err);
	return rc;
}

enum ca_code
cli_known_key_judge(struct cli_ca *ca, const struct ca_grant *grant,
    const char *name, struct ca_findings *findings, struct ca_error *err)
{
	enum ca_code rc = judge(ca, grant, name, findings, err);

	if (rc == CA_OK)
		rc = cli_shared_primes_judge(ca, grant, findings, err);
	return rc;
}

enum ca_code
cli_known_key_check(struct cli_ca *ca, const struct ca_grant *grant,
    const char *name, struct ca_findings *findings, struct ca_error *err)
{
	size_t before = findings->count;
	enum ca_code rc;

	rc = cli_known_key_judge(ca, grant, name, findings, err);
	if (rc != CA_OK || findings->count == before)
		return rc;
	return ca_fail_rule(err, CA_ERR_POLICY, findings->item[before].rule,
	    "%s: %s", name, findings->item[before].text);
}

/* Makes a new finding of ITEM, the last one, its refusal. */
static enum ca_code
refuse(struct cli_item *item, size_t before, struct ca_error *err)
{
	struct ca_error reason;

	if (item->findings.count == before && item->findings.lost == 0)
		return CA_OK;
	(void)ca_fail(&reason, CA_ERR_POLICY, "%s: refused", item->path);
	ca_hint(&reason, CLI_REUSED_HINT);
	return cli_item_refuse(item, NULL, &reason, err);
}

static int
by_key(const void *a, const void *b)
{
	struct cli_item *const *x = a, *const *y = b;

	return memcmp((*x)->spki_sha256, (*y)->spki_sha256, CA_SHA256_SIZE);
}

static enum ca_code
refuse_twin(struct cli_item *item, const struct cli_item *other,
    struct ca_error *err)
{
	size_t before = item->findings.count;

	if (item->code != CA_OK)
		return CA_OK;
	ca_findings_add(&item->findings, "key-reused", CA_ERR_POLICY,
	    "key: %s has it too, for %s, and one key is of one name",
	    other->path, other->name);
	return refuse(item, before, err);
}

/* Whether two of one key are of different names. */
static enum ca_code
are_twins(const struct cli_batch *batch, struct cli_item *a, struct cli_item *b,
    bool *ret, struct ca_error *err)
{
	enum ca_code rc = cli_item_load(batch, a, err);

	if (rc == CA_OK)
		rc = cli_item_load(batch, b, err);
	if (rc == CA_OK) {
		const struct ca_key_claim x = claim_of(a->grant, a->name);
		const struct ca_key_claim y = claim_of(b->grant, b->name);

		*ret = !ca_key_claim_agrees(&x, &y);
	}
	cli_item_drop(batch, a);
	cli_item_drop(batch, b);
	return rc;
}

/*
 * Refuses all that share a key, but no name. That is judged pair by pair: a
 * client.node.crt is of one name with each of two nodes that are not.
 */
static enum ca_code
refuse_twins(const struct cli_batch *batch, struct cli_item **sorted,
    size_t count, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	qsort(sorted, count, sizeof(struct cli_item *), by_key);
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count && rc == CA_OK &&
		     by_key(&sorted[i], &sorted[j]) == 0;
		     j++) {
			bool twins = false;

			rc =
			    are_twins(batch, sorted[i], sorted[j], &twins, err);
			if (rc == CA_OK && twins)
				rc = refuse_twin(sorted[i], sorted[j], err);
			if (rc == CA_OK && twins)
				rc = refuse_twin(sorted[j], sorted[i], err);
		}
	return rc;
}

/* All that are not refused, and were judged. */
struct judging {
	struct cli_ca *ca;
	struct cli_item **sorted;
	size_t count;
};

static enum ca_code
judge_item(void *arg, struct cli_item *item, struct ca_error *err)
{
	struct judging *judging = arg;
	size_t before = item->findings.count;
	enum ca_code rc;

	memcpy(item->spki_sha256, item->grant->key.spki_sha256, CA_SHA256_SIZE);
	judging->sorted[judging->count++] = item;
	rc = judge(judging->ca, item->grant, item->name, &item->findings, err);
	return rc == CA_OK ? refuse(item, before, err) : rc;
}

enum ca_code
cli_known_keys_judge_batch(struct cli_ca *ca, struct cli_batch *batch,
    struct ca_error *err)
{
	struct judging judging = { .ca = ca };
	enum ca_code rc = CA_OK;

	judging.sorted = calloc(batch->count + 1, sizeof(struct cli_item *));
	if (judging.sorted == NULL)
		return ca_fail_memory(err);
	if (ca->ledger != NULL)
		rc = ca_ledger_read_begin(ca->ledger, err);
	if (rc == CA_OK)
		rc = cli_batch_each(batch, judge_item, &judging, err);
	if (ca->ledger != NULL)
		ca_ledger_read_end(ca->ledger);
	if (rc == CA_OK)
		rc = refuse_twins(batch, judging.sorted, judging.count, err);
	if (rc == CA_OK)
		rc = cli_shared_primes_judge_batch(ca, batch, CLI_REUSED_HINT,
		    err);
	free(judging.sorted);
	return rc;
}
