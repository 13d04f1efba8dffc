/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_GO_FLAG_H
#define COLDCA_CLI_GO_FLAG_H

#include <stdbool.h>

#include "coldca/error.h"

/*
 * Values as CockroachDB's flags and variables take them, which Go reads.
 */

/* strconv.ParseBool: false where TEXT is no truth value. */
bool cli_go_bool(const char *text, bool *ret);

/*
 * os.ExpandEnv with one difference: `$NAME` and `${NAME}` become the variable's
 * value, but one that is not set, and a `$` with no name behind it, are errors
 * and not nothing. *RET_TEXT is new; free() it.
 *
 * CA_ERR_USAGE  either of these
 */
CA_CHECKED enum ca_code cli_go_expand(const char *text, char **ret_text,
    struct ca_error *err);

/* A check of the option table: the severity of --logtostderr, or NULL. */
CA_CHECKED enum ca_code cli_check_severity(const char *value,
    struct ca_error *err);

#endif
