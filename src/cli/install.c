/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"
#include "coldca/bundle.h"

static enum ca_code
tell(const struct cli *cli, const char *path,
    const struct ca_installed *installed, struct ca_error *err)
{
	char until[CA_TIME_TEXT_SIZE];

	if (cli->json)
		return cli_json_print(json_pack("{s:o,s:o,s:o}", "certs_dir",
					  cli_json_text(path), "file",
					  cli_json_text(installed->file),
					  "not_after",
					  cli_json_time(installed->not_after)),
		    err);
	ca_time_format(installed->not_after, until);
	term_line(stdout, "%s/%s", path, installed->file);
	cli_note(cli, "%s/%s: installed, valid until %s", path, installed->file,
	    until);
	if (strcmp(installed->file, "node.crt") == 0)
		cli_next(cli,
		    "a running node reads its certificates again on SIGHUP");
	return CA_OK;
}

enum ca_code
cli_install(struct cli *cli, struct ca_error *err)
{
	struct ca_installed installed = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_bundle_install(cli->args.word[0], path,
	    cli_args_has(&cli->args, CLI_OPT_OVERWRITE), ca_time_now(),
	    &installed, err);
	if (rc == CA_OK)
		rc = tell(cli, path, &installed, err);
out:
	free(installed.file);
	free(path);
	return rc;
}
