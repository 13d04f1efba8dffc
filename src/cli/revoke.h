/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_REVOKE_H
#define COLDCA_CLI_REVOKE_H

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/table.h"
#include "coldca/revocation.h"

/* One run of `revoke`: what it is about to revoke. */
struct cli_revoking {
	struct cli *cli;
	int64_t now;             /* seconds since 1970-01-01 UTC */
	struct ca_bytes serials; /* CA_SERIAL_SIZE octets each */
	struct cli_table *table; /* to be shown */
	json_t *json;            /* the same */
	enum ca_code rc;         /* of what a callback does */
	struct ca_error *err;
};

/* How many there are. */
size_t cli_revoking_count(const struct cli_revoking *revoking);

/*
 * Takes up the certificates that the words, --host, --user and --tenant mean,
 * each once. A serial that the ledger does not know is taken up too.
 *
 * CA_ERR_USAGE   none is meant
 * CA_ERR_INPUT   a serial that is none
 * CA_ERR_POLICY  a bundle of which nothing lives
 */
CA_CHECKED enum ca_code cli_revoking_choose(struct cli_revoking *revoking,
    struct ca_error *err);

#endif
