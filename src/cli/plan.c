/* SPDX-License-Identifier: Apache-2.0 */
/* `rotate-ca` and `split-ca`: how far a plan is, and its next step. */
#include "cli/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/create_ca.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/term.h"

/* The hosts of the present step, counted and kept. */
struct hosts {
	size_t count;
	size_t delivered;
	struct cli_table *table; /* NULL: not wanted */
	json_t *json;            /* NULL: not wanted */
	enum ca_code rc;
	struct ca_error *err;
};

static bool
add_host(const struct ca_plan_host *host, void *arg)
{
	struct hosts *hosts = arg;
	char until[CA_TIME_TEXT_SIZE];
	const char *const cells[] = {
		host->name,
		host->profile->name,
		until,
		host->has_leaf ? "yes" : "",
		host->delivered ? "yes" : "",
	};

	ca_time_format(host->not_after, until);
	hosts->count++;
	hosts->delivered += host->delivered;
	if (hosts->table != NULL)
		hosts->rc = cli_table_row(hosts->table, cells, hosts->err);
	if (hosts->json != NULL &&
	    json_array_append_new(hosts->json,
		json_pack("{s:o,s:s,s:o,s:b,s:b}", "name",
		    cli_json_text(host->name), "profile", host->profile->name,
		    "not_after", cli_json_time(host->not_after), "reissued",
		    host->has_leaf, "delivered", host->delivered)) != 0)
		hosts->rc = ca_fail_memory(hosts->err);
	return hosts->rc == CA_OK;
}

static enum ca_code
count_hosts(const struct cli_planning *planning, struct hosts *hosts,
    struct ca_error *err)
{
	enum ca_code rc;

	hosts->err = err;
	rc = ca_plan_hosts(planning->cli->ca.ledger, &planning->plan,
	    planning->now, add_host, hosts, err);
	return rc == CA_OK ? hosts->rc : rc;
}

/* Where the step NUMBER stands, from the present one. */
static const char *
progress(const struct ca_plan *plan, unsigned number)
{
	if (number < plan->step)
		return "done";
	return number == plan->step ? "now" : "";
}

static enum ca_code
show_steps(const struct cli_planning *planning, const struct hosts *hosts,
    struct ca_error *err)
{
	static const char *const headings[] = { "Step", "Name", "State",
		"Hosts", "Every host gets" };
	const struct ca_plan *plan = &planning->plan;
	struct cli_table *table = NULL;
	enum ca_code rc = cli_table_new(headings, 5, &table, err);

	for (unsigned i = 1; rc == CA_OK && i <= ca_plan_steps(plan->kind);
	     i++) {
		const struct ca_plan_step *step = ca_plan_step(plan->kind, i);
		char *number = NULL, *count = NULL;

		rc = ca_text_format(&number, err, "%u", i);
		if (rc == CA_OK && i == plan->step)
			rc = ca_text_format(&count, err, "%zu of %zu",
			    hosts->delivered, hosts->count);
		if (rc == CA_OK) {
			const char *const cells[] = { number, step->name,
				progress(plan, i), count, step->what };

			rc = cli_table_row(table, cells, err);
		}
		free(number);
		free(count);
	}
	if (rc == CA_OK)
		rc = cli_table_print(table, stdout, err);
	cli_table_free(table);
	return rc;
}

static enum ca_code
show_text(const struct cli_planning *planning, struct ca_error *err)
{
	static const char *const headings[] = { "Host", "Profile", "Expires",
		"Re-issued", "Delivered" };
	const char *name = ca_plan_name(planning->kind);
	struct hosts hosts = { .count = 0 };
	enum ca_code rc = cli_table_new(headings, 5, &hosts.table, err);

	if (rc == CA_OK)
		rc = count_hosts(planning, &hosts, err);
	if (rc == CA_OK)
		rc = show_steps(planning, &hosts, err);
	if (rc == CA_OK && hosts.count > 0) {
		term_line(stdout, "%s", "");
		rc = cli_table_print(hosts.table, stdout, err);
	}
	cli_table_free(hosts.table);
	if (rc == CA_OK && hosts.delivered < hosts.count)
		cli_next(planning->cli,
		    "install what %s-ca emit wrote on each host, then: coldca %s-ca delivered NAME...",
		    name, name);
	else if (rc == CA_OK)
		cli_next(planning->cli, "every host has it: coldca %s-ca next",
		    name);
	return rc;
}

static enum ca_code
show_json(const struct cli_planning *planning, struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	struct hosts hosts = { .json = json_array() };
	enum ca_code rc = hosts.json != NULL
	    ? count_hosts(planning, &hosts, err)
	    : ca_fail_memory(err);

	if (rc != CA_OK) {
		json_decref(hosts.json);
		return rc;
	}
	return cli_json_print(json_pack("{s:s,s:s,s:o,s:i,s:i,s:s,s:o,s:o,s:o}",
				  "plan", ca_plan_name(plan->kind), "ca",
				  ca_authority_name(plan->authority), "serial",
				  cli_json_text(ca_certificate_serial_text(
				      plan->certificate)),
				  "step", (int)plan->step, "steps",
				  (int)ca_plan_steps(plan->kind), "name",
				  step->name, "began_at",
				  cli_json_time(plan->began_at),
				  "step_began_at", cli_json_time(plan->step_at),
				  "hosts", hosts.json),
	    err);
}

static enum ca_code
show(struct cli_planning *planning, struct ca_error *err)
{
	return planning->cli->json ? show_json(planning, err)
				   : show_text(planning, err);
}

/* Reads the plan that is under way, which must be one of this command's. */
static enum ca_code
read_plan(struct cli_planning *planning, struct ca_error *err)
{
	const char *name = ca_plan_name(planning->kind);
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_read(planning->cli->ca.ledger, &planning->plan, &found,
	    err);
	if (rc != CA_OK)
		return rc;
	if (found && planning->plan.kind == planning->kind)
		return CA_OK;
	if (found) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s: another plan is under way: %s-ca",
		    planning->cli->ca.path, ca_plan_name(planning->plan.kind));
		ca_hint(err, "coldca %s-ca shows how far it is",
		    ca_plan_name(planning->plan.kind));
		return CA_ERR_POLICY;
	}
	(void)ca_fail(err, CA_ERR_POLICY, "%s: no plan is under way",
	    planning->cli->ca.path);
	ca_hint(err, "coldca %s-ca begin --ca-key=URI", name);
	return CA_ERR_POLICY;
}

/* The CA of SERIAL, which stands by. *RET is new. */
static enum ca_code
find_standby(const struct cli_planning *planning, enum ca_authority authority,
    const char *serial, struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_ledger *ledger = planning->cli->ca.ledger;
	struct ca_certificates all = { 0 };
	struct ca_certificate *current = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, authority, &all, err);
	if (rc != CA_OK)
		return rc;
	if (ca_ledger_authority(ledger, authority, &current, NULL, &ignored) !=
	    CA_OK)
		current = NULL;
	rc = CA_ERR_INPUT;
	for (size_t i = 0; i < all.count && rc != CA_OK; i++) {
		if (strcmp(ca_certificate_serial_text(all.item[i]), serial) !=
			0 ||
		    (current != NULL &&
			ca_bytes_equal(ca_certificate_der(current),
			    ca_certificate_der(all.item[i]))))
			continue;
		*ret = all.item[i];
		all.item[i] = NULL;
		rc = CA_OK;
	}
	ca_certificate_free(current);
	ca_certificates_clear(&all);
	if (rc != CA_OK)
		(void)ca_fail(err, CA_ERR_INPUT,
		    "--to: the ledger has no %s CA of serial %s that stands by",
		    ca_authority_name(authority), serial);
	return rc;
}

static enum ca_code
choose_authority(const struct cli_planning *planning,
    enum ca_authority *ret_authority, struct ca_error *err)
{
	const char *ca = cli_args_value(&planning->cli->args, CLI_OPT_CA);

	*ret_authority = planning->kind == CA_PLAN_SPLIT ? CA_AUTHORITY_CLIENT
							 : CA_AUTHORITY_CLUSTER;
	if (ca != NULL && !ca_authority_by_name(ca, ret_authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", ca);
	return CA_OK;
}

/* What there must be, or not be, before anything is made. */
static enum ca_code
check_begin(const struct cli_planning *planning, enum ca_authority authority,
    struct ca_error *err)
{
	struct ca_ledger *ledger = planning->cli->ca.ledger;
	struct ca_certificate *current = NULL;
	struct ca_plan other = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_read(ledger, &other, &found, err);
	if (rc != CA_OK)
		return rc;
	if (found) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: a plan is under way already: %s-ca, at step %u",
		    planning->cli->ca.path, ca_plan_name(other.kind),
		    other.step);
		ca_hint(err, "finish it first");
		ca_plan_clear(&other);
		return rc;
	}
	if (planning->kind == CA_PLAN_ROTATE) {
		rc =
		    ca_ledger_authority(ledger, authority, &current, NULL, err);
		ca_certificate_free(current);
		return rc;
	}
	rc = ca_ledger_authority(ledger, CA_AUTHORITY_CLIENT, &current, NULL,
	    err);
	ca_certificate_free(current);
	if (rc == CA_OK)
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: there is a client CA already", planning->cli->ca.path);
	rc = ca_ledger_authority(ledger, CA_AUTHORITY_CLUSTER, &current, NULL,
	    err);
	ca_certificate_free(current);
	return rc;
}

static enum ca_code
begin(struct cli_planning *planning, struct ca_error *err)
{
	struct cli *cli = planning->cli;
	const char *serial = cli_args_value(&cli->args, CLI_OPT_TO);
	struct ca_certificate *certificate = NULL;
	enum ca_authority authority;
	enum ca_code rc;

	rc = choose_authority(planning, &authority, err);
	if (rc == CA_OK)
		rc = check_begin(planning, authority, err);
	if (rc != CA_OK)
		return rc;
	if (serial != NULL)
		rc = find_standby(planning, authority, serial, &certificate,
		    err);
	else
		rc = cli_create_planned(cli, authority, &certificate, err);
	if (rc == CA_OK)
		rc = ca_plan_begin(cli->ca.ledger, planning->kind, authority,
		    certificate, ca_time_now(), err);
	if (rc != CA_OK && certificate != NULL && err->hint[0] == '\0')
		ca_hint(err, "the new CA stands by: coldca %s-ca begin --to=%s",
		    ca_plan_name(planning->kind),
		    ca_certificate_serial_text(certificate));
	ca_certificate_free(certificate);
	if (rc == CA_OK)
		rc = read_plan(planning, err);
	if (rc == CA_OK)
		rc = cli_plan_emit(planning, err);
	return rc == CA_OK ? show(planning, err) : rc;
}

static enum ca_code
emit(struct cli_planning *planning, struct ca_error *err)
{
	enum ca_code rc = cli_plan_emit(planning, err);

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
	return rc == CA_OK ? show(planning, err) : rc;
}

static enum ca_code
next(struct cli_planning *planning, struct ca_error *err)
{
	struct ca_plan *plan = &planning->plan;
	bool last = plan->step == ca_plan_steps(plan->kind);
	enum ca_code rc;

	rc =
	    ca_plan_advance(planning->cli->ca.ledger, plan, planning->now, err);
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
		    "step %u has begun; when this is mended: coldca %s-ca emit",
		    plan->step, ca_plan_name(planning->kind));
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
		(void)ca_fail(err, CA_ERR_USAGE, "%s-ca: unknown word `%s`",
		    ca_plan_name(planning->kind), word);
		ca_hint(err, "begin, emit, delivered, next; nothing to look");
		return CA_ERR_USAGE;
	}
	if (!actions[i].names && args->word_count > 1)
		return ca_fail(err, CA_ERR_USAGE,
		    "%s-ca %s: one word too many: `%s`",
		    ca_plan_name(planning->kind), word, args->word[1]);
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
