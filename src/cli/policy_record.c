/* SPDX-License-Identifier: Apache-2.0 */
/* Under which policy something is signed: the ledger knows. */
#include "cli/policy_record.h"

#include <stdlib.h>

#include "base/text.h"

#define COMMAND "coldca policy check"

enum ca_code
cli_policy_diff(const struct cli_ca *ca, struct ca_bytes *ret_text,
    struct ca_diff_size *ret_size, bool *ret_found, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];
	struct ca_bytes last = { 0 };
	enum ca_code rc;

	rc = ca_ledger_last_policy(ca->ledger, sha256, &last, ret_found, err);
	if (rc == CA_OK)
		rc = ca_diff(&last, &ca->text, ret_text, ret_size, err);
	ca_bytes_free(&last);
	return rc;
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

enum ca_code
cli_policy_tell(const struct cli *cli, struct ca_error *err)
{
	struct ca_diff_size size = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = cli_policy_diff(&cli->ca, NULL, &size, &found, err);
	if (rc == CA_OK && found && size.added + size.removed > 0)
		cli_note(cli,
		    "%s/" CLI_POLICY_FILE
		    ": changed since it was last signed under: %zu line%s added, %zu removed (" COMMAND
		    " shows them)",
		    cli->ca.path, size.added, plural(size.added), size.removed);
	return rc;
}

enum ca_code
cli_policy_record(const struct cli *cli, int64_t now, struct ca_error *err)
{
	struct ca_diff_size size = { 0 };
	bool found = false, changed = false;
	char *detail = NULL;
	enum ca_code rc;

	rc = cli_policy_diff(&cli->ca, NULL, &size, &found, err);
	if (rc == CA_OK && found && size.added + size.removed == 0)
		return CA_OK;
	if (rc == CA_OK)
		rc = found ? ca_text_format(&detail, err,
				 "%zu line%s added, %zu removed", size.added,
				 plural(size.added), size.removed)
			   : ca_text_format(&detail, err, "the first one");
	if (rc == CA_OK)
		rc = ca_ledger_set_policy(cli->ca.ledger, &cli->ca.text, detail,
		    now, &changed, err);
	free(detail);
	return rc;
}
