/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_CADIR_H
#define COLDCA_CLI_CADIR_H

#include <stdbool.h>

#include "cli/args.h"
#include "coldca/blocked_keys.h"
#include "coldca/error.h"
#include "coldca/ledger.h"
#include "coldca/policy.h"

#define CLI_POLICY_FILE "policy.yaml" /* in the CA directory */

/* The CA directory. Zero-initialised: not opened. */
struct cli_ca {
	char *path;                      /* of the directory */
	struct ca_policy *policy;        /* NULL: not read */
	struct ca_bytes text;            /* what it was read from */
	struct ca_ledger *ledger;        /* NULL: not opened */
	struct ca_blocked_keys *blocked; /* NULL: there are none */
	bool blocked_read;               /* the list was looked for */
	struct ca_moduli *moduli;        /* NULL: not read */
};

/*
 * Opens what of the CA directory NEEDS (CLI_NEEDS_ bits) says and *CA has not
 * yet, and says on standard error when it is in test mode. What was opened
 * before one of these stays open.
 *
 * CA_ERR_FILE    there is none
 * CA_ERR_INPUT   its policy is malformed
 * CA_ERR_LEDGER  its ledger can not be used
 */
CA_CHECKED enum ca_code cli_ca_open(const struct cli_args *args, unsigned needs,
    struct cli_ca *ca, struct ca_error *err);

/*
 * The same for a command that can do without: where there is no policy file
 * *CA has its path only.
 */
CA_CHECKED enum ca_code cli_ca_open_optional(const struct cli_args *args,
    unsigned needs, struct cli_ca *ca, struct ca_error *err);

void cli_ca_close(struct cli_ca *ca);

#endif
