/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/go_flag.h"

static enum ca_code
usage(struct ca_error *err, const char *hint)
{
	ca_hint(err, "%s", hint);
	return CA_ERR_USAGE;
}

/* The first option from FROM on whose name is the LEN bytes at NAME; CLI_OPTS: none. */
static enum cli_opt
find_option(unsigned from, const char *name, size_t len)
{
	unsigned i;

	for (i = from; i < CLI_OPTS; i++) {
		const char *other = cli_option_get(i)->name;

		if (strlen(other) == len && memcmp(other, name, len) == 0)
			break;
	}
	return i;
}

/* Which of the words of "a|b|c" VALUE is; -1: none. */
static int
find_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);
	int index = 0;

	for (const char *p = choices;; index++) {
		size_t n = strcspn(p, "|");

		if (n == len && memcmp(p, value, len) == 0)
			return index;
		if (p[n] == '\0')
			return -1;
		p += n + 1;
	}
}

/* Metavariables in lower case are the words themselves. */
static bool
has_choices(const struct cli_option *option)
{
	return option->metavar != NULL &&
	    strpbrk(option->metavar, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
}

/* One name may be that of several options: then the value says which. */
static enum cli_opt
find_by_value(enum cli_opt first, const char *value)
{
	const char *name = cli_option_get(first)->name;
	enum cli_opt opt = first;

	while (opt != CLI_OPTS && value != NULL &&
	    has_choices(cli_option_get(opt)) &&
	    find_choice(cli_option_get(opt)->metavar, value) < 0)
		opt = find_option(opt + 1, name, strlen(name));
	return opt != CLI_OPTS ? opt : first;
}

static enum ca_code
check_value(const struct cli_option *option, const char *value,
    struct ca_error *err)
{
	if (value == NULL && option->optional)
		return CA_OK;
	if (value == NULL || value[0] == '\0') {
		(void)ca_fail(err, CA_ERR_USAGE, "--%s: needs a value",
		    option->name);
		ca_hint(err, "--%s=%s", option->name, option->metavar);
		return CA_ERR_USAGE;
	}
	if (has_choices(option) && find_choice(option->metavar, value) < 0) {
		(void)ca_fail(err, CA_ERR_USAGE, "--%s: unknown value `%s`",
		    option->name, value);
		ca_hint(err, "--%s=%s", option->name, option->metavar);
		return CA_ERR_USAGE;
	}
	return CA_OK;
}

static enum ca_code
refuse_secret(struct ca_error *err, const char *object, const char *reason)
{
	(void)ca_fail(err, CA_ERR_USAGE, "%s: refused: %s", object, reason);
	return usage(err,
	    "use --pin-fd=N, pin-source=file:PATH in the URI, or the terminal");
}

/*
 * Takes the option in argv[*index] and, where its value is the next word,
 * that one too. The value of an option that is refused or unknown is never
 * repeated in a message: it may be a secret.
 */
static enum ca_code
take_option(struct cli_args *args, int argc, char *const *argv, int *index,
    struct ca_error *err)
{
	const char *text = argv[*index] + 2;
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	enum cli_opt opt = find_option(0, text, len);
	const struct cli_option *option;
	bool wanted = true;
	enum ca_code rc;

	if (opt == CLI_OPTS) {
		(void)ca_fail(err, CA_ERR_USAGE, "--%.*s: unknown option",
		    (int)len, text);
		return usage(err, "coldca help");
	}
	option = cli_option_get(opt);
	if (option->refused != NULL)
		return refuse_secret(err, "--pin", option->refused);
	if (cli_args_has(args, opt) && !option->repeats)
		return ca_fail(err, CA_ERR_USAGE, "--%s: given twice",
		    option->name);
	if (option->metavar == NULL && value != NULL) {
		/* As Go's flags of cockroach take them. */
		if (!cli_go_bool(value, &wanted))
			return ca_fail(err, CA_ERR_USAGE,
			    "--%s: takes no value", option->name);
		if (!wanted)
			return CA_OK;
		value = NULL;
	}
	if (option->metavar != NULL && !option->optional && value == NULL &&
	    *index + 1 < argc && strncmp(argv[*index + 1], "--", 2) != 0)
		value = argv[++*index];
	opt = find_by_value(opt, value);
	option = cli_option_get(opt);
	if (option->metavar != NULL) {
		rc = check_value(option, value, err);
		if (rc != CA_OK)
			return rc;
	}
	args->given[args->given_count++] =
	    (struct cli_given){ .opt = opt, .value = value };
	return CA_OK;
}

enum ca_code
cli_args_parse(int argc, char *const *argv, struct cli_args *ret,
    struct ca_error *err)
{
	size_t room = argc > 0 ? (size_t)argc : 1;
	struct cli_args args = { 0 };
	bool ended = false;
	enum ca_code rc = CA_OK;

	args.given = calloc(room, sizeof(*args.given));
	args.word = calloc(room, sizeof(*args.word));
	if (args.given == NULL || args.word == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	for (int i = 1; i < argc && rc == CA_OK; i++) {
		if (ended || argv[i][0] != '-') {
			args.word[args.word_count++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (argv[i][1] == '-') {
			rc = take_option(&args, argc, argv, &i, err);
		} else if (strcmp(argv[i], "-h") == 0) {
			args.given[args.given_count++].opt = CLI_OPT_HELP;
		} else {
			rc = ca_fail(err, CA_ERR_USAGE, "%.2s: unknown option",
			    argv[i]);
			ca_hint(err, "options have long names: coldca help");
		}
	}
	if (rc != CA_OK)
		goto out;
	*ret = args;
	args = (struct cli_args){ 0 };
out:
	cli_args_free(&args);
	return rc;
}

enum ca_code
cli_args_command(struct cli_args *args, const struct cli_command **ret_command,
    struct ca_error *err)
{
	const struct cli_command *command = NULL;
	size_t used = 0, skip = 0;

	/* `cockroach cert create-ca` needs only its first word changed. */
	if (args->word_count > 0 && strcmp(args->word[0], "cert") == 0)
		skip = 1;
	if (args->word_count > skip) {
		command = cli_command_find(args->word + skip,
		    args->word_count - skip, &used);
		if (command == NULL) {
			(void)ca_fail(err, CA_ERR_USAGE, "%s: unknown command",
			    args->word[skip]);
			return usage(err, "coldca help");
		}
	}
	used += skip;
	args->word_count -= used;
	memmove(args->word, args->word + used,
	    args->word_count * sizeof(*args->word));
	*ret_command = command;
	return CA_OK;
}

/* What the table can judge of the values given. */
static enum ca_code
check_values(const struct cli_args *args, struct ca_error *err)
{
	for (size_t i = 0; i < args->given_count; i++) {
		const struct cli_given *given = &args->given[i];
		const struct cli_option *option = cli_option_get(given->opt);

		if (option->check == NULL ||
		    option->check(given->value, err) == CA_OK)
			continue;
		err->code = CA_ERR_USAGE;
		return ca_error_prefix(err, "--%s", option->name);
	}
	return CA_OK;
}

static enum ca_code
check_words(const struct cli_args *args, const struct cli_command *command,
    struct ca_error *err)
{
	if (args->word_count >= command->min_words &&
	    args->word_count <= command->max_words)
		return CA_OK;
	if (args->word_count < command->min_words)
		(void)ca_fail(err, CA_ERR_USAGE, "%s: needs %s", command->name,
		    command->synopsis);
	else
		(void)ca_fail(err, CA_ERR_USAGE, "%s: one word too many: `%s`",
		    command->name, args->word[command->max_words]);
	ca_hint(err, "coldca help %s", command->name);
	return CA_ERR_USAGE;
}

enum ca_code
cli_args_check(const struct cli_args *args, const struct cli_command *command,
    struct ca_error *err)
{
	uint64_t bit = CLI_BIT(command->id);
	enum ca_code rc;

	for (size_t i = 0; i < args->given_count; i++) {
		const struct cli_option *option =
		    cli_option_get(args->given[i].opt);

		if ((option->commands & bit) != 0)
			continue;
		(void)ca_fail(err, CA_ERR_USAGE, "--%s: not an option of `%s`",
		    option->name, command->name);
		ca_hint(err, "coldca help %s", command->name);
		return CA_ERR_USAGE;
	}
	for (unsigned i = 0; i < CLI_OPTS; i++) {
		const struct cli_option *option = cli_option_get(i);

		if (option->refused != NULL && (option->commands & bit) != 0 &&
		    secure_getenv(option->env) != NULL)
			return refuse_secret(err, option->env, option->refused);
	}
	rc = check_values(args, err);
	return rc == CA_OK ? check_words(args, command, err) : rc;
}

bool
cli_args_has(const struct cli_args *args, enum cli_opt opt)
{
	for (size_t i = 0; i < args->given_count; i++)
		if (args->given[i].opt == opt)
			return true;
	return false;
}

const char *
cli_args_next(const struct cli_args *args, enum cli_opt opt, size_t *index)
{
	while (*index < args->given_count) {
		const struct cli_given *given = &args->given[(*index)++];

		if (given->opt == opt)
			return given->value;
	}
	return NULL;
}

const char *
cli_args_value(const struct cli_args *args, enum cli_opt opt)
{
	const char *env = cli_option_get(opt)->env;
	size_t index = 0;
	const char *value = cli_args_next(args, opt, &index);

	if (value == NULL && env != NULL)
		value = secure_getenv(env);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

int
cli_args_choice(const struct cli_args *args, enum cli_opt opt)
{
	const char *value = cli_args_value(args, opt);

	if (value == NULL)
		return -1;
	return find_choice(cli_option_get(opt)->metavar, value);
}

enum ca_code
cli_args_number(const struct cli_args *args, enum cli_opt opt, unsigned min,
    unsigned max, unsigned *ret, struct ca_error *err)
{
	const char *value = cli_args_value(args, opt);
	unsigned long number;
	char *end;

	if (value == NULL)
		return CA_OK;
	errno = 0;
	number = strtoul(value, &end, 10);
	/* strtoul() also takes signs and white space. */
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    number < min || number > max)
		return ca_fail(err, CA_ERR_USAGE,
		    "--%s: `%s` is not a number from %u to %u",
		    cli_option_get(opt)->name, value, min, max);
	*ret = (unsigned)number;
	return CA_OK;
}

void
cli_args_free(struct cli_args *args)
{
	free(args->given);
	free(args->word);
	*args = (struct cli_args){ 0 };
}
