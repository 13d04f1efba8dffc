/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_ERROR_H
#define COLDCA_ERROR_H

#include <stdarg.h>

/*
 * How a call ended. The program turns the code into its exit status, so a
 * code is added at the end and never renumbered.
 */
enum ca_code {
	CA_OK = 0,
	CA_ERR_INTERNAL = 1, /* out of memory, or a bug */
	CA_ERR_USAGE = 2,    /* the command line is wrong */
	CA_ERR_INPUT = 3,    /* something given to us is malformed */
	CA_ERR_POLICY = 4,   /* well formed, but refused */
	CA_ERR_TOKEN = 5,    /* the token is absent, unfit or failed */
	CA_ERR_PIN = 6,      /* the PIN is missing, wrong or locked */
	CA_ERR_LEDGER = 7,   /* the ledger is locked, damaged or too new */
	CA_ERR_FILE = 8,     /* a file can not be read or written */
};

#define CA_ERROR_SIZE 1024 /* bytes, with the final NUL */
#define CA_HINT_SIZE 512   /* bytes, with the final NUL */

/*
 * Why a call failed. Texts may hold what came from outside: whoever shows
 * them on a terminal escapes them first.
 */
struct ca_error {
	enum ca_code code;
	/* The rule that was broken, "csr-version": static; NULL: none has a name. */
	const char *rule;
	/* What a call of the PKCS#11 module ended with; 0: none failed. */
	unsigned long ckr;
	char message[CA_ERROR_SIZE]; /* one line, no prefix, no full stop */
	char hint[CA_HINT_SIZE]; /* the way out; empty where none is known */
};

#define CA_CHECKED __attribute__((warn_unused_result))
#define CA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/*
 * Records CODE and a message in ERR, replacing what was there, clears the
 * hint and returns CODE, so that a failing path is one statement. A message
 * longer than CA_ERROR_SIZE is cut.
 */
enum ca_code ca_fail(struct ca_error *err, enum ca_code code, const char *fmt,
    ...) CA_PRINTF(3, 4);

/*
 * The same for a RULE with a name that tests and reports can rely on, as in
 * struct ca_finding. RULE is static.
 */
enum ca_code ca_fail_rule(struct ca_error *err, enum ca_code code,
    const char *rule, const char *fmt, ...) CA_PRINTF(4, 5);

/* Adds the way out to the error that ca_fail() has just recorded. */
void ca_hint(struct ca_error *err, const char *fmt, ...) CA_PRINTF(2, 3);

/* Puts "PREFIX: " in front of the message and returns the error's code. */
enum ca_code ca_error_prefix(struct ca_error *err, const char *fmt, ...)
    CA_PRINTF(2, 3);

/* Records that memory ran out. */
enum ca_code ca_fail_memory(struct ca_error *err);

#endif
