/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the ledger, written as they are found. */
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/ledger_row.h"
#include "cli/serial.h"
#include "cli/table.h"
#include "coldca/name.h"

#define PAGE 1000 /* rows whose columns are aligned with one another */

/* Where the rows go: one of the two. */
struct listing {
	struct cli_table *table;
	size_t rows; /* in the table */
	struct cli_json_list json;
	enum ca_code rc;
	struct ca_error *err;
};

/* What the options ask for, and what the filter borrows. */
struct wanted {
	struct ca_ledger_filter filter;
	struct ca_name host;
	char *user;
	char serial[CA_SERIAL_TEXT_SIZE];
};

static bool
add_json(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;

	listing->rc = cli_json_list_add(&listing->json,
	    cli_ledger_row_json(row), listing->err);
	return listing->rc == CA_OK;
}

static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	char until[CA_TIME_TEXT_SIZE], issued[CA_TIME_TEXT_SIZE] = "";
	const bool both = row->state == CA_STATE_BURNED && row->reason != NULL;
	const char *const cells[] = {
		row->serial_text,
		both ? "burned, revoked" : ca_state_name(row->state),
		row->profile,
		row->name,
		issued,
		until,
		row->names,
	};

	ca_time_format(row->not_after, until);
	if (row->issued_at != 0)
		ca_time_format(row->issued_at, issued);
	listing->rc = cli_table_row(listing->table, cells, listing->err);
	if (listing->rc == CA_OK && ++listing->rows % PAGE == 0)
		listing->rc =
		    cli_table_flush(listing->table, stdout, listing->err);
	return listing->rc == CA_OK;
}

static enum ca_code
list_json(const struct cli *cli, const struct ca_ledger_filter *filter,
    struct ca_error *err)
{
	struct listing listing = { .err = err };
	enum ca_code rc;

	rc = ca_ledger_list(cli->ca.ledger, filter, add_json, &listing, err);
	if (rc == CA_OK)
		rc = listing.rc;
	if (rc == CA_OK)
		cli_json_list_end(&listing.json);
	return rc;
}

static enum ca_code
list_table(const struct cli *cli, const struct ca_ledger_filter *filter,
    struct ca_error *err)
{
	static const char *const headings[] = { "Serial", "State", "Profile",
		"Name", "Issued", "Expires", "Alternative names" };
	struct listing listing = { .err = err };
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &listing.table, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_list(cli->ca.ledger, filter, add_row, &listing, err);
	if (rc == CA_OK)
		rc = listing.rc;
	if (rc == CA_OK && (listing.rows == 0 || listing.rows % PAGE != 0))
		rc = cli_table_print(listing.table, stdout, err);
	cli_table_free(listing.table);
	return rc;
}

/* What is issued, not revoked, and ends from now on within the time. */
static enum ca_code
read_expiring(const struct cli_args *args, struct ca_ledger_filter *filter,
    struct ca_error *err)
{
	const char *text = cli_args_value(args, CLI_OPT_EXPIRING);
	int64_t within = 0;

	if (text == NULL)
		return CA_OK;
	if (ca_duration_parse(text, &within, err) != CA_OK) {
		(void)ca_error_prefix(err, "--expiring");
		return err->code = CA_ERR_USAGE;
	}
	filter->ends_from = ca_time_now();
	filter->ends_until = filter->ends_from + within;
	if (filter->state <= 0)
		filter->state = CA_STATE_ISSUED;
	return CA_OK;
}

static enum ca_code
read_time(const struct cli_args *args, enum cli_opt opt, int64_t *ret,
    struct ca_error *err)
{
	const char *text = cli_args_value(args, opt);

	if (text == NULL ||
	    ca_time_parse(text, opt == CLI_OPT_UNTIL, ret, err) == CA_OK)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_USAGE, "--%s: `%s` is no time",
	    cli_option_get(opt)->name, text);
	ca_hint(err, "2026-11-23, or 2026-11-23T16:01:07Z");
	return CA_ERR_USAGE;
}

static enum ca_code
read_host(const struct cli_args *args, struct wanted *wanted,
    struct ca_error *err)
{
	size_t index = 0;
	const char *text = cli_args_next(args, CLI_OPT_HOST, &index);
	enum ca_code rc;

	if (text == NULL)
		return CA_OK;
	if (cli_args_next(args, CLI_OPT_HOST, &index) != NULL)
		return ca_fail(err, CA_ERR_USAGE, "--host: given twice");
	rc = ca_host_parse(text, &wanted->host, err);
	if (rc == CA_OK)
		wanted->filter.host = wanted->host.text;
	return rc;
}

static enum ca_code
read_user(const struct cli_args *args, struct wanted *wanted,
    struct ca_error *err)
{
	const char *text = cli_args_value(args, CLI_OPT_USER);
	enum ca_code rc;

	if (text == NULL)
		return CA_OK;
	rc = ca_user_parse(text, &wanted->user, err);
	wanted->filter.user = wanted->user;
	return rc;
}

static enum ca_code
read_serial(const struct cli_args *args, struct wanted *wanted,
    struct ca_error *err)
{
	const char *text = cli_args_value(args, CLI_OPT_SERIAL);
	uint8_t serial[CA_SERIAL_SIZE];
	enum ca_code rc;

	if (text == NULL)
		return CA_OK;
	rc = cli_serial_parse(text, serial, err);
	if (rc != CA_OK)
		return rc;
	ca_hex(serial, CA_SERIAL_SIZE, wanted->serial);
	wanted->filter.serial = wanted->serial;
	return CA_OK;
}

static enum ca_code
read_wanted(const struct cli_args *args, struct wanted *wanted,
    struct ca_error *err)
{
	struct ca_ledger_filter *filter = &wanted->filter;
	enum ca_code rc;

	filter->profile = cli_args_value(args, CLI_OPT_PROFILE);
	filter->name = cli_args_value(args, CLI_OPT_NAME);
	/* The alternatives of --state stand in the order of enum ca_state. */
	filter->state = cli_args_choice(args, CLI_OPT_STATE) + CA_STATE_PENDING;
	rc = read_serial(args, wanted, err);
	if (rc == CA_OK)
		rc = read_user(args, wanted, err);
	if (rc == CA_OK)
		rc = read_host(args, wanted, err);
	if (rc == CA_OK)
		rc = read_expiring(args, filter, err);
	if (rc == CA_OK)
		rc = read_time(args, CLI_OPT_SINCE, &filter->issued_from, err);
	if (rc == CA_OK)
		rc = read_time(args, CLI_OPT_UNTIL, &filter->issued_until, err);
	return rc;
}

enum ca_code
cli_ledger_list(struct cli *cli, struct ca_error *err)
{
	struct wanted wanted = { .filter = { 0 } };
	enum ca_code rc = read_wanted(&cli->args, &wanted, err);

	if (rc == CA_OK)
		rc = cli->json ? list_json(cli, &wanted.filter, err)
			       : list_table(cli, &wanted.filter, err);
	ca_name_clear(&wanted.host);
	free(wanted.user);
	return rc;
}
