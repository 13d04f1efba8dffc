/* SPDX-License-Identifier: Apache-2.0 */
/* The r of each signature: the one that is in it, and no other one's. */
#include <sqlite3.h>
#include <string.h>

#include "core/ledger_verify.h"

enum ca_code
ca_ledger_check_sole_nonce(const struct ca_ledger_check *check,
    const uint8_t *spki_sha256, const void *r, size_t len)
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_NONCE];
	int step, rows = 0;

	/* In older formats unique indexes say so. */
	if (stmt == NULL || len == 0)
		return CA_OK;
	(void)sqlite3_reset(stmt);
	step = sqlite3_bind_blob(stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	step |= sqlite3_bind_blob64(stmt, 2, r, len, NULL);
	if (step == SQLITE_OK)
		while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
			rows++;
	ca_ledger_leave(stmt);
	if (step != SQLITE_DONE)
		return ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	if (rows > 1)
		return ca_ledger_check_fail(check, check->entry.id,
		    "speaks of a signature whose ECDSA r another one by that key has");
	return CA_OK;
}

enum ca_code
ca_ledger_check_nonce(const struct ca_ledger_check *check,
    const struct ca_bytes *r, sqlite3_stmt *stmt, int column,
    const uint8_t *spki_sha256, const char *changed)
{
	size_t len = (size_t)sqlite3_column_bytes(stmt, column);

	if (r->len != len ||
	    (len > 0 &&
		memcmp(r->data, sqlite3_column_blob(stmt, column), len) != 0))
		return ca_ledger_check_fail(check, check->entry.id, changed);
	return ca_ledger_check_sole_nonce(check, spki_sha256, r->data, len);
}
