/* SPDX-License-Identifier: Apache-2.0 */
/* What was taken in from a stick is signed as its manifests ask. */
#include "cli/sign.h"

static enum ca_code
check_usage(const struct cli_args *args, struct ca_error *err)
{
	if (cli_args_has(args, CLI_OPT_ORDERS))
		return ca_fail(err, CA_ERR_USAGE,
		    "--orders: not together with --intake");
	if (args->word_count > 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "sign: with --intake the requests are those of its folder: `%s`",
		    args->word[0]);
	return cli_signing_check_orders(args, "intake", err);
}

enum ca_code
cli_signing_read_intake(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	struct ca_intake_folder *intake = &signing->intake;
	enum ca_code rc = check_usage(args, err);

	if (rc == CA_OK)
		rc = ca_intake_open(cli_args_value(args, CLI_OPT_INTAKE),
		    signing->cli->ca.ledger, signing->now, intake, err);
	if (rc != CA_OK)
		return rc;
	signing->orders = intake->orders;
	intake->orders = (struct ca_orders){ 0 };
	if (intake->without > 0)
		cli_note(signing->cli,
		    "%zu requests have no manifest: sign each by its name",
		    intake->without);
	return cli_signing_choose_orders(signing, err);
}
