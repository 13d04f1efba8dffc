/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/minutes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_DIGITS 18 /* of a number of an entry: none overflows */

/* --since: the number of the first entry, or a time. */
static enum ca_code
parse_since(struct cli_minutes *minutes, const char *since,
    struct ca_error *err)
{
	size_t digits = strspn(since, "0123456789");
	int64_t time = 0;
	enum ca_code rc;

	if (since[digits] != '\0' || digits > ENTRY_DIGITS) {
		rc = ca_time_parse(since, false, &time, err);
		if (rc == CA_OK)
			return ca_minutes_before(minutes->cli->ca.ledger, time,
			    &minutes->after, err);
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--since: `%s` is neither an entry nor a time", since);
		ca_hint(err, "17, 2026-11-23 or 2026-11-23T16:01:07Z");
		return CA_ERR_USAGE;
	}
	minutes->after = strtoll(since, NULL, 10) - 1;
	if (minutes->after >= 0)
		return CA_OK;
	return ca_fail(err, CA_ERR_USAGE, "--since: entries begin with 1");
}

static enum ca_code
find_session(struct cli_minutes *minutes, struct ca_error *err)
{
	struct ca_ledger *ledger = minutes->cli->ca.ledger;
	const char *since = cli_args_value(&minutes->cli->args, CLI_OPT_SINCE);
	struct ca_head head = { 0 };
	enum ca_code rc;

	rc = since != NULL
	    ? parse_since(minutes, since, err)
	    : ca_minutes_last_session(ledger, &minutes->after, err);
	if (rc == CA_OK)
		rc = ca_ledger_head(ledger, &head, err);
	if (rc == CA_OK && minutes->after >= head.entry)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: nothing was recorded since: the last entry is %" PRId64,
		    minutes->cli->ca.path, head.entry);
	if (rc == CA_OK)
		rc = ca_minutes_head(ledger, head.entry, &minutes->head,
		    &minutes->head_signed, err);
	if (rc == CA_OK && minutes->after > 0)
		rc = ca_minutes_head(ledger, minutes->after, &minutes->before,
		    &minutes->before_signed, err);
	return rc;
}

static bool
count(const struct ca_minute *minute, void *arg)
{
	struct cli_minutes *minutes = arg;
	size_t kind = (size_t)minute->kind;

	/* A kind of a later program's: all of them under the last word. */
	if (kind >= MINUTES_KINDS)
		kind = 0;
	if (cli_minutes_shows(minute)) {
		minutes->kind[kind].word = minute->word;
		minutes->kind[kind].count++;
	}
	return true;
}

enum ca_code
cli_minutes(struct cli *cli, struct ca_error *err)
{
	struct cli_minutes minutes = { .cli = cli };
	const char *output = cli_args_value(&cli->args, CLI_OPT_OUTPUT);
	int form = cli_args_choice(&cli->args, CLI_OPT_MINUTES_FORMAT);
	enum ca_code rc = find_session(&minutes, err);

	if (rc == CA_OK)
		rc = ca_minutes_list(cli->ca.ledger, minutes.after,
		    minutes.head.entry, count, &minutes, err);
	if (rc == CA_OK)
		rc = ca_ledger_all_authorities(cli->ca.ledger,
		    &minutes.authorities, err);
	if (rc == CA_OK)
		rc = cli_minutes_machine(cli, &minutes.machine, err);
	if (rc == CA_OK)
		rc = cli_page_write(output,
		    cli_args_has(&cli->args, CLI_OPT_OVERWRITE),
		    form < 0 ? CLI_PAGE_MARKDOWN : (enum cli_page_form)form,
		    cli_minutes_page, &minutes, err);
	if (rc == CA_OK && output != NULL)
		cli_note(cli, "%s: to be printed and signed", output);
	cli_minutes_machine_clear(&minutes.machine);
	ca_authorities_clear(&minutes.authorities);
	return rc;
}
