/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_LISTING_H
#define COLDCA_CLI_LISTING_H

#include "base/spool.h"
#include "coldca/bundle.h"

/*
 * The files of the bundles that a run wrote, as ca_bundles_write() lists them: of
 * thousands they wait outside of memory for the response manifest.
 */
struct cli_listing {
	struct ca_bundle_files files; /* in memory, behind those that are not */
	struct ca_spool aside;        /* closed: all are in memory */
};

#define CLI_LISTING_NONE                \
	{                               \
		.aside = CA_SPOOL_NONE, \
	}

/* Has LISTING, which is empty, use a file without a name in the directory DIR. */
CA_CHECKED enum ca_code cli_listing_open(struct cli_listing *listing,
    const char *dir, struct ca_error *err);

/* Moves what is in memory there; where there is no room for it, it stays. */
void cli_listing_set_aside(struct cli_listing *listing);

/* Appends all of LISTING to BODY. */
CA_CHECKED enum ca_code cli_listing_append(const struct cli_listing *listing,
    struct ca_bytes *body, struct ca_error *err);

void cli_listing_clear(struct cli_listing *listing);

#endif
