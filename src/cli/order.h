/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_ORDER_H
#define COLDCA_CLI_ORDER_H

#include "cli/args.h"
#include "coldca/error.h"
#include "coldca/vet.h"

/*
 * The profile that WORD names, of those that a host can ask for.
 *
 * CA_ERR_USAGE  another word
 */
CA_CHECKED enum ca_code cli_order_profile(const char *word,
    const struct ca_profile **ret_profile, struct ca_error *err);

/* Reads --lifetime; *RET is left alone where it is not given. */
CA_CHECKED enum ca_code cli_order_lifetime(const struct cli_args *args,
    int64_t *ret, struct ca_error *err);

/*
 * Reads --key-type and --key-size; the latter alone asks for RSA. *RET_BITS is 0
 * unless the kind is RSA.
 *
 * CA_ERR_USAGE  a size for another kind, or another size
 */
CA_CHECKED enum ca_code cli_order_key(const struct cli_args *args,
    enum ca_key_kind *ret_kind, unsigned *ret_bits, struct ca_error *err);

/*
 * Reads --tenant-scope and --tenant-name-scope, each of which repeats and may
 * hold several, separated by commas. *RET is new; ca_names_clear() it.
 *
 * CA_ERR_USAGE  PROFILE has no user
 * CA_ERR_INPUT  not a scope
 */
CA_CHECKED enum ca_code cli_order_scopes(const struct cli_args *args,
    const struct ca_profile *profile, struct ca_names *ret,
    struct ca_error *err);

/*
 * What --host, --user, --tenant, --ca, the scopes, --names-from-request,
 * --drop-extra, --allow-root, --allow-node and --lifetime order for PROFILE. *RET is new; ca_order_clear() it.
 *
 * CA_ERR_USAGE              options that do not go together, or with PROFILE
 * CA_ERR_INPUT, _POLICY     a name that is none, or a reserved one
 */
CA_CHECKED enum ca_code cli_order_make(const struct cli_args *args,
    const struct ca_profile *profile, struct ca_order *ret,
    struct ca_error *err);

#endif
