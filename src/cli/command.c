/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <string.h>

const char *
cli_group_name(enum cli_group group)
{
	static const char *const names[CLI_GROUPS] = {
		[CLI_GROUP_JUMPBOX] = "on the jumpbox",
		[CLI_GROUP_HOST] = "on a host",
		[CLI_GROUP_ANYWHERE] = "anywhere",
	};

	return names[group];
}

/* How many of the COUNT words at WORD are NAME; 0: they are not. */
static size_t
match_name(const char *name, const char *const *word, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strcspn(name, " ");

		if (strlen(word[i]) != len || memcmp(name, word[i], len) != 0)
			return 0;
		if (name[len] == '\0')
			return i + 1;
		name += len + 1;
	}
	return 0;
}

const struct cli_command *
cli_command_find(const char *const *word, size_t count, size_t *ret_used)
{
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		size_t used = match_name(c->name, word, count);

		if (used == 0)
			continue;
		*ret_used = used;
		return c;
	}
	return NULL;
}
