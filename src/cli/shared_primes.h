/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SHARED_PRIMES_H
#define COLDCA_CLI_SHARED_PRIMES_H

#include "cli/batch.h"
#include "cli/cli.h"

/*
 * Holds the key of GRANT against the RSA keys of the ledger, where it is open:
 * one that has a prime in common is added to FINDINGS (key-rsa-shared-prime).
 */
CA_CHECKED enum ca_code cli_shared_primes_judge(struct cli_ca *ca,
    const struct ca_grant *grant, struct ca_findings *findings,
    struct ca_error *err);

/*
 * The same for every item of BATCH that is not refused yet, and for each against
 * those before it: both of two that have a prime in common are refused, with
 * HINT.
 */
CA_CHECKED enum ca_code cli_shared_primes_judge_batch(struct cli_ca *ca,
    struct cli_batch *batch, const char *hint, struct ca_error *err);

#endif
