/* SPDX-License-Identifier: Apache-2.0 */
/* What an installation did, and what to do now. */
#include "base/time.h"
#include "cli/install.h"
#include "cli/json.h"
#include "cli/term.h"

/* What running programs want, in the order in which it is done. */
static const struct {
	unsigned bit;
	const char *word;
	const char *text;
} todos[] = {
	{ CA_INSTALL_RELOAD, "reload",
	    "a server that runs reads them on SIGHUP: pkill -SIGHUP -x cockroach" },
	{ CA_INSTALL_RESTART, "restart",
	    "restart the server: it would not reload, as a certificate that it had is gone" },
	{ CA_INSTALL_RECONNECT, "reconnect",
	    "restart or reconnect the clients that use this directory" },
};

#define TODOS (sizeof(todos) / sizeof(todos[0]))

static json_t *
json_todo(unsigned todo)
{
	json_t *list = json_array();

	for (size_t i = 0; i < TODOS; i++)
		if ((todo & todos[i].bit) != 0 &&
		    json_array_append_new(list, json_string(todos[i].word)) !=
			0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *
json_files(const struct ca_installed *installed)
{
	json_t *list = json_array();

	for (size_t i = 0; i < installed->count; i++) {
		const struct ca_installed_file *file = &installed->item[i];
		json_t *item = json_pack("{s:o,s:s,s:b,s:b,s:o}", "file",
		    cli_json_text(file->file), "usage",
		    ca_file_usage_name(file->usage), "changed", file->changed,
		    "new_key", file->new_key, "not_after",
		    cli_json_time(file->not_after));

		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static enum ca_code
show_json(const char *path, const struct ca_installed *installed,
    struct ca_error *err)
{
	return cli_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o}", "certs_dir",
				  cli_json_text(path), "files",
				  json_files(installed), "previous",
				  cli_json_text(installed->previous), "todo",
				  json_todo(installed->todo), "notices",
				  cli_json_findings(&installed->notices)),
	    err);
}

static void
show_notices(const struct ca_installed *installed)
{
	for (size_t i = 0; i < installed->notices.count; i++)
		term_warning("%s", installed->notices.item[i].text);
}

static void
show_todo(const struct cli *cli, unsigned todo)
{
	for (size_t i = 0; i < TODOS; i++)
		if ((todo & todos[i].bit) != 0)
			cli_next(cli, "%s", todos[i].text);
}

static void
show_file(const struct cli *cli, const char *path,
    const struct ca_installed_file *file)
{
	char until[CA_TIME_TEXT_SIZE];

	ca_time_format(file->not_after, until);
	if (file->changed)
		term_line(stdout, "%s/%s", path, file->file);
	cli_note(cli, "%s/%s: %s%s, valid until %s", path, file->file,
	    file->changed ? "installed" : "was there already",
	    file->new_key ? " with its new key" : "", until);
}

enum ca_code
cli_install_show(const struct cli *cli, const char *path,
    const struct ca_installed *installed, struct ca_error *err)
{
	show_notices(installed);
	if (cli->json)
		return show_json(path, installed, err);
	for (size_t i = 0; i < installed->count; i++)
		show_file(cli, path, &installed->item[i]);
	if (installed->previous != NULL)
		cli_note(cli, "%s: the set before, for install --rollback",
		    installed->previous);
	show_todo(cli, installed->todo);
	return CA_OK;
}

enum ca_code
cli_install_show_rollback(const struct cli *cli, const char *path,
    const struct ca_installed *installed, struct ca_error *err)
{
	show_notices(installed);
	if (cli->json)
		return show_json(path, installed, err);
	term_line(stdout, "%s", path);
	cli_note(cli, "%s: is the set before again; what it was is now %s",
	    path, installed->previous);
	show_todo(cli, installed->todo);
	return CA_OK;
}
