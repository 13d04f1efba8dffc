/* SPDX-License-Identifier: Apache-2.0 */
/* `rotate-ca` and `split-ca`: their words, and what each does. */
#include "cli/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/term.h"

/* Reads the plan that is under way, which must be one of this command's. */
static enum ca_code
read_plan(struct cli_planning *planning, struct ca_error *err)
{
	const char *command = ca_plan_command(planning->kind);
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_read(planning->cli->ca.ledger, &planning->plan, &found,
	    err);
	if (rc != CA_OK)
		return rc;
	if (found && strcmp(ca_plan_command(planning->plan.kind), command) == 0)
		return CA_OK;
	if (found) {
		command = ca_plan_command(planning->plan.kind);
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: another plan is under way: %s", planning->cli->ca.path,
		    command);
		ca_hint(err, "coldca %s shows how far it is", command);
		return CA_ERR_POLICY;
	}
	(void)ca_fail(err, CA_ERR_POLICY, "%s: no plan is under way",
	    planning->cli->ca.path);
	ca_hint(err, "coldca %s begin --ca-key=URI", command);
	return CA_ERR_POLICY;
}

/* Requests are for a step that signs. */
static enum ca_code
check_requests(const struct cli_planning *planning, unsigned number,
    struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	const struct ca_plan_step *step;

	if (!cli_args_has(&planning->cli->args, CLI_OPT_REQUEST) ||
	    number > ca_plan_steps(plan->kind))
		return CA_OK;
	step = ca_plan_step(plan->kind, number);
	if (step->sends != CA_SENDS_AUTHORITIES)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_USAGE,
	    "--request: step %u (%s) signs no certificates", number,
	    step->name);
	ca_hint(err, "keep the file for the step that does: coldca %s",
	    ca_plan_command(plan->kind));
	return CA_ERR_USAGE;
}

static enum ca_code
show(struct cli_planning *planning, struct ca_error *err)
{
	return cli_plan_show(planning, true, err);
}

static enum ca_code
begin(struct cli_planning *planning, struct ca_error *err)
{
	enum ca_code rc = cli_plan_begin(planning, err);

	if (rc == CA_OK)
		rc = read_plan(planning, err);
	/* A step that signs wants the PIN again, and so a run of its own. */
	if (rc == CA_OK &&
	    ca_plan_step(planning->plan.kind, 1)->sends == CA_SENDS_AUTHORITIES)
		rc = cli_plan_emit(planning, err);
	return rc == CA_OK ? show(planning, err) : rc;
}

static enum ca_code
emit(struct cli_planning *planning, struct ca_error *err)
{
	enum ca_code rc = check_requests(planning, planning->plan.step, err);

	if (rc == CA_OK)
		rc = cli_plan_emit(planning, err);
	return rc == CA_OK ? show(planning, err) : rc;
}

/* Names, so that they can be marked once nothing reads the ledger. */
struct names {
	char **item;
	size_t count;
	enum ca_code rc;
	struct ca_error *err;
};

static bool
add_name(const struct ca_plan_host *host, void *arg)
{
	struct names *names = arg;
	char **item =
	    reallocarray(names->item, names->count + 1, sizeof(char *));

	if (item != NULL)
		names->item = item;
	names->rc = item == NULL ? ca_fail_memory(names->err)
				 : ca_text_format(&names->item[names->count],
				       names->err, "%s", host->name);
	if (names->rc == CA_OK)
		names->count++;
	return names->rc == CA_OK;
}

static enum ca_code
deliver_all(const struct cli_planning *planning, struct ca_error *err)
{
	struct names names = { .err = err };
	enum ca_code rc;

	rc = ca_plan_hosts(planning->cli->ca.ledger, &planning->plan,
	    planning->now, add_name, &names, err);
	if (rc == CA_OK)
		rc = names.rc;
	for (size_t i = 0; i < names.count; i++) {
		if (rc == CA_OK)
			rc = ca_plan_deliver(planning->cli->ca.ledger,
			    &planning->plan, names.item[i], planning->now, err);
		free(names.item[i]);
	}
	free(names.item);
	return rc;
}

static enum ca_code
delivered(struct cli_planning *planning, struct ca_error *err)
{
	const struct cli_args *args = &planning->cli->args;
	bool all = cli_args_has(args, CLI_OPT_ALL);
	enum ca_code rc = CA_OK;

	if (all == (args->word_count > 1)) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "delivered: name the hosts, or --all");
		return CA_ERR_USAGE;
	}
	if (all)
		rc = deliver_all(planning, err);
	for (size_t i = 1; i < args->word_count && rc == CA_OK; i++)
		rc = ca_plan_deliver(planning->cli->ca.ledger, &planning->plan,
		    args->word[i], planning->now, err);
	return rc == CA_OK ? cli_plan_show(planning, false, err) : rc;
}

/* Those that are named are gone for good. */
static enum ca_code
gone(struct cli_planning *planning, struct ca_error *err)
{
	const struct cli_args *args = &planning->cli->args;
	enum ca_code rc = CA_OK;

	if (args->word_count == 1) {
		(void)ca_fail(err, CA_ERR_USAGE, "gone: name the hosts");
		return CA_ERR_USAGE;
	}
	for (size_t i = 1; i < args->word_count && rc == CA_OK; i++)
		rc = ca_plan_forget(planning->cli->ca.ledger, &planning->plan,
		    args->word[i], planning->now, err);
	return rc == CA_OK ? cli_plan_show(planning, false, err) : rc;
}

static enum ca_code
next(struct cli_planning *planning, struct ca_error *err)
{
	struct ca_plan *plan = &planning->plan;
	bool last = plan->step == ca_plan_steps(plan->kind);
	enum ca_code rc;

	rc = check_requests(planning, plan->step + 1, err);
	if (rc == CA_OK)
		rc = ca_plan_advance(planning->cli->ca.ledger, plan,
		    planning->now, err);
	if (rc != CA_OK)
		return rc;
	if (last) {
		cli_note(planning->cli, "the plan is finished");
		return CA_OK;
	}
	ca_plan_clear(plan);
	rc = read_plan(planning, err);
	if (rc == CA_OK)
		rc = cli_plan_emit(planning, err);
	if (rc != CA_OK) {
		cli_note(planning->cli,
		    "step %u has begun; when this is mended: coldca %s emit",
		    plan->step, ca_plan_command(planning->kind));
		return rc;
	}
	return show(planning, err);
}

/* The words of both commands. */
static const struct {
	const char *word;
	bool starts; /* without a plan under way */
	bool names;  /* words may follow */
	enum ca_code (
	    *run)(struct cli_planning *planning, struct ca_error *err);
} actions[] = {
	{ "show", false, false, show },
	{ "begin", true, false, begin },
	{ "emit", false, false, emit },
	{ "delivered", false, true, delivered },
	{ "gone", false, true, gone },
	{ "next", false, false, next },
};

static enum ca_code
run(struct cli_planning *planning, struct ca_error *err)
{
	const struct cli_args *args = &planning->cli->args;
	const char *word = args->word_count > 0 ? args->word[0] : "show";
	enum ca_code rc = CA_OK;
	size_t i = 0;

	while (i < sizeof(actions) / sizeof(actions[0]) &&
	    strcmp(actions[i].word, word) != 0)
		i++;
	if (i == sizeof(actions) / sizeof(actions[0])) {
		(void)ca_fail(err, CA_ERR_USAGE, "%s: unknown word `%s`",
		    ca_plan_command(planning->kind), word);
		ca_hint(err,
		    "begin, emit, delivered, gone, next; nothing to look");
		return CA_ERR_USAGE;
	}
	if (!actions[i].names && args->word_count > 1)
		return ca_fail(err, CA_ERR_USAGE,
		    "%s %s: one word too many: `%s`",
		    ca_plan_command(planning->kind), word, args->word[1]);
	if (!actions[i].starts)
		rc = read_plan(planning, err);
	return rc == CA_OK ? actions[i].run(planning, err) : rc;
}

static enum ca_code
plan(struct cli *cli, enum ca_plan_kind kind, struct ca_error *err)
{
	struct cli_planning planning = {
		.cli = cli,
		.kind = kind,
		.now = ca_time_now(),
	};
	enum ca_code rc = run(&planning, err);

	ca_plan_clear(&planning.plan);
	return rc;
}

enum ca_code
cli_rotate_ca(struct cli *cli, struct ca_error *err)
{
	return plan(cli, CA_PLAN_ROTATE, err);
}

enum ca_code
cli_split_ca(struct cli *cli, struct ca_error *err)
{
	return plan(cli, CA_PLAN_SPLIT, err);
}
