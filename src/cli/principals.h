/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PRINCIPALS_H
#define COLDCA_CLI_PRINCIPALS_H

#include "cli/args.h"
#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/principal.h"
#include "coldca/vet.h"

/* Checks of the option table. CA_ERR_INPUT: not of that form. */
CA_CHECKED enum ca_code cli_check_principal_map(const char *value,
    struct ca_error *err);
CA_CHECKED enum ca_code cli_check_dn(const char *value, struct ca_error *err);

/* What every --cert-principal-map says. *RET is new. */
CA_CHECKED enum ca_code cli_principal_map(const struct cli_args *args,
    struct ca_principal_map *ret, struct ca_error *err);

/*
 * Warns where CockroachDB, started with the same --cert-principal-map,
 * --root-cert-distinguished-name or --node-cert-distinguished-name, would not
 * take the certificate of GRANT for the one whose file it is. Nothing of these
 * options gets into a certificate.
 */
CA_CHECKED enum ca_code cli_principals_warn(const struct cli_args *args,
    const struct ca_grant *grant, struct ca_error *err);

#endif
