/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/revoke.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/term.h"

static enum ca_code
read_reason(const struct cli_args *args, enum ca_reason *ret,
    struct ca_error *err)
{
	const char *word = cli_args_value(args, CLI_OPT_REASON);

	if (word != NULL)
		return ca_reason_parse(word, ret, err);
	(void)ca_fail(err, CA_ERR_USAGE, "--reason: needed");
	ca_hint(err,
	    "--reason=keyCompromise; coldca help revoke has the words");
	return CA_ERR_USAGE;
}

/* Before anybody is asked. */
static enum ca_code
check(const struct cli_revoking *revoking, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < cli_revoking_count(revoking) && rc == CA_OK; i++)
		rc = ca_ledger_check_revocable(revoking->cli->ca.ledger,
		    revoking->serials.data + i * CA_SERIAL_SIZE, err);
	return rc;
}

/* Shows what was chosen where the question is asked, and asks it. */
static enum ca_code
confirm(struct cli_revoking *revoking, enum ca_reason reason,
    struct ca_error *err)
{
	bool yes = cli_args_has(&revoking->cli->args, CLI_OPT_YES);
	size_t count = cli_revoking_count(revoking);
	struct term_tty tty = { .fd = -1 };
	char *question = NULL;
	enum ca_code rc;

	if (yes && revoking->cli->quiet)
		return CA_OK;
	if (!yes && term_tty_open(&tty, err) != CA_OK) {
		ca_hint(err, "--yes revokes without asking");
		return CA_ERR_USAGE;
	}
	rc = cli_table_print(revoking->table, yes ? stderr : tty.out, err);
	if (rc == CA_OK && !yes) {
		rc = ca_text_format(&question, err,
		    "Revoke %zu certificate%s for ever, for %s?", count,
		    count == 1 ? "" : "s", ca_reason_name(reason));
		if (rc == CA_OK)
			rc = term_tty_confirm(&tty, question, err);
	}
	free(question);
	term_tty_close(&tty);
	return rc;
}

static enum ca_code
report(struct cli_revoking *revoking, enum ca_reason reason,
    struct ca_error *err)
{
	json_t *rows = revoking->json;

	cli_note(revoking->cli, "%zu revoked, for %s",
	    cli_revoking_count(revoking), ca_reason_name(reason));
	cli_next(revoking->cli,
	    "nobody else knows yet: coldca create-crl --overwrite, and create-ocsp where OCSP is used");
	if (!revoking->cli->json)
		return CA_OK;
	revoking->json = NULL;
	return cli_json_print(json_pack("{s:s,s:o,s:o}", "reason",
				  ca_reason_name(reason), "revoked_at",
				  cli_json_time(revoking->now), "certificates",
				  rows),
	    err);
}

enum ca_code
cli_revoke(struct cli *cli, struct ca_error *err)
{
	static const char *const headings[] = { "Serial", "Profile", "Name",
		"Expires", "Alternative names" };
	struct cli_revoking revoking = {
		.cli = cli,
		.now = ca_time_now(),
		.json = json_array(),
		.err = err,
	};
	enum ca_reason reason = CA_REASON_UNSPECIFIED;
	enum ca_code rc;

	rc = read_reason(&cli->args, &reason, err);
	if (rc == CA_OK)
		rc = cli_table_new(headings,
		    sizeof(headings) / sizeof(headings[0]), &revoking.table,
		    err);
	if (rc == CA_OK)
		rc = cli_revoking_choose(&revoking, err);
	if (rc == CA_OK)
		rc = check(&revoking, err);
	if (rc == CA_OK)
		rc = confirm(&revoking, reason, err);
	revoking.now = ca_time_now();
	if (rc == CA_OK)
		rc = ca_ledger_revoke(cli->ca.ledger, revoking.serials.data,
		    cli_revoking_count(&revoking), reason, revoking.now, err);
	if (rc == CA_OK)
		rc = report(&revoking, reason, err);
	json_decref(revoking.json);
	cli_table_free(revoking.table);
	ca_bytes_free(&revoking.serials);
	return rc;
}
