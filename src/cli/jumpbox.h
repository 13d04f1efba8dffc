/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_JUMPBOX_H
#define COLDCA_CLI_JUMPBOX_H

#include "cli/cli.h"
#include "cli/pin.h"
#include "coldca/error.h"
#include "coldca/token.h"

/* One token, as the commands use it. Zero-initialised: not opened. */
struct cli_jumpbox {
	struct ca_uri *uri;
	struct ca_module *module;
	struct ca_token *token;
	struct cli_pin pin; /* borrows from uri */
};

/*
 * The module to load, as a real path: --module, else the module-path of URI
 * (which may be NULL), else the one that the policy pins. *RET_PATH is new, or
 * NULL where none is named anywhere.
 *
 * CA_ERR_TOKEN   no such file
 * CA_ERR_POLICY  not the pinned one, or its SHA-256 is another
 */
CA_CHECKED enum ca_code cli_module_choose(const struct cli *cli,
    const struct ca_uri *uri, char **ret_path, struct ca_error *err);

/*
 * Loads the module at PATH as --module-args and --token-timeout say, under the
 * watchdog. SHA256 is that of the file where it was just compared with the one
 * that is pinned; NULL: it was not. *RET_MODULE is new.
 *
 * CA_ERR_POLICY  --module-args are not those that are pinned with the module
 */
CA_CHECKED enum ca_code cli_module_load(const struct cli *cli, const char *path,
    const uint8_t *sha256, struct ca_module **ret_module, struct ca_error *err);

/* Chooses a module, which there must be, and loads it. *RET_MODULE is new. */
CA_CHECKED enum ca_code cli_module_open(const struct cli *cli,
    const struct ca_uri *uri, struct ca_module **ret_module,
    struct ca_error *err);

/*
 * Opens the token that URI_TEXT names, without login. *RET is new.
 *
 * CA_ERR_USAGE   no URI, or no module is named
 * CA_ERR_POLICY  the wrong module
 * CA_ERR_TOKEN   not there
 */
CA_CHECKED enum ca_code cli_token_open(const struct cli *cli,
    const char *uri_text, struct cli_jumpbox *ret, struct ca_error *err);

/* The same, and holds the token against the CA's mode: CA_ERR_POLICY. */
CA_CHECKED enum ca_code cli_jumpbox_open(const struct cli *cli,
    const char *uri_text, struct cli_jumpbox *ret, struct ca_error *err);

/* Says what the operator must know before a PIN is asked for. */
void cli_token_announce(const struct cli *cli,
    const struct ca_token_info *info);

/* Logs in, asking for the PIN at most once. Codes as ca_token_login(). */
CA_CHECKED enum ca_code cli_jumpbox_login(const struct cli *cli,
    struct cli_jumpbox *jumpbox, struct ca_error *err);

/* A serial number with the token's randomness in it (ca_serial_make()). */
CA_CHECKED enum ca_code cli_jumpbox_serial(struct cli_jumpbox *jumpbox,
    uint8_t ret_serial[CA_SERIAL_SIZE], struct ca_error *err);

/* Burns what an earlier run left pending, and says so. */
CA_CHECKED enum ca_code cli_jumpbox_settle(const struct cli *cli, int64_t now,
    struct ca_error *err);

/* Logs out, unloads, wipes the PIN. Accepts one that was never opened. */
void cli_jumpbox_close(struct cli_jumpbox *jumpbox);

#endif
