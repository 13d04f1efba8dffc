/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PIN_H
#define COLDCA_CLI_PIN_H

#include <stdbool.h>

#include "base/secret.h"
#include "cli/args.h"
#include "coldca/error.h"
#include "coldca/token.h"

/* Where the PIN comes from. */
enum cli_pin_source {
	CLI_PIN_TERMINAL,
	CLI_PIN_FD,
	CLI_PIN_FILE,
};

/* One PIN; cli_pin_choose() makes it. Zero-initialised: nothing is kept. */
struct cli_pin {
	enum cli_pin_source source;
	const char *option; /* static: "--pin-fd" */
	const char *who;    /* static: "User PIN" */
	bool twice;         /* typed a second time: it is a new one */
	bool keep;          /* for when the token wants it once more */
	bool each;          /* it is for one signature */
	int fd;             /* CLI_PIN_FD */
	const char *path;   /* CLI_PIN_FILE; borrowed */
	struct ca_secret kept;
};

/*
 * Chooses the descriptor of OPT, one of those that end in pin-fd, else
 * the pin-source of URI, which may be NULL, else the terminal. Nothing is read
 * yet. *RET borrows from URI.
 *
 * CA_ERR_USAGE  OPT names no open descriptor
 */
CA_CHECKED enum ca_code cli_pin_choose(const struct cli_args *args,
    enum cli_opt opt, const struct ca_uri *uri, struct cli_pin *ret,
    struct ca_error *err);

/* A ca_pin_fn: ARG is a struct cli_pin. What is kept is not asked again. */
CA_CHECKED enum ca_code cli_pin_ask(const struct ca_token_info *info,
    char pin[CA_PIN_MAX + 1], void *arg, struct ca_error *err);

/*
 * From now on PIN is asked for each signature: on the terminal every time,
 * while one that can be read only once is kept.
 */
void cli_pin_each(struct cli_pin *pin);

/* Wipes what is kept, and keeps nothing more. */
void cli_pin_forget(struct cli_pin *pin);

/* Reads it; what cli_pin_ask() does where none is kept. */
CA_CHECKED enum ca_code cli_pin_read(const struct cli_pin *pin,
    const struct ca_token_info *info, char ret[CA_PIN_MAX + 1],
    struct ca_error *err);

#endif
