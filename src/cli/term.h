/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_TERM_H
#define COLDCA_CLI_TERM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "coldca/error.h"
#include "coldca/findings.h"

/*
 * The one place that writes: each line is escaped as a whole before anybody
 * sees it, so that nothing from outside can act on a terminal.
 */

#define TERM_ANSWER_MAX 64 /* bytes of a typed answer */

enum term_kind {
	TERM_ERROR,
	TERM_HINT,
	TERM_NOTE,
	TERM_WARNING,
};

/* One line of data to OUT. */
void term_line(FILE *out, const char *fmt, ...) CA_PRINTF(2, 3);

/* Text that is known to be safe, as it is: JSON in ASCII, PEM, our tables. */
void term_text(FILE *out, const char *text);

/*
 * Writes LINE, which is trusted, over the one that it wrote before and that stands
 * at the end of standard error, a terminal; NULL: takes that away, as each message
 * does first. By any thread.
 */
void term_status(const char *line);

/* "coldca: <kind>: <message>" on standard error. */
void term_message(enum term_kind kind, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
void term_warning(const char *fmt, ...) CA_PRINTF(1, 2);
void term_note(const char *fmt, ...) CA_PRINTF(1, 2);
void term_hint(const char *fmt, ...) CA_PRINTF(1, 2);

/* The error and its hint; nothing where it has no message. */
void term_error(const struct ca_error *err);

/*
 * Each refusal as an error and each notice as a note, with OBJECT in front
 * where the text does not begin with it.
 */
void term_findings(const char *object, const struct ca_findings *findings);

/* The operator's own terminal, whatever the standard streams are. */
struct term_tty {
	int fd;    /* to read */
	FILE *out; /* to show and ask */
};

/* CA_ERR_USAGE: this process has no terminal. */
CA_CHECKED enum ca_code term_tty_open(struct term_tty *ret,
    struct ca_error *err);
void term_tty_close(struct term_tty *tty);

/* Asks QUESTION. CA_ERR_POLICY: the answer was not `yes`. */
CA_CHECKED enum ca_code term_tty_confirm(struct term_tty *tty,
    const char *question, struct ca_error *err);

/*
 * Asks QUESTION and, on a line of its own, PROMPT; reads a line into BUF of
 * SIZE bytes.
 *
 * CA_ERR_POLICY  nothing was typed, or too much
 */
CA_CHECKED enum ca_code term_tty_line(struct term_tty *tty,
    const char *question, const char *prompt, char *buf, size_t size,
    struct ca_error *err);

/*
 * Asks QUESTION and reads a line without echo into BUF of SIZE bytes, which
 * the caller wipes. The terminal is as before on return and before any signal
 * that stops or ends the program takes effect.
 *
 * CA_ERR_PIN  nothing was typed, too much, or the question was interrupted
 */
CA_CHECKED enum ca_code term_tty_secret(struct term_tty *tty,
    const char *question, char *buf, size_t size, struct ca_error *err);

#endif
