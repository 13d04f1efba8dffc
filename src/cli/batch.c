/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "cli/show.h"
#include "coldca/bundle.h"
#include "coldca/csr.h"

enum ca_code
cli_batch_new(const char *const *paths, size_t count, struct cli_batch *ret,
    struct ca_error *err)
{
	struct cli_item *item = calloc(count, sizeof(*item));

	if (item == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < count; i++)
		item[i].path = paths[i];
	*ret = (struct cli_batch){ .item = item, .count = count };
	return CA_OK;
}

enum ca_code
cli_item_refuse(struct cli_item *item, const char *rule,
    const struct ca_error *reason, struct ca_error *err)
{
	item->code = reason->code;
	if (rule != NULL)
		ca_findings_add(&item->findings,
		    reason->rule != NULL ? reason->rule : rule, reason->code,
		    "%s", cli_without_object(reason->message, item->path));
	if (reason->hint[0] == '\0')
		return CA_OK;
	free(item->hint);
	item->hint = NULL;
	return ca_text_format(&item->hint, err, "%s", reason->hint);
}

enum ca_code
cli_item_read(struct cli_item *item, struct ca_csr **ret_csr,
    struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	struct ca_csr *csr = NULL;
	struct ca_error reason;
	enum ca_code rc;

	rc = ca_file_read(item->path, CA_CSR_SIZE_MAX, &bytes, &reason);
	if (rc == CA_OK)
		rc = ca_csr_parse(item->path, bytes.data, bytes.len, &csr,
		    &reason);
	ca_bytes_free(&bytes);
	*ret_csr = csr;
	if (rc == CA_OK)
		return CA_OK;
	if (rc == CA_ERR_INTERNAL) {
		*err = reason;
		return rc;
	}
	return cli_item_refuse(item, "request", &reason, err);
}

enum ca_code
cli_item_vet(struct cli_item *item, const struct ca_csr *csr,
    const struct ca_order *order, const struct ca_policy *policy,
    struct ca_error *err)
{
	const char *rule = "request";
	struct ca_order ordered = *order;
	struct ca_error reason;
	enum ca_code rc = cli_item_need_grant(item, err);

	if (rc != CA_OK)
		return rc;
	/* cli_signing_draft() has them counted. */
	ordered.approvals_follow = true;
	rc = ca_vet(csr, &ordered, policy, item->grant, &item->findings,
	    &reason);
	/* Its reasons are among the findings already. */
	if (ca_findings_code(&item->findings) != CA_OK)
		rule = NULL;
	if (rc == CA_OK)
		rc = ca_bundle_name(item->grant, &item->name, &reason);
	if (rc == CA_OK) {
		memcpy(item->spki_sha256, item->grant->key.spki_sha256,
		    CA_SHA256_SIZE);
		return CA_OK;
	}
	if (rc == CA_ERR_INTERNAL || rc == CA_ERR_LEDGER) {
		*err = reason;
		return rc;
	}
	return cli_item_refuse(item, rule, &reason, err);
}

/* What all requests are vetted by. */
struct vetting {
	struct cli_batch *batch;
	const struct ca_order *order;
	const struct ca_policy *policy;
};

static enum ca_code
vet_item(void *arg, size_t index, struct ca_error *err)
{
	const struct vetting *vetting = arg;
	struct cli_item *item = &vetting->batch->item[index];
	struct ca_csr *csr = NULL;
	enum ca_code rc = cli_item_read(item, &csr, err);

	if (rc == CA_OK && csr != NULL)
		rc = cli_item_vet(item, csr, vetting->order, vetting->policy,
		    err);
	ca_csr_free(csr);
	if (rc == CA_OK)
		rc = cli_item_store(vetting->batch, item, err);
	return rc;
}

enum ca_code
cli_batch_vet(struct cli_batch *batch, const struct ca_order *order,
    const struct ca_policy *policy, struct ca_error *err)
{
	struct vetting vetting = { batch, order, policy };

	return ca_parallel(batch->count, vet_item, &vetting, err);
}

/* An item that is to be sorted by the name of its bundle. */
struct slot {
	struct cli_item *item;
};

static int
by_name(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return strcmp(x->item->name, y->item->name);
}

static enum ca_code
refuse_twin(struct cli_item *item, const struct cli_item *other,
    struct ca_error *err)
{
	struct ca_error reason;

	(void)ca_fail(&reason, CA_ERR_POLICY,
	    "%s: its bundle would be %s, as would that of %s", item->path,
	    item->name, other->path);
	ca_hint(&reason, "sign the one that is meant by itself");
	return cli_item_refuse(item, "bundle-twice", &reason, err);
}

static bool
are_twins(const struct slot *a, const struct slot *b)
{
	return strcmp(a->item->name, b->item->name) == 0;
}

/* Refuses what shares its bundle's name with a neighbour in sorted order. */
static enum ca_code
refuse_twins(struct slot *sorted, size_t count, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	qsort(sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		struct slot *slot = &sorted[i];

		if (i > 0 && are_twins(slot, slot - 1))
			rc = refuse_twin(slot->item, slot[-1].item, err);
		else if (i + 1 < count && are_twins(slot, slot + 1))
			rc = refuse_twin(slot->item, slot[1].item, err);
	}
	return rc;
}

static enum ca_code
refuse_existing(struct cli_item *item, const char *out, struct ca_error *err)
{
	struct ca_error reason;

	if (!ca_bundle_exists(out, item->name))
		return CA_OK;
	(void)ca_fail(&reason, CA_ERR_FILE, "%s: %s/%s is there already",
	    item->path, out, item->name);
	ca_hint(&reason, "--overwrite replaces it, --out names another place");
	return cli_item_refuse(item, "bundle-exists", &reason, err);
}

enum ca_code
cli_batch_check_bundles(struct cli_batch *batch, const char *out,
    bool overwrite, struct ca_error *err)
{
	struct slot *sorted = calloc(batch->count, sizeof(*sorted));
	/* Nothing is there already where the place itself is yet to be made. */
	bool replaces = overwrite || (access(out, F_OK) < 0 && errno == ENOENT);
	size_t count = 0;
	enum ca_code rc;

	if (sorted == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			sorted[count++].item = &batch->item[i];
	rc = refuse_twins(sorted, count, err);
	for (size_t i = 0; i < count && rc == CA_OK && !replaces; i++)
		if (sorted[i].item->code == CA_OK)
			rc = refuse_existing(sorted[i].item, out, err);
	free(sorted);
	return rc;
}

size_t
cli_batch_accepted(const struct cli_batch *batch)
{
	size_t accepted = 0;

	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].code == CA_OK)
			accepted++;
	return accepted;
}

enum ca_code
cli_batch_code(const struct cli_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->item[i].code != CA_OK)
			return batch->item[i].code;
	return CA_OK;
}

static void
item_clear(struct cli_item *item)
{
	ca_certificate_free(item->certificate);
	ca_draft_free(item->draft);
	ca_grant_free(item->grant);
	ca_findings_clear(&item->findings);
	cli_last_clear(&item->last);
	json_decref(item->json);
	free(item->hint);
	free(item->name);
}

void
cli_item_forget(struct cli_item *item)
{
	const char *path = item->path;

	item_clear(item);
	*item = (struct cli_item){ .path = path };
}

void
cli_batch_clear(struct cli_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		item_clear(&batch->item[i]);
	if (batch->spooled)
		ca_spool_close(&batch->spool);
	free(batch->item);
	*batch = (struct cli_batch){ 0 };
}
