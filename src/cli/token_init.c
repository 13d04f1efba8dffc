/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/jumpbox.h"
#include "cli/term.h"

/* One run of `token init`. Zero-initialised: nothing is held. */
struct initialization {
	const struct cli *cli;
	struct ca_uri *uri; /* NULL: the first that is blank */
	struct ca_module *module;
	struct cli_pin so_pin;
	struct cli_pin user_pin;
	struct ca_token_new wanted;
};

static enum ca_code
ask_so(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	struct initialization *init = arg;

	return cli_pin_ask(info, pin, &init->so_pin, err);
}

static enum ca_code
ask_user(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	struct initialization *init = arg;

	return cli_pin_ask(info, pin, &init->user_pin, err);
}

static enum ca_code
read_options(struct initialization *init, struct ca_error *err)
{
	const struct cli_args *args = &init->cli->args;
	const char *uri = cli_args_value(args, CLI_OPT_TOKEN);
	enum ca_code rc;

	init->wanted = (struct ca_token_new){
		.label = cli_args_value(args, CLI_OPT_LABEL),
		.erase = cli_args_has(args, CLI_OPT_ERASE),
		.so_pin = ask_so,
		.user_pin = ask_user,
		.pin_arg = init,
	};
	if (init->wanted.label == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE, "--label: needed");
		ca_hint(err, "--label=LABEL is what the token will be called");
		return CA_ERR_USAGE;
	}
	if (init->wanted.erase && uri == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--erase: needs --token, which says what is erased");
		ca_hint(err, "--token='pkcs11:token=LABEL;serial=NUMBER'");
		return CA_ERR_USAGE;
	}
	rc = uri != NULL ? ca_uri_parse(uri, &init->uri, err) : CA_OK;
	if (rc == CA_OK)
		rc = cli_pin_choose(args, CLI_OPT_SO_PIN_FD, NULL,
		    &init->so_pin, err);
	if (rc == CA_OK)
		rc = cli_pin_choose(args, CLI_OPT_PIN_FD, init->uri,
		    &init->user_pin, err);
	/* Nobody knows yet what is only now being set. */
	init->so_pin.twice = !init->wanted.erase;
	init->user_pin.twice = true;
	return rc;
}

static enum ca_code
check_label(const char *typed, const char *label, struct ca_error *err)
{
	if (strcmp(typed, label) == 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_POLICY,
	    "--erase: `%s` is not the label of the token: nothing was erased",
	    typed);
}

/* The label must be typed, or given: --yes would be given too easily. */
static enum ca_code
confirm(const struct initialization *init, const struct ca_token_info *info,
    struct ca_error *err)
{
	const char *given = cli_args_value(&init->cli->args, CLI_OPT_ERASE);
	char typed[TERM_ANSWER_MAX] = "", *question = NULL;
	struct term_tty tty = { .fd = -1 };
	enum ca_code rc;

	if (given != NULL)
		return check_label(given, info->label, err);
	if (term_tty_open(&tty, err) != CA_OK) {
		ca_hint(err, "--erase=LABEL");
		return CA_ERR_USAGE;
	}
	rc = ca_text_format(&question, err,
	    "All keys on token `%s` (%s, serial %s) will be lost.", info->label,
	    info->model, info->serial);
	if (rc == CA_OK)
		rc = term_tty_line(&tty, question,
		    "Type its label to erase it: ", typed, sizeof(typed), err);
	if (rc == CA_OK)
		rc = check_label(typed, info->label, err);
	free(question);
	term_tty_close(&tty);
	return rc;
}

/* The token that is to be erased, which must be one in use. */
static enum ca_code
check_erased(const struct initialization *init, struct ca_error *err)
{
	struct ca_token *token = NULL;
	enum ca_code rc;

	rc = ca_token_open(init->module, init->uri, &token, err);
	if (rc == CA_OK)
		rc = confirm(init, ca_token_info(token), err);
	ca_token_close(token);
	return rc;
}

static enum ca_code
run(struct initialization *init, struct ca_error *err)
{
	enum ca_code rc;

	rc = read_options(init, err);
	if (rc == CA_OK)
		rc = cli_module_open(init->cli, init->uri, &init->module, err);
	if (rc == CA_OK && init->wanted.erase)
		rc = check_erased(init, err);
	if (rc == CA_OK)
		rc = ca_token_initialize(init->module, init->uri, &init->wanted,
		    err);
	if (rc != CA_OK)
		return rc;
	cli_note(init->cli, "token `%s`: initialized", init->wanted.label);
	cli_next(init->cli,
	    "keep the security officer's PIN apart from the user PIN; then coldca create-ca --ca-key='pkcs11:token=%s;object=LABEL'",
	    init->wanted.label);
	return CA_OK;
}

enum ca_code
cli_token_init(struct cli *cli, struct ca_error *err)
{
	struct initialization init = { .cli = cli };
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA, &cli->ca, err);
	if (rc == CA_OK)
		rc = run(&init, err);
	cli_pin_forget(&init.so_pin);
	cli_pin_forget(&init.user_pin);
	ca_module_free(init.module);
	ca_uri_free(init.uri);
	return rc;
}
