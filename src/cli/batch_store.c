/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the requests of a large batch wait for their turn: in a file without a
 * name, so that five thousand take no more memory than fifty.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/batch.h"

enum ca_code
cli_batch_spool(struct cli_batch *batch, size_t count, const char *dir,
    struct ca_error *err)
{
	enum ca_code rc;

	if (count <= CLI_BATCH_HELD)
		return CA_OK;
	rc = ca_spool_open(dir, &batch->spool, err);
	batch->spooled = rc == CA_OK;
	return rc;
}

enum ca_code
cli_item_need_grant(struct cli_item *item, struct ca_error *err)
{
	struct ca_grant *grant = item->grant;

	if (grant == NULL)
		grant = ca_grant_new();
	if (grant == NULL)
		return ca_fail_memory(err);
	item->grant = grant;
	return CA_OK;
}

/* Frees what of ITEM is in memory, and can be had again. */
static void
drop(struct cli_item *item)
{
	ca_draft_free(item->draft);
	item->draft = NULL;
	ca_grant_free(item->grant);
	item->grant = NULL;
}

void
cli_item_drop(const struct cli_batch *batch, struct cli_item *item)
{
	if (batch->spooled && item->stored_len > 0)
		drop(item);
}

enum ca_code
cli_item_store(struct cli_batch *batch, struct cli_item *item,
    struct ca_error *err)
{
	struct ca_bytes packed = { 0 };
	size_t at;
	enum ca_code rc;

	if (!batch->spooled || item->code != CA_OK)
		return CA_OK;
	item->stored_draft = item->draft != NULL;
	rc = item->stored_draft ? ca_draft_pack(item->draft, &packed, err)
				: ca_grant_pack(item->grant, &packed, err);
	if (rc != CA_OK)
		goto out;
	at = atomic_fetch_add(&batch->spool_end, packed.len);
	rc = ca_spool_put(&batch->spool, at, packed.data, packed.len, err);
	if (rc != CA_OK)
		goto out;
	item->stored_at = at;
	item->stored_len = packed.len;
	drop(item);
out:
	ca_bytes_free(&packed);
	return rc;
}

/* What is signed is what was judged and shown, wherever it was meanwhile. */
static enum ca_code
check_stored(const struct cli_item *item, struct ca_error *err)
{
	if (memcmp(ca_draft_tbs_sha256(item->draft), item->tbs_sha256,
		CA_SHA256_SIZE) == 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_INTERNAL,
	    "%s: its draft was changed while it waited for its turn",
	    item->name);
}

enum ca_code
cli_item_load(const struct cli_batch *batch, struct cli_item *item,
    struct ca_error *err)
{
	struct ca_bytes packed = { 0 };
	enum ca_code rc;

	if (!batch->spooled || item->stored_len == 0 || item->grant != NULL)
		return CA_OK;
	rc = cli_item_need_grant(item, err);
	if (rc == CA_OK)
		rc = ca_spool_read(&batch->spool, item->stored_at,
		    item->stored_len, &packed, err);
	if (rc == CA_OK)
		rc = item->stored_draft
		    ? ca_draft_unpack(&packed, item->grant, &item->draft, err)
		    : ca_grant_unpack(&packed, item->grant, err);
	ca_bytes_free(&packed);
	if (rc == CA_OK && item->stored_draft)
		rc = check_stored(item, err);
	if (rc != CA_OK)
		drop(item);
	return rc;
}

/* Writes LEN bytes of TEXT where ITEM finds them again. */
static bool
put_json(struct cli_batch *batch, struct cli_item *item, const char *text,
    size_t len)
{
	struct ca_error ignored;
	size_t at = atomic_fetch_add(&batch->spool_end, len);

	if (ca_spool_put(&batch->spool, at, text, len, &ignored) != CA_OK)
		return false;
	item->json_at = at;
	item->json_len = len;
	return true;
}

void
cli_item_keep_json(struct cli_batch *batch, struct cli_item *item,
    json_t *value)
{
	char *text = NULL;

	if (batch->spooled && value != NULL)
		text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
	/* It is told all the same where there is no room for it. */
	if (text != NULL && put_json(batch, item, text, strlen(text)))
		json_decref(value);
	else
		item->json = value;
	free(text);
}

json_t *
cli_item_take_json(const struct cli_batch *batch, struct cli_item *item)
{
	struct ca_bytes text = { 0 };
	struct ca_error ignored;
	json_t *value = item->json;

	item->json = NULL;
	if (value != NULL || item->json_len == 0)
		return value;
	if (ca_spool_read(&batch->spool, item->json_at, item->json_len, &text,
		&ignored) == CA_OK)
		value = json_loadb((const char *)text.data, text.len, 0, NULL);
	ca_bytes_free(&text);
	return value;
}

enum ca_code
cli_batch_each(struct cli_batch *batch,
    enum ca_code (*fn)(void *arg, struct cli_item *item, struct ca_error *err),
    void *arg, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < batch->count && rc == CA_OK; i++) {
		struct cli_item *item = &batch->item[i];

		if (item->code != CA_OK)
			continue;
		rc = cli_item_load(batch, item, err);
		if (rc == CA_OK)
			rc = fn(arg, item, err);
		cli_item_drop(batch, item);
	}
	return rc;
}
