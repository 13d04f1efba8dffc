/* SPDX-License-Identifier: Apache-2.0 */
/* `doctor --sandbox`: the sandbox of a command that signs, for people. */
#include "base/landlock.h"
#include "cli/json.h"
#include "cli/sandbox.h"
#include "cli/term.h"

static const char *
right_name(enum ca_landlock_right right)
{
	return right == CA_LANDLOCK_CHANGE ? "files come and go"
					   : "what is there is written";
}

static void
show_paths(const struct cli_writables *list)
{
	int version = ca_landlock_version();

	if (version == 0)
		term_line(stdout,
		    "this kernel has no Landlock: writing is bounded by file permissions alone");
	else
		term_line(stdout, "written only below (Landlock %d)", version);
	for (size_t i = 0; i < list->count; i++)
		term_line(stdout, "  %s: %s; %s", list->item[i].path,
		    right_name(list->item[i].right), list->item[i].why);
}

static json_t *
paths_json(const struct cli_writables *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count && array != NULL; i++)
		if (json_array_append_new(array,
			json_pack("{s:o,s:b,s:s}", "path",
			    cli_json_text(list->item[i].path), "makes_files",
			    list->item[i].right == CA_LANDLOCK_CHANGE, "why",
			    list->item[i].why)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

/* Of a command that signs; in a build for hosts, of one that installs. */
static const struct cli_command *
shown_command(void)
{
	static const char *const words[] = { "sign", "install" };
	const struct cli_command *command = NULL;
	size_t used;

	for (size_t i = 0; i < 2 && command == NULL; i++)
		command = cli_command_find(&words[i], 1, &used);
	return command;
}

enum ca_code
cli_sandbox_show(const struct cli *cli, struct ca_error *err)
{
	struct cli_writables list = { 0 };
	struct cli shown = *cli;
	unsigned needs;
	enum ca_code rc;

	shown.command = shown_command();
	needs = cli_sandbox_needs(&shown);
	rc = cli_sandbox_paths(&shown, cli_sandbox_module_name(&shown), &list,
	    err);
	if (rc != CA_OK)
		return rc;
	if (cli->json) {
		rc = cli_json_print(json_pack("{s:s,s:o,s:i,s:o,s:b}",
					"command", shown.command->name, "calls",
					cli_sandbox_calls_json(needs),
					"landlock", ca_landlock_version(),
					"paths", paths_json(&list), "network",
					(needs & CLI_SANDBOX_NETWORK) != 0),
		    err);
	} else {
		term_line(stdout, "coldca %s", shown.command->name);
		cli_sandbox_calls_show(needs);
		show_paths(&list);
	}
	cli_writables_clear(&list);
	return rc;
}
