/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be said of the certificates of one CA's key. */
#include <sqlite3.h>
#include <string.h>

#include "coldca/revocation.h"
#include "core/ledger_internal.h"

static const uint8_t *
spki_of(const struct ca_certificate *certificate)
{
	return ca_certificate_key_info(certificate)->spki_sha256;
}

static enum ca_code
read_row(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_status *ret, struct ca_error *err)
{
	enum ca_reason reason = CA_REASON_UNSPECIFIED;
	enum ca_code rc;

	if (sqlite3_column_bytes(stmt, 1) != CA_SERIAL_SIZE)
		return ca_ledger_fail_row(ledger, err);
	rc = ca_ledger_reason(ledger, stmt, 3, &reason, err);
	if (rc != CA_OK)
		return rc;
	*ret = (struct ca_status){
		.not_after = sqlite3_column_int64(stmt, 2),
		.revoked = sqlite3_column_type(stmt, 3) != SQLITE_NULL,
		.reason = reason,
		.revoked_at = sqlite3_column_int64(stmt, 4),
	};
	memcpy(ret->serial, sqlite3_column_blob(stmt, 1), CA_SERIAL_SIZE);
	return CA_OK;
}

enum ca_code
ca_ledger_statuses(struct ca_ledger *ledger,
    const struct ca_certificate *issuer, int64_t now, int64_t *after,
    struct ca_status *ret, size_t max, size_t *ret_count, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	size_t count = 0;
	int64_t last = *after;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_NEXT_STATUS, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step =
	    sqlite3_bind_blob(stmt, 1, spki_of(issuer), CA_SHA256_SIZE, NULL);
	step |= sqlite3_bind_int64(stmt, 2, last);
	step |= sqlite3_bind_int64(stmt, 3, now);
	step |= sqlite3_bind_int64(stmt, 4, (sqlite3_int64)max);
	while (rc == CA_OK && (step == SQLITE_OK || step == SQLITE_ROW)) {
		step = sqlite3_step(stmt);
		if (step != SQLITE_ROW || count == max)
			break;
		rc = read_row(ledger, stmt, &ret[count++], err);
		last = sqlite3_column_int64(stmt, 0);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	if (rc == CA_OK) {
		*after = last;
		*ret_count = count;
	}
	return rc;
}

enum ca_code
ca_ledger_count_live(struct ca_ledger *ledger,
    const struct ca_certificate *issuer, int64_t now, size_t *ret_live,
    size_t *ret_revoked, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_COUNT_LIVE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step =
	    sqlite3_bind_blob(stmt, 1, spki_of(issuer), CA_SHA256_SIZE, NULL);
	step |= sqlite3_bind_int64(stmt, 2, now);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		*ret_live = (size_t)sqlite3_column_int64(stmt, 0);
		*ret_revoked = (size_t)sqlite3_column_int64(stmt, 1);
	} else {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}
