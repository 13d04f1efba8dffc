/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command may write: what its options name, and little else. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/path.h"
#include "cli/sandbox.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(id) CLI_BIT(CLI_CMD_##id)

/* How a command writes at the path that an option gives. */
enum way {
	INSIDE, /* in this directory, which it makes where it is missing */
	BESIDE, /* this file: by a temporary one in the same directory */
	ABOVE,  /* this directory, which is exchanged whole */
};

/* One option whose path is written. */
static const struct {
	enum cli_opt opt;
	enum way way;
	uint64_t never; /* commands that only read there */
} options[] = {
	{ CLI_OPT_CA_DIR, INSIDE, 0 },
	{ CLI_OPT_CERTS_DIR, INSIDE, BIT(LIST) | BIT(INSTALL) },
	{ CLI_OPT_CERTS_DIR, ABOVE, ~BIT(INSTALL) },
	{ CLI_OPT_OUT, INSIDE, 0 },
	{ CLI_OPT_OUTPUT, BESIDE, 0 },
	{ CLI_OPT_HEAD_FILE, BESIDE, 0 },
	{ CLI_OPT_INTO, INSIDE, 0 },
	{ CLI_OPT_PREPARE, INSIDE, 0 },
};

/* The same for words of the command line. */
static const struct {
	enum cli_command_id command;
	size_t word;
	enum way way;
} words[] = {
	{ CLI_CMD_LEDGER_BACKUP, 0, INSIDE },
	{ CLI_CMD_DISPATCH, 0, INSIDE },
	{ CLI_CMD_APPROVE, 0, BESIDE },
};

/* Every command's. */
static const struct {
	const char *path;
	enum ca_landlock_right right;
	const char *why;
} common[] = {
	{ "/dev/tty", CA_LANDLOCK_WRITE, "the terminal" },
	{ "/dev/null", CA_LANDLOCK_WRITE, "nowhere" },
	{ "/var/tmp", CA_LANDLOCK_WRITE, "files without a name" },
};

void
cli_writables_clear(struct cli_writables *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->item[i].path);
	free(list->item);
	*list = (struct cli_writables){ 0 };
}

enum ca_code
cli_writables_add(struct cli_writables *list, const char *path,
    enum ca_landlock_right right, const char *why, struct ca_error *err)
{
	struct cli_writable *item = reallocarray(list->item, list->count + 1,
	    sizeof(struct cli_writable));
	enum ca_code rc;

	if (item == NULL)
		return ca_fail_memory(err);
	list->item = item;
	item += list->count;
	*item = (struct cli_writable){ .right = right, .why = why };
	rc = ca_text_format(&item->path, err, "%s", path);
	if (rc == CA_OK)
		list->count++;
	return rc;
}

/* The directory that holds PATH, without slashes at its end. *RET is new. */
static enum ca_code
parent_of(const char *path, char **ret, struct ca_error *err)
{
	size_t len = strlen(path);
	const char *name;
	char *trimmed = NULL;
	enum ca_code rc;

	while (len > 1 && path[len - 1] == '/')
		len--;
	rc = ca_text_format(&trimmed, err, "%.*s", (int)len, path);
	if (rc == CA_OK)
		rc = cli_path_split(trimmed, ret, &name, err);
	free(trimmed);
	return rc;
}

static enum ca_code
add_way(const char *path, enum way way, const char *why,
    struct cli_writables *list, struct ca_error *err)
{
	char *parent = NULL;
	enum ca_code rc;

	if (way == INSIDE && access(path, F_OK) == 0)
		return cli_writables_add(list, path, CA_LANDLOCK_CHANGE, why,
		    err);
	/* Not what the path says: it may be ".", or end with a link. */
	if (way == ABOVE)
		rc = ca_text_format(&parent, err, "%s/..", path);
	else
		rc = parent_of(path, &parent, err);
	if (rc == CA_OK)
		rc = cli_writables_add(list, parent, CA_LANDLOCK_CHANGE, why,
		    err);
	free(parent);
	return rc;
}

/* The path at INDEX of options[], as CLI's command line has it. */
static enum ca_code
add_option(const struct cli *cli, size_t index, struct cli_writables *list,
    struct ca_error *err)
{
	enum cli_opt opt = options[index].opt;
	const struct cli_option *option = cli_option_get(opt);
	const char *why = option->name;
	char *path = NULL;
	enum ca_code rc;

	if ((option->commands & CLI_BIT(cli->command->id)) == 0 ||
	    (options[index].never & CLI_BIT(cli->command->id)) != 0)
		return CA_OK;
	/* No default that is a path: what was not asked for. */
	if (cli_args_value(&cli->args, opt) == NULL && option->env == NULL &&
	    (options[index].way == BESIDE || option->fallback == NULL))
		return CA_OK;
	/* A fault is the command's to tell, where it needs the path at all. */
	if (cli_args_path(&cli->args, opt, &path, err) != CA_OK)
		return CA_OK;
	rc = add_way(path, options[index].way, why, list, err);
	free(path);
	return rc;
}

enum ca_code
cli_sandbox_paths(const struct cli *cli, const char *module,
    struct cli_writables *ret, struct ca_error *err)
{
	struct cli_writables list = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < COUNT(options) && rc == CA_OK; i++)
		rc = add_option(cli, i, &list, err);
	for (size_t i = 0; i < COUNT(words) && rc == CA_OK; i++)
		if (words[i].command == cli->command->id &&
		    words[i].word < cli->args.word_count)
			rc = add_way(cli->args.word[words[i].word],
			    words[i].way, "the command line", &list, err);
	for (size_t i = 0; i < COUNT(common) && rc == CA_OK; i++)
		rc = cli_writables_add(&list, common[i].path, common[i].right,
		    common[i].why, err);
	if (rc == CA_OK && module != NULL)
		rc = cli_sandbox_module(cli, module, &list, err);
	if (rc != CA_OK) {
		cli_writables_clear(&list);
		return rc;
	}
	*ret = list;
	return CA_OK;
}
