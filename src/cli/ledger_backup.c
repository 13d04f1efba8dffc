/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the CA directory that is read again before it is called one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/backup.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"
#include "coldca/head.h"

/* Puts the ledger beside the policy into the directory of HIDDEN. */
static enum ca_code
copy_ledger(const struct cli *cli, const char *path,
    const struct ca_dir_hidden *hidden, struct ca_error *err)
{
	char *ledger = NULL;
	enum ca_code rc;

	rc = ca_text_format(&ledger, err, "%s/%s/" CA_LEDGER_FILE, path,
	    hidden->name);
	if (rc == CA_OK)
		rc = ca_ledger_backup(cli->ca.ledger, ledger, err);
	free(ledger);
	return rc;
}

/* Makes the directory NAME in PATH: complete, or not at all. */
static enum ca_code
write_copy(const struct cli *cli, const char *path, const char *name,
    struct ca_error *err)
{
	const struct ca_file_new policy = { CLI_POLICY_FILE, &cli->ca.text,
		0600, false, NULL };
	struct ca_dir_hidden hidden = { .name = "" };
	int dir = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &dir, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_dir_hide_at(dir, path, name, &policy, 1, true, &hidden, err);
	if (rc == CA_OK)
		rc = copy_ledger(cli, path, &hidden, err);
	if (rc == CA_OK)
		rc = ca_dir_reveal_at(dir, path, &hidden, name, false, err);
	if (rc == CA_ERR_FILE)
		ca_hint(err, "a backup is never overwritten; move it away");
	if (rc == CA_OK)
		rc = ca_dir_sync(dir, path, err);
	else
		ca_dir_drop_at(dir, &hidden);
	(void)close(dir);
	return rc;
}

enum ca_code
cli_ledger_backup(struct cli *cli, struct ca_error *err)
{
	const char *path = cli->args.word[0];
	char *name = NULL;
	enum ca_code rc;

	rc = ca_text_format(&name, err, "ca-%" PRId64, cli->head.entry);
	if (rc == CA_OK)
		rc = write_copy(cli, path, name, err);
	if (rc == CA_OK)
		rc = cli_backup_note(cli->ca.path, &cli->head, ca_time_now(),
		    err);
	if (rc != CA_OK)
		goto out;
	if (cli->json)
		rc = cli_json_print(json_pack("{s:o,s:s,s:I}", "dir",
					cli_json_text(path), "name", name,
					"entry", (json_int_t)cli->head.entry),
		    err);
	else
		term_line(stdout, "%s/%s: policy and ledger, verified", path,
		    name);
	cli_next(cli, "coldca ledger verify --ca-dir=%s/%s reads it anywhere",
	    path, name);
out:
	free(name);
	return rc;
}
