/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/command.h"

#define WORDS_MAX 16

/* A command line under test. */
struct line {
	struct cli_args args;
	const struct cli_command *command;
	struct ca_error err;
};

/* What the program does with WORDS, which have the NULL at their end. */
static enum ca_code
take(struct line *line, const char *const *words)
{
	const char *argv[WORDS_MAX] = { "coldca" };
	char *mutable[WORDS_MAX];
	enum ca_code rc;
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = words[argc - 1];
	memcpy(mutable, argv, sizeof(mutable));
	memset(line, 0, sizeof(*line));
	rc = cli_args_parse(argc, mutable, &line->args, &line->err);
	if (rc == CA_OK)
		rc = cli_args_command(&line->args, &line->command, &line->err);
	if (rc == CA_OK && line->command != NULL)
		rc = cli_args_check(&line->args, line->command, &line->err);
	return rc;
}

#define TAKE(line, ...) take((line), (const char *const[]){ __VA_ARGS__, NULL })

static void
assert_refused(const char *message, const char *const *words)
{
	struct line line;

	assert_int_equal(take(&line, words), CA_ERR_USAGE);
	assert_string_equal(line.err.message, message);
	cli_args_free(&line.args);
}

#define REFUSED(message, ...) \
	assert_refused((message), (const char *const[]){ __VA_ARGS__, NULL })

static void
refuses_an_empty_value_where_none_is_needed(void **state)
{
	(void)state;
	REFUSED("--erase: needs a value", "token", "init", "--erase=");
}

/* Otherwise the next word would be erased by mistake. */
/* The only option of this kind belongs to a command of the jumpbox. */
#if COLDCA_TOKEN
static void
takes_an_optional_value_only_behind_its_sign(void **state)
{
	struct line line;

	(void)state;
	REFUSED("token init: one word too many: `x`", "token", "init",
	    "--erase", "x");
	assert_ok(TAKE(&line, "token", "init", "--erase", "--label=a"),
	    &line.err);
	assert_true(cli_args_has(&line.args, CLI_OPT_ERASE));
	assert_null(cli_args_value(&line.args, CLI_OPT_ERASE));
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "token", "init", "--erase=x", "--label=a"),
	    &line.err);
	assert_string_equal(cli_args_value(&line.args, CLI_OPT_ERASE), "x");
	cli_args_free(&line.args);
}
#endif

static void
refuses_an_unknown_option(void **state)
{
	(void)state;
	REFUSED("--frobnicate: unknown option", "list", "--frobnicate");
	REFUSED("--frobnicate: unknown option", "list", "--frobnicate=1");
}

static void
refuses_an_abbreviated_option(void **state)
{
	(void)state;
	REFUSED("--certs: unknown option", "list", "--certs=x");
	REFUSED("--certs-dirs: unknown option", "list", "--certs-dirs=x");
}

static void
refuses_an_option_of_one_letter(void **state)
{
	(void)state;
	REFUSED("-v: unknown option", "list", "-v");
	REFUSED("-o: unknown option", "list", "-output");
}

static void
refuses_a_repeated_option(void **state)
{
	(void)state;
	REFUSED("--certs-dir: given twice", "list", "--certs-dir=a",
	    "--certs-dir=b");
	REFUSED("--json: given twice", "list", "--json", "--json");
	/* One name, two options: the value says which. */
	REFUSED("--format: not an option of `export-ca`", "export-ca",
	    "--format=openssl-index");
	REFUSED("--format: not an option of `ledger export`", "ledger",
	    "export", "--format", "pem");
	REFUSED("--format: unknown value `xml`", "ledger", "export",
	    "--format=xml");
}

static void
refuses_an_option_without_its_value(void **state)
{
	(void)state;
	REFUSED("--certs-dir: needs a value", "list", "--certs-dir");
	REFUSED("--certs-dir: needs a value", "list", "--certs-dir=");
	REFUSED("--certs-dir: needs a value", "list", "--certs-dir", "");
}

static void
takes_no_other_option_for_a_value(void **state)
{
	(void)state;
	REFUSED("--certs-dir: needs a value", "list", "--certs-dir", "--json");
}

static void
refuses_a_value_that_is_not_wanted(void **state)
{
	(void)state;
	REFUSED("--json: takes no value", "list", "--json=yes");
	REFUSED("--json: takes no value", "list", "--json=");
}

static void
takes_h_for_help(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "list", "-h"), &line.err);
	assert_true(cli_args_has(&line.args, CLI_OPT_HELP));
	cli_args_free(&line.args);
	REFUSED("-h: unknown option", "list", "-hx");
}

/* Go's flags take a truth value behind their sign, and scripts give one. */
static void
takes_true_and_false_as_go_does(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "list", "--json=true"), &line.err);
	assert_true(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "list", "--json=false"), &line.err);
	assert_false(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "list", "--json=false", "--json"), &line.err);
	assert_true(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "list", "--json=1"), &line.err);
	assert_true(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "list", "--json=F"), &line.err);
	assert_false(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
}

static void
refuses_what_the_table_can_judge(void **state)
{
	static const char *const wrong[] = {
		"--root-cert-distinguished-name=root",
		"--root-cert-distinguished-name=CN=root,",
		"--root-cert-distinguished-name=,CN=root",
		"--root-cert-distinguished-name==root",
		"--root-cert-distinguished-name=CN=a+b",
		"--cert-principal-map=root",
		"--logtostderr=loud",
	};
	static const char *const right[] = {
		"--root-cert-distinguished-name=CN=root",
		"--root-cert-distinguished-name=O=A\\,B, CN=root+UID=1=2",
		"--cert-principal-map=a:b,c:d:e",
		"--logtostderr",
		"--logtostderr=warning",
	};
	struct line line;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(TAKE(&line, "list", wrong[i]), CA_ERR_USAGE);
		assert_memory_equal(line.err.message, wrong[i],
		    strcspn(wrong[i], "="));
		assert_true(line.err.hint[0] != '\0');
		cli_args_free(&line.args);
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_ok(TAKE(&line, "list", right[i]), &line.err);
		cli_args_free(&line.args);
	}
}

static void
refuses_a_value_that_is_none_of_the_alternatives(void **state)
{
	(void)state;
	REFUSED("--mode: unknown value `prod`", "init", "--mode=prod");
	REFUSED("--mode: unknown value `test|production`", "init",
	    "--mode=test|production");
}

static void
refuses_a_pin_and_does_not_repeat_it(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(TAKE(&line, "list", "--pin=8765"), CA_ERR_USAGE);
	assert_non_null(strstr(line.err.message, "--pin: refused"));
	assert_null(strstr(line.err.message, "8765"));
	assert_non_null(strstr(line.err.hint, "--pin-fd"));
	assert_int_equal(TAKE(&line, "list", "--pin", "8765"), CA_ERR_USAGE);
	assert_null(strstr(line.err.message, "8765"));
}

static void
does_not_repeat_the_value_of_an_unknown_option(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(TAKE(&line, "list", "--so-pin=8765"), CA_ERR_USAGE);
	assert_string_equal(line.err.message, "--so-pin: unknown option");
}

static void
refuses_an_option_of_another_command(void **state)
{
	(void)state;
	REFUSED("--out: not an option of `list`", "list", "--out=x");
	REFUSED("--certs-dir: not an option of `ledger list`", "ledger", "list",
	    "--certs-dir=x");
}

static void
refuses_an_unknown_command(void **state)
{
	(void)state;
	REFUSED("frob: unknown command", "frob");
	REFUSED("lis: unknown command", "lis");
	REFUSED("lists: unknown command", "lists");
	REFUSED("ledger: unknown command", "ledger");
	REFUSED("ledger: unknown command", "ledger", "lis");
	REFUSED("ledger list: unknown command", "ledger list");
}

static void
refuses_a_second_cert(void **state)
{
	(void)state;
	REFUSED("cert: unknown command", "cert", "cert", "list");
}

static void
refuses_too_few_and_too_many_words(void **state)
{
	(void)state;
	REFUSED("inspect: needs CSR...", "inspect");
	REFUSED("list: one word too many: `b`", "list", "b");
	REFUSED("list: one word too many: `x`", "list", "x");
}

static void
refuses_what_is_not_a_number(void **state)
{
	static const char *const wrong[] = { "--key-size=-1", "--key-size=+1",
		"--key-size= 1", "--key-size=1x", "--key-size=0x10",
		"--key-size=1023", "--key-size=8193",
		"--key-size=99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		unsigned number = 7;
		struct line line;

		assert_ok(TAKE(&line, "request", "node", "a", wrong[i]),
		    &line.err);
		assert_int_equal(cli_args_number(&line.args, CLI_OPT_KEY_SIZE,
				     1024, 8192, &number, &line.err),
		    CA_ERR_USAGE);
		assert_int_equal(number, 7);
		cli_args_free(&line.args);
	}
}

static void
finds_options_anywhere(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "--certs-dir", "x", "install", "--overwrite", "b",
		      "--json"),
	    &line.err);
	assert_string_equal(line.command->name, "install");
	assert_int_equal(line.args.word_count, 1);
	assert_string_equal(line.args.word[0], "b");
	assert_string_equal(cli_args_value(&line.args, CLI_OPT_CERTS_DIR), "x");
	assert_true(cli_args_has(&line.args, CLI_OPT_OVERWRITE));
	assert_true(cli_args_has(&line.args, CLI_OPT_JSON));
	assert_false(cli_args_has(&line.args, CLI_OPT_QUIET));
	cli_args_free(&line.args);
}

static void
takes_a_value_after_the_first_equals_sign(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "list", "--certs-dir=a=b"), &line.err);
	assert_string_equal(cli_args_value(&line.args, CLI_OPT_CERTS_DIR),
	    "a=b");
	cli_args_free(&line.args);
}

static void
takes_a_value_that_begins_with_one_dash(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "list", "--certs-dir", "-x"), &line.err);
	assert_string_equal(cli_args_value(&line.args, CLI_OPT_CERTS_DIR),
	    "-x");
	cli_args_free(&line.args);
}

static void
takes_everything_after_two_dashes_for_words(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "inspect", "--", "--json", "-x", "--"),
	    &line.err);
	assert_int_equal(line.args.word_count, 3);
	assert_string_equal(line.args.word[0], "--json");
	assert_string_equal(line.args.word[2], "--");
	assert_false(cli_args_has(&line.args, CLI_OPT_JSON));
	cli_args_free(&line.args);
}

static void
keeps_the_order_of_an_option_that_repeats(void **state)
{
	struct line line;
	size_t index = 0;

	(void)state;
	assert_ok(TAKE(&line, "inspect", "--host=a", "x", "--host", "b"),
	    &line.err);
	assert_string_equal(cli_args_next(&line.args, CLI_OPT_HOST, &index),
	    "a");
	assert_string_equal(cli_args_next(&line.args, CLI_OPT_HOST, &index),
	    "b");
	assert_null(cli_args_next(&line.args, CLI_OPT_HOST, &index));
	cli_args_free(&line.args);
}

static void
finds_a_command_of_two_words(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "ledger", "--json", "verify"), &line.err);
	assert_int_equal(line.command->id, CLI_CMD_LEDGER_VERIFY);
	assert_int_equal(line.args.word_count, 0);
	cli_args_free(&line.args);
}

static void
skips_a_leading_cert(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "cert", "list", "--json"), &line.err);
	assert_int_equal(line.command->id, CLI_CMD_LIST);
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "install", "cert"), &line.err);
	assert_int_equal(line.command->id, CLI_CMD_INSTALL);
	cli_args_free(&line.args);
}

static void
finds_no_command_where_there_are_no_words(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "--help"), &line.err);
	assert_null(line.command);
	cli_args_free(&line.args);
}

static void
falls_back_to_the_environment_and_then_to_the_home(void **state)
{
	char *path = NULL;
	struct line line;

	(void)state;
	assert_int_equal(setenv("HOME", "/home/op", 1), 0);
	assert_int_equal(unsetenv("COCKROACH_CERTS_DIR"), 0);
	assert_ok(TAKE(&line, "list"), &line.err);
	assert_ok(cli_args_path(&line.args, CLI_OPT_CERTS_DIR, &path,
		      &line.err),
	    &line.err);
	assert_string_equal(path, "/home/op/.cockroach-certs");
	free(path);
	assert_int_equal(setenv("COCKROACH_CERTS_DIR", "/env", 1), 0);
	assert_ok(cli_args_path(&line.args, CLI_OPT_CERTS_DIR, &path,
		      &line.err),
	    &line.err);
	assert_string_equal(path, "/env");
	free(path);
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "list", "--certs-dir=arg"), &line.err);
	assert_ok(cli_args_path(&line.args, CLI_OPT_CERTS_DIR, &path,
		      &line.err),
	    &line.err);
	assert_string_equal(path, "arg");
	free(path);
	cli_args_free(&line.args);
}

/* As CockroachDB does, but for what would go missing without a word. */
static void
puts_variables_into_the_certificate_directory(void **state)
{
	static const struct {
		const char *value, *path, *message;
	} cases[] = {
		{ "$A", "/a b", NULL },
		{ "${A}/${B_2}x", "/a b/2x", NULL },
		{ "x$A$B_2.", "x/a b2.", NULL },
		{ "$EMPTY/x", "/x", NULL },
		{ "$NONE/x", NULL,
		    "--certs-dir: `$NONE/x`: the variable NONE is not set" },
		{ "x$", NULL,
		    "--certs-dir: `x$`: no variable's name behind a `$`" },
		{ "$2", NULL,
		    "--certs-dir: `$2`: no variable's name behind a `$`" },
		{ "${A", NULL,
		    "--certs-dir: `${A`: no variable's name behind a `$`" },
		{ "${}", NULL,
		    "--certs-dir: `${}`: no variable's name behind a `$`" },
	};

	(void)state;
	assert_int_equal(setenv("A", "/a b", 1), 0);
	assert_int_equal(setenv("B_2", "2", 1), 0);
	assert_int_equal(setenv("EMPTY", "", 1), 0);
	assert_int_equal(unsetenv("NONE"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line line;
		char *path = NULL;
		enum ca_code rc;

		assert_ok(TAKE(&line, "list", "--certs-dir", cases[i].value),
		    &line.err);
		rc = cli_args_path(&line.args, CLI_OPT_CERTS_DIR, &path,
		    &line.err);
		cli_args_free(&line.args);
		if (cases[i].path != NULL) {
			assert_ok(rc, &line.err);
			assert_string_equal(path, cases[i].path);
		} else {
			assert_int_equal(rc, CA_ERR_USAGE);
			assert_string_equal(line.err.message, cases[i].message);
		}
		free(path);
	}
}

static void
leaves_variables_in_other_paths_alone(void **state)
{
	struct line line;
	char *path = NULL;

	(void)state;
	assert_ok(TAKE(&line, "init", "--ca-dir=$A"), &line.err);
	assert_ok(cli_args_path(&line.args, CLI_OPT_CA_DIR, &path, &line.err),
	    &line.err);
	assert_string_equal(path, "$A");
	free(path);
	cli_args_free(&line.args);
}

static void
says_which_alternative_was_given(void **state)
{
	struct line line;

	(void)state;
	assert_ok(TAKE(&line, "init"), &line.err);
	assert_int_equal(cli_args_choice(&line.args, CLI_OPT_MODE), -1);
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "init", "--mode=production"), &line.err);
	assert_int_equal(cli_args_choice(&line.args, CLI_OPT_MODE), 0);
	cli_args_free(&line.args);
	assert_ok(TAKE(&line, "init", "--mode", "test"), &line.err);
	assert_int_equal(cli_args_choice(&line.args, CLI_OPT_MODE), 1);
	cli_args_free(&line.args);
}

static bool
takes(const struct cli_command *command, enum cli_opt opt)
{
	return (cli_option_get(opt)->commands & CLI_BIT(command->id)) != 0;
}

/* Every row says what help and completion need, and says it once. */
static void
has_sound_tables(void **state)
{
	uint64_t seen = 0;

	(void)state;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		assert_non_null(c->run);
		assert_true(c->help != NULL && c->synopsis != NULL);
		assert_true(c->min_words <= c->max_words);
		assert_false((seen & CLI_BIT(c->id)) != 0);
		seen |= CLI_BIT(c->id);
	}
	for (unsigned i = 0; i < CLI_OPTS; i++) {
		const struct cli_option *option = cli_option_get(i);

		assert_non_null(option->name);
		assert_int_not_equal(option->commands, 0);
		/* Two of one name are of different commands. */
		for (unsigned j = 0; j < i; j++)
			if ((option->commands & cli_option_get(j)->commands) !=
			    0)
				assert_string_not_equal(option->name,
				    cli_option_get(j)->name);
	}
}

/* Whatever logs in takes a PIN from a descriptor, or from a URI's pin-source. */
static void
takes_each_way_to_give_a_pin_where_a_token_is_used(void **state)
{
	static const enum cli_opt always[] = { CLI_OPT_PIN_FD, CLI_OPT_PIN,
		CLI_OPT_MODULE, CLI_OPT_MODULE_ARGS, CLI_OPT_TOKEN_TIMEOUT };

	(void)state;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		bool uses = (c->needs & CLI_NEEDS_TOKEN) != 0;
		bool by_uri =
		    takes(c, CLI_OPT_CA_KEY) || takes(c, CLI_OPT_TOKEN);

		for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
			if (takes(c, always[i]) != uses &&
			    !(c->id == CLI_CMD_INIT && !uses))
				fail_msg("%s --%s", c->name,
				    cli_option_get(always[i])->name);
		if (uses && !by_uri)
			fail_msg("%s names no token by a URI", c->name);
	}
	assert_non_null(cli_option_get(CLI_OPT_PIN)->refused);
}

/* A second token, which another URI names, has a PIN of its own. */
static void
takes_a_pin_for_each_token_that_is_logged_in_to(void **state)
{
	(void)state;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		bool both =
		    takes(c, CLI_OPT_RESPONDER) && c->id != CLI_CMD_CREATE_OCSP;

		assert_int_equal(takes(c, CLI_OPT_RESPONDER_PIN_FD), both);
		assert_int_equal(takes(c, CLI_OPT_SO_PIN_FD),
		    c->id == CLI_CMD_TOKEN_INIT);
		assert_int_equal(takes(c, CLI_OPT_NEW_PIN_FD),
		    c->id == CLI_CMD_TOKEN_CHANGE_PIN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_empty_value_where_none_is_needed),
#if COLDCA_TOKEN
		cmocka_unit_test(takes_an_optional_value_only_behind_its_sign),
#endif
		cmocka_unit_test(refuses_an_unknown_option),
		cmocka_unit_test(refuses_an_abbreviated_option),
		cmocka_unit_test(refuses_an_option_of_one_letter),
		cmocka_unit_test(refuses_a_repeated_option),
		cmocka_unit_test(refuses_an_option_without_its_value),
		cmocka_unit_test(takes_no_other_option_for_a_value),
		cmocka_unit_test(refuses_a_value_that_is_not_wanted),
		cmocka_unit_test(
		    refuses_a_value_that_is_none_of_the_alternatives),
		cmocka_unit_test(refuses_a_pin_and_does_not_repeat_it),
		cmocka_unit_test(
		    does_not_repeat_the_value_of_an_unknown_option),
		cmocka_unit_test(refuses_an_option_of_another_command),
		cmocka_unit_test(refuses_an_unknown_command),
		cmocka_unit_test(refuses_a_second_cert),
		cmocka_unit_test(refuses_too_few_and_too_many_words),
		cmocka_unit_test(refuses_what_is_not_a_number),
		cmocka_unit_test(finds_options_anywhere),
		cmocka_unit_test(takes_a_value_after_the_first_equals_sign),
		cmocka_unit_test(takes_a_value_that_begins_with_one_dash),
		cmocka_unit_test(takes_everything_after_two_dashes_for_words),
		cmocka_unit_test(keeps_the_order_of_an_option_that_repeats),
		cmocka_unit_test(finds_a_command_of_two_words),
		cmocka_unit_test(skips_a_leading_cert),
		cmocka_unit_test(finds_no_command_where_there_are_no_words),
		cmocka_unit_test(
		    falls_back_to_the_environment_and_then_to_the_home),
		cmocka_unit_test(takes_h_for_help),
		cmocka_unit_test(takes_true_and_false_as_go_does),
		cmocka_unit_test(puts_variables_into_the_certificate_directory),
		cmocka_unit_test(leaves_variables_in_other_paths_alone),
		cmocka_unit_test(refuses_what_the_table_can_judge),
		cmocka_unit_test(says_which_alternative_was_given),
		cmocka_unit_test(has_sound_tables),
		cmocka_unit_test(
		    takes_each_way_to_give_a_pin_where_a_token_is_used),
		cmocka_unit_test(
		    takes_a_pin_for_each_token_that_is_logged_in_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
