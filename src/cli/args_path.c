/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/args.h"
#include "cli/go_flag.h"

#define HOME_PREFIX "$HOME/"

/* The default of the table. */
static enum ca_code
fall_back(const struct cli_option *option, char **ret_path,
    struct ca_error *err)
{
	const size_t prefix = strlen(HOME_PREFIX);
	const char *path = option->fallback;
	const char *home;

	if (strncmp(path, HOME_PREFIX, prefix) != 0)
		return ca_text_format(ret_path, err, "%s", path);
	home = secure_getenv("HOME");
	if (home == NULL || home[0] == '\0') {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--%s: not given, and HOME is not set", option->name);
		ca_hint(err, "name the directory");
		return CA_ERR_USAGE;
	}
	return ca_text_format(ret_path, err, "%s/%s", home, path + prefix);
}

enum ca_code
cli_args_path(const struct cli_args *args, enum cli_opt opt, char **ret_path,
    struct ca_error *err)
{
	const struct cli_option *option = cli_option_get(opt);
	const char *value = cli_args_value(args, opt);

	if (value == NULL)
		return fall_back(option, ret_path, err);
	if (!option->expands)
		return ca_text_format(ret_path, err, "%s", value);
	if (cli_go_expand(value, ret_path, err) == CA_OK)
		return CA_OK;
	return ca_error_prefix(err, "--%s: `%s`", option->name, value);
}
