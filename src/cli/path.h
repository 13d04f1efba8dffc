/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PATH_H
#define COLDCA_CLI_PATH_H

#include "coldca/error.h"

/*
 * The directory part of PATH ("." where it has none) and, in *RET_NAME, the
 * last part, which is borrowed from PATH. *RET_DIR is new; free() it.
 */
CA_CHECKED enum ca_code cli_path_split(const char *path, char **ret_dir,
    const char **ret_name, struct ca_error *err);

/*
 * Whether files can be made in the directory PATH or, where it is missing, it
 * can be made itself. Asked before a token is touched; the answer may be
 * another by the time it matters.
 *
 * CA_ERR_FILE  they can not
 */
CA_CHECKED enum ca_code cli_path_check_dir(const char *path,
    struct ca_error *err);

#endif
