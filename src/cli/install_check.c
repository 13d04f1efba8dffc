/* SPDX-License-Identifier: Apache-2.0 */
/* `install --check`: for a monitor, and for people. */
#include <inttypes.h>
#include <stdio.h>

#include "base/time.h"
#include "cli/install.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/term.h"

#define DAYS_DEFAULT 30
#define DAYS_MAX 36500 /* 100 years */
#define DAYS_TEXT_SIZE 24

/* The exit status for the worst; nothing to look at is a wrong directory. */
static enum ca_code
judge(const struct ca_cert_checks *checks)
{
	if (checks->count == 0)
		return CA_ERR_POLICY;
	switch ((int)checks->item[0].state) {
	case CA_CERT_FINE:
		return CA_OK;
	case CA_CERT_UNREADABLE:
		return CA_ERR_INPUT;
	default:
		return CA_ERR_POLICY;
	}
}

static enum ca_code
add_row(struct cli_table *table, const struct ca_cert_check *check,
    struct ca_error *err)
{
	char date[CA_TIME_TEXT_SIZE] = "", days[DAYS_TEXT_SIZE] = "";
	const char *const cells[] = { ca_cert_state_name(check->state),
		check->file, date, days, check->problem };

	if (check->not_after != 0) {
		ca_date_format(check->not_after, date);
		(void)snprintf(days, sizeof(days), "%" PRId64, check->days);
	}
	return cli_table_row(table, cells, err);
}

static enum ca_code
show_table(const struct ca_cert_checks *checks, struct ca_error *err)
{
	static const char *const headings[] = { "State", "Certificate File",
		"Expires", "Days", "Problem" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < checks->count && rc == CA_OK; i++)
		rc = add_row(table, &checks->item[i], err);
	if (rc == CA_OK)
		rc = cli_table_print(table, stdout, err);
	cli_table_free(table);
	return rc;
}

static json_t *
json_file(const struct ca_cert_check *check)
{
	bool read = check->not_after != 0;

	return json_pack("{s:o,s:s,s:s,s:o,s:o,s:o}", "file",
	    cli_json_text(check->file), "usage",
	    ca_file_usage_name(check->usage), "state",
	    ca_cert_state_name(check->state), "not_after",
	    read ? cli_json_time(check->not_after) : json_null(), "days",
	    read ? json_integer((json_int_t)check->days) : json_null(),
	    "problem", cli_json_text(check->problem));
}

static enum ca_code
show_json(const char *path, unsigned days, const struct ca_cert_checks *checks,
    struct ca_error *err)
{
	json_t *files = json_array();

	for (size_t i = 0; i < checks->count; i++)
		if (json_array_append_new(files, json_file(&checks->item[i])) !=
		    0) {
			json_decref(files);
			return ca_fail_memory(err);
		}
	return cli_json_print(json_pack("{s:o,s:i,s:i,s:o}", "certs_dir",
				  cli_json_text(path), "days", (int)days,
				  "status", (int)judge(checks), "files", files),
	    err);
}

enum ca_code
cli_install_check(const struct cli *cli, const char *path, struct ca_error *err)
{
	struct ca_cert_checks checks = { 0 };
	unsigned days = DAYS_DEFAULT;
	enum ca_code rc;

	rc = cli_args_number(&cli->args, CLI_OPT_DAYS, 0, DAYS_MAX, &days, err);
	if (rc == CA_OK)
		rc = ca_install_check(path, ca_time_now(), days, &checks, err);
	if (rc != CA_OK)
		return rc;
	if (cli->json)
		rc = show_json(path, days, &checks, err);
	else if (checks.count > 0)
		rc = show_table(&checks, err);
	if (rc == CA_OK && checks.count == 0)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: there is no certificate in it", path);
	else if (rc == CA_OK && judge(&checks) != CA_OK)
		rc = cli_said(err, judge(&checks));
	ca_cert_checks_clear(&checks);
	return rc;
}
