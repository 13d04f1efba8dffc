/* SPDX-License-Identifier: Apache-2.0 */
/* A folder that was taken in is read again, to be signed. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "coldca/ledger_exchange.h"
#include "core/intake_internal.h"

/* One reading. */
struct reading {
	const char *path;
	int fd;
	struct ca_ledger *ledger;
	int64_t now;
	struct ca_intake_folder *folder;
	char **name; /* of its requests */
	size_t count;
	size_t manifests;
};

static bool
has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && strcmp(name + len - tail, suffix) == 0;
}

static enum ca_code
note_name(void *context, const char *name, struct ca_error *err)
{
	struct reading *in = context;
	char **more;

	if (has_suffix(name, CA_INTAKE_MANIFEST)) {
		in->manifests++;
		return CA_OK;
	}
	if (!has_suffix(name, CA_INTAKE_CSR))
		return ca_fail(err, CA_ERR_INPUT,
		    "%s/%s: was not taken in with the rest", in->path, name);
	more = reallocarray(in->name, in->count + 1, sizeof(char *));
	if (more == NULL)
		return ca_fail_memory(err);
	in->name = more;
	more[in->count] = NULL;
	if (ca_text_format(&more[in->count], err, "%s", name) != CA_OK)
		return err->code;
	in->count++;
	return CA_OK;
}

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* Whether this ledger took in MANIFEST, and it is still as it was. */
static enum ca_code
check(const struct reading *in, const char *what,
    const struct ca_manifest *manifest, const char *path,
    const struct ca_bytes *content, struct ca_error *err)
{
	struct ca_csr *csr = NULL;
	bool is = false;
	enum ca_code rc;

	rc = ca_manifest_check_content(manifest, what, content, err);
	if (rc == CA_OK)
		rc = ca_csr_parse(path, content->data, content->len, &csr, err);
	if (rc == CA_OK)
		rc = ca_manifest_check_key(manifest, what, csr, err);
	ca_csr_free(csr);
	if (rc == CA_OK)
		rc = ca_manifest_check_time(manifest, what, in->now, err);
	if (rc == CA_OK)
		rc = ca_ledger_manifest_is(in->ledger, manifest->nonce,
		    CA_MANIFEST_NONCE, &manifest->text, &is, err);
	if (rc == CA_OK && !is) {
		rc = ca_fail_rule(err, CA_ERR_POLICY, "intake-unknown",
		    "%s: was not taken in by this CA directory", what);
		ca_hint(err, "coldca intake takes in what is on a stick");
	}
	return rc;
}

/* What MANIFEST asks becomes the order for the request of index INDEX. */
static enum ca_code
order(struct ca_intake_folder *folder, const char *what, const char *name,
    struct ca_manifest *manifest, size_t line, struct ca_error *err)
{
	struct ca_ordered *ordered = &folder->orders.item[folder->orders.count];
	enum ca_code rc;

	*ordered = (struct ca_ordered){ .has_key = true, .line = line };
	memcpy(ordered->key, manifest->key_sha256, CA_SHA256_SIZE);
	ordered->order.profile = manifest->profile;
	ordered->order.tenant = manifest->tenant;
	ordered->order.hosts = manifest->hosts;
	manifest->hosts = (struct ca_names){ 0 };
	ordered->order.user = manifest->user;
	manifest->user = NULL;
	folder->orders.count++;
	rc = ca_text_format(&ordered->what, err, "%s", what);
	if (rc == CA_OK)
		rc = ca_text_format(&ordered->request, err, "%s", name);
	return rc;
}

static enum ca_code
read_one(const struct reading *in, const char *name, const char *manifest_name,
    const char *what, size_t line, struct ca_error *err)
{
	struct ca_intake_folder *folder = in->folder;
	struct ca_manifest manifest = { .profile = NULL };
	struct ca_bytes content = { 0 }, text = { 0 };
	char *path = NULL;
	enum ca_code rc = ca_path_join(in->path, name, &path, err);

	if (rc == CA_OK)
		rc = ca_file_read_at(in->fd, manifest_name, what,
		    CA_MANIFEST_MAX, &text, NULL, err);
	if (rc == CA_OK)
		rc = ca_manifest_parse(what, text.data, text.len, &manifest,
		    err);
	if (rc == CA_OK)
		rc = ca_file_read_at(in->fd, name, path, CA_CSR_SIZE_MAX,
		    &content, NULL, err);
	if (rc == CA_OK)
		rc = check(in, what, &manifest, path, &content, err);
	if (rc == CA_OK)
		rc = order(folder, what, name, &manifest, line, err);
	if (rc == CA_OK) {
		folder->path[folder->count++] = path;
		path = NULL;
	}
	free(path);
	ca_manifest_clear(&manifest);
	ca_bytes_free(&text);
	ca_bytes_free(&content);
	return rc;
}

/* A request that came without a manifest is left aside. */
static enum ca_code
read_request(struct reading *in, size_t index, struct ca_error *err)
{
	const char *name = in->name[index];
	char *manifest = NULL, *what = NULL;
	enum ca_code rc;

	rc = ca_text_format(&manifest, err, "%.*s" CA_INTAKE_MANIFEST,
	    (int)(strlen(name) - strlen(CA_INTAKE_CSR)), name);
	if (rc == CA_OK)
		rc = ca_path_join(in->path, manifest, &what, err);
	if (rc == CA_OK) {
		if (faccessat(in->fd, manifest, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			in->folder->without++;
		else
			rc = read_one(in, name, manifest, what, index + 1, err);
	}
	free(what);
	free(manifest);
	return rc;
}

/* For COUNT requests. False: there is no memory. */
static bool
make_room(struct ca_intake_folder *folder, size_t count)
{
	char **path = calloc(count + 1, sizeof(char *));
	struct ca_ordered *orders =
	    calloc(count + 1, sizeof(struct ca_ordered));

	if (path == NULL || orders == NULL) {
		free(path);
		free(orders);
		return false;
	}
	folder->path = path;
	folder->orders.item = orders;
	return true;
}

static enum ca_code
read_all(struct reading *in, struct ca_error *err)
{
	struct ca_intake_folder *folder = in->folder;
	enum ca_code rc = ca_dir_each(in->fd, in->path, note_name, in, err);

	if (rc != CA_OK)
		return rc;
	if (in->count > 0)
		qsort(in->name, in->count, sizeof(char *), compare);
	if (!make_room(folder, in->count))
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < in->count; i++)
		rc = read_request(in, i, err);
	if (rc == CA_OK && folder->count != in->manifests)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: a request is gone whose manifest is there", in->path);
	if (rc == CA_OK && folder->count == 0)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: has no request with a manifest", in->path);
	return rc;
}

enum ca_code
ca_intake_open(const char *path, struct ca_ledger *ledger, int64_t now,
    struct ca_intake_folder *ret, struct ca_error *err)
{
	struct ca_intake_folder folder = { .count = 0 };
	struct reading in = { .path = path,
		.fd = -1,
		.ledger = ledger,
		.now = now,
		.folder = &folder };
	enum ca_code rc = ca_dir_open(path, 0, &in.fd, err);

	if (rc != CA_OK)
		return rc;
	rc = read_all(&in, err);
	(void)close(in.fd);
	for (size_t i = 0; i < in.count; i++)
		free(in.name[i]);
	free(in.name);
	if (rc == CA_OK) {
		*ret = folder;
		folder = (struct ca_intake_folder){ .count = 0 };
	}
	ca_intake_folder_clear(&folder);
	return rc;
}

void
ca_intake_folder_clear(struct ca_intake_folder *folder)
{
	if (folder == NULL)
		return;
	for (size_t i = 0; i < folder->count; i++)
		free(folder->path[i]);
	free(folder->path);
	ca_orders_clear(&folder->orders);
	*folder = (struct ca_intake_folder){ .count = 0 };
}
