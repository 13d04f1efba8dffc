/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PLAN_H
#define COLDCA_CLI_PLAN_H

#include "cli/cli.h"
#include "coldca/plan.h"

/* One run of `rotate-ca` or `split-ca`. */
struct cli_planning {
	struct cli *cli;
	enum ca_plan_kind kind;
	int64_t now;
	struct ca_plan plan; /* the one that is under way */
};

/*
 * Begins a plan, with the CA that --to names or with one that it makes.
 *
 * CA_ERR_POLICY  another plan is under way, or there is no CA to replace
 * CA_ERR_INPUT   --to names none that stands by
 */
CA_CHECKED enum ca_code cli_plan_begin(const struct cli_planning *planning,
    struct ca_error *err);

/* Prints the steps of the plan and the hosts of the present one. */
CA_CHECKED enum ca_code cli_plan_show(const struct cli_planning *planning,
    struct ca_error *err);

/*
 * Makes what the present step sends: certificates, where it wants some that are
 * not there yet, and a folder for each host under --out. It can be done again
 * at any time.
 *
 * CA_ERR_POLICY  a certificate is refused: its host has to send a new request
 */
CA_CHECKED enum ca_code cli_plan_emit(const struct cli_planning *planning,
    struct ca_error *err);

#endif
