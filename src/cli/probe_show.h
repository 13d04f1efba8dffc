/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PROBE_SHOW_H
#define COLDCA_CLI_PROBE_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "coldca/token.h"

/* "passed", "not trusted", "failed": static. */
const char *cli_probe_result(enum ca_probe_result result);

/* What each attempt showed, as a table. */
CA_CHECKED enum ca_code cli_probe_show(const struct ca_probe *probe, FILE *out,
    struct ca_error *err);

/* The same as a JSON array. */
json_t *cli_probe_json(const struct ca_probe *probe);

/* Whether an attempt to get at the key succeeded: not attributes alone. */
bool cli_probe_way_out(const struct ca_probe *probe);

/*
 * Says on standard error what the result means and, unless the table was
 * SHOWN, which attempts made it so.
 *
 * CA_ERR_TOKEN  there is a way out, or the attributes are not those of a CA's
 *               key; WHAT is what messages call the key
 */
CA_CHECKED enum ca_code cli_probe_judge(const struct ca_probe *probe,
    const char *what, bool shown, struct ca_error *err);

#endif
