/* SPDX-License-Identifier: Apache-2.0 */
/* Is this machine fit to be an offline CA? */
#include "cli/doctor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checker.h"
#include "base/file.h"
#include "base/landlock.h"
#include "base/time.h"
#include "cli/json.h"
#include "cli/sandbox.h"
#include "cli/table.h"
#include "cli/term.h"

/* What a whole examination came to. */
struct examination {
	const struct cli *cli;
	struct doctor_machine machine;
	struct cli_table *table; /* or NULL */
	json_t *list;            /* or NULL */
	size_t critical, warnings;
};

/* This machine; *RET has a descriptor to be closed. */
static enum ca_code
look_around(const struct cli *cli, struct doctor_machine *ret,
    struct ca_error *err)
{
	struct doctor_machine machine = {
		.root = -1,
		.cli = cli,
		.now = ca_time_now(),
		.built = COLDCA_BUILT,
		.user = geteuid(),
		.preload = getenv("LD_PRELOAD"),
		.audit = getenv("LD_AUDIT"),
		.landlock = ca_landlock_version(),
		.checker = CA_CHECKER,
	};
	int count;
	enum ca_code rc;

	count = getgroups(DOCTOR_GROUPS_MAX - 1, machine.groups);
	machine.group_count = count > 0 ? (size_t)count : 0;
	machine.groups[machine.group_count++] = getegid();
	machine.has_dir = cli->ca.path != NULL &&
	    stat(cli->ca.path, &machine.dir) == 0 &&
	    statvfs(cli->ca.path, &machine.space) == 0;
	rc = ca_dir_open("/", 0, &machine.root, err);
	if (rc == CA_OK)
		*ret = machine;
	return rc;
}

static enum ca_code
show_row(struct examination *examination, const struct doctor_check *check,
    enum doctor_verdict verdict, const char *text, struct ca_error *err)
{
	const char *const cells[] = { check->name,
		verdict == DOCTOR_BAD ? doctor_severity_name(check->severity)
				      : doctor_verdict_name(verdict),
		text };
	enum ca_code rc;

	if (examination->list != NULL)
		return json_array_append_new(examination->list,
			   json_pack("{s:s,s:s,s:s,s:o,s:s,s:s}", "check",
			       check->name, "severity",
			       doctor_severity_name(check->severity), "verdict",
			       doctor_verdict_name(verdict), "saw",
			       cli_json_text(text), "why", check->why, "mend",
			       check->mend)) == 0
		    ? CA_OK
		    : ca_fail_memory(err);
	rc = cli_table_row(examination->table, cells, err);
	if (rc == CA_OK && verdict == DOCTOR_BAD)
		cli_table_color(examination->table,
		    check->severity == DOCTOR_CRITICAL ? "red" : "brown");
	return rc;
}

static enum ca_code
examine(struct examination *examination, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (const struct doctor_check *c = doctor_checks;
	     c->name != NULL && rc == CA_OK; c++) {
		char text[DOCTOR_TEXT_SIZE] = "";
		enum doctor_verdict verdict =
		    c->look(&examination->machine, text);

		if (verdict == DOCTOR_BAD && c->severity == DOCTOR_CRITICAL)
			examination->critical++;
		if (verdict == DOCTOR_BAD && c->severity == DOCTOR_WARN)
			examination->warnings++;
		rc = show_row(examination, c, verdict, text, err);
	}
	return rc;
}

/* Why each bad one matters, and what to do, below the table. */
static void
explain(const struct doctor_machine *machine)
{
	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		char text[DOCTOR_TEXT_SIZE] = "";

		if (c->look(machine, text) != DOCTOR_BAD)
			continue;
		term_line(stdout, "%s: %s", c->name, c->why);
		term_line(stdout, "    mend: %s", c->mend);
	}
}

static enum ca_code
show(struct examination *examination, struct ca_error *err)
{
	static const char *const headings[] = { "CHECK", "VERDICT", "SEEN" };
	enum ca_code rc;

	if (examination->cli->json) {
		examination->list = json_array();
		rc = examine(examination, err);
		if (rc == CA_OK)
			return cli_json_print(examination->list, err);
		json_decref(examination->list);
		return rc;
	}
	rc = cli_table_new(headings, 3, &examination->table, err);
	if (rc != CA_OK)
		return rc;
	if (isatty(STDOUT_FILENO) == 1)
		cli_table_use_colors(examination->table);
	rc = examine(examination, err);
	if (rc == CA_OK)
		rc = cli_table_print(examination->table, stdout, err);
	if (rc == CA_OK)
		explain(&examination->machine);
	cli_table_free(examination->table);
	return rc;
}

static enum ca_code
refuse(struct ca_error *err, size_t count)
{
	(void)ca_fail(err, CA_ERR_POLICY,
	    "machine: not fit to be an offline CA: %zu critical check%s failed",
	    count, count == 1 ? "" : "s");
	ca_hint(err, "coldca doctor says why each matters, and how to mend it");
	return CA_ERR_POLICY;
}

enum ca_code
cli_doctor(struct cli *cli, struct ca_error *err)
{
	struct examination examination = { .cli = cli };
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    &cli->ca, err);
	if (rc != CA_OK)
		return rc;
	if (cli_args_has(&cli->args, CLI_OPT_SANDBOX))
		return cli_sandbox_show(cli, err);
	rc = look_around(cli, &examination.machine, err);
	if (rc != CA_OK)
		return rc;
	rc = show(&examination, err);
	(void)close(examination.machine.root);
	if (rc == CA_OK && examination.critical > 0)
		return refuse(err, examination.critical);
	if (rc == CA_OK)
		cli_note(cli, "no critical check failed; %zu warning%s",
		    examination.warnings, examination.warnings == 1 ? "" : "s");
	return rc;
}

/* With a token, or with a key that it makes itself. */
static bool
signs(const struct cli_command *command)
{
	const unsigned needs = CLI_NEEDS_WRITER | CLI_NEEDS_TOKEN;

	return (command->needs & needs) == needs ||
	    command->id == CLI_CMD_CREATE_TENANT_SIGNING;
}

enum ca_code
cli_doctor_require(const struct cli *cli, struct ca_error *err)
{
	struct doctor_machine machine;
	struct ca_error failed;
	size_t count = 0;
	enum ca_code rc;

	if (!signs(cli->command) || cli->ca.policy == NULL ||
	    !cli->ca.policy->require_air_gap)
		return CA_OK;
	rc = look_around(cli, &machine, err);
	if (rc != CA_OK)
		return rc;
	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		char text[DOCTOR_TEXT_SIZE] = "";

		if (c->severity != DOCTOR_CRITICAL ||
		    c->look(&machine, text) != DOCTOR_BAD)
			continue;
		(void)ca_fail(&failed, CA_ERR_POLICY, "machine: %s: %s",
		    c->name, text);
		ca_hint(&failed, "%s", c->mend);
		term_error(&failed);
		count++;
	}
	(void)close(machine.root);
	if (count == 0)
		return CA_OK;
	(void)refuse(err, count);
	ca_hint(err,
	    "policy.yaml wants a fit machine: require_air_gap; coldca doctor shows all checks");
	return CA_ERR_POLICY;
}
