/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_FILTER_H
#define COLDCA_CORE_LEDGER_FILTER_H

#include "core/ledger_internal.h"

/*
 * The state of a filter beyond enum ca_state: burned, and revoked since. Such
 * are listed with those of CA_STATE_REVOKED, by a walk of their own: one says
 * so in table revocation, the other in its entry.
 */
#define CA_LEDGER_BURNED_REVOKED ((int)CA_STATE_REVOKED + 1)

/* The order in which a listing walks: what :key is, beside the id in :after. */
struct ca_ledger_walk {
	bool by_text;     /* a text; or a number, */
	int64_t start;    /* which begins here */
	const char *text; /* where a text begins; borrowed from the filter */
	bool backwards;   /* from the last id to the first */
};

/*
 * The SQL that finds the next row of FILTER in LEDGER after :after, or, where
 * its order is not that of id, after :key and :after. *RET_SQL is new.
 */
CA_CHECKED enum ca_code ca_ledger_filter_sql(const struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter, char **ret_sql,
    struct ca_ledger_walk *ret_walk, struct ca_error *err);

/*
 * The same prepared, with all values but these two. SERIAL is that of FILTER.
 * *RET is new and borrows from FILTER and SERIAL.
 */
CA_CHECKED enum ca_code ca_ledger_filter_prepare(struct ca_ledger *ledger,
    const struct ca_ledger_filter *filter, const uint8_t *serial,
    struct sqlite3_stmt **ret, struct ca_ledger_walk *ret_walk,
    struct ca_error *err);

#endif
