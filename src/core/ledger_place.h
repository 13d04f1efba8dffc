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

/* Bytes of a temporary name, with the NUL. */
#define CA_LEDGER_TEMPORARY_RANDOM ((size_t)8)
#define CA_LEDGER_TEMPORARY_SIZE \
	(sizeof(".coldca-") + 2 * CA_LEDGER_TEMPORARY_RANDOM)

/*
 * Makes a new empty file there, for the owner alone whatever the umask is, and
 * says its name in NAME.
 *
 * CA_ERR_FILE  it can not be written
 */
CA_CHECKED enum ca_code
ca_ledger_place_temporary(const struct ca_ledger_place *place,
    char name[CA_LEDGER_TEMPORARY_SIZE], struct ca_error *err);

/*
 * Takes the writer's place in the directory of PLACE, which LEDGER then holds,
 * and waits up to PATIENCE seconds for whoever has it.
 *
 * CA_ERR_LEDGER  somebody else still has it; the message names who
 */
CA_CHECKED enum ca_code ca_ledger_lock(struct ca_ledger_place *place,
    int64_t patience, struct ca_ledger *ledger, struct ca_error *err);

/* Sets LEDGER, opened for writing, to write durably. */
CA_CHECKED enum ca_code ca_ledger_prepare_to_write(struct ca_ledger *ledger,
    struct ca_error *err);

/*
 * Makes LEDGER, opened for writing with the writer's place taken, one of
 * CA_LEDGER_SCHEMA: in a copy, which then takes its place.
 *
 * CA_ERR_FILE    the copy can not be made: nothing changed
 * CA_ERR_LEDGER  SQLite refused; the same
 */
CA_CHECKED enum ca_code
ca_ledger_upgrade_file(const struct ca_ledger_place *place,
    struct ca_ledger *ledger, struct ca_error *err);

/* All that is in FROM goes to TO, which is empty. */
CA_CHECKED enum ca_code ca_ledger_copy(const struct ca_ledger *from,
    const struct ca_ledger *to, struct ca_error *err);

void ca_ledger_place_clear(struct ca_ledger_place *place);

#endif
