/* SPDX-License-Identifier: Apache-2.0 */
/* An approval as a text: written, signed and read. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/approval_internal.h"
#include "core/policy_internal.h"

/* Of one approval: what CA_STATEMENT_LINES leaves for them. */
#define DRAFTS_MAX (CA_STATEMENT_LINES - 16)

enum key {
	KEY_LEDGER,
	KEY_APPROVER,
	KEY_KEY,
	KEY_APPROVED,
	KEY_EXPIRES,
	KEY_TBS,
	KEYS
};

static const struct ca_statement_key keys[KEYS] = {
	[KEY_LEDGER] = { "ledger", 1, 1 },
	[KEY_APPROVER] = { "approver", 1, 1 },
	[KEY_KEY] = { "key", 1, 1 },
	[KEY_APPROVED] = { "approved", 1, 1 },
	[KEY_EXPIRES] = { "expires", 1, 1 },
	[KEY_TBS] = { "tbs", 1, DRAFTS_MAX },
};
static const struct ca_statement_form form = { "coldca approval v1", keys, KEYS,
	false };

static int
by_hash(const void *a, const void *b)
{
	return memcmp(a, b, CA_SHA256_SIZE);
}

/* The hashes, sorted, as lines; one that is there twice is one. */
static enum ca_code
add_drafts(const struct ca_approval_words *words, struct ca_bytes *text,
    struct ca_error *err)
{
	uint8_t(*sorted)[CA_SHA256_SIZE] =
	    calloc(words->count + 1, CA_SHA256_SIZE);
	enum ca_code rc = CA_OK;

	if (sorted == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < words->count; i++)
		memcpy(sorted[i], words->tbs_sha256[i], CA_SHA256_SIZE);
	qsort(sorted, words->count, CA_SHA256_SIZE, by_hash);
	for (size_t i = 0; rc == CA_OK && i < words->count; i++)
		if (i == 0 || by_hash(sorted[i - 1], sorted[i]) != 0)
			rc = ca_statement_add_hex(text, keys[KEY_TBS].name,
			    sorted[i], CA_SHA256_SIZE, err);
	free(sorted);
	return rc;
}

static enum ca_code
add_words(const struct ca_approval_words *words, const uint8_t *spki_sha256,
    struct ca_bytes *text, struct ca_error *err)
{
	enum ca_code rc = ca_statement_begin(&form, text, err);

	if (rc == CA_OK)
		rc = ca_statement_add_hex(text, keys[KEY_LEDGER].name,
		    words->ledger, CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_add(text, keys[KEY_APPROVER].name,
		    words->approver, err);
	if (rc == CA_OK)
		rc = ca_statement_add_hex(text, keys[KEY_KEY].name, spki_sha256,
		    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(text, keys[KEY_APPROVED].name,
		    words->approved_at, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(text, keys[KEY_EXPIRES].name,
		    words->expires_at, err);
	return rc == CA_OK ? add_drafts(words, text, err) : rc;
}

enum ca_code
ca_approval_make(const struct ca_approval_words *words, EVP_PKEY *key,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	struct ca_key_info info = { 0 };
	struct ca_bytes text = { 0 };
	enum ca_code rc = ca_key_describe(key, &info, err);

	if (rc == CA_OK && info.kind != CA_KEY_ED25519 &&
	    info.kind != CA_KEY_P256 && info.kind != CA_KEY_P384)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "an approver's key is of kind ed25519, p256 or p384, and not %s",
		    ca_key_kind_name(info.kind));
	if (rc == CA_OK)
		rc = ca_approver_check_key(key, err);
	if (rc == CA_OK && (words->count == 0 || words->count > DRAFTS_MAX))
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%zu drafts: an approval is of 1 to %zu", words->count,
		    DRAFTS_MAX);
	if (rc == CA_OK)
		rc = add_words(words, info.spki_sha256, &text, err);
	if (rc == CA_OK)
		rc = ca_statement_sign(&text, key, err);
	if (rc == CA_OK)
		*ret_text = text;
	else
		ca_bytes_free(&text);
	return rc;
}

/* Sorted, and none twice: so is what ca_approval_make() writes. */
static enum ca_code
read_drafts(struct ca_approval *approval, struct ca_error *err)
{
	size_t count = ca_statement_count(approval->statement, KEY_TBS);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		uint8_t hash[CA_SHA256_SIZE];

		rc = ca_statement_hex(approval->statement, KEY_TBS, i, hash,
		    CA_SHA256_SIZE, err);
		if (rc == CA_OK && i > 0 &&
		    by_hash(approval->tbs.item[i - 1], hash) >= 0)
			rc = ca_fail(err, CA_ERR_INPUT,
			    "%s: tbs: are not in their order", approval->what);
		if (rc == CA_OK)
			rc = ca_hashes_add(&approval->tbs, hash, err);
	}
	return rc;
}

static enum ca_code
read_all(struct ca_approval *approval, struct ca_error *err)
{
	const struct ca_statement *statement = approval->statement;
	enum ca_code rc;

	approval->approver = ca_statement_value(statement, KEY_APPROVER, 0);
	rc = ca_statement_hex(statement, KEY_LEDGER, 0, approval->ledger,
	    CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_hex(statement, KEY_KEY, 0,
		    approval->spki_sha256, CA_SHA256_SIZE, err);
	if (rc == CA_OK)
		rc = ca_statement_time(statement, KEY_APPROVED,
		    &approval->approved_at, err);
	if (rc == CA_OK)
		rc = ca_statement_time(statement, KEY_EXPIRES,
		    &approval->expires_at, err);
	if (rc == CA_OK && approval->expires_at <= approval->approved_at)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: expires before it was given", approval->what);
	return rc == CA_OK ? read_drafts(approval, err) : rc;
}

enum ca_code
ca_approval_read(const char *what, const void *text, size_t len,
    struct ca_approval *ret, struct ca_error *err)
{
	struct ca_approval approval = { .what = NULL };
	enum ca_code rc = ca_text_format(&approval.what, err, "%s", what);

	if (rc == CA_OK)
		rc = ca_statement_parse(&form, what, text, len,
		    &approval.statement, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&approval.text, text, len, err);
	if (rc == CA_OK)
		rc = read_all(&approval, err);
	if (rc == CA_OK)
		*ret = approval;
	else
		ca_approval_clear(&approval);
	return rc;
}

void
ca_approval_clear(struct ca_approval *approval)
{
	ca_statement_free(approval->statement);
	ca_bytes_free(&approval->text);
	free(approval->tbs.item);
	free(approval->what);
	free(approval->why);
	*approval = (struct ca_approval){ .what = NULL };
}

bool
ca_approval_covers(const struct ca_approval *approval,
    const uint8_t *tbs_sha256)
{
	return bsearch(tbs_sha256, approval->tbs.item, approval->tbs.count,
		   CA_SHA256_SIZE, by_hash) != NULL;
}
