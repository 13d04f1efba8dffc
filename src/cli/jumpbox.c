/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/jumpbox.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/term.h"
#include "coldca/draft.h"

/* The real path of the module at PATH, new; NULL: CA_ERR_TOKEN in ERR. */
static char *
real_module_path(const char *path, struct ca_error *err)
{
	char *real = realpath(path, NULL);

	if (real == NULL)
		(void)ca_fail(err, CA_ERR_TOKEN, "module %s: %s", path,
		    strerror(errno));
	return real;
}

/* Holds the module at the real path PATH against the one that is pinned. */
static enum ca_code
check_pinned(const struct ca_policy *policy, const char *path,
    struct ca_error *err)
{
	uint8_t digest[CA_SHA256_SIZE];
	char *pinned = real_module_path(policy->module_path, err);
	enum ca_code rc;

	if (pinned == NULL)
		return CA_ERR_TOKEN;
	if (strcmp(pinned, path) != 0) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "module %s: policy.yaml pins another: %s", path,
		    policy->module_path);
		ca_hint(err,
		    "a module sees the PIN: change policy.yaml only after you have checked it");
		goto out;
	}
	if (ca_file_sha256(path, digest, err) != CA_OK) {
		err->code = rc = CA_ERR_TOKEN;
		goto out;
	}
	if (memcmp(digest, policy->module_sha256, sizeof(digest)) != 0) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "module %s: its SHA-256 is not the one that policy.yaml pins",
		    path);
		ca_hint(err,
		    "if it was upgraded, check the new file and pin its SHA-256");
		goto out;
	}
	rc = CA_OK;
out:
	free(pinned);
	return rc;
}

enum ca_code
cli_module_choose(const struct cli *cli, const struct ca_uri *uri,
    char **ret_path, struct ca_error *err)
{
	const struct ca_policy *policy = cli->ca.policy;
	const char *pinned = policy != NULL ? policy->module_path : NULL;
	const char *wanted = cli_args_value(&cli->args, CLI_OPT_MODULE);
	enum ca_code rc = CA_OK;
	char *path;

	if (wanted == NULL && uri != NULL)
		wanted = ca_uri_module_path(uri);
	if (wanted == NULL)
		wanted = pinned;
	if (wanted == NULL) {
		*ret_path = NULL;
		return CA_OK;
	}
	path = real_module_path(wanted, err);
	if (path == NULL)
		return CA_ERR_TOKEN;
	if (pinned != NULL)
		rc = check_pinned(policy, path, err);
	if (rc != CA_OK) {
		free(path);
		return rc;
	}
	*ret_path = path;
	return CA_OK;
}

enum ca_code
cli_module_load(const char *path, struct ca_module **ret_module,
    struct ca_error *err)
{
	sigset_t all, before;
	enum ca_code rc;

	/*
	 * Threads that the module starts inherit this mask: signals stay with
	 * this thread, which puts the terminal right before they act.
	 */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	rc = ca_module_load(path, ret_module, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

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

static enum ca_code
load_module(const struct cli *cli, struct cli_jumpbox *jumpbox,
    struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc;

	rc = cli_module_choose(cli, jumpbox->uri, &path, err);
	if (rc != CA_OK)
		return rc;
	if (path == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "no PKCS#11 module is named, and policy.yaml pins none");
		ca_hint(err,
		    "--module=PATH; `coldca token list` shows what is registered");
		return CA_ERR_USAGE;
	}
	if (cli->ca.policy->module_path == NULL &&
	    cli->ca.policy->mode == CA_MODE_PRODUCTION)
		term_warning("module %s: policy.yaml pins no module", path);
	rc = cli_module_load(path, &jumpbox->module, err);
	free(path);
	return rc;
}

enum ca_code
cli_jumpbox_open(const struct cli *cli, const char *uri_text,
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
	rc = cli_pin_choose(&cli->args, jumpbox.uri, &jumpbox.pin, err);
	if (rc != CA_OK)
		goto out;
	rc = load_module(cli, &jumpbox, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_token_open(jumpbox.module, jumpbox.uri, &jumpbox.token, err);
	if (rc != CA_OK)
		goto out;
	rc = check_mode(cli, ca_token_info(jumpbox.token), err);
	if (rc != CA_OK)
		goto out;
	*ret = jumpbox;
	jumpbox = (struct cli_jumpbox){ 0 };
out:
	cli_jumpbox_close(&jumpbox);
	return rc;
}

enum ca_code
cli_jumpbox_login(const struct cli *cli, struct cli_jumpbox *jumpbox,
    struct ca_error *err)
{
	const struct ca_token_info *info = ca_token_info(jumpbox->token);

	if (info->pinpad)
		cli_note(cli, "token `%s`: enter the PIN at its own pinpad",
		    info->label);
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
	ca_token_close(jumpbox->token);
	ca_module_free(jumpbox->module);
	ca_uri_free(jumpbox->uri);
	*jumpbox = (struct cli_jumpbox){ 0 };
}
