/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <stdarg.h>

#include "cli/doctor.h"
#include "cli/head.h"
#include "cli/sandbox.h"
#include "cli/term.h"

/* What the command does to the ledger shows, also where it failed. */
static enum ca_code
run(struct cli *cli, struct ca_error *err)
{
	bool head = cli->ca.ledger != NULL;
	struct ca_error unshown;
	enum ca_code rc = CA_OK;

	if (head)
		rc = cli_head_begin(cli, err);
	if (rc != CA_OK)
		return rc;
	rc = cli->command->run(cli, err);
	if (head && cli_head_end(cli, &unshown) != CA_OK && rc == CA_OK) {
		*err = unshown;
		rc = unshown.code;
	}
	return rc;
}

/* What can be answered without running a command. True: it was. */
static bool
answer(const struct cli *cli)
{
	if (cli_args_has(&cli->args, CLI_OPT_DUMP_COMMANDS))
		cli_help_dump();
	else if (cli_args_has(&cli->args, CLI_OPT_HELP))
		cli_help_show(cli->command);
	else
		return false;
	return true;
}

/*
 * The policy says what the sandbox lets through, also for what needs a token and
 * no CA directory. Nothing else is read before it is entered: a ledger may come
 * from anywhere, and a module is foreign code.
 */
static enum ca_code
enter(struct cli *cli, struct ca_error *err)
{
	unsigned needs = cli->command->needs;
	enum ca_code rc = CA_OK;

	cli_sandbox_close(&cli->args);
	if ((needs & CLI_NEEDS_CA) != 0)
		rc = cli_ca_open(&cli->args, CLI_NEEDS_CA, &cli->ca, err);
	else if ((needs & CLI_NEEDS_TOKEN) != 0)
		rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA, &cli->ca,
		    err);
	if (rc == CA_OK)
		rc = cli_sandbox_enter(cli, err);
	if (rc == CA_OK && (needs & CLI_NEEDS_LEDGER) != 0)
		rc = cli_ca_open(&cli->args, needs, &cli->ca, err);
	if (rc == CA_OK)
		rc = cli_sandbox_note(cli, err);
	return rc;
}

enum ca_code
cli_run(int argc, char *const *argv, struct ca_error *err)
{
	struct cli cli = { 0 };
	enum ca_code rc;

	rc = cli_args_parse(argc, argv, &cli.args, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_args_command(&cli.args, &cli.command, err);
	if (rc != CA_OK || answer(&cli))
		goto out;
	if (cli.command == NULL) {
		rc = ca_fail(err, CA_ERR_USAGE, "no command was given");
		ca_hint(err, "coldca help");
		goto out;
	}
	rc = cli_args_check(&cli.args, cli.command, err);
	if (rc != CA_OK)
		goto out;
	cli.json = cli_args_has(&cli.args, CLI_OPT_JSON);
	cli.quiet = cli_args_has(&cli.args, CLI_OPT_QUIET);
	rc = enter(&cli, err);
	if (rc == CA_OK)
		rc = cli_doctor_require(&cli, err);
	if (rc == CA_OK)
		rc = run(&cli, err);
out:
	cli_ca_close(&cli.ca);
	cli_args_free(&cli.args);
	return rc;
}

void
cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	term_message(TERM_NOTE, fmt, ap);
	va_end(ap);
}

void
cli_next(const struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	term_message(TERM_HINT, fmt, ap);
	va_end(ap);
}

enum ca_code
cli_said(struct ca_error *err, enum ca_code code)
{
	err->code = code;
	err->message[0] = '\0';
	err->hint[0] = '\0';
	return code;
}
