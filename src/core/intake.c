/* SPDX-License-Identifier: Apache-2.0 */
/* What is on a stick: which file belongs to which, and what is wrong with it. */
#include "coldca/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/stick.h"
#include "base/text.h"
#include "coldca/ledger_exchange.h"
#include "core/intake_internal.h"

#define CSR_SUFFIX CA_INTAKE_CSR
#define MANIFEST_SUFFIX CA_INTAKE_MANIFEST

/* What a file is, by its content. */
enum kind { KIND_MANIFEST, KIND_REQUEST, KIND_OTHER };

/* A file, what it is, and whether some item has it. */
struct found {
	struct ca_stick_file *file;
	enum kind kind;
	uint8_t sha256[CA_SHA256_SIZE];
	bool used;
};

struct looking {
	const struct ca_intake_look *look;
	struct found *found;
	size_t count;
	struct ca_authorities authorities;
	struct ca_intake *intake;
};

static bool
has_suffix(const char *path, const char *suffix)
{
	size_t len = strlen(path), tail = strlen(suffix);

	return len > tail && strcmp(path + len - tail, suffix) == 0;
}

/* A request may be damaged: its name or its armour still say what it was. */
static enum kind
kind_of(const struct ca_stick_file *file)
{
	static const char armour[] = "CERTIFICATE REQUEST-----";
	static const char title[] = "coldca request ";
	const struct ca_bytes *content = &file->content;

	if (has_suffix(file->path, MANIFEST_SUFFIX) ||
	    (content->len > strlen(title) &&
		memcmp(content->data, title, strlen(title)) == 0))
		return KIND_MANIFEST;
	if (has_suffix(file->path, CSR_SUFFIX) ||
	    (content->len > 0 &&
		memmem(content->data, content->len, armour, strlen(armour)) !=
		    NULL))
		return KIND_REQUEST;
	return KIND_OTHER;
}

static enum ca_code
classify(struct ca_stick *stick, struct looking *looking, struct ca_error *err)
{
	looking->found = calloc(stick->count + 1, sizeof(struct found));
	if (looking->found == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < stick->count; i++) {
		struct found *found = &looking->found[i];

		found->file = &stick->item[i];
		found->kind = kind_of(found->file);
		if (!ca_sha256_of(found->file->content.data,
			found->file->content.len, found->sha256))
			return ca_fail_memory(err);
	}
	looking->count = stick->count;
	return CA_OK;
}

/* A new item for the file of FOUND, which may be refused already. */
static enum ca_code
new_item(struct looking *looking, struct found *found,
    struct ca_intake_item **ret, struct ca_error *err)
{
	struct ca_intake_item *item =
	    &looking->intake->item[looking->intake->count];
	enum ca_code rc =
	    ca_text_format(&item->path, err, "%s", found->file->path);

	if (rc != CA_OK)
		return rc;
	looking->intake->count++;
	found->used = true;
	item->refusal = found->file->problem;
	*ret = item;
	return CA_OK;
}

/* Whether two paths differ in nothing but those suffixes. */
static bool
same_stem(const char *manifest, const char *request)
{
	size_t stem = strlen(manifest) - strlen(MANIFEST_SUFFIX);

	return has_suffix(manifest, MANIFEST_SUFFIX) &&
	    has_suffix(request, CSR_SUFFIX) &&
	    strlen(request) - strlen(CSR_SUFFIX) == stem &&
	    strncmp(manifest, request, stem) == 0;
}

/* The request of MANIFEST: by its hash, or else by the name beside it. */
static struct found *
find_request(const struct looking *looking, const struct ca_manifest *manifest,
    const char *path)
{
	struct found *named = NULL, *same = NULL;

	for (size_t i = 0; i < looking->count; i++) {
		struct found *found = &looking->found[i];

		if (found->kind != KIND_REQUEST ||
		    found->file->problem.code != CA_OK)
			continue;
		if (memcmp(found->sha256, manifest->csr_sha256,
			CA_SHA256_SIZE) == 0 &&
		    (same == NULL || same->used))
			same = found;
		if (same_stem(path, found->file->path))
			named = found;
	}
	if (same != NULL)
		return same;
	return named != NULL && !named->used ? named : NULL;
}

/* The request beside a manifest that is none is not one without a manifest. */
static void
use_named(const struct looking *looking, const char *path)
{
	for (size_t i = 0; i < looking->count; i++)
		if (looking->found[i].kind == KIND_REQUEST &&
		    same_stem(path, looking->found[i].file->path))
			looking->found[i].used = true;
}

static enum ca_code
check_replay(const struct looking *looking, const struct ca_manifest *manifest,
    const char *what, struct ca_error *err)
{
	struct ca_intake *intake = looking->intake;
	bool seen = false;
	enum ca_code rc;

	/* The last item is this one. */
	for (size_t i = 0; i + 1 < intake->count; i++)
		if (intake->item[i].refusal.code == CA_OK &&
		    memcmp(intake->item[i].manifest.nonce, manifest->nonce,
			CA_MANIFEST_NONCE) == 0)
			return ca_fail_rule(err, CA_ERR_POLICY, "intake-twice",
			    "%s: the same is on the stick a second time, as %s",
			    what, intake->item[i].manifest_path);
	rc = ca_ledger_manifest_seen(looking->look->ledger, manifest->nonce,
	    CA_MANIFEST_NONCE, &seen, NULL, err);
	if (rc != CA_OK || !seen)
		return rc;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "intake-replay",
	    "%s: was taken in before: a replay", what);
	ca_hint(err,
	    "if the host wants another certificate it makes a new manifest: coldca request --reuse-key --manifest");
	return CA_ERR_POLICY;
}

/* Everything about one manifest and its request; the code is a refusal's. */
static enum ca_code
judge(const struct looking *looking, struct ca_intake_item *item,
    struct ca_error *err)
{
	const char *what = item->manifest_path;
	const struct ca_manifest *manifest = &item->manifest;
	enum ca_code rc;

	/* An edited request is said to be one before it is read as one. */
	rc = ca_manifest_check_content(manifest, what, &item->content, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(item->path, item->content.data,
		    item->content.len, &item->csr, err);
	if (rc == CA_OK)
		rc = ca_manifest_check_key(manifest, what, item->csr, err);
	if (rc == CA_OK)
		rc = ca_manifest_check_ca(manifest, what,
		    looking->authorities.of, CA_AUTHORITIES, err);
	if (rc == CA_OK)
		rc = ca_manifest_check_time(manifest, what, looking->look->now,
		    err);
	if (rc == CA_OK)
		rc = check_replay(looking, manifest, what, err);
	return rc;
}

/* What is wrong with one request is its refusal; the rest is returned. */
static enum ca_code
refuse(struct ca_intake_item *item, const struct ca_error *why,
    struct ca_error *err)
{
	if (why->code == CA_ERR_INTERNAL || why->code == CA_ERR_LEDGER) {
		*err = *why;
		return why->code;
	}
	item->refusal = *why;
	return CA_OK;
}

/* Gives ITEM the request of FOUND. */
static enum ca_code
take_request(struct ca_intake_item *item, struct found *found,
    struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc = ca_text_format(&path, err, "%s", found->file->path);

	if (rc != CA_OK)
		return rc;
	free(item->path);
	item->path = path;
	found->used = true;
	item->content = found->file->content;
	found->file->content = (struct ca_bytes){ 0 };
	return CA_OK;
}

/* The item of one manifest, with the request that it is of. */
static enum ca_code
look_at_manifest(struct looking *looking, struct found *found,
    struct ca_error *err)
{
	const struct ca_bytes *text = &found->file->content;
	struct ca_intake_item *item = NULL;
	struct ca_error why = { .code = CA_OK };
	struct found *request;
	enum ca_code rc = new_item(looking, found, &item, err);

	if (rc != CA_OK)
		return rc;
	if (item->refusal.code != CA_OK) {
		use_named(looking, item->path);
		return CA_OK;
	}
	item->manifest_path = item->path;
	item->path = NULL;
	rc = ca_text_format(&item->path, err, "%s", item->manifest_path);
	if (rc != CA_OK)
		return rc;
	if (ca_manifest_parse(item->manifest_path, text->data, text->len,
		&item->manifest, &why) != CA_OK) {
		if (why.rule == NULL)
			why.rule = "manifest-malformed";
		use_named(looking, item->manifest_path);
		return refuse(item, &why, err);
	}
	request = find_request(looking, &item->manifest, item->manifest_path);
	if (request == NULL) {
		(void)ca_fail_rule(&why, CA_ERR_POLICY, "intake-missing",
		    "%s: its request is not on the stick", item->manifest_path);
		ca_hint(&why, "take the files from the host once more");
		return refuse(item, &why, err);
	}
	if (request->used) {
		(void)ca_fail_rule(&why, CA_ERR_POLICY, "intake-twice",
		    "%s: %s has another manifest as well", item->manifest_path,
		    request->file->path);
		return refuse(item, &why, err);
	}
	rc = take_request(item, request, err);
	if (rc == CA_OK && judge(looking, item, &why) != CA_OK)
		rc = refuse(item, &why, err);
	return rc;
}

/* What no manifest is of. */
static enum ca_code
look_at_rest(struct looking *looking, struct found *found, struct ca_error *err)
{
	struct ca_intake_item *item = NULL;
	struct ca_error why = { .code = CA_OK };
	enum ca_code rc = new_item(looking, found, &item, err);

	if (rc != CA_OK || item->refusal.code != CA_OK)
		return rc;
	if (found->kind == KIND_OTHER) {
		(void)ca_fail_rule(&why, CA_ERR_POLICY, "intake-extra",
		    "%s: is neither a request nor a manifest", item->path);
		ca_hint(&why,
		    "carry nothing else on that stick, or name the directory in which the requests are");
		return refuse(item, &why, err);
	}
	rc = take_request(item, found, err);
	if (rc != CA_OK)
		return rc;
	if (ca_csr_parse(item->path, item->content.data, item->content.len,
		&item->csr, &why) != CA_OK)
		return refuse(item, &why, err);
	if (looking->look->allow_unsigned)
		return CA_OK;
	(void)ca_fail_rule(&why, CA_ERR_POLICY, "intake-unsigned",
	    "%s: has no manifest: nothing says who made it, when, and what for",
	    item->path);
	ca_hint(&why,
	    "on the host: coldca request --reuse-key --manifest; --allow-unsigned takes it as it is");
	return refuse(item, &why, err);
}

static enum ca_code
look_at_all(struct looking *looking, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < looking->count; i++)
		if (looking->found[i].kind == KIND_MANIFEST)
			rc = look_at_manifest(looking, &looking->found[i], err);
	for (size_t i = 0; rc == CA_OK && i < looking->count; i++)
		if (!looking->found[i].used)
			rc = look_at_rest(looking, &looking->found[i], err);
	return rc;
}

enum ca_code
ca_intake_look(const struct ca_intake_look *look, struct ca_intake *ret,
    struct ca_error *err)
{
	struct ca_intake intake = { .count = 0 };
	struct looking looking = { .look = look, .intake = &intake };
	const struct ca_stick_limits limits = { CA_INTAKE_NAMES_MAX,
		CA_INTAKE_FILE_MAX, CA_INTAKE_BYTES_MAX };
	struct ca_stick stick = { 0 };
	enum ca_code rc;

	rc = ca_stick_read(look->stick, &limits, &stick, err);
	if (rc == CA_OK)
		rc = ca_ledger_all_authorities(look->ledger,
		    &looking.authorities, err);
	if (rc == CA_OK) {
		intake.item =
		    calloc(stick.count + 1, sizeof(struct ca_intake_item));
		rc = intake.item != NULL ? classify(&stick, &looking, err)
					 : ca_fail_memory(err);
	}
	if (rc == CA_OK)
		rc = look_at_all(&looking, err);
	if (rc == CA_OK)
		rc = ca_intake_name(&intake, err);
	if (rc == CA_OK) {
		*ret = intake;
		intake = (struct ca_intake){ .count = 0 };
	}
	free(looking.found);
	ca_authorities_clear(&looking.authorities);
	ca_intake_clear(&intake);
	ca_stick_clear(&stick);
	return rc;
}

size_t
ca_intake_taken(const struct ca_intake *intake)
{
	size_t count = 0;

	for (size_t i = 0; i < intake->count; i++)
		count += intake->item[i].refusal.code == CA_OK;
	return count;
}

void
ca_intake_clear(struct ca_intake *intake)
{
	if (intake == NULL)
		return;
	for (size_t i = 0; intake->item != NULL && i < intake->count; i++) {
		struct ca_intake_item *item = &intake->item[i];

		free(item->path);
		free(item->manifest_path);
		ca_manifest_clear(&item->manifest);
		ca_csr_free(item->csr);
		ca_bytes_free(&item->content);
	}
	free(intake->item);
	*intake = (struct ca_intake){ .count = 0 };
}
