/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"

enum ca_code
cli_ledger_verify(struct cli *cli, struct ca_error *err)
{
	enum ca_code rc = ca_ledger_verify(cli->ca.ledger, err);

	if (rc != CA_OK)
		return rc;
	if (cli->json)
		return cli_json_print(json_pack("{s:o,s:b}", "ca_dir",
					  cli_json_text(cli->ca.path),
					  "verified", 1),
		    err);
	term_line(stdout, "%s/%s: every entry is as it was written",
	    cli->ca.path, CA_LEDGER_FILE);
	return CA_OK;
}
