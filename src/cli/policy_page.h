/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_POLICY_PAGE_H
#define COLDCA_CLI_POLICY_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "coldca/error.h"
#include "coldca/policy.h"

/* What POLICY permits, in words and one table for each profile. */
CA_CHECKED enum ca_code cli_policy_page(const struct ca_policy *policy,
    FILE *out, struct ca_error *err);

/* The same as a JSON object, complete; NULL where memory ran out. */
json_t *cli_policy_json(const struct ca_policy *policy);

#endif
