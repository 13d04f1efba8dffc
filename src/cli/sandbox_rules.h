/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SANDBOX_RULES_H
#define COLDCA_CLI_SANDBOX_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/checker.h"

/*
 * Which system calls are allowed. sandbox_compile.c makes programs for the
 * kernel of it, when coldca is built, and sandbox_calls.c shows it to people.
 */

/* Why a system call is allowed. Bits. */
#define CLI_SANDBOX_CORE 1U       /* memory, time, files, the terminal */
#define CLI_SANDBOX_THREADS 2U    /* and the threads of a batch */
#define CLI_SANDBOX_NAMES 4U      /* sockets of this machine: name services */
#define CLI_SANDBOX_MODULE 8U     /* a PKCS#11 module and its daemon */
#define CLI_SANDBOX_NETWORK 16U   /* policy: token_network */
#define CLI_SANDBOX_ADDRESSES 32U /* install: what this host is called */
#define CLI_SANDBOX_CHECKER 64U   /* a build with AddressSanitizer */

/* What every command needs, and of what some need any part beside. */
#define CLI_SANDBOX_ALWAYS                                            \
	(CLI_SANDBOX_CORE | CLI_SANDBOX_THREADS | CLI_SANDBOX_NAMES | \
	    (CA_CHECKER ? CLI_SANDBOX_CHECKER : 0U))
#define CLI_SANDBOX_CHOICES \
	(CLI_SANDBOX_MODULE | CLI_SANDBOX_NETWORK | CLI_SANDBOX_ADDRESSES)

/*
 * The set of needs after NEEDS that a command can have; that after the last one
 * is the first: CLI_SANDBOX_ALWAYS.
 */
unsigned cli_sandbox_next_needs(unsigned needs);

/* Calls with any arguments. */
struct cli_sandbox_plain {
	unsigned needs; /* any of these bits */
	const char *what;
	const char *calls; /* names with spaces between; NULL ends the table */
};

/*
 * One rule: calls with an argument `arg` that, under MASK, is VALUE. Where a
 * bound is of the process itself, VALUE is put in when it is applied.
 */
struct cli_sandbox_rule {
	const char *call; /* NULL ends the table */
	unsigned needs;   /* any of these bits */
	const char *text; /* the bound, for people */
	uint64_t mask, value;
	unsigned arg;
	bool own; /* VALUE is our process */
};

extern const struct cli_sandbox_plain cli_sandbox_plain[];
extern const struct cli_sandbox_rule cli_sandbox_bounded[];

/*
 * What somebody would try first. Like all that is allowed nowhere it fails with
 * EPERM; it is named so that it is shown.
 */
extern const char cli_sandbox_refused[];

/*
 * Numbers that all architectures share, and from which on calls are newer than
 * what libraries can do without: these try them, and go by ENOSYS.
 */
#define CLI_SANDBOX_NEW_FIRST 424
#define CLI_SANDBOX_NEW_LAST 511

#define CLI_SANDBOX_CALL_SIZE 32 /* bytes of a call's name, with the NUL */

/* Puts the next word of *LIST into CALL; false: there is none. */
bool cli_sandbox_next_call(const char **list, char call[CLI_SANDBOX_CALL_SIZE]);

#endif
