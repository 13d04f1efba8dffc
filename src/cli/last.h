/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_LAST_H
#define COLDCA_CLI_LAST_H

#include <jansson.h>
#include <stdio.h>

#include "coldca/certificate.h"
#include "coldca/ledger.h"

/*
 * The last certificate that was issued under a bundle's name, as the ledger
 * has it. Zero-initialised: none.
 */
struct cli_last {
	struct ca_certificate *certificate; /* owned; NULL: there is none */
	int64_t lifetime;                   /* seconds from its issue on */
	bool revoked;
};

/* What a name gets next. */
struct cli_next_one {
	const struct ca_names *names;
	const struct ca_key_info *key;
	int64_t lifetime; /* seconds from now on */
};

/* The last one of NAME; *RET is new, cli_last_clear() it. */
CA_CHECKED enum ca_code cli_last_find_one(struct ca_ledger *ledger,
    const char *name, struct cli_last *ret, struct ca_error *err);

/* Lines that say what changes from LAST to NEXT. */
void cli_last_show(FILE *out, const struct cli_last *last,
    const struct cli_next_one *next);

/*
 * The same in a few words: "first", "same", "names +1 -2, key, lifetime".
 * *RET_TEXT is new.
 */
CA_CHECKED enum ca_code cli_last_summary(const struct cli_last *last,
    const struct cli_next_one *next, char **ret_text, struct ca_error *err);

/* The same as a new value: null where there is none; NULL: out of memory. */
json_t *cli_last_json(const struct cli_last *last,
    const struct cli_next_one *next);

/* Accepts NULL. */
void cli_last_clear(struct cli_last *last);

#endif
