/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certs_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/certs_dir_internal.h"

/* "addresses: a,b", "user: x" or "num certs: 1", as cockroach words them. */
static enum ca_code
make_notes(struct ca_certs_row *row, bool is_ca, struct ca_error *err)
{
	const struct ca_certificates *certs = &row->certificates;
	const struct ca_names *names;
	const char *cn;
	enum ca_code rc;

	if (certs->count == 0)
		return ca_text_format(&row->notes, err, "%s",
		    is_ca                              ? ""
			: row->usage == CA_FILE_CLIENT ? "user: <unknown>"
			: row->who != NULL             ? "tenant: <unknown>"
					   : "addresses: <unknown>");
	if (is_ca)
		return ca_text_format(&row->notes, err, "num certs: %zu",
		    certs->count);
	if (row->usage == CA_FILE_CLIENT) {
		cn = ca_certificate_common_name(certs->item[0]);
		return ca_text_format(&row->notes, err, "user: %s",
		    cn == NULL ? "<unknown>" : cn);
	}
	if (row->who != NULL)
		return ca_text_format(&row->notes, err, "tenant: %s", row->who);
	names = ca_certificate_names(certs->item[0]);
	rc = ca_text_format(&row->notes, err, "addresses: ");
	for (size_t i = 0; rc == CA_OK && i < names->count; i++) {
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s%s%s", row->notes,
		    i == 0 ? "" : ",", names->item[i].text);
		if (rc == CA_OK) {
			free(row->notes);
			row->notes = longer;
		}
	}
	return rc;
}

static void
row_clear(struct ca_certs_row *row)
{
	free(row->file);
	free(row->key_file);
	free(row->notes);
	free(row->error);
	free(row->warning);
	free(row->who);
	ca_certificates_clear(&row->certificates);
}

static enum ca_code
add_row(struct ca_certs_scan *scan, const char *name,
    const struct ca_file_kind *kind, struct ca_error *err)
{
	struct ca_certs_row row = { .usage = kind->usage }, *grown;
	enum ca_code rc;

	rc = ca_text_format(&row.file, err, "%s", name);
	if (rc == CA_OK && kind->who[0] != '\0')
		rc = ca_text_format(&row.who, err, "%s", kind->who);
	if (rc == CA_OK)
		rc = ca_certs_row_load(scan, &row, kind->is_ca, err);
	if (rc == CA_OK)
		rc = make_notes(&row, kind->is_ca, err);
	if (rc != CA_OK)
		goto out;
	grown = realloc(scan->rows.item, (scan->rows.count + 1) * sizeof(row));
	if (grown == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	scan->rows.item = grown;
	scan->rows.item[scan->rows.count++] = row;
	return CA_OK;
out:
	row_clear(&row);
	return rc;
}

/* The loader goes on without the file NAME, but says so. */
static enum ca_code
add_ignored(struct ca_certs_scan *scan, const char *name,
    const struct ca_file_kind *kind, struct ca_error *err)
{
	char **grown = realloc(scan->rows.ignored,
	    (scan->rows.ignored_count + 1) * sizeof(char *));
	bool unknown = strcmp(kind->problem, "unknown prefix") == 0;
	char prefix[CA_FILE_NAME_MAX + 4] = "";
	enum ca_code rc;

	if (grown == NULL)
		return ca_fail_memory(err);
	scan->rows.ignored = grown;
	if (unknown)
		(void)snprintf(prefix, sizeof(prefix), " \"%.*s\"",
		    (int)strcspn(name, "."), name);
	rc = ca_text_format(&grown[scan->rows.ignored_count], err,
	    "bad filename %s/%s: %s%s", scan->path, name, kind->problem,
	    prefix);
	if (rc == CA_OK)
		scan->rows.ignored_count++;
	return rc;
}

/* The loader gives up on the whole directory. */
static enum ca_code
add_fatal(struct ca_certs_scan *scan, const struct ca_file_kind *kind,
    struct ca_error *err)
{
	if (scan->rows.load_error != NULL)
		return CA_OK;
	return ca_text_format(&scan->rows.load_error, err,
	    "problem loading certs directory %s: invalid tenant id %s",
	    scan->path, kind->who);
}

static enum ca_code
add_entry(struct ca_certs_scan *scan, const char *name, struct ca_error *err)
{
	struct ca_file_kind kind;
	struct stat st;
	bool named = ca_file_kind_parse(name, &kind);

	if (!named && kind.problem == NULL)
		return CA_OK;
	if (fstatat(scan->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode))
		return CA_OK;
	if (scan->rows.count + scan->rows.ignored_count >=
	    CA_CERTS_DIR_FILES_MAX)
		return ca_fail(err, CA_ERR_FILE,
		    "%s: more than %d certificates", scan->path,
		    CA_CERTS_DIR_FILES_MAX);
	if (named)
		return add_row(scan, name, &kind, err);
	if (kind.fatal)
		return add_fatal(scan, &kind, err);
	return add_ignored(scan, name, &kind, err);
}

static int
by_usage_and_file(const void *a, const void *b)
{
	const struct ca_certs_row *x = a, *y = b;

	if (x->usage != y->usage)
		return x->usage < y->usage ? -1 : 1;
	return strcmp(x->file, y->file);
}

/* node.crt is the node's client certificate where there is no other. */
static enum ca_code
check_node(struct ca_certs_rows *rows, struct ca_error *err)
{
	const char *error = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		const struct ca_certs_row *row = &rows->item[i];

		if (row->usage == CA_FILE_CLIENT &&
		    strcmp(row->who, "node") == 0)
			return CA_OK;
		if (row->usage == CA_FILE_NODE)
			error = row->error;
	}
	if (error == NULL || rows->load_error != NULL)
		return CA_OK;
	return ca_text_format(&rows->load_error, err,
	    "validating node cert: %s", error);
}

static enum ca_code
read_entries(struct ca_certs_scan *scan, struct ca_error *err)
{
	DIR *dir = fdopendir(scan->fd);
	enum ca_code rc = CA_OK;
	struct dirent *entry;

	if (dir == NULL) {
		(void)close(scan->fd);
		return ca_fail(err, CA_ERR_FILE, "%s: %s", scan->path,
		    strerror(errno));
	}
	/* readdir() says that it failed by errno alone. */
	while (rc == CA_OK && (errno = 0, entry = readdir(dir)) != NULL)
		rc = add_entry(scan, entry->d_name, err);
	if (rc == CA_OK && errno != 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", scan->path,
		    strerror(errno));
	(void)closedir(dir);
	if (scan->rows.count > 1)
		qsort(scan->rows.item, scan->rows.count,
		    sizeof(*scan->rows.item), by_usage_and_file);
	return rc;
}

/* Fills SCAN, whose descriptor is closed, and hands its rows over. */
static enum ca_code
scan_all(struct ca_certs_scan *scan, struct ca_certs_rows *ret,
    struct ca_error *err)
{
	enum ca_code rc = read_entries(scan, err);

	if (rc == CA_OK)
		rc = check_node(&scan->rows, err);
	if (rc == CA_OK)
		rc = ca_certs_judge_trust(&scan->rows, err);
	if (rc == CA_OK)
		*ret = scan->rows;
	else
		ca_certs_rows_clear(&scan->rows);
	return rc;
}

enum ca_code
ca_certs_dir_scan_at(int fd, const char *path, struct ca_certs_rows *ret,
    struct ca_error *err)
{
	struct ca_certs_scan scan = { .fd = -1, .path = path };

	/* Not dup(): the copy would share the place that reading has come to. */
	if (ca_dir_open_at(fd, ".", &scan.fd, err) != CA_OK)
		return ca_fail(err, CA_ERR_FILE, "%s: can not be read", path);
	return scan_all(&scan, ret, err);
}

enum ca_code
ca_certs_dir_scan(const char *path, const struct ca_certs_options *options,
    struct ca_certs_rows *ret, struct ca_error *err)
{
	struct ca_certs_scan scan = { .any_key_mode = options->any_key_mode };
	size_t len = strlen(path);
	char *trimmed = NULL;
	enum ca_code rc;

	while (len > 1 && path[len - 1] == '/')
		len--;
	rc = ca_text_format(&trimmed, err, "%.*s", (int)len, path);
	if (rc == CA_OK)
		rc = ca_dir_open(trimmed, 0, &scan.fd, err);
	scan.path = trimmed;
	if (rc == CA_OK)
		rc = scan_all(&scan, ret, err);
	free(trimmed);
	return rc;
}

void
ca_certs_rows_clear(struct ca_certs_rows *rows)
{
	if (rows == NULL)
		return;
	for (size_t i = 0; i < rows->count; i++)
		row_clear(&rows->item[i]);
	for (size_t i = 0; i < rows->ignored_count; i++)
		free(rows->ignored[i]);
	free(rows->item);
	free(rows->ignored);
	free(rows->load_error);
	*rows = (struct ca_certs_rows){ 0 };
}
