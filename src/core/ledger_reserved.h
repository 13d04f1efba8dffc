/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LEDGER_RESERVED_H
#define COLDCA_CORE_LEDGER_RESERVED_H

#include "core/ledger_internal.h"

/* The columns that a statement has first from which a reservation is read. */
#define CA_LEDGER_RESERVED_COLUMNS                                      \
	"serial, authority, profile, name, subject, names, not_before," \
	" not_after, reserved_at, spki_sha256, issuer_spki_sha256, tbs, csr"

/* Their numbers; what else a statement has begins with the last. */
enum ca_ledger_reserved_column {
	CA_LEDGER_COLUMN_SERIAL,
	CA_LEDGER_COLUMN_AUTHORITY,
	CA_LEDGER_COLUMN_PROFILE,
	CA_LEDGER_COLUMN_NAME,
	CA_LEDGER_COLUMN_SUBJECT,
	CA_LEDGER_COLUMN_NAMES,
	CA_LEDGER_COLUMN_NOT_BEFORE,
	CA_LEDGER_COLUMN_NOT_AFTER,
	CA_LEDGER_COLUMN_RESERVED_AT,
	CA_LEDGER_COLUMN_SPKI_SHA256,
	CA_LEDGER_COLUMN_ISSUER_SPKI_SHA256,
	CA_LEDGER_COLUMN_TBS,
	CA_LEDGER_COLUMN_CSR,
	CA_LEDGER_COLUMN_OTHERS
};

/* The row of STMT as it was hashed, borrowed; false: coldca wrote no such row. */
bool ca_ledger_read_reserved(struct sqlite3_stmt *stmt,
    struct ca_ledger_reserved *ret);

/* A column's text, or NULL where it is none or hides something behind a NUL. */
const char *ca_ledger_column_text(struct sqlite3_stmt *stmt, int column);

/* A column of exactly SIZE octets, or NULL. */
const uint8_t *ca_ledger_column(struct sqlite3_stmt *stmt, int column,
    int size);

#endif
