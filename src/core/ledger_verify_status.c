/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about revocations, CRLs and OCSP responses, held against the rows. */
#include <sqlite3.h>
#include <string.h>

#include "base/spool.h"
#include "core/ledger_verify.h"

#define COLUMN_ISSUER 0 /* of CA_LEDGER_QUERY_CRL */
#define COLUMN_R 5
#define CHANGED_R "speaks of a CRL whose ECDSA r was changed"

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

enum ca_code
ca_ledger_check_revocation(struct ca_ledger_check *check)
{
	struct ca_ledger_revocation_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_next(check, CA_LEDGER_QUERY_REVOCATION, true,
	    &stmt);
	if (rc != CA_OK)
		return rc;
	if (stmt == NULL)
		return fail_subject(check,
		    "speaks of a revocation that is missing");
	row = (struct ca_ledger_revocation_row){
		.serial = ca_ledger_column(stmt, 0, CA_SERIAL_SIZE),
		.reason = sqlite3_column_int64(stmt, 1),
		.revoked_at = sqlite3_column_int64(stmt, 2),
	};
	if (row.serial == NULL || check->entry.serial == NULL ||
	    memcmp(row.serial, check->entry.serial, CA_SERIAL_SIZE) != 0)
		return fail_subject(check,
		    "speaks of a revocation of another serial");
	rc = ca_ledger_hash_revocation(&row, hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = fail_subject(check,
		    "speaks of a revocation that was changed");
	return rc;
}

static enum ca_code
check_nonce(const struct ca_ledger_check *check, const struct ca_bytes *der,
    sqlite3_stmt *stmt)
{
	struct ca_bytes r = { 0 };
	enum ca_code rc;

	rc = ca_ledger_nonce(der->data, der->len, &r, check->err);
	if (rc != CA_OK)
		rc = fail_subject(check, CHANGED_R);
	else
		rc = ca_ledger_check_nonce(check, &r, stmt, COLUMN_R,
		    sqlite3_column_blob(stmt, COLUMN_ISSUER), CHANGED_R);
	ca_bytes_free(&r);
	return rc;
}

static enum ca_code
check_crl(struct ca_ledger_check *check, sqlite3_stmt *stmt,
    const struct ca_bytes *der)
{
	uint8_t hash[CA_SHA256_SIZE], content[CA_SHA256_SIZE];
	const struct ca_ledger_crl_row row = {
		.issuer_spki_sha256 = ca_ledger_column(stmt, 0, CA_SHA256_SIZE),
		.number = sqlite3_column_int64(stmt, 1),
		.this_update = sqlite3_column_int64(stmt, 2),
		.next_update = sqlite3_column_int64(stmt, 3),
		.crl_sha256 = content,
	};
	enum ca_code rc;

	if (row.issuer_spki_sha256 == NULL || der->len == 0)
		return fail_subject(check, "speaks of a CRL that is malformed");
	rc = ca_ledger_sha256(der->data, der->len, content, check->err);
	if (rc == CA_OK)
		rc = ca_ledger_hash_crl(&row, hash, check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_same_hash(hash, check->entry.sha256))
		return fail_subject(check, "speaks of a CRL that was changed");
	return check_nonce(check, der, stmt);
}

enum ca_code
ca_ledger_check_crl(struct ca_ledger_check *check)
{
	struct ca_spool spool = CA_SPOOL_NONE;
	sqlite3_stmt *stmt = NULL;
	struct ca_bytes der = { 0 };
	enum ca_code rc;

	rc = ca_ledger_check_next(check, CA_LEDGER_QUERY_CRL, true, &stmt);
	if (rc != CA_OK)
		return rc;
	if (stmt == NULL)
		return fail_subject(check, "speaks of a CRL that is missing");
	rc = ca_ledger_load_crl(check->ledger, check->entry.id,
	    sqlite3_column_blob(stmt, 4), (size_t)sqlite3_column_bytes(stmt, 4),
	    &spool, check->err);
	if (rc == CA_OK && spool.len > 0)
		rc = ca_spool_map(&spool, check->err);
	der = (struct ca_bytes){ spool.data, spool.len };
	if (rc == CA_OK)
		rc = check_crl(check, stmt, &der);
	ca_spool_close(&spool);
	return rc;
}

static enum ca_code
add_ocsp(const struct ca_ledger_check *check, sqlite3_stmt *stmt,
    uint8_t hash[CA_SHA256_SIZE])
{
	const struct ca_ledger_ocsp_row row = {
		.serial = ca_ledger_column(stmt, 0, CA_SERIAL_SIZE),
		.signer_spki_sha256 = ca_ledger_column(stmt, 1, CA_SHA256_SIZE),
		.this_update = sqlite3_column_int64(stmt, 2),
		.next_update = sqlite3_column_int64(stmt, 3),
		.sha256 = ca_ledger_column(stmt, 4, CA_SHA256_SIZE),
		.r = sqlite3_column_blob(stmt, 5),
		.r_len = (size_t)sqlite3_column_bytes(stmt, 5),
	};
	enum ca_code rc;

	if (row.serial == NULL || row.signer_spki_sha256 == NULL ||
	    row.sha256 == NULL)
		return fail_subject(check,
		    "speaks of an OCSP response that is malformed");
	rc = ca_ledger_hash_ocsp(&row, hash, check->err);
	return rc == CA_OK ? ca_ledger_check_sole_nonce(check,
				 row.signer_spki_sha256, row.r, row.r_len)
			   : rc;
}

enum ca_code
ca_ledger_check_ocsp(struct ca_ledger_check *check)
{
	uint8_t hash[CA_SHA256_SIZE] = { 0 };
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_next(check, CA_LEDGER_QUERY_OCSP, true, &stmt);
	while (rc == CA_OK && stmt != NULL) {
		rc = add_ocsp(check, stmt, hash);
		if (rc == CA_OK)
			rc = ca_ledger_check_next(check, CA_LEDGER_QUERY_OCSP,
			    false, &stmt);
	}
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = fail_subject(check,
		    "speaks of OCSP responses that were changed");
	return rc;
}
