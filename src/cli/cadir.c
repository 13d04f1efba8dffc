/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cadir.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/term.h"

static enum ca_code
read_policy(const char *dir, struct ca_policy **ret_policy,
    struct ca_bytes *ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	char *path = NULL;
	mode_t mode = 0;
	int fd = -1;
	enum ca_code rc;

	rc = ca_path_join(dir, CLI_POLICY_FILE, &path, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_dir_open(dir, 0, &fd, err);
	if (rc != CA_OK) {
		ca_hint(err, "`coldca init` makes a CA directory");
		goto out;
	}
	rc = ca_file_read_at(fd, CLI_POLICY_FILE, path, CA_POLICY_SIZE_MAX,
	    &text, &mode, err);
	if (rc != CA_OK)
		goto out;
	/* Whoever can write it decides what is signed. */
	if ((mode & (S_IWGRP | S_IWOTH)) != 0)
		term_warning("%s: can be written by other users", path);
	rc = ca_policy_parse(path, text.data, text.len, ret_policy, err);
	if (rc == CA_OK && (*ret_policy)->mode == CA_MODE_TEST)
		term_note("TEST MODE: this CA accepts software tokens");
	if (rc == CA_OK) {
		*ret_text = text;
		text = (struct ca_bytes){ 0 };
	}
out:
	if (fd >= 0)
		(void)close(fd);
	free(path);
	ca_bytes_free(&text);
	return rc;
}

/* Also with --quiet: it may take minutes. */
static void
tell_waiting(const char *path)
{
	term_note(
	    "%s: another process reads it: what was done is written as soon as nobody does",
	    path);
}

static enum ca_code
open_ledger(const struct cli_args *args, const char *path, unsigned needs,
    struct ca_ledger **ret, struct ca_error *err)
{
	const char *wait = cli_args_value(args, CLI_OPT_WAIT);
	int64_t patience = 0;
	enum ca_code rc = CA_OK;

	if ((needs & CLI_NEEDS_WRITER) == 0)
		return ca_ledger_open(path, false, ret, err);
	if (wait != NULL)
		rc = ca_duration_parse(wait, &patience, err);
	if (rc != CA_OK)
		return ca_error_prefix(err, "--wait");
	rc = ca_ledger_open_waiting(path, patience, ret, err);
	if (rc == CA_OK)
		ca_ledger_on_wait(*ret, tell_waiting);
	return rc;
}

static enum ca_code
open_policy(const struct cli_args *args, struct cli_ca *ret,
    struct ca_error *err)
{
	struct cli_ca ca = { 0 };
	enum ca_code rc = cli_args_path(args, CLI_OPT_CA_DIR, &ca.path, err);

	if (rc == CA_OK)
		rc = read_policy(ca.path, &ca.policy, &ca.text, err);
	if (rc == CA_OK) {
		*ret = ca;
		ca = (struct cli_ca){ 0 };
	}
	cli_ca_close(&ca);
	return rc;
}

enum ca_code
cli_ca_open(const struct cli_args *args, unsigned needs, struct cli_ca *ca,
    struct ca_error *err)
{
	char *ledger = NULL;
	enum ca_code rc = CA_OK;

	if (ca->policy == NULL)
		rc = open_policy(args, ca, err);
	if (rc != CA_OK || (needs & CLI_NEEDS_LEDGER) == 0 ||
	    ca->ledger != NULL)
		return rc;
	rc = ca_path_join(ca->path, CA_LEDGER_FILE, &ledger, err);
	if (rc == CA_OK)
		rc = open_ledger(args, ledger, needs, &ca->ledger, err);
	free(ledger);
	return rc;
}

enum ca_code
cli_ca_open_optional(const struct cli_args *args, unsigned needs,
    struct cli_ca *ca, struct ca_error *err)
{
	char *dir = NULL, *policy = NULL;
	enum ca_code rc;

	if (ca->path != NULL)
		return ca->policy != NULL ? cli_ca_open(args, needs, ca, err)
					  : CA_OK;
	rc = cli_args_path(args, CLI_OPT_CA_DIR, &dir, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_path_join(dir, CLI_POLICY_FILE, &policy, err);
	if (rc != CA_OK)
		goto out;
	if (access(policy, F_OK) == 0) {
		rc = cli_ca_open(args, needs, ca, err);
	} else {
		*ca = (struct cli_ca){ .path = dir };
		dir = NULL;
	}
out:
	free(policy);
	free(dir);
	return rc;
}

void
cli_ca_close(struct cli_ca *ca)
{
	ca_blocked_keys_free(ca->blocked);
	ca_moduli_free(ca->moduli);
	ca_ledger_close(ca->ledger);
	ca_policy_free(ca->policy);
	ca_bytes_free(&ca->text);
	free(ca->path);
	*ca = (struct cli_ca){ 0 };
}
