/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_POLICY_RECORD_H
#define COLDCA_CLI_POLICY_RECORD_H

#include "base/diff.h"
#include "cli/cli.h"

/*
 * How the policy of CLI differs from the one that the ledger had last:
 * *RET_FOUND is false where it has none. RET_TEXT as in ca_diff().
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code cli_policy_diff(const struct cli_ca *ca,
    struct ca_bytes *ret_text, struct ca_diff_size *ret_size, bool *ret_found,
    struct ca_error *err);

/* Says so, where it was changed since it was last signed under. */
CA_CHECKED enum ca_code cli_policy_tell(const struct cli *cli,
    struct ca_error *err);

/* Records the policy, where it is another than the last: before a signature. */
CA_CHECKED enum ca_code cli_policy_record(const struct cli *cli, int64_t now,
    struct ca_error *err);

#endif
