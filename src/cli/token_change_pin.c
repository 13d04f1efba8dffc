/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/jumpbox.h"

struct change {
	struct cli_pin *old_pin;
	struct cli_pin new_pin;
};

static enum ca_code
ask_old(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	const struct change *change = arg;

	return cli_pin_ask(info, pin, change->old_pin, err);
}

static enum ca_code
ask_new(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	struct change *change = arg;

	return cli_pin_ask(info, pin, &change->new_pin, err);
}

/* --token, else --ca-key, else the key that the ledger names. */
static enum ca_code
open_token(struct cli *cli, struct cli_jumpbox *ret, struct ca_error *err)
{
	const char *uri = cli_args_value(&cli->args, CLI_OPT_TOKEN);
	struct ca_certificate *certificate = NULL;
	char *known = NULL;
	enum ca_code rc;

	if (uri == NULL)
		uri = cli_args_value(&cli->args, CLI_OPT_CA_KEY);
	rc = cli_ca_open_optional(&cli->args,
	    CLI_NEEDS_CA | (uri == NULL ? CLI_NEEDS_LEDGER : 0), &cli->ca, err);
	if (rc == CA_OK && uri == NULL && cli->ca.ledger != NULL) {
		rc = ca_ledger_authority(cli->ca.ledger, CA_AUTHORITY_CLUSTER,
		    &certificate, &known, err);
		uri = known;
	}
	if (rc == CA_OK && uri == NULL) {
		rc = ca_fail(err, CA_ERR_USAGE, "--token: needed");
		ca_hint(err, "--token='pkcs11:token=LABEL'");
	}
	if (rc == CA_OK)
		rc = cli_token_open(cli, uri, ret, err);
	ca_certificate_free(certificate);
	free(known);
	return rc;
}

enum ca_code
cli_token_change_pin(struct cli *cli, struct ca_error *err)
{
	struct cli_jumpbox jumpbox = { 0 };
	struct change change = { .old_pin = &jumpbox.pin };
	enum ca_code rc;

	rc = cli_pin_choose(&cli->args, CLI_OPT_NEW_PIN_FD, NULL,
	    &change.new_pin, err);
	if (rc == CA_OK)
		rc = open_token(cli, &jumpbox, err);
	if (rc == CA_OK) {
		cli_token_announce(cli, ca_token_info(jumpbox.token));
		rc = ca_token_change_pin(jumpbox.token, ask_old, ask_new,
		    &change, err);
	}
	if (rc == CA_OK)
		cli_note(cli, "token `%s`: the user PIN was changed",
		    ca_token_info(jumpbox.token)->label);
	cli_jumpbox_close(&jumpbox);
	return rc;
}
