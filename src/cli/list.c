/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/go_flag.h"
#include "cli/json.h"
#include "cli/principals.h"
#include "cli/table.h"
#include "cli/term.h"
#include "coldca/certs_dir.h"

#define SOON ((int64_t)30 * 24 * 3600) /* --expiring's default, in seconds */

/* Of the first certificate, as `cockroach cert list` does; 0: none. */
static int64_t
expires(const struct ca_certs_row *row)
{
	if (row->certificates.count == 0)
		return 0;
	return ca_certificate_not_after(row->certificates.item[0]);
}

static bool
is_bad(const struct ca_certs_row *row)
{
	return row->error != NULL || (row->problems & ~CA_CERTS_EXPIRING) != 0;
}

/* https://no-color.org: any value of NO_COLOR turns them off. */
static bool
wants_colors(void)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (none == NULL || *none == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

static bool
skips_permission_check(void)
{
	const char *value = getenv("COCKROACH_SKIP_KEY_PERMISSION_CHECK");
	bool skips = false;

	return value != NULL && cli_go_bool(value, &skips) && skips;
}

static enum ca_code
add_row(struct cli_table *table, const struct ca_certs_row *row,
    struct ca_error *err)
{
	char date[CA_TIME_TEXT_SIZE] = "";
	const char *const cells[] = { ca_file_usage_name(row->usage), row->file,
		row->key_file, date, row->notes, row->warning, row->error };
	enum ca_code rc;

	if (row->certificates.count > 0)
		ca_date_format(expires(row), date);
	rc = cli_table_row(table, cells, err);
	if (rc == CA_OK && (is_bad(row) || row->problems != 0))
		cli_table_color(table, is_bad(row) ? "red" : "yellow");
	return rc;
}

static enum ca_code
show_table(const char *path, const struct ca_certs_rows *rows,
    struct ca_error *err)
{
	static const char *const headings[] = { "Usage", "Certificate File",
		"Key File", "Expires", "Notes", "Warnings", "Error" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	if (rc == CA_OK && wants_colors())
		cli_table_use_colors(table);
	for (size_t i = 0; i < rows->count && rc == CA_OK; i++)
		rc = add_row(table, &rows->item[i], err);
	if (rc == CA_OK) {
		term_line(stdout, "Certificate directory: %s", path);
		rc = cli_table_print(table, stdout, err);
	}
	cli_table_free(table);
	return rc;
}

/* The words for the bits of PROBLEMS. */
static json_t *
json_problems(unsigned problems)
{
	json_t *list = json_array();

	for (unsigned bit = 1; bit <= problems && list != NULL; bit <<= 1)
		if ((problems & bit) != 0 &&
		    json_array_append_new(list,
			json_string(ca_certs_problem_name(bit))) != 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

static json_t *
json_row(const struct ca_certs_row *row)
{
	return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "usage",
	    ca_file_usage_name(row->usage), "certificate_file",
	    cli_json_text(row->file), "key_file", cli_json_text(row->key_file),
	    "expires",
	    row->certificates.count > 0 ? cli_json_time(expires(row))
					: json_null(),
	    "notes", cli_json_text(row->notes), "problems",
	    json_problems(row->problems), "warning",
	    cli_json_text(row->warning), "error", cli_json_text(row->error),
	    "who", cli_json_text(row->who), "certificates",
	    (json_int_t)row->certificates.count);
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
	return cli_json_print(json_pack("{s:o,s:o,s:o,s:o}", "certs_dir",
				  cli_json_text(path), "files", files,
				  "ignored", ignored, "load_error",
				  cli_json_text(rows->load_error)),
	    err);
}

/* What --check ends with: the worst of all files. */
static enum ca_code
verdict(const struct ca_certs_rows *rows)
{
	enum ca_code worst = CA_OK;

	if (rows->load_error != NULL || rows->count == 0)
		return CA_ERR_INPUT;
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->item[i].error != NULL)
			return CA_ERR_INPUT;
		if (rows->item[i].problems != 0)
			worst = CA_ERR_POLICY;
	}
	return worst;
}

static enum ca_code
read_soon(const struct cli_args *args, int64_t *ret, struct ca_error *err)
{
	const char *text = cli_args_value(args, CLI_OPT_EXPIRING);

	*ret = SOON;
	if (text == NULL || ca_duration_parse(text, ret, err) == CA_OK)
		return CA_OK;
	(void)ca_error_prefix(err, "--expiring");
	return err->code = CA_ERR_USAGE;
}

static void
warn(const char *path, const struct ca_certs_rows *rows)
{
	for (size_t i = 0; i < rows->ignored_count; i++)
		term_warning("%s", rows->ignored[i]);
	if (rows->load_error != NULL)
		term_warning("%s: CockroachDB can not load it: %s", path,
		    rows->load_error);
	if (rows->count == 0)
		term_warning("%s: there are no certificates in it", path);
}

/* Whom a cockroach with the same flags takes each of them for. */
static enum ca_code
judge_principals(const struct cli_args *args, struct ca_certs_rows *rows,
    struct ca_error *err)
{
	struct ca_principal_map map = { 0 };
	const struct ca_certs_identity identity = {
		.map = &map,
		.root_dn = cli_args_value(args, CLI_OPT_ROOT_DN),
		.node_dn = cli_args_value(args, CLI_OPT_NODE_DN),
	};
	enum ca_code rc = cli_principal_map(args, &map, err);

	if (rc == CA_OK)
		rc = ca_certs_judge_principals(rows, &identity, err);
	ca_principal_map_clear(&map);
	return rc;
}

enum ca_code
cli_list(struct cli *cli, struct ca_error *err)
{
	const struct ca_certs_options options = {
		.any_key_mode = skips_permission_check(),
	};
	struct ca_certs_rows rows = { 0 };
	char *path = NULL;
	int64_t soon = 0;
	enum ca_code rc;

	rc = read_soon(&cli->args, &soon, err);
	if (rc == CA_OK)
		rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc == CA_OK)
		rc = ca_certs_dir_scan(path, &options, &rows, err);
	if (rc == CA_OK)
		rc = judge_principals(&cli->args, &rows, err);
	if (rc == CA_OK)
		rc = ca_certs_judge_dates(&rows, ca_time_now(), soon, err);
	if (rc != CA_OK)
		goto out;
	rc = cli->json ? show_json(path, &rows, err)
		       : show_table(path, &rows, err);
	warn(path, &rows);
	if (rc == CA_OK && cli_args_has(&cli->args, CLI_OPT_CHECK) &&
	    verdict(&rows) != CA_OK)
		rc = cli_said(err, verdict(&rows));
out:
	ca_certs_rows_clear(&rows);
	free(path);
	return rc;
}
