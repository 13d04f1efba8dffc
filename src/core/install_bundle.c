/* SPDX-License-Identifier: Apache-2.0 */
/* The folder that came back from the jumpbox. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "core/certs_dir_internal.h"
#include "core/install_internal.h"

/* A bundle being read, into what was read before. */
struct reading {
	const char *path;
	int fd;
	struct ca_install_bundle *bundle;
};

enum ca_code
ca_install_sibling(const char *file, const char *suffix, char **ret,
    struct ca_error *err)
{
	return ca_text_format(ret, err, "%.*s%s",
	    (int)(strlen(file) - strlen(".crt")), file, suffix);
}

static void
row_clear(struct ca_certs_row *row, struct ca_install_entry *entry)
{
	free(row->file);
	free(row->who);
	ca_certificates_clear(&row->certificates);
	ca_bytes_free(&entry->pem);
	free(entry->path);
}

static int
compare(const struct ca_certs_row *a, const struct ca_certs_row *b)
{
	if (a->usage != b->usage)
		return a->usage < b->usage ? -1 : 1;
	return strcmp(a->file, b->file);
}

/* Puts ROW and ENTRY, which are then the bundle's, at their place. */
static enum ca_code
insert(struct ca_install_bundle *bundle, const struct ca_certs_row *row,
    const struct ca_install_entry *entry, struct ca_error *err)
{
	size_t count = bundle->rows.count, at = count;
	struct ca_certs_row *rows =
	    realloc(bundle->rows.item, (count + 1) * sizeof(*rows));
	struct ca_install_entry *entries;

	if (rows == NULL)
		return ca_fail_memory(err);
	bundle->rows.item = rows;
	entries = realloc(bundle->entry, (count + 1) * sizeof(*entries));
	if (entries == NULL)
		return ca_fail_memory(err);
	bundle->entry = entries;
	for (; at > 0 && compare(&rows[at - 1], row) > 0; at--) {
		rows[at] = rows[at - 1];
		entries[at] = entries[at - 1];
	}
	rows[at] = *row;
	entries[at] = *entry;
	bundle->rows.count++;
	return CA_OK;
}

static enum ca_code
read_file(const struct reading *in, const char *name,
    const struct ca_file_kind *kind, struct ca_certs_row *row,
    struct ca_install_entry *entry, struct ca_error *err)
{
	enum ca_code rc;

	row->usage = kind->usage;
	rc = ca_text_format(&row->file, err, "%s", name);
	if (rc == CA_OK && kind->who[0] != '\0')
		rc = ca_text_format(&row->who, err, "%s", kind->who);
	if (rc == CA_OK)
		rc = ca_path_join(in->path, name, &entry->path, err);
	if (rc == CA_OK)
		rc = ca_file_read_at(in->fd, name, entry->path,
		    CA_CERTIFICATE_FILE_MAX, &entry->pem, NULL, err);
	if (rc == CA_OK)
		rc = ca_certificates_parse(entry->path, entry->pem.data,
		    entry->pem.len, &row->certificates, err);
	return rc;
}

/* Of several bundles of one host, each has the same CA's files. */
static enum ca_code
add_file(struct ca_install_bundle *bundle, struct ca_certs_row *row,
    struct ca_install_entry *entry, struct ca_error *err)
{
	const struct ca_cert_sets before = { &bundle->rows, NULL };
	const struct ca_certs_row *other =
	    ca_cert_sets_find(&before, row->file);
	enum ca_code rc;

	if (other == NULL) {
		rc = insert(bundle, row, entry, err);
		if (rc != CA_OK)
			row_clear(row, entry);
		return rc;
	}
	rc = CA_OK;
	if (!ca_certs_row_same(other, row))
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: is not the same as that of another bundle",
		    entry->path);
	row_clear(row, entry);
	return rc;
}

/* One name: a certificate's file, or a stranger, which refuses the bundle. */
static enum ca_code
take_name(void *context, const char *name, struct ca_error *err)
{
	const struct reading *in = context;
	struct ca_certs_row row = { .usage = CA_FILE_USAGES };
	struct ca_install_entry entry = { .changed = false };
	struct ca_file_kind kind;
	enum ca_code rc;

	if (!ca_file_kind_parse(name, &kind))
		return ca_fail(err, CA_ERR_INPUT,
		    "%s/%s: does not belong in a bundle", in->path, name);
	if (in->bundle->rows.count == CA_INSTALL_FILES_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: more than %d certificates", in->path,
		    CA_INSTALL_FILES_MAX);
	rc = read_file(in, name, &kind, &row, &entry, err);
	if (rc != CA_OK) {
		row_clear(&row, &entry);
		return rc;
	}
	return add_file(in->bundle, &row, &entry, err);
}

static enum ca_code
read_one(const char *path, struct ca_install_bundle *bundle,
    struct ca_error *err)
{
	struct reading in = { .path = path, .fd = -1, .bundle = bundle };
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &in.fd, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_dir_each(in.fd, path, take_name, &in, err);
	if (rc == CA_OK && bundle->rows.count == 0)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: has no certificate", path);
	(void)close(in.fd);
	return rc;
}

enum ca_code
ca_install_bundle_read(const char *const *paths, size_t count,
    struct ca_install_bundle *ret, struct ca_error *err)
{
	struct ca_install_bundle bundle = { .entry = NULL };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = read_one(paths[i], &bundle, err);
	if (rc == CA_OK) {
		*ret = bundle;
		bundle = (struct ca_install_bundle){ .entry = NULL };
	}
	ca_install_bundle_clear(&bundle);
	return rc;
}

void
ca_install_bundle_clear(struct ca_install_bundle *bundle)
{
	for (size_t i = 0; i < bundle->rows.count; i++)
		row_clear(&bundle->rows.item[i], &bundle->entry[i]);
	free(bundle->entry);
	free(bundle->rows.item);
	*bundle = (struct ca_install_bundle){ .entry = NULL };
}
