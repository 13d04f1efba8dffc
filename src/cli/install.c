/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/install.h"

#include <stdlib.h>

#include "base/time.h"
#include "cli/term.h"

/* One of three things is done, each with words and options of its own. */
static enum ca_code
check_usage(const struct cli_args *args, struct ca_error *err)
{
	bool rollback = cli_args_has(args, CLI_OPT_ROLLBACK);
	bool check = cli_args_has(args, CLI_OPT_CHECK);

	if (rollback && check)
		return ca_fail(err, CA_ERR_USAGE,
		    "--check: not together with --rollback");
	if ((rollback || check) && args->word_count > 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "install: with --%s no bundle is installed: `%s`",
		    check ? "check" : "rollback", args->word[0]);
	if (!rollback && !check && args->word_count == 0) {
		(void)ca_fail(err, CA_ERR_USAGE, "install: which bundle?");
		ca_hint(err, "coldca help install");
		return CA_ERR_USAGE;
	}
	if (check && cli_args_has(args, CLI_OPT_OVERWRITE))
		return ca_fail(err, CA_ERR_USAGE,
		    "--overwrite: not together with --check");
	if (!check && cli_args_has(args, CLI_OPT_DAYS))
		return ca_fail(err, CA_ERR_USAGE, "--days: only with --check");
	return CA_OK;
}

static enum ca_code
roll_back(const struct cli *cli, const char *path, struct ca_error *err)
{
	struct ca_installed installed = { .item = NULL };
	enum ca_code rc;

	rc = ca_install_rollback(path,
	    cli_args_has(&cli->args, CLI_OPT_OVERWRITE), ca_time_now(),
	    &installed, err);
	if (rc == CA_OK)
		rc = cli_install_show_rollback(cli, path, &installed, err);
	ca_installed_clear(&installed);
	return rc;
}

static enum ca_code
put_in_place(const struct cli *cli, const char *path, struct ca_error *err)
{
	struct ca_installed installed = { .item = NULL };
	struct ca_names host = { 0 };
	const struct ca_install install = {
		.bundles = cli->args.word,
		.bundle_count = cli->args.word_count,
		.certs_dir = path,
		.host = &host,
		.overwrite = cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
		.now = ca_time_now(),
	};
	enum ca_code rc;

	/* Names are held against one another for a warning only. */
	rc = ca_host_names(&host, err);
	if (rc == CA_ERR_FILE)
		term_warning("%s", err->message);
	else if (rc != CA_OK)
		return rc;
	rc = ca_install(&install, &installed, err);
	if (rc == CA_OK)
		rc = cli_install_show(cli, path, &installed, err);
	ca_installed_clear(&installed);
	ca_names_clear(&host);
	return rc;
}

enum ca_code
cli_install(struct cli *cli, struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc;

	rc = check_usage(&cli->args, err);
	if (rc == CA_OK)
		rc = cli_args_path(&cli->args, CLI_OPT_CERTS_DIR, &path, err);
	if (rc != CA_OK)
		return rc;
	if (cli_args_has(&cli->args, CLI_OPT_CHECK))
		rc = cli_install_check(cli, path, err);
	else if (cli_args_has(&cli->args, CLI_OPT_ROLLBACK))
		rc = roll_back(cli, path, err);
	else
		rc = put_in_place(cli, path, err);
	free(path);
	return rc;
}
