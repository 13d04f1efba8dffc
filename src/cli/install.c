/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/install.h"

#include <stdlib.h>

#include "base/time.h"
#include "base/words.h"
#include "cli/term.h"

#define FINGERPRINT_MIN 16 /* octets, and words */

/* What says how bundles are held against response manifests. */
static const enum cli_opt holding[] = { CLI_OPT_RESPONSE,
	CLI_OPT_REQUIRE_RESPONSE, CLI_OPT_CA_FINGERPRINT,
	CLI_OPT_WITHOUT_RESPONSE };

#define HOLDING (sizeof(holding) / sizeof(holding[0]))

/* An option that would not be looked at is refused: it was meant to protect. */
static enum ca_code
check_holding(const struct cli_args *args, enum cli_opt with,
    struct ca_error *err)
{
	if (!cli_args_has(args, with))
		return CA_OK;
	for (size_t i = 0; i < HOLDING; i++)
		if (holding[i] != with && cli_args_has(args, holding[i]))
			return ca_fail(err, CA_ERR_USAGE,
			    "--%s: not together with --%s",
			    cli_option_get(holding[i])->name,
			    cli_option_get(with)->name);
	return CA_OK;
}

/* One of three things is done, each with words and options of its own. */
static enum ca_code
check_usage(const struct cli_args *args, struct ca_error *err)
{
	bool rollback = cli_args_has(args, CLI_OPT_ROLLBACK);
	bool check = cli_args_has(args, CLI_OPT_CHECK);
	enum ca_code rc;

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
	rc = check_holding(args, CLI_OPT_CHECK, err);
	if (rc == CA_OK)
		rc = check_holding(args, CLI_OPT_ROLLBACK, err);
	if (rc == CA_OK)
		rc = check_holding(args, CLI_OPT_WITHOUT_RESPONSE, err);
	return rc;
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

/* As many octets as name a CA: what people compare over the telephone. */
static enum ca_code
read_fingerprint(const struct cli_args *args, struct ca_install *install,
    struct ca_error *err)
{
	const char *words = cli_args_value(args, CLI_OPT_CA_FINGERPRINT);
	enum ca_code rc;

	if (words == NULL)
		return CA_OK;
	rc = ca_words_parse(words, install->fingerprint, CA_SHA256_SIZE,
	    &install->fingerprint_len, err);
	if (rc == CA_OK && install->fingerprint_len < FINGERPRINT_MIN)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%zu words: at least %d are wanted",
		    install->fingerprint_len, FINGERPRINT_MIN);
	return rc == CA_OK ? rc : ca_error_prefix(err, "--ca-fingerprint");
}

static enum ca_code
put_in_place(const struct cli *cli, const char *path, struct ca_error *err)
{
	struct ca_installed installed = { .item = NULL };
	struct ca_names host = { 0 };
	struct ca_install install = {
		.bundles = cli->args.word,
		.bundle_count = cli->args.word_count,
		.certs_dir = path,
		.host = &host,
		.overwrite = cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
		.response = cli_args_value(&cli->args, CLI_OPT_RESPONSE),
		.without_response =
		    cli_args_has(&cli->args, CLI_OPT_WITHOUT_RESPONSE),
		.require_response =
		    cli_args_has(&cli->args, CLI_OPT_REQUIRE_RESPONSE),
		.now = ca_time_now(),
	};
	enum ca_code rc = read_fingerprint(&cli->args, &install, err);

	if (rc != CA_OK)
		return rc;
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
