/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/term.h"

#define COMMAND_WIDTH 17 /* columns of the longest command and a gap */
#define OPTION_WIDTH 24  /* columns of most options with their values */

static void
show_statuses(void)
{
	term_text(stdout, "\nexit status\n");
	for (const struct cli_status *s = cli_statuses; s->help; s++)
		term_line(stdout, "  %d  %s", (int)s->code, s->help);
}

static void
show_commands(void)
{
	term_text(stdout, "usage: coldca COMMAND [OPTION]... [WORD]...\n");
	for (unsigned group = 0; group < CLI_GROUPS; group++) {
		term_line(stdout, "%s", "");
		term_line(stdout, "%s", cli_group_name(group));
		for (const struct cli_command *c = cli_commands; c->name; c++)
			if (c->group == group)
				term_line(stdout, "  %-*s %s", COMMAND_WIDTH,
				    c->name, c->help);
	}
	show_statuses();
	term_text(stdout, "\ncoldca help COMMAND tells more of one.\n");
}

/* "default: " what stands in for the option, in the order it is asked. */
static void
show_default(const struct cli_option *option)
{
	const char *separator = "default: ";

	if (option->env == NULL && option->fallback == NULL)
		return;
	(void)printf("  %*s", OPTION_WIDTH, "");
	if (option->env != NULL) {
		(void)printf("%s$%s", separator, option->env);
		separator = ", ";
	}
	if (option->fallback != NULL)
		(void)printf("%s%s", separator, option->fallback);
	(void)putchar('\n');
}

/* "  --out=DIR   where the bundles go"; a long one has a line to itself. */
static void
show_option(const struct cli_option *option)
{
	bool value = option->metavar != NULL;
	const char *before = !value ? "" : option->optional ? "[=" : "=";
	int width = printf("  --%s%s%s%s", option->name, before,
	    value ? option->metavar : "", value && option->optional ? "]" : "");

	if (width > OPTION_WIDTH) {
		(void)putchar('\n');
		width = 0;
	}
	term_line(stdout, "%*s%s", OPTION_WIDTH + 2 - width, "", option->help);
	show_default(option);
}

void
cli_help_show(const struct cli_command *command)
{
	if (command == NULL) {
		show_commands();
		return;
	}
	term_line(stdout, "usage: coldca %s [OPTION]...%s%s", command->name,
	    command->synopsis[0] != '\0' ? " " : "", command->synopsis);
	term_line(stdout, "%s", "");
	term_line(stdout, "%s (%s)", command->help,
	    cli_group_name(command->group));
	if (command->notes != NULL)
		term_text(stdout, command->notes);
	term_text(stdout, "\noptions\n");
	for (unsigned i = 0; i < CLI_OPTS; i++) {
		const struct cli_option *option = cli_option_get(i);

		if (option->help != NULL &&
		    (option->commands & CLI_BIT(command->id)) != 0)
			show_option(option);
	}
	show_statuses();
}

/* One field of a line of the dump: never empty, so that a shell can read it. */
static const char *
field(const char *text)
{
	return text == NULL || text[0] == '\0' ? "-" : text;
}

static void
dump_option(const struct cli_option *option)
{
	const char *separator = "\t";

	if (option->help == NULL)
		return;
	(void)printf("option\t%s\t%s%s%s\t%s\t%s\t%s\t%s", option->name,
	    option->optional ? "[" : "", field(option->metavar),
	    option->optional ? "]" : "", field(option->env),
	    field(option->fallback), option->repeats ? "repeats" : "once",
	    option->help);
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		if ((option->commands & CLI_BIT(c->id)) == 0)
			continue;
		(void)printf("%s%s", separator, c->name);
		separator = ",";
	}
	(void)putchar('\n');
}

/* Each line of the notes of COMMAND; "-" is an empty one. */
static void
dump_notes(const struct cli_command *command)
{
	const char *line = command->notes;

	while (line != NULL && *line != '\0') {
		size_t len = strcspn(line, "\n");

		(void)printf("note\t%s\t%.*s\n", command->name,
		    len != 0 ? (int)len : 1, len != 0 ? line : "-");
		line += len + (line[len] == '\n');
	}
}

void
cli_help_dump(void)
{
	for (const struct cli_command *c = cli_commands; c->name; c++)
		(void)printf("command\t%s\t%s\t%s\t%s\n", c->name,
		    field(c->synopsis), cli_group_name(c->group), c->help);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		dump_notes(c);
	for (unsigned i = 0; i < CLI_OPTS; i++)
		dump_option(cli_option_get(i));
	for (const struct cli_status *s = cli_statuses; s->help; s++)
		(void)printf("status\t%d\t%s\n", (int)s->code, s->help);
}

enum ca_code
cli_help(struct cli *cli, struct ca_error *err)
{
	const struct cli_command *command = NULL;
	enum ca_code rc;

	rc = cli_args_command(&cli->args, &command, err);
	if (rc == CA_OK && cli->args.word_count > 0)
		rc = ca_fail(err, CA_ERR_USAGE, "help: one word too many: `%s`",
		    cli->args.word[0]);
	if (rc == CA_OK)
		cli_help_show(command);
	return rc;
}
