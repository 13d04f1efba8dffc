/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_INSTALL_H
#define COLDCA_CLI_INSTALL_H

#include "cli/cli.h"
#include "coldca/install.h"

/* Says what was put in place in PATH, and what to do now. */
CA_CHECKED enum ca_code cli_install_show(const struct cli *cli,
    const char *path, const struct ca_installed *installed,
    struct ca_error *err);

/* The same after a rollback. */
CA_CHECKED enum ca_code cli_install_show_rollback(const struct cli *cli,
    const char *path, const struct ca_installed *installed,
    struct ca_error *err);

/* `install --check` of PATH. CA_ERR_POLICY, CA_ERR_INPUT: not all is fine. */
CA_CHECKED enum ca_code cli_install_check(const struct cli *cli,
    const char *path, struct ca_error *err);

#endif
