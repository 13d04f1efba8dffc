/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certs_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/certs_dir_internal.h"

/* "-rwxr-xr-x" with its NUL */
#define MODE_TEXT_SIZE 11

/* The directory being read. */
struct scan {
	int fd;
	const char *path;
	struct ca_certs_rows rows;
};

static void
mode_text(mode_t mode, char text[MODE_TEXT_SIZE])
{
	memcpy(text, "-rwxrwxrwx", MODE_TEXT_SIZE);
	for (int i = 0; i < 9; i++)
		if ((mode & (0400U >> i)) == 0)
			text[i + 1] = '-';
}

/*
 * CockroachDB's rule for key files: nothing for group and others; where root
 * owns the file and its group is the process's, the group may read it.
 */
static enum ca_code
check_key_mode(struct ca_certs_row *row, const char *key, const struct stat *st,
    struct ca_error *err)
{
	bool group = st->st_uid == 0 && st->st_gid == getegid();
	mode_t allowed = group ? 0740 : 0700;
	char has[MODE_TEXT_SIZE], may[MODE_TEXT_SIZE];

	if ((st->st_mode & 0777 & ~allowed) == 0)
		return ca_text_format(&row->key_file, err, "%s", key);
	mode_text(st->st_mode, has);
	mode_text(allowed, may);
	return ca_text_format(&row->error, err,
	    "key file %s has permissions %s, exceeds %s", key, has, may);
}

static enum ca_code
look_for_key(const struct scan *scan, struct ca_certs_row *row,
    struct ca_error *err)
{
	char *key = NULL;
	struct stat st;
	enum ca_code rc;

	rc = ca_text_format(&key, err, "%.*s.key",
	    (int)(strlen(row->file) - strlen(".crt")), row->file);
	if (rc != CA_OK)
		return rc;
	if (fstatat(scan->fd, key, &st, 0) != 0)
		rc = ca_text_format(&row->key_problem, err, "%s: %s", key,
		    strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = ca_text_format(&row->error, err,
		    "key file %s is not a regular file", key);
	else
		rc = check_key_mode(row, key, &st, err);
	free(key);
	return rc;
}

/* "addresses: a,b", "user: x" or "num certs: 1", as cockroach words them. */
static enum ca_code
make_notes(struct ca_certs_row *row, bool is_ca, struct ca_error *err)
{
	const struct ca_certificates *certs = &row->certificates;
	const struct ca_names *names;
	const char *cn;
	enum ca_code rc;

	if (certs->count == 0)
		return ca_text_format(&row->notes, err, "%s", "");
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

/* What is wrong with the file is the row's error, not the scan's. */
static enum ca_code
read_file(const struct scan *scan, struct ca_certs_row *row,
    struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	struct ca_error found;
	enum ca_code rc;

	rc = ca_file_read_at(scan->fd, row->file, row->file,
	    CA_CERTIFICATE_FILE_MAX, &pem, NULL, &found);
	if (rc == CA_OK)
		rc = ca_certificates_parse(row->file, pem.data, pem.len,
		    &row->certificates, &found);
	ca_bytes_free(&pem);
	if (rc == CA_OK)
		return CA_OK;
	if (rc == CA_ERR_INTERNAL) {
		*err = found;
		return rc;
	}
	return ca_text_format(&row->error, err, "%s", found.message);
}

static void
row_clear(struct ca_certs_row *row)
{
	free(row->file);
	free(row->key_file);
	free(row->notes);
	free(row->error);
	free(row->key_problem);
	free(row->who);
	ca_certificates_clear(&row->certificates);
}

static enum ca_code
add_row(struct scan *scan, const char *name, const struct ca_file_kind *kind,
    struct ca_error *err)
{
	struct ca_certs_row row = { .usage = kind->usage }, *grown;
	enum ca_code rc;

	rc = ca_text_format(&row.file, err, "%s", name);
	if (rc == CA_OK && kind->who[0] != '\0')
		rc = ca_text_format(&row.who, err, "%s", kind->who);
	if (rc == CA_OK)
		rc = read_file(scan, &row, err);
	if (rc == CA_OK && !kind->is_ca && row.error == NULL)
		rc = look_for_key(scan, &row, err);
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

static enum ca_code
add_ignored(struct scan *scan, const char *name, const char *problem,
    struct ca_error *err)
{
	char **grown = realloc(scan->rows.ignored,
	    (scan->rows.ignored_count + 1) * sizeof(char *));
	enum ca_code rc;

	if (grown == NULL)
		return ca_fail_memory(err);
	scan->rows.ignored = grown;
	rc = ca_text_format(&grown[scan->rows.ignored_count], err, "%s: %s",
	    name, problem);
	if (rc == CA_OK)
		scan->rows.ignored_count++;
	return rc;
}

static enum ca_code
add_entry(struct scan *scan, const char *name, struct ca_error *err)
{
	struct ca_file_kind kind;

	if (scan->rows.count + scan->rows.ignored_count >=
	    CA_CERTS_DIR_FILES_MAX)
		return ca_fail(err, CA_ERR_FILE,
		    "%s: more than %d certificates", scan->path,
		    CA_CERTS_DIR_FILES_MAX);
	if (ca_file_kind_parse(name, &kind))
		return add_row(scan, name, &kind, err);
	if (kind.problem != NULL)
		return add_ignored(scan, name, kind.problem, err);
	return CA_OK;
}

static int
by_usage_and_file(const void *a, const void *b)
{
	const struct ca_certs_row *x = a, *y = b;

	if (x->usage != y->usage)
		return x->usage < y->usage ? -1 : 1;
	return strcmp(x->file, y->file);
}

enum ca_code
ca_certs_dir_scan_at(int fd, const char *path, struct ca_certs_rows *ret,
    struct ca_error *err)
{
	struct scan scan = { .fd = -1, .path = path };
	struct dirent *entry;
	DIR *dir = NULL;
	enum ca_code rc;

	/* Not dup(): the copy would share the place that reading has come to. */
	rc = ca_dir_open_at(fd, ".", &scan.fd, err);
	if (rc != CA_OK)
		return ca_fail(err, CA_ERR_FILE, "%s: can not be read", path);
	dir = fdopendir(scan.fd);
	if (dir == NULL) {
		(void)close(scan.fd);
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	}
	while (rc == CA_OK && (entry = readdir(dir)) != NULL)
		rc = add_entry(&scan, entry->d_name, err);
	(void)closedir(dir);
	if (rc == CA_OK) {
		if (scan.rows.count > 1)
			qsort(scan.rows.item, scan.rows.count,
			    sizeof(*scan.rows.item), by_usage_and_file);
		*ret = scan.rows;
		scan.rows = (struct ca_certs_rows){ 0 };
	}
	ca_certs_rows_clear(&scan.rows);
	return rc;
}

enum ca_code
ca_certs_dir_scan(const char *path, struct ca_certs_rows *ret,
    struct ca_error *err)
{
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &fd, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_certs_dir_scan_at(fd, path, ret, err);
	(void)close(fd);
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
	*rows = (struct ca_certs_rows){ 0 };
}
