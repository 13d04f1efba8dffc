/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_PLACE_H
#define COLDCA_CORE_LEDGER_PLACE_H

#include "core/ledger_internal.h"

/* Where a ledger is: its directory, without links, and its name there. */
struct ca_ledger_place {
	const char *path; /* borrowed; what messages call it */
	char *dir;        /* owned */
	const char *name; /* borrowed from path */
	int fd;           /* the directory */
};

/*
 * Finds the directory of PATH. *RET is new, cleared with
 * ca_ledger_place_clear().
 *
 * CA_ERR_FILE  there is none
 */
CA_CHECKED enum ca_code ca_ledger_place_open(const char *path,
    struct ca_ledger_place *ret, struct ca_error *err);

/*
 * Opens the file NAME there, with SQLite's FLAGS and the settings that every
 * ledger has. *RET is new.
 */
CA_CHECKED enum ca_code
ca_ledger_place_database(const struct ca_ledger_place *place, const char *name,
    int flags, struct sqlite3 **ret, struct ca_error *err);

void ca_ledger_place_clear(struct ca_ledger_place *place);

#endif
