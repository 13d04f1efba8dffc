/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PIN_H
#define COLDCA_CLI_PIN_H

#include "cli/args.h"
#include "coldca/error.h"
#include "coldca/token.h"

/* Where the PIN comes from. */
enum cli_pin_source {
	CLI_PIN_TERMINAL,
	CLI_PIN_FD,
	CLI_PIN_FILE,
};

struct cli_pin {
	enum cli_pin_source source;
	int fd;           /* CLI_PIN_FD */
	const char *path; /* CLI_PIN_FILE; borrowed */
};

/*
 * Chooses --pin-fd, else the pin-source of URI, else the terminal. Nothing is
 * read yet. *RET borrows from URI.
 *
 * CA_ERR_USAGE  --pin-fd names no open descriptor
 */
CA_CHECKED enum ca_code cli_pin_choose(const struct cli_args *args,
    const struct ca_uri *uri, struct cli_pin *ret, struct ca_error *err);

/* A ca_pin_fn: ARG is a struct cli_pin. */
CA_CHECKED enum ca_code cli_pin_ask(const struct ca_token_info *info,
    char pin[CA_PIN_MAX + 1], void *arg, struct ca_error *err);

#endif
