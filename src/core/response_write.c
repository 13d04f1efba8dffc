/* SPDX-License-Identifier: Apache-2.0 */
/* Response manifests are written. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "coldca/crl.h"
#include "core/response_internal.h"

#define HEX_SIZE (2 * CA_SHA256_SIZE + 1)
#define FILES_MAX 16 /* files of one bundle */

/* One bundle whose files are being listed. */
struct listing {
	const char *bundle;
	const char *path;
	int fd;
	char *name[FILES_MAX];
	size_t count;
};

static enum ca_code
note_name(void *context, const char *name, struct ca_error *err)
{
	struct listing *listing = context;

	if (listing->count == FILES_MAX)
		return ca_fail(err, CA_ERR_FILE, "%s: more than %d files",
		    listing->path, FILES_MAX);
	return ca_text_format(&listing->name[listing->count++], err, "%s",
	    name);
}

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

enum ca_code
ca_response_add_file(struct ca_bytes *files, const char *bundle,
    const char *name, const uint8_t *sha256, struct ca_error *err)
{
	char hex[HEX_SIZE], *value = NULL;
	enum ca_code rc;

	if (files->len > CA_STATEMENT_MAX)
		return CA_OK;
	ca_hex(sha256, CA_SHA256_SIZE, hex);
	rc = ca_text_format(&value, err, "%s %s/%s", hex, bundle, name);
	if (rc == CA_OK)
		rc = ca_statement_add(files, "file", value, err);
	free(value);
	return rc;
}

static enum ca_code
add_file(const struct listing *listing, const char *name, struct ca_bytes *body,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	uint8_t sha256[CA_SHA256_SIZE];
	enum ca_code rc;

	rc = ca_file_read_at(listing->fd, name, name, CA_CERTIFICATE_FILE_MAX,
	    &content, NULL, err);
	if (rc == CA_OK && !ca_sha256_of(content.data, content.len, sha256))
		rc = ca_fail_memory(err);
	if (rc == CA_OK)
		rc = ca_response_add_file(body, listing->bundle, name, sha256,
		    err);
	ca_bytes_free(&content);
	return rc;
}

static enum ca_code
add_bundle(int out, const char *path, const char *name, struct ca_bytes *body,
    struct ca_error *err)
{
	struct listing listing = { .bundle = name, .path = path, .fd = -1 };
	enum ca_code rc;

	rc = ca_dir_open_at(out, name, &listing.fd, err);
	if (rc == CA_OK)
		rc = ca_dir_each(listing.fd, path, note_name, &listing, err);
	if (rc == CA_OK)
		qsort(listing.name, listing.count, sizeof(char *), compare);
	for (size_t i = 0; rc == CA_OK && i < listing.count; i++)
		rc = add_file(&listing, listing.name[i], body, err);
	for (size_t i = 0; i < listing.count; i++)
		free(listing.name[i]);
	if (listing.fd >= 0)
		(void)close(listing.fd);
	return rc == CA_OK ? rc : ca_error_prefix(err, "%s/%s", path, name);
}

static enum ca_code
add_crl(const struct ca_issuer *issuer, struct ca_bytes *body,
    struct ca_error *err)
{
	struct ca_crl *crl = NULL;
	enum ca_code rc;

	rc = ca_ledger_last_crl(issuer->ledger, issuer->certificate, &crl, err);
	if (rc == CA_OK && crl != NULL)
		rc = ca_statement_add_number(body, "crl", ca_crl_number(crl),
		    err);
	ca_crl_free(crl);
	return rc;
}

static enum ca_code
add_certificates(const struct ca_response_bundle *bundle, size_t count,
    struct ca_bytes *body, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		char *value = NULL;

		if (bundle[i].serial == NULL)
			continue;
		rc = ca_text_format(&value, err, "%s %s", bundle[i].serial,
		    bundle[i].name);
		if (rc == CA_OK)
			rc = ca_statement_add(body, "certificate", value, err);
		free(value);
	}
	return rc;
}

enum ca_code
ca_response_add_bundles(struct ca_bytes *body, const char *out,
    const struct ca_response_bundle *bundle, size_t count, struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc = ca_dir_open(out, 0, &fd, err);

	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = add_bundle(fd, out, bundle[i].name, body, err);
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum ca_code
ca_response_body(const struct ca_issuer *issuer,
    const struct ca_response_bundle *bundle, size_t count, int64_t now,
    struct ca_bytes *ret_body, struct ca_error *err)
{
	struct ca_bytes body = { 0 };
	enum ca_code rc;

	rc = ca_statement_begin(&ca_response_form, &body, err);
	if (rc == CA_OK)
		rc = ca_statement_add_time(&body, "made-at", now, err);
	if (rc == CA_OK)
		rc = add_crl(issuer, &body, err);
	if (rc == CA_OK)
		rc = add_certificates(bundle, count, &body, err);
	if (rc == CA_OK)
		*ret_body = body;
	else
		ca_bytes_free(&body);
	return rc;
}

enum ca_code
ca_response_check_body(const struct ca_bytes *body, size_t count,
    struct ca_error *err)
{
	if (body->len <= CA_STATEMENT_MAX)
		return CA_OK;
	return ca_fail(err, CA_ERR_INPUT,
	    "%zu bundles: more than one response manifest holds", count);
}

enum ca_code
ca_response_write(struct ca_bytes *text, const struct ca_head_proof *proof,
    char ret_name[CA_RESPONSE_NAME_SIZE], struct ca_error *err)
{
	struct ca_head_said said;
	enum ca_code rc;

	rc = ca_head_read("response", proof->text.data, proof->text.len, &said,
	    err);
	if (rc == CA_OK)
		rc = ca_bytes_append(text, proof->text.data, proof->text.len,
		    err);
	if (rc == CA_OK)
		rc = ca_statement_add_signature(text, proof->signature.data,
		    proof->signature.len, err);
	if (rc == CA_OK)
		(void)snprintf(ret_name, CA_RESPONSE_NAME_SIZE,
		    "response-%" PRId64 ".txt", said.entry);
	return rc;
}
