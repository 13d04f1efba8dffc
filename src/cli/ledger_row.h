/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_LEDGER_ROW_H
#define COLDCA_CLI_LEDGER_ROW_H

#include "cli/json.h"
#include "coldca/ledger.h"

/* ROW with the PEM of its certificate; NULL where memory ran out. */
json_t *cli_ledger_row_json(const struct ca_ledger_row *row);

/* The certificate of ROW, or NULL in *RET, which is new. */
CA_CHECKED enum ca_code
cli_ledger_row_certificate(const struct ca_ledger_row *row,
    struct ca_certificate **ret, struct ca_error *err);

#endif
