/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_INSPECT_H
#define COLDCA_CLI_INSPECT_H

#include <jansson.h>

#include "cli/last.h"
#include "coldca/csr.h"
#include "coldca/vet.h"

/* One request, looked at. */
struct cli_view {
	const char *path;
	enum ca_code code;
	struct ca_csr *csr;               /* NULL: it can not be read */
	const struct ca_profile *profile; /* NULL: nothing to sign it by */
	struct ca_grant grant;            /* profile NULL: refused */
	struct ca_findings findings;
	char *hint;    /* the way out of the first refusal; or NULL */
	bool has_last; /* the ledger was asked */
	struct cli_last last;
};

/* Shows VIEW on standard output: what is asked, what would be signed. */
void cli_view_show(const struct cli_view *view);

/* The same as a new value; NULL: out of memory. */
json_t *cli_view_json(const struct cli_view *view);

#endif
