/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <unistd.h>

#include "coldca/policy.h"

/*
 * What is wrong with the ledger is told on the page, and ends the command as
 * ledger verify ends: whoever asks for the page must get it then above all.
 */
static void
verify(struct cli_report *report)
{
	const struct ca_ledger_watch watch = { .progress = NULL };

	report->sound = ca_ledger_verify_with(report->cli->ca.ledger, 0, watch,
			    &report->verified, &report->fault) == CA_OK;
}

static enum ca_code
read_facts(struct cli_report *report, struct ca_error *err)
{
	const struct cli *cli = report->cli;
	enum ca_code rc;

	report->verify = cli_args_has(&cli->args, CLI_OPT_VERIFY);
	if (report->verify)
		verify(report);
	rc = ca_policy_sha256(&cli->ca.text, report->policy, err);
	if (rc == CA_OK)
		rc = ca_report_make(cli->ca.ledger, ca_time_now(),
		    &report->report, err);
	return rc;
}

static enum ca_code
write_report(struct cli_report *report, struct ca_error *err)
{
	const struct cli *cli = report->cli;
	const char *output = cli_args_value(&cli->args, CLI_OPT_OUTPUT);
	enum ca_code rc;

	if (cli->json)
		return cli_json_print(cli_report_json(report), err);
	rc = cli_page_write(output, cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
	    CLI_PAGE_HTML, cli_report_page, report, err);
	if (rc == CA_OK && output != NULL)
		cli_note(cli, "%s: a page for any browser; it needs no network",
		    output);
	return rc;
}

/* A page of HTML is not to be read in a terminal. */
static enum ca_code
check_output(const struct cli *cli, struct ca_error *err)
{
	const char *output = cli_args_value(&cli->args, CLI_OPT_OUTPUT);

	if (cli->json && output != NULL)
		return ca_fail(err, CA_ERR_USAGE,
		    "--json: goes to standard output, not to --output");
	if (cli->json || output != NULL || isatty(STDOUT_FILENO) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_USAGE,
	    "report: standard output is a terminal");
	ca_hint(err, "--output=FILE, or --json");
	return CA_ERR_USAGE;
}

enum ca_code
cli_report(struct cli *cli, struct ca_error *err)
{
	struct cli_report report = { .cli = cli };
	enum ca_code rc = check_output(cli, err);

	if (rc == CA_OK)
		rc = read_facts(&report, err);
	if (rc == CA_OK)
		rc = write_report(&report, err);
	if (rc == CA_OK && report.verify && !report.sound) {
		*err = report.fault;
		rc = report.fault.code;
	}
	ca_report_clear(&report.report);
	return rc;
}
