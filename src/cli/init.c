/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/head.h"

/* The way out where FOUND is in the directory FD, which is to be empty. */
static const char *
hint_for(int fd, const char *found)
{
	bool ours = strcmp(found, CLI_POLICY_FILE) == 0 ||
	    strncmp(found, ".coldca-", strlen(".coldca-")) == 0;
	struct stat st;

	if (!ours || fstatat(fd, CA_LEDGER_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return "--ca-dir names a new or an empty directory";
	return "no ledger is in it: remove the directory where init was cut off, and run it again; where a ledger was lost, bring it back from a backup";
}

/* CA_ERR_FILE: something is in the directory FD. */
static enum ca_code
check_empty(int fd, const char *path, struct ca_error *err)
{
	int copy = dup(fd);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	enum ca_code rc = CA_OK;
	const struct dirent *entry;

	if (dir == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	}
	while (rc == CA_OK && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		rc = ca_fail(err, CA_ERR_FILE, "%s: not empty: %s", path,
		    entry->d_name);
		ca_hint(err, "%s", hint_for(fd, entry->d_name));
	}
	(void)closedir(dir);
	return rc;
}

/* The policy to begin with, the module pinned where one is named. */
static enum ca_code
make_policy(const struct cli *cli, enum ca_mode mode, struct ca_bytes *ret,
    struct ca_error *err)
{
	const char *module = cli_args_value(&cli->args, CLI_OPT_MODULE);
	const char *args = cli_args_value(&cli->args, CLI_OPT_MODULE_ARGS);
	uint8_t digest[CA_SHA256_SIZE];
	char *real = NULL;
	enum ca_code rc;

	if (module == NULL && args != NULL)
		return ca_fail(err, CA_ERR_USAGE,
		    "--module-args: goes with --module");
	if (module == NULL)
		return ca_policy_default(mode, NULL, NULL, NULL, ret, err);
	real = realpath(module, NULL);
	if (real == NULL)
		return ca_fail(err, CA_ERR_TOKEN, "module %s: %s", module,
		    strerror(errno));
	rc = ca_file_sha256(real, digest, err);
	if (rc == CA_OK)
		rc = ca_policy_default(mode, real, digest, args, ret, err);
	free(real);
	return rc;
}

/* Writes both files, or none. */
static enum ca_code
fill(int fd, const char *path, enum ca_mode mode, const struct ca_bytes *policy,
    struct ca_error *err)
{
	const struct ca_file_new file = {
		.name = CLI_POLICY_FILE,
		.content = policy,
		.mode = 0600,
	};
	char *ledger = NULL, *detail = NULL;
	enum ca_code rc;

	rc = ca_path_join(path, CA_LEDGER_FILE, &ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_text_format(&detail, err, "coldca %s, mode %s", COLDCA_VERSION,
	    ca_mode_name(mode));
	if (rc != CA_OK)
		goto out;
	rc = ca_files_write_at(fd, path, &file, 1, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_ledger_create(ledger, ca_time_now(), detail, err);
	if (rc != CA_OK)
		(void)unlinkat(fd, CLI_POLICY_FILE, 0);
out:
	free(detail);
	free(ledger);
	return rc;
}

static void
tell(const struct cli *cli, const char *path, enum ca_mode mode)
{
	cli_note(cli, "%s: CA directory made, mode %s", path,
	    ca_mode_name(mode));
	switch (mode) {
	case CA_MODE_PRODUCTION:
		cli_next(cli,
		    "write the names that this CA may sign into %s/%s, then coldca create-ca",
		    path, CLI_POLICY_FILE);
		break;
	case CA_MODE_TEST:
		cli_note(cli, "TEST MODE: this CA accepts software tokens");
		cli_next(cli,
		    "coldca create-ca --ca-key='pkcs11:token=LABEL;object=LABEL'");
		break;
	}
}

enum ca_code
cli_init(struct cli *cli, struct ca_error *err)
{
	enum ca_mode mode = CA_MODE_PRODUCTION;
	struct ca_bytes policy = { 0 };
	char *path = NULL;
	int fd = -1;
	enum ca_code rc;

	/* The alternatives of --mode stand in the order of enum ca_mode. */
	if (cli_args_choice(&cli->args, CLI_OPT_MODE) == CA_MODE_TEST)
		mode = CA_MODE_TEST;
	rc = cli_args_path(&cli->args, CLI_OPT_CA_DIR, &path, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_head_check_clock(cli, err);
	if (rc == CA_OK)
		rc = make_policy(cli, mode, &policy, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_dir_open(path, 0700, &fd, err);
	if (rc != CA_OK)
		goto out;
	rc = check_empty(fd, path, err);
	if (rc != CA_OK)
		goto out;
	if (fchmod(fd, 0700) < 0) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
		goto out;
	}
	rc = fill(fd, path, mode, &policy, err);
	if (rc == CA_OK)
		tell(cli, path, mode);
out:
	if (fd >= 0)
		(void)close(fd);
	free(path);
	ca_bytes_free(&policy);
	return rc;
}
