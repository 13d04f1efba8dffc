/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/term.h"
#include "coldca/certs_dir.h"

/* Of the first certificate, as `cockroach cert list` does; 0: none. */
static int64_t
expires(const struct ca_certs_row *row)
{
	if (row->certificates.count == 0)
		return 0;
	return ca_certificate_not_after(row->certificates.item[0]);
}

static enum ca_code
add_row(struct cli_table *table, const struct ca_certs_row *row,
    struct ca_error *err)
{
	char date[CA_TIME_TEXT_SIZE] = "";
	char *notes = NULL;
	enum ca_code rc;

	if (row->certificates.count > 0)
		ca_date_format(expires(row), date);
	rc = ca_text_format(&notes, err, "%s%s%s",
	    row->notes != NULL ? row->notes : "",
	    row->key_problem != NULL ? "; " : "",
	    row->key_problem != NULL ? row->key_problem : "");
	if (rc == CA_OK) {
		const char *const cells[] = { ca_file_usage_name(row->usage),
			row->file, row->key_file, date, notes, row->error };

		rc = cli_table_row(table, cells, err);
	}
	free(notes);
	return rc;
}

static enum ca_code
show_table(const char *path, const struct ca_certs_rows *rows,
    struct ca_error *err)
{
	static const char *const headings[] = { "Usage", "Certificate File",
		"Key File", "Expires", "Notes", "Error" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < rows->count && rc == CA_OK; i++)
		rc = add_row(table, &rows->item[i], err);
	if (rc == CA_OK) {
		term_line(stdout, "Certificate directory: %s", path);
		rc = cli_table_print(table, stdout, err);
	}
	cli_table_free(table);
	return rc;
}

static json_t *
json_row(const struct ca_certs_row *row)
{
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "usage",
	    ca_file_usage_name(row->usage), "certificate_file",
	    cli_json_text(row->file), "key_file", cli_json_text(row->key_file),
	    "expires",
	    row->certificates.count > 0 ? cli_json_time(expires(row))
					: json_null(),
	    "notes", cli_json_text(row->notes), "error",
	    cli_json_text(row->error), "key_problem",
	    cli_json_text(row->key_problem), "who", cli_json_text(row->who),
	    "certificates", (json_int_t)row->certificates.count);
}

static enum ca_code
show_json(const char *path, const struct ca_certs_rows *rows,
    struct ca_error *err)
{
	json_t *files = json_array(), *ignored = json_array();
	bool lost = false;

	for (size_t i = 0; i < rows->count; i++)
		lost |=
		    json_array_append_new(files, json_row(&rows->item[i])) != 0;
	for (size_t i = 0; i < rows->ignored_count; i++)
		lost |= json_array_append_new(ignored,
			    cli_json_text(rows->ignored[i])) != 0;
	if (lost) {
		json_decref(files);
		json_decref(ignored);
		return ca_fail_memory(err);
	}
	return cli_json_print(json_pack("{s:o,s:o,s:o}", "certs_dir",
				  cli_json_text(path), "files", files,
				  "ignored", ignored),
	    err);
}

/* What CockroachDB does not look at, and operators learn too late. */
static void
warn_expired(const struct ca_certs_rows *rows)
{
	int64_t now = ca_time_now();

	for (size_t i = 0; i < rows->count; i++)
		if (rows->item[i].certificates.count > 0 &&
		    expires(&rows->item[i]) < now)
			term_warning("%s: has expired", rows->item[i].file);
}

enum ca_code
cli_list(struct cli *cli, struct ca_error *err)
{
	struct ca_certs_rows rows = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_certs_dir_scan(path, &rows, err);
	if (rc != CA_OK)
		goto out;
	rc = cli->json ? show_json(path, &rows, err)
		       : show_table(path, &rows, err);
	for (size_t i = 0; i < rows.ignored_count; i++)
		term_warning("%s", rows.ignored[i]);
	warn_expired(&rows);
out:
	ca_certs_rows_clear(&rows);
	free(path);
	return rc;
}
