/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_CLI_H
#define COLDCA_CLI_CLI_H

#include <stdbool.h>

#include "cli/args.h"
#include "cli/cadir.h"
#include "cli/command.h"
#include "coldca/error.h"
#include "coldca/head.h"

/* One run of the program. */
struct cli {
	const struct cli_command *command;
	struct cli_args args;
	struct cli_ca ca;    /* as far as the command needs it */
	struct ca_head head; /* of its ledger, when it was opened */
	bool json;
	bool quiet;
};

/* Runs the command line. On failure ERR has what is left to be said. */
CA_CHECKED enum ca_code cli_run(int argc, char *const *argv,
    struct ca_error *err);

/* A note to the operator, unless --quiet. */
void cli_note(const struct cli *cli, const char *fmt, ...) CA_PRINTF(2, 3);

/* What to do next, unless --quiet. */
void cli_next(const struct cli *cli, const char *fmt, ...) CA_PRINTF(2, 3);

/*
 * Returns CODE with nothing more to be said in ERR: the reasons were printed
 * one by one.
 */
enum ca_code cli_said(struct ca_error *err, enum ca_code code);

/* Shows the help of COMMAND; NULL: the list of commands. */
void cli_help_show(const struct cli_command *command);

/* Prints the tables as lines of tab-separated fields, for tests and shells. */
void cli_help_dump(void);

#endif
