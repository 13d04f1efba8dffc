/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_PLAN_H
#define COLDCA_CLI_PLAN_H

#include "cli/cli.h"
#include "cli/renewal.h"
#include "coldca/plan.h"

/* One run of `rotate-ca` or `split-ca`. */
struct cli_planning {
	struct cli *cli;
	enum ca_plan_kind kind;
	int64_t now;
	struct ca_plan plan; /* the one that is under way */
};

/* One host of a step, copied. */
struct cli_plan_host {
	char *name;
	char *serial; /* of the certificate that is to be made anew */
	const struct ca_profile *profile;
	bool wants_leaf;
	bool has_leaf;
};

struct cli_plan_hosts {
	struct cli_plan_host *item;
	size_t count;
};

/* The certificates that a step sends and that are not there yet, vetted. */
struct cli_plan_leaves {
	struct cli_renewals renewals;
	struct cli_signing signing; /* its batch borrows from the renewals */
	bool bridge;
};

/*
 * Begins a plan, with the CA that --to names or with one that it makes.
 *
 * CA_ERR_POLICY  another plan is under way, or there is no CA to replace
 * CA_ERR_INPUT   --to names none that stands by
 */
CA_CHECKED enum ca_code cli_plan_begin(const struct cli_planning *planning,
    struct ca_error *err);

/*
 * Prints the steps of the plan and the hosts of the present one; with AHEAD also
 * those whose last request will not do when this step or a later one signs.
 */
CA_CHECKED enum ca_code cli_plan_show(const struct cli_planning *planning,
    bool ahead, struct ca_error *err);

/* The hosts of the step NUMBER. *RET is new; cli_plan_hosts_clear() it. */
CA_CHECKED enum ca_code cli_plan_hosts_read(const struct cli_planning *planning,
    unsigned number, struct cli_plan_hosts *ret, struct ca_error *err);
void cli_plan_hosts_clear(struct cli_plan_hosts *hosts);

/*
 * What the step NUMBER will sign for those of HOSTS that lack it: for the key
 * of their last certificate, or with GIVEN of the request that --request gives.
 * Whose key will not do is a refusal in the batch. *RET is filled in place:
 * cli_plan_leaves_clear() it whatever comes of it.
 *
 * CA_ERR_INPUT  --request: a file that is no request, or nobody's of these
 */
CA_CHECKED enum ca_code cli_plan_leaves_vet(const struct cli_planning *planning,
    unsigned number, const struct cli_plan_hosts *hosts, bool given,
    struct cli_plan_leaves *ret, struct ca_error *err);
void cli_plan_leaves_clear(struct cli_plan_leaves *leaves);

/*
 * The hosts that need a new request: of each its name, profile, the step that
 * signs it, and why, as JSON. *RET is new.
 */
CA_CHECKED enum ca_code cli_plan_requests(const struct cli_planning *planning,
    json_t **ret, struct ca_error *err);

/*
 * Makes what the present step sends: certificates, where it wants some that are
 * not there yet, and a folder for each host under --out. It can be done again
 * at any time.
 *
 * CA_ERR_POLICY  a certificate is refused: its host has to send a new request
 */
CA_CHECKED enum ca_code cli_plan_emit(const struct cli_planning *planning,
    struct ca_error *err);

/*
 * Says, while a plan is under way, whose bundle among those that were signed
 * its step waits for.
 */
CA_CHECKED enum ca_code cli_plan_remind(const struct cli_signing *signing,
    struct ca_error *err);

/* CA_ERR_POLICY: a plan is under way, and another CA would cross it. */
CA_CHECKED enum ca_code cli_plan_check_none(const struct cli *cli,
    const char *what, struct ca_error *err);

#endif
