/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_POLICY_KEY_H
#define COLDCA_CLI_POLICY_KEY_H

#include "cli/cli.h"

/*
 * The URI of the key that is to sign for AUTHORITY: --ca-key, which must not
 * name another one than the policy; else KNOWN, the ledger's, unless the policy
 * names another one; else the policy's. *RET is borrowed, and may be NULL where
 * KNOWN is.
 *
 * CA_ERR_POLICY  --ca-key names a key that the policy does not
 * CA_ERR_USAGE   --ca-key is no URI
 * CA_ERR_INPUT   what the policy has is none
 */
CA_CHECKED enum ca_code cli_policy_key_choose(const struct cli *cli,
    enum ca_authority authority, const char *known, const char **ret,
    struct ca_error *err);

/*
 * Requires that the policy lets the key or token of URI, as it is found, sign
 * for AUTHORITY: CA_ERR_POLICY.
 */
CA_CHECKED enum ca_code cli_policy_key_require(const struct cli *cli,
    enum ca_authority authority, const char *uri, struct ca_error *err);

/* Reads every URI of POLICY, called NAME, by the rules of --ca-key. */
CA_CHECKED enum ca_code cli_policy_keys_check(const struct ca_policy *policy,
    const char *name, struct ca_error *err);

#endif
