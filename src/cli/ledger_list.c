/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/table.h"

/* Where the rows go: one of the two. */
struct listing {
	struct cli_table *table;
	json_t *json;
	enum ca_code rc;
	struct ca_error *err;
};

/* The certificate itself, so that a lost bundle can be made again. */
static json_t *
json_pem(const struct ca_ledger_row *row)
{
	struct ca_error ignored;
	struct ca_certificate *certificate = NULL;
	struct ca_bytes pem = { 0 };
	json_t *value = NULL;

	if (row->certificate == NULL)
		return json_null();
	if (ca_certificate_parse(row->certificate, row->certificate_len,
		&certificate, &ignored) == CA_OK &&
	    ca_certificate_append_pem(certificate, &pem, &ignored) == CA_OK)
		value = json_stringn((const char *)pem.data, pem.len);
	ca_bytes_free(&pem);
	ca_certificate_free(certificate);
	return value;
}

static bool
add_json(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	json_t *item;

	item =
	    json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
		"serial", cli_json_text(row->serial_text), "state",
		ca_state_name(row->state), "profile",
		cli_json_text(row->profile), "name", cli_json_text(row->name),
		"subject", cli_json_text(row->subject), "names",
		cli_json_text(row->names), "not_before",
		cli_json_time(row->not_before), "not_after",
		cli_json_time(row->not_after), "reserved_at",
		cli_json_time(row->reserved_at), "issued_at",
		row->issued_at != 0 ? cli_json_time(row->issued_at)
				    : json_null(),
		"revoked_at",
		row->reason != NULL ? cli_json_time(row->revoked_at)
				    : json_null(),
		"reason", cli_json_text(row->reason), "certificate",
		json_pem(row));
	if (json_array_append_new(listing->json, item) != 0)
		listing->rc = ca_fail_memory(listing->err);
	return listing->rc == CA_OK;
}

static bool
add_row(const struct ca_ledger_row *row, void *arg)
{
	struct listing *listing = arg;
	char until[CA_TIME_TEXT_SIZE], issued[CA_TIME_TEXT_SIZE] = "";
	const char *const cells[] = {
		row->serial_text,
		ca_state_name(row->state),
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
	return listing->rc == CA_OK;
}

static enum ca_code
list_json(const struct cli *cli, const struct ca_ledger_filter *filter,
    struct ca_error *err)
{
	struct listing listing = { .json = json_array(), .err = err };
	enum ca_code rc;

	if (listing.json == NULL)
		return ca_fail_memory(err);
	rc = ca_ledger_list(cli->ca.ledger, filter, add_json, &listing, err);
	if (rc == CA_OK)
		rc = listing.rc;
	if (rc == CA_OK)
		return cli_json_print(listing.json, err);
	json_decref(listing.json);
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
	if (rc == CA_OK)
		rc = cli_table_print(listing.table, stdout, err);
	cli_table_free(listing.table);
	return rc;
}

enum ca_code
cli_ledger_list(struct cli *cli, struct ca_error *err)
{
	/* The alternatives of --state stand in the order of enum ca_state. */
	const struct ca_ledger_filter filter = {
		.profile = cli_args_value(&cli->args, CLI_OPT_PROFILE),
		.name = cli_args_value(&cli->args, CLI_OPT_NAME),
		.state = cli_args_choice(&cli->args, CLI_OPT_STATE) +
		    CA_STATE_PENDING,
	};

	return cli->json ? list_json(cli, &filter, err)
			 : list_table(cli, &filter, err);
}
