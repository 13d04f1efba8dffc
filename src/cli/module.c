/* SPDX-License-Identifier: Apache-2.0 */
/* Which PKCS#11 module is loaded, and how. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/jumpbox.h"
#include "cli/term.h"

#define TIMEOUT_MAX 86400U /* seconds; more is for ever, which 0 says */

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

/*
 * The token does not answer, and a call can not be taken back: all that is left
 * is to end the process. The ledger is consistent at any time.
 */
static void
give_up(const char *call, unsigned seconds, void *arg)
{
	struct ca_error err;

	(void)arg;
	(void)ca_fail(&err, CA_ERR_TOKEN, "token: %s: no answer for %u s", call,
	    seconds);
	ca_hint(&err,
	    "pull the token and put it back, then try again; --token-timeout=SECONDS waits longer");
	term_error(&err);
	_exit(CA_ERR_TOKEN);
}

/* --module-args, which must be those that are pinned with the module. */
static enum ca_code
choose_args(const struct cli *cli, const char **ret_args, struct ca_error *err)
{
	const struct ca_policy *policy = cli->ca.policy;
	const char *wanted = cli_args_value(&cli->args, CLI_OPT_MODULE_ARGS);
	const char *pinned;

	if (policy == NULL || policy->module_path == NULL) {
		*ret_args = wanted;
		return CA_OK;
	}
	pinned = policy->module_init_args;
	if (wanted != NULL && (pinned == NULL || strcmp(wanted, pinned) != 0)) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "--module-args: not the init-args that policy.yaml pins");
		ca_hint(err,
		    "leave it out, or change module.init-args in policy.yaml");
		return CA_ERR_POLICY;
	}
	*ret_args = pinned;
	return CA_OK;
}

enum ca_code
cli_module_load(const struct cli *cli, const char *path, const uint8_t *sha256,
    struct ca_module **ret_module, struct ca_error *err)
{
	struct ca_module_options options = {
		.path = path,
		.sha256 = sha256,
		.timeout = CA_TOKEN_TIMEOUT,
	};
	sigset_t all, before;
	enum ca_code rc;

	rc = choose_args(cli, &options.init_args, err);
	if (rc == CA_OK)
		rc = cli_args_number(&cli->args, CLI_OPT_TOKEN_TIMEOUT, 0,
		    TIMEOUT_MAX, &options.timeout, err);
	if (rc != CA_OK)
		return rc;
	ca_module_watchdog(give_up, NULL);
	/*
	 * Threads that the module starts inherit this mask: signals stay with
	 * this thread, which puts the terminal right before they act.
	 */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	rc = ca_module_load(&options, ret_module, err);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

enum ca_code
cli_module_open(const struct cli *cli, const struct ca_uri *uri,
    struct ca_module **ret_module, struct ca_error *err)
{
	const struct ca_policy *policy = cli->ca.policy;
	bool pins = policy != NULL && policy->module_path != NULL;
	char *path = NULL;
	enum ca_code rc;

	rc = cli_module_choose(cli, uri, &path, err);
	if (rc != CA_OK)
		return rc;
	if (path == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "no PKCS#11 module is named, and policy.yaml pins none");
		ca_hint(err,
		    "--module=PATH; `coldca token list` shows what is registered");
		return CA_ERR_USAGE;
	}
	if (policy != NULL && !pins && policy->mode == CA_MODE_PRODUCTION)
		term_warning("module %s: policy.yaml pins no module", path);
	rc = cli_module_load(cli, path, pins ? policy->module_sha256 : NULL,
	    ret_module, err);
	free(path);
	return rc;
}
