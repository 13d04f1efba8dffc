/* SPDX-License-Identifier: Apache-2.0 */
/* A row as it was reserved, out of the statements that read one. */
#include "core/ledger_reserved.h"

#include <sqlite3.h>
#include <string.h>

const uint8_t *
ca_ledger_column(sqlite3_stmt *stmt, int column, int size)
{
	const uint8_t *data = sqlite3_column_blob(stmt, column);

	return sqlite3_column_bytes(stmt, column) == size ? data : NULL;
}

const char *
ca_ledger_column_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	if (text == NULL ||
	    strlen(text) != (size_t)sqlite3_column_bytes(stmt, column))
		return NULL;
	return text;
}

/* A column of SHA-256. */
static const uint8_t *
hash_of(sqlite3_stmt *stmt, int column)
{
	return ca_ledger_column(stmt, column, CA_SHA256_SIZE);
}

bool
ca_ledger_read_reserved(sqlite3_stmt *stmt, struct ca_ledger_reserved *ret)
{
	*ret = (struct ca_ledger_reserved){
		.serial = ca_ledger_column(stmt, CA_LEDGER_COLUMN_SERIAL,
		    CA_SERIAL_SIZE),
		.authority =
		    ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_AUTHORITY),
		.profile =
		    ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_PROFILE),
		.name = ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_NAME),
		.subject =
		    ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_SUBJECT),
		.names = ca_ledger_column_text(stmt, CA_LEDGER_COLUMN_NAMES),
		.not_before =
		    sqlite3_column_int64(stmt, CA_LEDGER_COLUMN_NOT_BEFORE),
		.not_after =
		    sqlite3_column_int64(stmt, CA_LEDGER_COLUMN_NOT_AFTER),
		.reserved_at =
		    sqlite3_column_int64(stmt, CA_LEDGER_COLUMN_RESERVED_AT),
		.spki_sha256 = hash_of(stmt, CA_LEDGER_COLUMN_SPKI_SHA256),
		.issuer_spki_sha256 =
		    hash_of(stmt, CA_LEDGER_COLUMN_ISSUER_SPKI_SHA256),
		.tbs = sqlite3_column_blob(stmt, CA_LEDGER_COLUMN_TBS),
		.tbs_len =
		    (size_t)sqlite3_column_bytes(stmt, CA_LEDGER_COLUMN_TBS),
		.csr = sqlite3_column_blob(stmt, CA_LEDGER_COLUMN_CSR),
		.csr_len =
		    (size_t)sqlite3_column_bytes(stmt, CA_LEDGER_COLUMN_CSR),
	};
	return ret->serial != NULL && ret->authority != NULL &&
	    ret->profile != NULL && ret->name != NULL && ret->subject != NULL &&
	    ret->names != NULL && ret->spki_sha256 != NULL &&
	    ret->issuer_spki_sha256 != NULL && ret->tbs != NULL;
}
