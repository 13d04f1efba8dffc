/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"

#define TTY_PATH "/dev/tty"

/* How one try to read a secret ended. */
enum outcome {
	OUTCOME_LINE,
	OUTCOME_TOO_LONG,
	OUTCOME_ENDED,       /* end of file, or an error */
	OUTCOME_INTERRUPTED, /* a signal waits that ends the program */
	OUTCOME_STOPPED,     /* a signal waits that stops it: ask again */
};

enum ca_code
term_tty_open(struct term_tty *ret, struct ca_error *err)
{
	int fd = open(TTY_PATH, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int out = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	FILE *stream = out < 0 ? NULL : fdopen(out, "w");

	if (stream == NULL) {
		if (out >= 0)
			(void)close(out);
		if (fd >= 0)
			(void)close(fd);
		return ca_fail(err, CA_ERR_USAGE, "no terminal to ask on");
	}
	*ret = (struct term_tty){ .fd = fd, .out = stream };
	return CA_OK;
}

void
term_tty_close(struct term_tty *tty)
{
	if (tty->out == NULL)
		return;
	(void)fclose(tty->out);
	(void)close(tty->fd);
	*tty = (struct term_tty){ .fd = -1 };
}

/*
 * Reads a line into BUF, waiting for SIGNALS too where that is no -1. What is
 * over SIZE is read and dropped, so that it is not taken for the next answer.
 */
static enum outcome
read_line(int fd, int signals, char *buf, size_t size)
{
	struct pollfd wait[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	size_t len = 0;
	char c = '\0';

	for (;;) {
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return OUTCOME_ENDED;
		if (wait[1].revents != 0)
			return OUTCOME_INTERRUPTED;
		if (wait[0].revents == 0)
			continue;
		if (read(fd, &c, 1) != 1)
			return OUTCOME_ENDED;
		if (c == '\n')
			break;
		if (len < size - 1)
			buf[len] = c;
		len++;
	}
	ca_wipe(&c, sizeof(c));
	if (len > size - 1)
		return OUTCOME_TOO_LONG;
	buf[len] = '\0';
	return OUTCOME_LINE;
}

static void
ask(struct term_tty *tty, const char *question, const char *prompt)
{
	term_line(tty->out, "%s", question);
	term_text(tty->out, prompt);
	(void)fflush(tty->out);
}

enum ca_code
term_tty_line(struct term_tty *tty, const char *question, const char *prompt,
    char *buf, size_t size, struct ca_error *err)
{
	/* What was typed before the question is no answer to it. */
	(void)tcflush(tty->fd, TCIFLUSH);
	ask(tty, question, prompt);
	if (read_line(tty->fd, -1, buf, size) != OUTCOME_LINE)
		return ca_fail(err, CA_ERR_POLICY,
		    "not confirmed: no answer that can be read");
	return CA_OK;
}

enum ca_code
term_tty_confirm(struct term_tty *tty, const char *question,
    struct ca_error *err)
{
	char answer[TERM_ANSWER_MAX] = "";

	if (term_tty_line(tty, question, "Type yes to go on: ", answer,
		sizeof(answer), err) != CA_OK ||
	    strcmp(answer, "yes") != 0)
		return ca_fail(err, CA_ERR_POLICY,
		    "not confirmed: the answer was not `yes`");
	return CA_OK;
}

/*
 * One try with the echo off. The signals of MASK are held back meanwhile and
 * take effect when the caller unblocks them, the terminal being itself again.
 */
static enum outcome
read_hidden(struct term_tty *tty, const char *question, const sigset_t *mask,
    char *buf, size_t size)
{
	int signals = signalfd(-1, mask, SFD_CLOEXEC);
	enum outcome outcome = OUTCOME_ENDED;
	struct termios before, hidden;
	sigset_t pending;

	if (signals < 0)
		return OUTCOME_ENDED;
	if (tcgetattr(tty->fd, &before) < 0)
		goto out;
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	if (tcsetattr(tty->fd, TCSAFLUSH, &hidden) == 0) {
		ask(tty, question, "PIN: ");
		outcome = read_line(tty->fd, signals, buf, size);
		term_text(tty->out, "\n");
		(void)fflush(tty->out);
	}
	(void)tcsetattr(tty->fd, TCSAFLUSH, &before);
	if (outcome == OUTCOME_INTERRUPTED && sigpending(&pending) == 0 &&
	    sigismember(&pending, SIGTSTP) == 1)
		outcome = OUTCOME_STOPPED;
out:
	(void)close(signals);
	return outcome;
}

static enum outcome
ask_hidden(struct term_tty *tty, const char *question, char *buf, size_t size)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	enum outcome outcome;
	sigset_t mask, before;

	(void)sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		(void)sigaddset(&mask, held[i]);
	do {
		(void)sigprocmask(SIG_BLOCK, &mask, &before);
		outcome = read_hidden(tty, question, &mask, buf, size);
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
	} while (outcome == OUTCOME_STOPPED);
	return outcome;
}

enum ca_code
term_tty_secret(struct term_tty *tty, const char *question, char *buf,
    size_t size, struct ca_error *err)
{
	switch (ask_hidden(tty, question, buf, size)) {
	case OUTCOME_LINE:
		if (buf[0] == '\0')
			break;
		return CA_OK;
	case OUTCOME_TOO_LONG:
		return ca_fail(err, CA_ERR_PIN, "PIN: longer than %zu bytes",
		    size - 1);
	case OUTCOME_ENDED:
	case OUTCOME_INTERRUPTED:
	case OUTCOME_STOPPED:
		break;
	}
	return ca_fail(err, CA_ERR_PIN, "PIN: none was typed");
}
