/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_COMPROMISE_H
#define COLDCA_CLI_COMPROMISE_H

#include "cli/publish.h"
#include "coldca/revocation.h"

/* One run of `compromise`. */
struct cli_compromise {
	struct cli_publishing publishing;
	uint8_t serial[CA_SERIAL_SIZE];  /* that the command line names */
	const struct ca_certificate *ca; /* the one that is given up */
	bool retired;                    /* it was, before */
	const char *name;                /* "cluster" */
	enum ca_reason reason;
	bool without_crl;
	size_t live;    /* leaves that have not expired */
	size_t revoked; /* those of them that were revoked before */
};

/* Says what will be done. */
void cli_compromise_show(FILE *out, const struct cli_compromise *compromise);

/*
 * What the operator has to do now, in order, on standard output; CRL is NULL
 * where there is none.
 */
CA_CHECKED enum ca_code
cli_compromise_plan(const struct cli_compromise *compromise,
    const struct ca_crl *crl, struct ca_error *err);

#endif
