/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_KNOWN_KEYS_H
#define COLDCA_CLI_KNOWN_KEYS_H

#include "cli/batch.h"
#include "cli/cli.h"

/* The way out of what is refused here. */
#define CLI_REUSED_HINT \
	"on the host: coldca request --new-key, which makes a key and a new request"

/*
 * Holds the key of GRANT, which is for NAME, against what the CA directory
 * knows: its list of blocked keys (rule key-blocked) and, where it is open,
 * the ledger (see ca_ledger_judge_key() and cli_shared_primes_judge()). What is
 * wrong is added to FINDINGS;
 * an error is about the list or the ledger.
 */
CA_CHECKED enum ca_code cli_known_key_judge(struct cli_ca *ca,
    const struct ca_grant *grant, const char *name,
    struct ca_findings *findings, struct ca_error *err);

/*
 * The same for every item of BATCH that is not refused yet; and two that have
 * one key and two names (key-reused), or a prime in common
 * (key-rsa-shared-prime), are both refused.
 */
CA_CHECKED enum ca_code cli_known_keys_judge_batch(struct cli_ca *ca,
    struct cli_batch *batch, struct ca_error *err);

/* The same for a CA's or responder's key; a refusal is an error. */
CA_CHECKED enum ca_code cli_known_key_check(struct cli_ca *ca,
    const struct ca_grant *grant, const char *name,
    struct ca_findings *findings, struct ca_error *err);

#endif
