/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions with a CA's key, which the signed heads tell apart. */
#include <sqlite3.h>

#include "coldca/resume.h"
#include "core/ledger_internal.h"

enum ca_code
ca_ledger_session_start(struct ca_ledger *ledger, int64_t *ret_entry,
    int64_t *ret_time, struct ca_error *err)
{
	int64_t entry = 0, time = 0;
	sqlite3_stmt *stmt = NULL;
	int step = SQLITE_DONE;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_HEAD) {
		rc = ca_ledger_prepare(ledger, CA_LEDGER_SESSION_START, &stmt,
		    err);
		if (rc != CA_OK)
			return rc;
		step = sqlite3_step(stmt);
		/* What was issued last is before this one: the one before. */
		if (step == SQLITE_ROW && sqlite3_column_int(stmt, 2) == 0)
			step = sqlite3_step(stmt);
	}
	if (step == SQLITE_ROW) {
		entry = sqlite3_column_int64(stmt, 0);
		time = sqlite3_column_int64(stmt, 1);
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	ca_ledger_leave(stmt);
	if (rc == CA_OK) {
		*ret_entry = entry;
		*ret_time = time;
	}
	return rc;
}

enum ca_code
ca_ledger_issued_after(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], int64_t entry, bool *ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bound;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ISSUED_AFTER, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bound = sqlite3_bind_blob(stmt, 1, serial, CA_SERIAL_SIZE, NULL);
	bound |= sqlite3_bind_int64(stmt, 2, entry);
	return ca_ledger_has_row(ledger, stmt, bound, ret, err);
}
