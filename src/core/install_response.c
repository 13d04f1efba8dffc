/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles are held against what the CA says that it sent. */
#include "core/install_response.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "base/tree.h"
#include "coldca/manifest.h"
#include "coldca/response.h"

#define HINT_AGAIN "have the bundle and its response manifest brought once more"

/* One bundle, and the manifests that are beside it. */
struct holding {
	const struct ca_install_look *look;
	const char *path;         /* of the bundle */
	char *dir;                /* that it is in */
	char *name;               /* of its folder */
	struct ca_response found; /* the last that fits, or else lists it */
	char *found_path;
	bool fits;
	bool any; /* a manifest is there */
};

/* "outbox/node-n1/" is "node-n1" in "outbox". */
static enum ca_code
split(struct holding *holding, struct ca_error *err)
{
	char *real = realpath(holding->path, NULL), *slash;
	enum ca_code rc;

	if (real == NULL)
		return ca_fail(err, CA_ERR_FILE, "%s: can not be found",
		    holding->path);
	slash = strrchr(real, '/');
	rc = ca_text_format(&holding->name, err, "%s", slash + 1);
	if (rc == CA_OK)
		rc = ca_text_format(&holding->dir, err, "%.*s",
		    slash == real ? 1 : (int)(slash - real), real);
	free(real);
	return rc;
}

/*
 * Whether CONTENT of NAME is what was read into memory, and will be installed. Of
 * several bundles the first that has the file is the one that was kept.
 */
static bool
is_kept(const struct holding *holding, const char *name,
    const struct ca_bytes *content)
{
	const struct ca_install_bundle *bundle = holding->look->bundle;
	size_t len = strlen(holding->path);

	for (size_t i = 0; i < bundle->rows.count; i++) {
		const char *path = bundle->entry[i].path;

		if (strcmp(bundle->rows.item[i].file, name) == 0)
			return strncmp(path, holding->path, len) != 0 ||
			    path[len] != '/' ||
			    strcmp(path + len + 1, name) != 0 ||
			    ca_bytes_equal(&bundle->entry[i].pem, content);
	}
	return false;
}

/* Whether NAME of the bundle is what RESPONSE lists for it. */
static enum ca_code
compare_name(const struct holding *holding, const struct ca_response *response,
    int dir, const char *name, struct ca_error *err)
{
	const struct ca_response_file *file =
	    ca_response_find(response, holding->name, name);
	uint8_t sha256[CA_SHA256_SIZE];
	struct ca_bytes content = { 0 };
	bool kept;
	enum ca_code rc;

	if (file == NULL) {
		(void)ca_fail_rule(err, CA_ERR_POLICY, "response-extra",
		    "%s/%s: the CA did not send it", holding->path, name);
		ca_hint(err, HINT_AGAIN);
		return CA_ERR_POLICY;
	}
	rc = ca_file_read_at(dir, name, name, CA_CERTIFICATE_FILE_MAX, &content,
	    NULL, err);
	if (rc == CA_OK && !ca_sha256_of(content.data, content.len, sha256))
		rc = ca_fail_memory(err);
	kept = rc == CA_OK && is_kept(holding, name, &content);
	ca_bytes_free(&content);
	if (rc != CA_OK ||
	    (kept && memcmp(sha256, file->sha256, sizeof(sha256)) == 0))
		return rc;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "response-edited",
	    "%s/%s: is not what the CA sent: it was edited or exchanged",
	    holding->path, name);
	ca_hint(err, HINT_AGAIN);
	return CA_ERR_POLICY;
}

/* A walk over one bundle. */
struct comparing {
	const struct holding *holding;
	const struct ca_response *response;
	int dir;
	size_t count;
};

static enum ca_code
compare_each(void *context, const char *name, struct ca_error *err)
{
	struct comparing *comparing = context;

	comparing->count++;
	return compare_name(comparing->holding, comparing->response,
	    comparing->dir, name, err);
}

static enum ca_code
compare(const struct holding *holding, const struct ca_response *response,
    struct ca_error *err)
{
	struct comparing comparing = { holding, response, -1, 0 };
	enum ca_code rc = ca_dir_open(holding->path, 0, &comparing.dir, err);

	if (rc != CA_OK)
		return rc;
	rc = ca_dir_each(comparing.dir, holding->path, compare_each, &comparing,
	    err);
	(void)close(comparing.dir);
	if (rc != CA_OK ||
	    comparing.count == ca_response_count(response, holding->name))
		return rc;
	(void)ca_fail_rule(err, CA_ERR_POLICY, "response-incomplete",
	    "%s: a file that the CA sent is not in it", holding->path);
	ca_hint(err, HINT_AGAIN);
	return CA_ERR_POLICY;
}

/* Of several manifests the last one that fits counts. */
static enum ca_code
consider(struct holding *holding, const char *path, struct ca_error *err)
{
	struct ca_response response = { .crl = NULL };
	struct ca_bytes text = { 0 };
	struct ca_error ignored;
	bool fits, later;
	enum ca_code rc = ca_file_read(path, CA_RESPONSE_MAX, &text, err);

	if (rc == CA_OK)
		rc = ca_response_parse(path, text.data, text.len, &response,
		    err);
	ca_bytes_free(&text);
	if (rc != CA_OK)
		return rc;
	holding->any = true;
	fits = ca_response_count(&response, holding->name) > 0 &&
	    compare(holding, &response, &ignored) == CA_OK;
	later = holding->found_path == NULL ||
	    response.head.entry > holding->found.head.entry;
	if (ca_response_count(&response, holding->name) > 0 &&
	    (fits > holding->fits || (fits == holding->fits && later))) {
		ca_response_clear(&holding->found);
		free(holding->found_path);
		holding->found_path = NULL;
		holding->found = response;
		holding->fits = fits;
		return ca_text_format(&holding->found_path, err, "%s", path);
	}
	ca_response_clear(&response);
	return CA_OK;
}

static enum ca_code
consider_each(void *context, const char *name, struct ca_error *err)
{
	struct holding *holding = context;
	char *path = NULL;
	enum ca_code rc;

	if (!ca_response_is_name(name))
		return CA_OK;
	rc = ca_path_join(holding->dir, name, &path, err);
	if (rc == CA_OK)
		rc = consider(holding, path, err);
	free(path);
	return rc;
}

static enum ca_code
find(struct holding *holding, struct ca_error *err)
{
	const struct ca_install *install = holding->look->install;
	int dir = -1;
	enum ca_code rc;

	if (install->response != NULL)
		return consider(holding, install->response, err);
	rc = ca_dir_open(holding->dir, 0, &dir, err);
	if (rc == CA_OK)
		rc =
		    ca_dir_each(dir, holding->dir, consider_each, holding, err);
	if (dir >= 0)
		(void)close(dir);
	return rc;
}

static enum ca_code
check_time(const struct holding *holding, struct ca_error *err)
{
	char at[CA_TIME_TEXT_SIZE], is[CA_TIME_TEXT_SIZE];
	int64_t now = holding->look->install->now;

	if (holding->found.head.time <= now + CA_MANIFEST_SKEW)
		return CA_OK;
	ca_time_format(holding->found.head.time, at);
	ca_time_format(now, is);
	(void)ca_fail_rule(err, CA_ERR_POLICY, "response-future",
	    "%s: was signed at %s, and it is %s", holding->found_path, at, is);
	ca_hint(err, "one of the two clocks is wrong: find out which");
	return CA_ERR_POLICY;
}

static enum ca_code
check_age(const struct holding *holding, const struct ca_installed_rows *rows,
    struct ca_error *err)
{
	const struct ca_head_said *head = &holding->found.head;

	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_installed_row *row = &rows->item[i];

		if (strcmp(row->bundle, holding->name) != 0 ||
		    memcmp(row->ledger, head->ledger, CA_SHA256_SIZE) != 0 ||
		    row->entry <= head->entry)
			continue;
		(void)ca_fail_rule(err, CA_ERR_POLICY, "response-old",
		    "%s: is older than the one that is installed: a replay",
		    holding->path);
		ca_hint(err,
		    "coldca install --rollback goes back to the set before");
		return CA_ERR_POLICY;
	}
	return CA_OK;
}

static enum ca_code
check_found(const struct holding *holding,
    const struct ca_certificates *anchors, const struct ca_installed_rows *rows,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_response_verify(&holding->found, holding->found_path, anchors,
	    err);
	if (rc == CA_ERR_POLICY && err->hint[0] == '\0')
		ca_hint(err, "%s",
		    strcmp(err->rule, "response-other-ca") == 0
			? "if this CA is to be trusted: --ca-fingerprint, as `coldca export-ca --format=fingerprint` of the jumpbox shows it"
			: HINT_AGAIN);
	if (rc == CA_OK)
		rc = compare(holding, &holding->found, err);
	if (rc == CA_OK)
		rc = check_time(holding, err);
	if (rc == CA_OK)
		rc = check_age(holding, rows, err);
	return rc;
}

/* Where a manifest is wanted, leaving it off the stick is no way around it. */
static enum ca_code
miss(const struct holding *holding, const struct ca_installed_rows *rows,
    struct ca_error *err)
{
	const struct ca_install_look *look = holding->look;

	if (look->install->require_response) {
		(void)ca_fail_rule(err, CA_ERR_POLICY, "response-missing",
		    "%s: no response manifest beside it lists it",
		    holding->path);
		ca_hint(err, "bring response-NUMBER.txt with it");
		return CA_ERR_POLICY;
	}
	if (rows->there || holding->any)
		ca_findings_add(look->notices, "response-missing", CA_OK,
		    "%s: no response manifest beside it lists it: nothing says that it is whole and the last one",
		    holding->path);
	return CA_OK;
}

static enum ca_code
hold(struct holding *holding, const struct ca_certificates *anchors,
    struct ca_installed_rows *rows, size_t *vouched, struct ca_error *err)
{
	enum ca_code rc = split(holding, err);

	if (rc == CA_OK)
		rc = find(holding, err);
	if (rc == CA_OK && holding->found_path == NULL)
		return miss(holding, rows, err);
	if (rc == CA_OK)
		rc = check_found(holding, anchors, rows, err);
	/* A client has no ca-client.crt, whose key may have signed: it can not
	   know. The chain is held against the CAs that it trusts all the same. */
	if (rc == CA_ERR_POLICY && err->rule != NULL &&
	    strcmp(err->rule, "response-other-ca") == 0 &&
	    !holding->look->install->require_response) {
		ca_findings_add(holding->look->notices, "response-other-ca",
		    CA_OK, "%s", err->message);
		return CA_OK;
	}
	if (rc == CA_OK)
		rc = ca_installed_rows_set(rows, holding->name,
		    holding->found.head.ledger, holding->found.head.entry, err);
	if (rc == CA_OK)
		(*vouched)++;
	return rc;
}

enum ca_code
ca_install_response(const struct ca_install_look *look,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	const struct ca_install *install = look->install;
	struct ca_installed_rows rows = { .item = NULL };
	struct ca_certificates anchors = { 0 };
	size_t vouched = 0; /* bundles */
	bool itself = false;
	enum ca_code rc;

	if (install->without_response)
		return CA_OK;
	rc = ca_installed_rows_read(look->place->fd, look->place->path, &rows,
	    err);
	if (rc == CA_OK)
		rc = ca_install_anchors(look, &anchors, &itself, err);
	for (size_t i = 0; rc == CA_OK && i < install->bundle_count; i++) {
		struct holding holding = { .look = look,
			.path = install->bundles[i] };

		rc = hold(&holding, &anchors, &rows, &vouched, err);
		free(holding.dir);
		free(holding.name);
		free(holding.found_path);
		ca_response_clear(&holding.found);
	}
	if (rc == CA_OK && install->fingerprint_len > 0 &&
	    vouched < install->bundle_count)
		rc = ca_install_refuse_strangers(look, &anchors, err);
	if (rc == CA_OK && vouched > 0 && itself)
		ca_findings_add(look->notices, "install-first", CA_OK,
		    "this directory trusts no CA yet: nothing but the bundle itself says that it is the right one; --ca-fingerprint would");
	if (rc == CA_OK && vouched > 0)
		rc = ca_installed_rows_write(&rows, ret_text, err);
	/* What is in ANCHORS belongs to others. */
	free(anchors.item);
	ca_installed_rows_clear(&rows);
	return rc;
}
