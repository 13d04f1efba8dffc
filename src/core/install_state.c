/* SPDX-License-Identifier: Apache-2.0 */
/* What came into a certificate directory with a response manifest. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "coldca/statement.h"
#include "core/install_response.h"

#define ROWS_MAX 1000
#define FILE_MAX ((size_t)256 * 1024)
#define HEX_SHA256 (2 * (size_t)CA_SHA256_SIZE)
#define KEY_BUNDLE 0

static const struct ca_statement_key keys[] = {
	[KEY_BUNDLE] = { "bundle", 1, ROWS_MAX },
};

static const struct ca_statement_form form = { "coldca installed v1", keys, 1,
	true };

/* "LEDGER ENTRY NAME" */
static enum ca_code
read_row(const char *value, struct ca_installed_rows *rows,
    struct ca_error *err)
{
	uint8_t ledger[CA_SHA256_SIZE];
	char hex[HEX_SHA256 + 1], *end = NULL;
	int64_t entry = 0;
	bool good = strlen(value) > HEX_SHA256 + 1;

	if (good) {
		memcpy(hex, value, HEX_SHA256);
		hex[HEX_SHA256] = '\0';
		errno = 0;
		entry = strtoll(value + HEX_SHA256 + 1, &end, 10);
		good = value[HEX_SHA256] == ' ' && errno == 0 && entry > 0 &&
		    *end == ' ' && end[1] != '\0' &&
		    ca_hex_parse(hex, ledger, sizeof(ledger), err) == CA_OK;
	}
	if (!good)
		return ca_fail(err, CA_ERR_INPUT,
		    "`%s` is not what such a line says", value);
	return ca_installed_rows_set(rows, end + 1, ledger, entry, err);
}

enum ca_code
ca_installed_rows_read(int dir, const char *path, struct ca_installed_rows *ret,
    struct ca_error *err)
{
	struct ca_installed_rows rows = { .item = NULL };
	struct ca_statement *statement = NULL;
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	if (faccessat(dir, CA_INSTALLED_FILE, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	    errno == ENOENT)
		return CA_OK;
	rows.there = true;
	rc = ca_file_read_at(dir, CA_INSTALLED_FILE, CA_INSTALLED_FILE,
	    FILE_MAX, &text, NULL, err);
	if (rc == CA_OK)
		rc = ca_statement_parse(&form, CA_INSTALLED_FILE, text.data,
		    text.len, &statement, err);
	for (size_t i = 0;
	     rc == CA_OK && i < ca_statement_count(statement, KEY_BUNDLE); i++)
		rc = read_row(ca_statement_value(statement, KEY_BUNDLE, i),
		    &rows, err);
	ca_statement_free(statement);
	ca_bytes_free(&text);
	if (rc == CA_OK) {
		*ret = rows;
		return CA_OK;
	}
	ca_installed_rows_clear(&rows);
	return ca_error_prefix(err, "%s", path);
}

enum ca_code
ca_installed_rows_set(struct ca_installed_rows *rows, const char *bundle,
    const uint8_t ledger[CA_SHA256_SIZE], int64_t entry, struct ca_error *err)
{
	struct ca_installed_row *more;

	for (size_t i = 0; i < rows->count; i++) {
		if (strcmp(rows->item[i].bundle, bundle) != 0)
			continue;
		memcpy(rows->item[i].ledger, ledger, CA_SHA256_SIZE);
		rows->item[i].entry = entry;
		return CA_OK;
	}
	more = reallocarray(rows->item, rows->count + 1,
	    sizeof(struct ca_installed_row));
	if (more == NULL)
		return ca_fail_memory(err);
	rows->item = more;
	more[rows->count] = (struct ca_installed_row){ .entry = entry };
	memcpy(more[rows->count].ledger, ledger, CA_SHA256_SIZE);
	if (ca_text_format(&more[rows->count].bundle, err, "%s", bundle) !=
	    CA_OK)
		return err->code;
	rows->count++;
	return CA_OK;
}

enum ca_code
ca_installed_rows_write(const struct ca_installed_rows *rows,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc = ca_statement_begin(&form, &text, err);

	for (size_t i = 0; rc == CA_OK && i < rows->count; i++) {
		char hex[HEX_SHA256 + 1], *value = NULL;

		ca_hex(rows->item[i].ledger, CA_SHA256_SIZE, hex);
		rc = ca_text_format(&value, err, "%s %" PRId64 " %s", hex,
		    rows->item[i].entry, rows->item[i].bundle);
		if (rc == CA_OK)
			rc = ca_statement_add(&text, keys[KEY_BUNDLE].name,
			    value, err);
		free(value);
	}
	if (rc == CA_OK)
		*ret_text = text;
	else
		ca_bytes_free(&text);
	return rc;
}

void
ca_installed_rows_clear(struct ca_installed_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->item[i].bundle);
	free(rows->item);
	*rows = (struct ca_installed_rows){ .item = NULL };
}
