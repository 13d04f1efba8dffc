/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/jumpbox.h"

#include <string.h>
#include <strings.h>

#include "cli/term.h"
#include "coldca/draft.h"

static enum ca_code
check_mode(const struct cli *cli, const struct ca_token_info *info,
    struct ca_error *err)
{
	if (cli->ca.policy->mode == CA_MODE_TEST || info->hardware)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "token `%s`: is made of software, and this CA is in production mode",
	    info->label);
	ca_hint(err,
	    "for rehearsals: a CA directory made by `coldca init --mode=test`");
	return CA_ERR_POLICY;
}

enum ca_code
cli_token_open(const struct cli *cli, const char *uri_text,
    struct cli_jumpbox *ret, struct ca_error *err)
{
	struct cli_jumpbox jumpbox = { 0 };
	enum ca_code rc;

	if (uri_text == NULL) {
		rc = ca_fail(err, CA_ERR_USAGE, "--ca-key: needed");
		ca_hint(err, "--ca-key='pkcs11:token=LABEL;object=LABEL'");
		goto out;
	}
	rc = ca_uri_parse(uri_text, &jumpbox.uri, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_pin_choose(&cli->args, CLI_OPT_PIN_FD, jumpbox.uri,
	    &jumpbox.pin, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_module_open(cli, jumpbox.uri, &jumpbox.module, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_token_open(jumpbox.module, jumpbox.uri, &jumpbox.token, err);
	if (rc != CA_OK)
		goto out;
	*ret = jumpbox;
	jumpbox = (struct cli_jumpbox){ 0 };
out:
	cli_jumpbox_close(&jumpbox);
	return rc;
}

/* Scripts that were `cockroach cert` name the file of a key. */
static enum ca_code
check_scheme(const char *uri_text, struct ca_error *err)
{
	if (uri_text == NULL ||
	    strncasecmp(uri_text, "pkcs11:", strlen("pkcs11:")) == 0)
		return CA_OK;
	/* Not repeated: a URI without its scheme may hold a PIN. */
	(void)ca_fail(err, CA_ERR_USAGE,
	    "--ca-key: not a PKCS#11 URI: the CA's key lives in a token, and never in a file");
	ca_hint(err,
	    "--ca-key='pkcs11:token=LABEL;object=LABEL' (RFC 7512); coldca token list shows what is there");
	return CA_ERR_USAGE;
}

enum ca_code
cli_jumpbox_open(const struct cli *cli, const char *uri_text,
    struct cli_jumpbox *ret, struct ca_error *err)
{
	struct cli_jumpbox jumpbox = { 0 };
	enum ca_code rc;

	rc = check_scheme(uri_text, err);
	if (rc == CA_OK)
		rc = cli_token_open(cli, uri_text, &jumpbox, err);
	if (rc != CA_OK)
		return rc;
	rc = check_mode(cli, ca_token_info(jumpbox.token), err);
	if (rc != CA_OK) {
		cli_jumpbox_close(&jumpbox);
		return rc;
	}
	*ret = jumpbox;
	return CA_OK;
}

void
cli_token_announce(const struct cli *cli, const struct ca_token_info *info)
{
	if (info->pinpad)
		cli_note(cli, "token `%s`: enter the PIN at its own pinpad",
		    info->label);
	/* Also with --quiet: a wrong PIN may be the last. */
	if (!info->pin_flags_told)
		term_note(
		    "token `%s`: does not tell how many tries are left for the PIN",
		    info->label);
}

enum ca_code
cli_jumpbox_login(const struct cli *cli, struct cli_jumpbox *jumpbox,
    struct ca_error *err)
{
	cli_token_announce(cli, ca_token_info(jumpbox->token));
	return ca_token_login(jumpbox->token, cli_pin_ask, &jumpbox->pin, err);
}

enum ca_code
cli_jumpbox_serial(struct cli_jumpbox *jumpbox,
    uint8_t ret_serial[CA_SERIAL_SIZE], struct ca_error *err)
{
	uint8_t extra[CA_SERIAL_SIZE] = { 0 };
	size_t len = 0;
	enum ca_code rc;

	rc = ca_token_random(jumpbox->token, extra, sizeof(extra), &len, err);
	if (rc != CA_OK)
		return rc;
	return ca_serial_make(extra, len, ret_serial, err);
}

enum ca_code
cli_jumpbox_settle(const struct cli *cli, int64_t now, struct ca_error *err)
{
	size_t count = 0;
	enum ca_code rc = ca_ledger_settle(cli->ca.ledger, now, &count, err);

	if (rc == CA_OK && count > 0)
		term_warning(
		    "%zu certificates that an earlier run left pending are burned",
		    count);
	return rc;
}

void
cli_jumpbox_close(struct cli_jumpbox *jumpbox)
{
	cli_pin_forget(&jumpbox->pin);
	ca_token_close(jumpbox->token);
	ca_module_free(jumpbox->module);
	ca_uri_free(jumpbox->uri);
	*jumpbox = (struct cli_jumpbox){ 0 };
}
