/* SPDX-License-Identifier: Apache-2.0 */
/* How far a plan is: its steps, and the hosts of the present one. */
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/plan.h"
#include "cli/table.h"
#include "cli/term.h"

/* The hosts of the present step, counted and kept. */
struct hosts {
	size_t count;
	size_t delivered;
	size_t missing;          /* their certificate is */
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
	hosts->missing += host->wants_leaf && !host->has_leaf;
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

static const char *
text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* The hosts whose last request will not do. */
static enum ca_code
show_requests(const struct cli_planning *planning, struct ca_error *err)
{
	static const char *const headings[] = { "Host", "Profile", "Step",
		"Needs a new request, because" };
	const char *command = ca_plan_command(planning->plan.kind);
	struct cli_table *table = NULL;
	json_t *list = NULL, *row;
	size_t index;
	enum ca_code rc = cli_plan_requests(planning, &list, err);

	if (rc == CA_OK && json_array_size(list) > 0)
		rc = cli_table_new(headings, 4, &table, err);
	json_array_foreach(list, index, row)
	{
		char step[] = { (char)('0' +
				    json_integer_value(
					json_object_get(row, "step"))),
			'\0' };
		const char *const cells[] = { text_of(row, "name"),
			text_of(row, "profile"), step, text_of(row, "why") };

		if (rc == CA_OK)
			rc = cli_table_row(table, cells, err);
	}
	if (rc == CA_OK && table != NULL) {
		term_line(stdout, "%s", "");
		rc = cli_table_print(table, stdout, err);
		cli_next(planning->cli,
		    "on these hosts: coldca request --new-key (for the bridge: coldca request client node); then here, in that step: coldca %s emit --request=HOST=FILE",
		    command);
	}
	cli_table_free(table);
	json_decref(list);
	return rc;
}

/* What the operator does next. */
static void
tell(const struct cli_planning *planning, const struct hosts *hosts)
{
	const char *command = ca_plan_command(planning->plan.kind);

	if (hosts->missing > 0)
		cli_next(planning->cli,
		    "%zu host%s no certificate by the new CA yet: coldca %s emit",
		    hosts->missing, hosts->missing == 1 ? " has" : "s have",
		    command);
	else if (hosts->delivered < hosts->count)
		cli_next(planning->cli,
		    "install what %s emit wrote on each host, then: coldca %s delivered NAME...",
		    command, command);
	else
		cli_next(planning->cli, "every host has it: coldca %s next",
		    command);
}

static enum ca_code
show_text(const struct cli_planning *planning, bool ahead, struct ca_error *err)
{
	static const char *const headings[] = { "Host", "Profile", "Expires",
		"Re-issued", "Delivered" };
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
	if (rc == CA_OK && ahead)
		rc = show_requests(planning, err);
	if (rc == CA_OK)
		tell(planning, &hosts);
	return rc;
}

static enum ca_code
show_json(const struct cli_planning *planning, bool ahead, struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	const struct ca_plan_step *step = ca_plan_step(plan->kind, plan->step);
	struct hosts hosts = { .json = json_array() };
	json_t *requests = NULL, *value;
	enum ca_code rc = hosts.json != NULL
	    ? count_hosts(planning, &hosts, err)
	    : ca_fail_memory(err);

	if (rc == CA_OK && ahead)
		rc = cli_plan_requests(planning, &requests, err);
	if (rc != CA_OK) {
		json_decref(hosts.json);
		return rc;
	}
	value = json_pack("{s:s,s:s,s:o,s:i,s:i,s:s,s:o,s:o,s:o,s:o*}", "plan",
	    ca_plan_name(plan->kind), "ca", ca_authority_name(plan->authority),
	    "serial",
	    cli_json_text(ca_certificate_serial_text(plan->certificate)),
	    "step", (int)plan->step, "steps", (int)ca_plan_steps(plan->kind),
	    "name", step->name, "began_at", cli_json_time(plan->began_at),
	    "step_began_at", cli_json_time(plan->step_at), "hosts", hosts.json,
	    "new_requests", requests);
	return cli_json_print(value, err);
}

enum ca_code
cli_plan_show(const struct cli_planning *planning, bool ahead,
    struct ca_error *err)
{
	return planning->cli->json ? show_json(planning, ahead, err)
				   : show_text(planning, ahead, err);
}
