/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates an operator means. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/revoke.h"
#include "cli/serial.h"
#include "coldca/bundle.h"

size_t
cli_revoking_count(const struct cli_revoking *revoking)
{
	return revoking->serials.len / CA_SERIAL_SIZE;
}

static bool
is_chosen(const struct cli_revoking *revoking, const uint8_t *serial)
{
	for (size_t i = 0; i < cli_revoking_count(revoking); i++)
		if (memcmp(revoking->serials.data + i * CA_SERIAL_SIZE, serial,
			CA_SERIAL_SIZE) == 0)
			return true;
	return false;
}

/* Takes a row up: for the question, the answer and the ledger. */
static bool
add(const struct ca_ledger_row *row, void *arg)
{
	struct cli_revoking *revoking = arg;
	char until[CA_TIME_TEXT_SIZE];
	const char *const cells[] = { row->serial_text, row->profile, row->name,
		until, row->names };
	json_t *item;

	if (is_chosen(revoking, row->serial))
		return true;
	ca_time_format(row->not_after, until);
	item = json_pack("{s:s,s:o,s:o,s:o,s:o}", "serial", row->serial_text,
	    "profile", cli_json_text(row->profile), "name",
	    cli_json_text(row->name), "not_after",
	    cli_json_time(row->not_after), "names", cli_json_text(row->names));
	revoking->rc = cli_table_row(revoking->table, cells, revoking->err);
	if (json_array_append_new(revoking->json, item) != 0)
		revoking->rc = ca_fail_memory(revoking->err);
	if (revoking->rc == CA_OK)
		revoking->rc = ca_bytes_append(&revoking->serials, row->serial,
		    CA_SERIAL_SIZE, revoking->err);
	return revoking->rc == CA_OK;
}

static bool
add_live(const struct ca_ledger_row *row, void *arg)
{
	const struct cli_revoking *revoking = arg;

	return row->not_after < revoking->now || add(row, arg);
}

static enum ca_code
list(struct cli_revoking *revoking, const struct ca_ledger_filter *filter,
    ca_ledger_row_fn fn)
{
	enum ca_code rc = ca_ledger_list(revoking->cli->ca.ledger, filter, fn,
	    revoking, revoking->err);

	return rc == CA_OK ? revoking->rc : rc;
}

/* What the ledger does not know gets in as well: it has the words for it. */
static enum ca_code
choose_serial(struct cli_revoking *revoking, const char *word)
{
	uint8_t serial[CA_SERIAL_SIZE];
	char text[CA_SERIAL_TEXT_SIZE];
	const struct ca_ledger_filter filter = { .serial = text };
	enum ca_code rc;

	rc = cli_serial_parse(word, serial, revoking->err);
	if (rc != CA_OK)
		return rc;
	ca_hex(serial, CA_SERIAL_SIZE, text);
	rc = list(revoking, &filter, add);
	if (rc == CA_OK && !is_chosen(revoking, serial))
		rc = ca_bytes_append(&revoking->serials, serial, CA_SERIAL_SIZE,
		    revoking->err);
	return rc;
}

/* All that lives of the bundle that PROFILE has for WHO. */
static enum ca_code
choose_bundle(struct cli_revoking *revoking, enum ca_profile_id profile,
    char *who)
{
	struct ca_name first = { .text = who };
	const struct ca_grant grant = {
		.profile = ca_profile_get(profile),
		.common_name = who,
		.names = { &first, 1 },
	};
	struct ca_ledger_filter filter = { .state = CA_STATE_ISSUED };
	char *name = NULL;
	enum ca_code rc;

	rc = ca_bundle_name(&grant, &name, revoking->err);
	filter.name = name;
	if (rc == CA_OK)
		rc = list(revoking, &filter, add_live);
	free(name);
	return rc;
}

static enum ca_code
fail_nothing(const char *option, const char *who, struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_POLICY,
	    "--%s=%s: of its bundle nothing is issued, neither revoked nor expired",
	    option, who);
	ca_hint(err,
	    "bundles are named by their first host, user or tenant: coldca ledger list --state=issued");
	return CA_ERR_POLICY;
}

/* What a host has: as a node, and for the DB Console. */
static enum ca_code
choose_host(struct cli_revoking *revoking, const char *text)
{
	size_t before = cli_revoking_count(revoking);
	struct ca_name host = { 0 };
	enum ca_code rc;

	rc = ca_host_parse(text, &host, revoking->err);
	if (rc == CA_OK)
		rc = choose_bundle(revoking, CA_PROFILE_NODE, host.text);
	if (rc == CA_OK)
		rc = choose_bundle(revoking, CA_PROFILE_UI, host.text);
	if (rc == CA_OK && cli_revoking_count(revoking) == before)
		rc = fail_nothing("host", text, revoking->err);
	ca_name_clear(&host);
	return rc;
}

static enum ca_code
choose_user(struct cli_revoking *revoking, const char *text)
{
	size_t before = cli_revoking_count(revoking);
	char *user = NULL;
	enum ca_code rc;

	rc = ca_user_parse(text, &user, revoking->err);
	if (rc == CA_OK)
		rc = choose_bundle(revoking, CA_PROFILE_CLIENT, user);
	if (rc == CA_OK && cli_revoking_count(revoking) == before)
		rc = fail_nothing("user", text, revoking->err);
	free(user);
	return rc;
}

static enum ca_code
choose_tenant(struct cli_revoking *revoking, const char *text)
{
	size_t before = cli_revoking_count(revoking);
	char *tenant = NULL;
	enum ca_code rc;

	rc = ca_text_format(&tenant, revoking->err, "%s", text);
	if (rc == CA_OK)
		rc = choose_bundle(revoking, CA_PROFILE_TENANT_CLIENT, tenant);
	if (rc == CA_OK && cli_revoking_count(revoking) == before)
		rc = fail_nothing("tenant", text, revoking->err);
	free(tenant);
	return rc;
}

enum ca_code
cli_revoking_choose(struct cli_revoking *revoking, struct ca_error *err)
{
	const struct cli_args *args = &revoking->cli->args;
	const char *user = cli_args_value(args, CLI_OPT_USER);
	const char *tenant = cli_args_value(args, CLI_OPT_TENANT);
	const char *host;
	size_t index = 0;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < args->word_count && rc == CA_OK; i++)
		rc = choose_serial(revoking, args->word[i]);
	while (rc == CA_OK &&
	    (host = cli_args_next(args, CLI_OPT_HOST, &index)) != NULL)
		rc = choose_host(revoking, host);
	if (rc == CA_OK && user != NULL)
		rc = choose_user(revoking, user);
	if (rc == CA_OK && tenant != NULL)
		rc = choose_tenant(revoking, tenant);
	if (rc == CA_OK && cli_revoking_count(revoking) == 0) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "revoke: which certificate is not said");
		ca_hint(err,
		    "a serial number, --host=NAME, --user=NAME or --tenant=NUMBER");
		rc = CA_ERR_USAGE;
	}
	return rc;
}
