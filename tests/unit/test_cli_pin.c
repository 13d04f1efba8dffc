/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "cli/pin.h"
#include "coldca/policy.h"
#include "support/tmpdir.h"

/* A token whose PIN nobody has tried. */
static const struct ca_token_info token = { .pin_state = CA_PIN_OK };

/* What comes of LEN bytes at TEXT through a descriptor; REST: what is left. */
static enum ca_code
ask_fd(const char *text, size_t len, char pin[CA_PIN_MAX + 1], ssize_t *rest,
    struct ca_error *err)
{
	char left[CA_PIN_MAX + 1];
	struct cli_pin source;
	int fds[2];
	enum ca_code rc;

	memset(pin, 0, CA_PIN_MAX + 1);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, len), (ssize_t)len);
	(void)close(fds[1]);
	source = (struct cli_pin){ .source = CLI_PIN_FD,
		.option = "--pin-fd",
		.fd = fds[0] };
	rc = cli_pin_ask(&token, pin, &source, err);
	*rest = read(fds[0], left, sizeof(left));
	(void)close(fds[0]);
	return rc;
}

static void
refuses_an_empty_pin(void **state)
{
	static const char *const empty[] = { "", "\n", "\r\n", "\n1234\n" };
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		assert_int_equal(ask_fd(empty[i], strlen(empty[i]), pin, &rest,
				     &err),
		    CA_ERR_PIN);
}

static void
refuses_a_pin_with_a_nul_byte(void **state)
{
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	assert_int_equal(ask_fd("12\0"
				"34\n",
			     6, pin, &rest, &err),
	    CA_ERR_PIN);
}

static void
refuses_a_pin_longer_than_any(void **state)
{
	char text[CA_PIN_MAX + 3], pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	memset(text, '7', sizeof(text));
	assert_int_equal(ask_fd(text, CA_PIN_MAX + 1, pin, &rest, &err),
	    CA_ERR_PIN);
	assert_int_equal(ask_fd(text, CA_PIN_MAX + 3, pin, &rest, &err),
	    CA_ERR_PIN);
	assert_null(strstr(err.message, "777"));
}

static void
takes_the_longest_pin_with_its_line_end(void **state)
{
	char text[CA_PIN_MAX + 2], pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	memset(text, '7', sizeof(text));
	memcpy(text + CA_PIN_MAX, "\r\n", 2);
	assert_ok(ask_fd(text, sizeof(text), pin, &rest, &err), &err);
	assert_int_equal(strlen(pin), CA_PIN_MAX);
}

static void
reads_up_to_a_newline_and_leaves_the_rest(void **state)
{
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	assert_ok(ask_fd("1234\nmore", 9, pin, &rest, &err), &err);
	assert_string_equal(pin, "1234");
	assert_int_equal(rest, 4);
}

static void
reads_up_to_the_end(void **state)
{
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	assert_ok(ask_fd("1234", 4, pin, &rest, &err), &err);
	assert_string_equal(pin, "1234");
}

static void
drops_one_line_end_only(void **state)
{
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;
	ssize_t rest;

	(void)state;
	assert_ok(ask_fd(" 12 \r\r\n", 7, pin, &rest, &err), &err);
	assert_string_equal(pin, " 12 \r");
}

static enum ca_code
ask_file(const char *path, char pin[CA_PIN_MAX + 1], struct ca_error *err)
{
	struct cli_pin source = { .source = CLI_PIN_FILE, .path = path };

	memset(pin, 0, CA_PIN_MAX + 1);
	return cli_pin_ask(&token, pin, &source, err);
}

static void
refuses_a_file_that_is_not_there(void **state)
{
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;

	assert_int_equal(ask_file(tmpdir_path(*state, "none"), pin, &err),
	    CA_ERR_PIN);
}

static void
refuses_a_file_of_two_lines(void **state)
{
	const char *path = tmpdir_path(*state, "pin");
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;

	tmpdir_write(path, "1234\n5678\n");
	assert_int_equal(ask_file(path, pin, &err), CA_ERR_PIN);
	tmpdir_write(path, "1234\n\n");
	assert_int_equal(ask_file(path, pin, &err), CA_ERR_PIN);
}

static void
reads_a_file_of_one_line(void **state)
{
	const char *path = tmpdir_path(*state, "pin");
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;

	tmpdir_write(path, "1234\n");
	assert_int_equal(chmod(path, 0600), 0);
	assert_ok(ask_file(path, pin, &err), &err);
	assert_string_equal(pin, "1234");
}

/* The second of two questions about the PIN in a file that is gone by then. */
static enum ca_code
ask_again(const char *path, struct cli_pin *source, char pin[CA_PIN_MAX + 1],
    struct ca_error *err)
{
	tmpdir_write(path, "1234\n");
	assert_int_equal(chmod(path, 0600), 0);
	source->source = CLI_PIN_FILE;
	source->path = path;
	assert_ok(cli_pin_ask(&token, pin, source, err), err);
	assert_int_equal(unlink(path), 0);
	memset(pin, 0, CA_PIN_MAX + 1);
	return cli_pin_ask(&token, pin, source, err);
}

static void
keeps_no_pin_unless_told(void **state)
{
	struct cli_pin source = { 0 };
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;

	assert_int_equal(ask_again(tmpdir_path(*state, "pin"), &source, pin,
			     &err),
	    CA_ERR_PIN);
	assert_null(source.kept.data);
}

static void
keeps_a_pin_until_it_is_forgotten(void **state)
{
	struct cli_pin source = { .keep = true };
	char pin[CA_PIN_MAX + 1];
	struct ca_error err;

	assert_ok(ask_again(tmpdir_path(*state, "pin"), &source, pin, &err),
	    &err);
	assert_string_equal(pin, "1234");
	/* One that can be read only once is what each signature gets. */
	cli_pin_each(&source);
	assert_non_null(source.kept.data);
	assert_ok(cli_pin_ask(&token, pin, &source, &err), &err);
	cli_pin_forget(&source);
	assert_null(source.kept.data);
	assert_int_equal(cli_pin_ask(&token, pin, &source, &err), CA_ERR_PIN);
}

static void
asks_on_the_terminal_for_each_signature(void **state)
{
	struct cli_pin source = { .keep = true };
	struct ca_error err;

	(void)state;
	assert_ok(ca_secret_new(CA_PIN_MAX + 1, &source.kept, &err), &err);
	cli_pin_each(&source);
	assert_null(source.kept.data);
	assert_false(source.keep);
}

/* What a policy may say is what the command line and the token side know. */
static void
every_word_for_a_signer_is_known_everywhere(void **state)
{
	static const char *const words[] = { "auto", "libp11", "engine",
		"cryptoki" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct ca_policy *policy = NULL;
		enum ca_signer_kind kind;
		char text[128];
		struct ca_error err;

		(void)snprintf(text, sizeof(text),
		    "version: 1\nmode: test\nsigner: %s\n", words[i]);
		assert_ok(ca_policy_parse("p", text, strlen(text), &policy,
			      &err),
		    &err);
		assert_true(ca_signer_kind_parse(policy->signer, &kind));
		assert_string_equal(ca_signer_kind_name(kind), words[i]);
		assert_non_null(
		    strstr(cli_option_get(CLI_OPT_SIGNER)->metavar, words[i]));
		ca_policy_free(policy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_empty_pin),
		cmocka_unit_test(refuses_a_pin_with_a_nul_byte),
		cmocka_unit_test(refuses_a_pin_longer_than_any),
		cmocka_unit_test(takes_the_longest_pin_with_its_line_end),
		cmocka_unit_test(reads_up_to_a_newline_and_leaves_the_rest),
		cmocka_unit_test(reads_up_to_the_end),
		cmocka_unit_test(drops_one_line_end_only),
		cmocka_unit_test_setup_teardown(
		    refuses_a_file_that_is_not_there, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test_setup_teardown(refuses_a_file_of_two_lines,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(keeps_no_pin_unless_told,
		    tmpdir_setup, tmpdir_teardown),
		cmocka_unit_test_setup_teardown(
		    keeps_a_pin_until_it_is_forgotten, tmpdir_setup,
		    tmpdir_teardown),
		cmocka_unit_test(asks_on_the_terminal_for_each_signature),
		cmocka_unit_test(every_word_for_a_signer_is_known_everywhere),
		cmocka_unit_test_setup_teardown(reads_a_file_of_one_line,
		    tmpdir_setup, tmpdir_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
