/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/test.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "cli/term.h"

#define WAIT_MS 10000   /* for a question to appear */
#define SHOWN_MAX 4096  /* bytes that one question may show */
#define PIN_SIZE 9      /* bytes of the longest PIN here, with its NUL */
#define EXIT_BAD_PIN 99 /* of a child that read another PIN */

/* A terminal with a program on it that asks, seen from the keyboard's side. */
struct desk {
	int master;
	int slave; /* kept open, so that it can be looked at afterwards */
	pid_t child;
	char shown[SHOWN_MAX];
	size_t len;
};

/* What the programs do. */
static int
ask_secret(void)
{
	struct ca_error err;
	struct term_tty tty;
	char pin[PIN_SIZE];
	enum ca_code rc = term_tty_open(&tty, &err);

	if (rc == CA_OK)
		rc = term_tty_secret(&tty, "token", pin, sizeof(pin), &err);
	if (rc == CA_OK && strcmp(pin, "12345678") != 0)
		return EXIT_BAD_PIN;
	return (int)rc;
}

static int
ask_confirm(void)
{
	struct ca_error err;
	struct term_tty tty;
	enum ca_code rc = term_tty_open(&tty, &err);

	if (rc == CA_OK)
		rc = term_tty_confirm(&tty, "Sign?", &err);
	return (int)rc;
}

/* nohup, and a shell in the background, ignore some of them for what they run. */
static void
mind_signals(void)
{
	static const int minded[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(minded) / sizeof(minded[0]); i++)
		(void)signal(minded[i], SIG_DFL);
}

static void
sit_down(struct desk *desk, int (*program)(void))
{
	memset(desk, 0, sizeof(*desk));
	assert_int_equal(openpty(&desk->master, &desk->slave, NULL, NULL, NULL),
	    0);
	desk->child = fork();
	assert_true(desk->child >= 0);
	if (desk->child == 0) {
		if (login_tty(dup(desk->slave)) != 0)
			_exit(EXIT_BAD_PIN);
		mind_signals();
		_exit(program());
	}
}

/* Waits until TEXT is on the screen. */
static void
await(struct desk *desk, const char *text)
{
	struct pollfd wait = { .fd = desk->master, .events = POLLIN };

	while (strstr(desk->shown, text) == NULL) {
		ssize_t n;

		assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
		n = read(desk->master, desk->shown + desk->len,
		    sizeof(desk->shown) - 1 - desk->len);
		assert_true(n > 0);
		desk->len += (size_t)n;
	}
}

static bool
echoes(const struct desk *desk)
{
	struct termios now;

	assert_int_equal(tcgetattr(desk->slave, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

static void
type(const struct desk *desk, const char *text)
{
	assert_int_equal(write(desk->master, text, strlen(text)),
	    (ssize_t)strlen(text));
}

/* How the program ended, as waitpid() says. */
static int
leave(struct desk *desk)
{
	int status = -1;

	assert_int_equal(waitpid(desk->child, &status, 0), desk->child);
	return status;
}

static void
stand_up(struct desk *desk)
{
	(void)close(desk->master);
	(void)close(desk->slave);
}

static void
assert_pin(const char *typed, int exit_status)
{
	struct desk desk;
	int status;

	sit_down(&desk, ask_secret);
	await(&desk, "PIN: ");
	assert_false(echoes(&desk));
	type(&desk, typed);
	status = leave(&desk);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), exit_status);
	assert_true(echoes(&desk));
	stand_up(&desk);
}

static void
refuses_an_empty_pin(void **state)
{
	(void)state;
	assert_pin("\n", CA_ERR_PIN);
}

static void
refuses_the_end_of_the_terminal(void **state)
{
	(void)state;
	assert_pin("\004", CA_ERR_PIN);
}

static void
refuses_a_pin_that_is_too_long(void **state)
{
	(void)state;
	assert_pin("123456789\n", CA_ERR_PIN);
}

static void
reads_a_pin_with_the_echo_off_and_puts_it_back(void **state)
{
	(void)state;
	assert_pin("12345678\n", CA_OK);
}

static void
lets_the_operator_correct_a_pin(void **state)
{
	(void)state;
	assert_pin("9\025"
		   "1234567\1778\n",
	    EXIT_BAD_PIN);
	assert_pin("9\025"
		   "1234567x\1778\n",
	    CA_OK);
}

static void
does_not_show_the_pin(void **state)
{
	struct desk desk;

	(void)state;
	sit_down(&desk, ask_secret);
	await(&desk, "PIN: ");
	assert_false(echoes(&desk));
	type(&desk, "12345678\n");
	await(&desk, "PIN: \r\n");
	(void)leave(&desk);
	assert_null(strstr(desk.shown, "1234"));
	stand_up(&desk);
}

/* The echo is back, and the program ends by the signal itself. */
static void
assert_dies_tidily(int signal, const char *key)
{
	struct desk desk;
	int status;

	sit_down(&desk, ask_secret);
	await(&desk, "PIN: ");
	assert_false(echoes(&desk));
	type(&desk, "1234");
	if (key != NULL)
		type(&desk, key);
	else
		assert_int_equal(kill(desk.child, signal), 0);
	status = leave(&desk);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signal);
	assert_true(echoes(&desk));
	stand_up(&desk);
}

static void
puts_the_echo_back_before_a_signal_ends_it(void **state)
{
	(void)state;
	assert_dies_tidily(SIGINT, "\003");
	assert_dies_tidily(SIGQUIT, "\034");
	assert_dies_tidily(SIGTERM, NULL);
	assert_dies_tidily(SIGHUP, NULL);
}

static void
assert_confirmed(const char *typed, int exit_status)
{
	struct desk desk;
	int status;

	sit_down(&desk, ask_confirm);
	await(&desk, "yes to go on: ");
	type(&desk, typed);
	status = leave(&desk);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), exit_status);
	stand_up(&desk);
}

static void
takes_nothing_but_yes_for_a_yes(void **state)
{
	(void)state;
	assert_confirmed("\n", CA_ERR_POLICY);
	assert_confirmed("y\n", CA_ERR_POLICY);
	assert_confirmed("YES\n", CA_ERR_POLICY);
	assert_confirmed("yes \n", CA_ERR_POLICY);
	assert_confirmed("yes\004\004", CA_ERR_POLICY);
	assert_confirmed("\004", CA_ERR_POLICY);
}

static void
takes_yes_for_a_yes(void **state)
{
	(void)state;
	assert_confirmed("yes\n", CA_OK);
}

static void
refuses_to_ask_without_a_terminal(void **state)
{
	int status = -1;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		(void)setsid();
		_exit(ask_confirm());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), CA_ERR_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_empty_pin),
		cmocka_unit_test(refuses_the_end_of_the_terminal),
		cmocka_unit_test(refuses_a_pin_that_is_too_long),
		cmocka_unit_test(
		    reads_a_pin_with_the_echo_off_and_puts_it_back),
		cmocka_unit_test(lets_the_operator_correct_a_pin),
		cmocka_unit_test(does_not_show_the_pin),
		cmocka_unit_test(puts_the_echo_back_before_a_signal_ends_it),
		cmocka_unit_test(takes_nothing_but_yes_for_a_yes),
		cmocka_unit_test(takes_yes_for_a_yes),
		cmocka_unit_test(refuses_to_ask_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
