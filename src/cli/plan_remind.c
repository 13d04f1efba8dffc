/* SPDX-License-Identifier: Apache-2.0 */
/* What other commands have to say while a plan is under way. */
#include <string.h>

#include "cli/plan.h"
#include "cli/term.h"

/* Those of a batch that the step waits for. */
struct reminder {
	const struct cli_batch *batch;
	size_t waiting;
	const char *first;
};

static bool
look_at(const struct ca_plan_host *host, void *arg)
{
	struct reminder *reminder = arg;

	for (size_t i = 0; i < reminder->batch->count && !host->delivered;
	     i++) {
		const struct cli_item *item = &reminder->batch->item[i];

		if (!item->issued || strcmp(item->name, host->name) != 0)
			continue;
		if (reminder->waiting++ == 0)
			reminder->first = item->name;
		break;
	}
	return true;
}

enum ca_code
cli_plan_remind(const struct cli_signing *signing, struct ca_error *err)
{
	const struct cli *cli = signing->cli;
	struct reminder reminder = { .batch = &signing->batch };
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_read(cli->ca.ledger, &plan, &found, err);
	if (rc == CA_OK && found)
		rc = ca_plan_hosts(cli->ca.ledger, &plan, signing->now, look_at,
		    &reminder, err);
	if (rc == CA_OK && reminder.waiting > 0) {
		const char *command = ca_plan_command(plan.kind);

		if (reminder.waiting == 1)
			cli_next(cli,
			    "%s is at step %u, which waits for %s as well: once it is installed, coldca %s delivered %s",
			    command, plan.step, reminder.first, command,
			    reminder.first);
		else
			cli_next(cli,
			    "%s is at step %u, which waits for these %zu as well: once they are installed, coldca %s delivered NAME...",
			    command, plan.step, reminder.waiting, command);
	}
	ca_plan_clear(&plan);
	return rc;
}

enum ca_code
cli_plan_check_none(const struct cli *cli, const char *what,
    struct ca_error *err)
{
	struct ca_plan plan = { 0 };
	bool found = false;
	enum ca_code rc = ca_plan_read(cli->ca.ledger, &plan, &found, err);

	if (rc == CA_OK && found) {
		const char *command = ca_plan_command(plan.kind);

		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: %s is at step %u: another CA would change what hosts are to get meanwhile",
		    what, command, plan.step);
		ca_hint(err, "finish it first: coldca %s shows how far it is",
		    command);
	}
	ca_plan_clear(&plan);
	return rc;
}
