/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of entry held against the row that it speaks of. */
#include "core/ledger_verify.h"

#include <sqlite3.h>
#include <string.h>

static const char *const queries[CA_LEDGER_QUERIES] = {
	[CA_LEDGER_QUERY_CHAIN] =
	    "SELECT id, time, kind, serial, detail, sha256, hash"
	    " FROM entry ORDER BY id",
	[CA_LEDGER_QUERY_CERTIFICATE] =
	    "SELECT " CA_LEDGER_RESERVED_COLUMNS ","
	    " tbs_sha256, state, issued_at, certificate, certificate_sha256,"
	    " ecdsa_r FROM certificate WHERE serial = ?1",
	[CA_LEDGER_QUERY_AUTHORITY] =
	    "SELECT authority, serial, key_uri, created_at, standby"
	    " FROM authority WHERE serial = ?1",
	[CA_LEDGER_QUERY_PASSPORT] =
	    "SELECT serial, passport, created_at FROM passport"
	    " WHERE entry = ?2 AND serial = ?1",
	[CA_LEDGER_QUERY_REVOCATION] =
	    "SELECT serial, reason, revoked_at FROM revocation"
	    " WHERE entry = ?1",
	[CA_LEDGER_QUERY_CRL] =
	    "SELECT issuer_spki_sha256, number, this_update, next_update, crl,"
	    " ecdsa_r FROM crl WHERE entry = ?1",
	[CA_LEDGER_QUERY_OCSP] =
	    "SELECT serial, signer_spki_sha256, this_update, next_update,"
	    " sha256, ecdsa_r FROM ocsp WHERE entry = ?1 ORDER BY id",
	[CA_LEDGER_QUERY_SIGNER] =
	    "SELECT c.certificate FROM authority a JOIN certificate c"
	    " USING (serial) WHERE " CA_LEDGER_BY_KEY("c",
		"?1") " AND c.certificate IS NOT NULL LIMIT 1",
	[CA_LEDGER_QUERY_HEAD] =
	    "SELECT entry, signed, hash, signer_spki_sha256, algorithm,"
	    " signed_at, signature, ecdsa_r FROM head WHERE entry = ?1",
	[CA_LEDGER_QUERY_APPROVAL] =
	    "SELECT a.serial, a.approver, a.approver_spki_sha256, a.tbs_sha256,"
	    " a.approved_at, a.expires_at, a.statement, s.text,"
	    " c.tbs_sha256 = a.tbs_sha256, c.profile FROM approval a"
	    " JOIN statement s ON s.sha256 = a.statement"
	    " JOIN certificate c USING (serial) WHERE a.entry = ?1",
	[CA_LEDGER_QUERY_APPROVALS] = "SELECT count(*) FROM approval"
				      " WHERE serial = ?1 AND +entry < ?2",
	[CA_LEDGER_QUERY_MANIFEST] =
	    "SELECT m.nonce, m.host, m.spki_sha256, m.expires_at, m.taken_at,"
	    " m.statement, s.text FROM manifest m"
	    " JOIN statement s ON s.sha256 = m.statement WHERE m.entry = ?1",
	[CA_LEDGER_QUERY_RESPONSE] =
	    "SELECT r.statement, s.text FROM response r"
	    " JOIN statement s ON s.sha256 = r.statement WHERE r.entry = ?1",
	[CA_LEDGER_QUERY_POLICY] = "SELECT text FROM policy WHERE sha256 = ?1",
};

const char *
ca_ledger_check_sql(enum ca_ledger_query query)
{
	/* What a new signature is held against, every one of them is. */
	return query == CA_LEDGER_QUERY_NONCE
	    ? ca_ledger_statement_sql(CA_LEDGER_FIND_NONCE)
	    : queries[query];
}

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

static enum ca_code
fail_sqlite(const struct ca_ledger_check *check)
{
	return ca_ledger_fail(check->ledger->path, check->ledger->db,
	    check->err);
}

bool
ca_ledger_same_hash(const uint8_t *a, const uint8_t *b)
{
	return a != NULL && b != NULL && memcmp(a, b, CA_SHA256_SIZE) == 0;
}

enum ca_code
ca_ledger_check_row(struct ca_ledger_check *check, enum ca_ledger_query query,
    const char *missing, sqlite3_stmt **ret)
{
	sqlite3_stmt *stmt = check->stmt[query];
	int step;

	if (check->entry.serial == NULL)
		return fail_subject(check, "has no serial");
	(void)sqlite3_reset(stmt);
	step = sqlite3_bind_blob(stmt, 1, check->entry.serial, CA_SERIAL_SIZE,
	    NULL);
	if (step == SQLITE_OK && query == CA_LEDGER_QUERY_PASSPORT)
		step = sqlite3_bind_int64(stmt, 2, check->entry.id);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_DONE)
		return fail_subject(check, missing);
	if (step != SQLITE_ROW)
		return fail_sqlite(check);
	*ret = stmt;
	return CA_OK;
}

enum ca_code
ca_ledger_check_next(struct ca_ledger_check *check, enum ca_ledger_query query,
    bool first, sqlite3_stmt **ret_stmt)
{
	sqlite3_stmt *stmt = check->stmt[query];
	int step = SQLITE_OK;

	*ret_stmt = NULL;
	if (stmt == NULL)
		return CA_OK;
	if (first) {
		(void)sqlite3_reset(stmt);
		step = sqlite3_bind_int64(stmt, 1, check->entry.id);
	}
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return fail_sqlite(check);
	*ret_stmt = step == SQLITE_ROW ? stmt : NULL;
	return CA_OK;
}

static enum ca_code
check_pending(struct ca_ledger_check *check)
{
	struct ca_ledger_reserved row;
	uint8_t hash[CA_SHA256_SIZE], tbs_hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_row(check, CA_LEDGER_QUERY_CERTIFICATE,
	    "speaks of a certificate that is missing", &stmt);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_read_reserved(stmt, &row))
		return fail_subject(check,
		    "speaks of a certificate that is malformed");
	rc = ca_ledger_hash_reserved(&row, hash, check->err);
	if (rc == CA_OK)
		rc = ca_ledger_sha256(row.tbs, row.tbs_len, tbs_hash,
		    check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_same_hash(hash, check->entry.sha256) ||
	    !ca_ledger_same_hash(tbs_hash,
		ca_ledger_column(stmt, COLUMN_TBS_SHA256, CA_SHA256_SIZE)))
		return fail_subject(check,
		    "speaks of a reservation that was changed");
	return CA_OK;
}

static enum ca_code
check_burned(struct ca_ledger_check *check)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_row(check, CA_LEDGER_QUERY_CERTIFICATE,
	    "speaks of a certificate that is missing", &stmt);
	if (rc == CA_OK && !ca_ledger_is_in_state(stmt, CA_STATE_BURNED))
		rc = fail_subject(check,
		    "burned a serial that is not burned any more");
	return rc;
}

static enum ca_code
check_authority(struct ca_ledger_check *check)
{
	struct ca_ledger_authority_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_row(check, CA_LEDGER_QUERY_AUTHORITY,
	    "speaks of a CA that is missing", &stmt);
	if (rc != CA_OK)
		return rc;
	row = (struct ca_ledger_authority_row){
		.authority = ca_ledger_column_text(stmt, 0),
		.serial = ca_ledger_column(stmt, 1, CA_SERIAL_SIZE),
		.key_uri = ca_ledger_column_text(stmt, 2),
		.created_at = sqlite3_column_int64(stmt, 3),
		.standby = sqlite3_column_int(stmt, 4) != 0,
	};
	if (row.authority == NULL || row.serial == NULL || row.key_uri == NULL)
		return fail_subject(check, "speaks of a CA that is malformed");
	rc = ca_ledger_hash_authority(&row, hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = fail_subject(check, "speaks of a CA that was changed");
	return rc;
}

static enum ca_code
check_passport(struct ca_ledger_check *check)
{
	struct ca_ledger_passport_row row;
	uint8_t hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_check_row(check, CA_LEDGER_QUERY_PASSPORT,
	    "speaks of a passport that is missing", &stmt);
	if (rc != CA_OK)
		return rc;
	row = (struct ca_ledger_passport_row){
		.serial = ca_ledger_column(stmt, 0, CA_SERIAL_SIZE),
		.passport = (const char *)sqlite3_column_text(stmt, 1),
		.passport_len = (size_t)sqlite3_column_bytes(stmt, 1),
		.created_at = sqlite3_column_int64(stmt, 2),
	};
	if (row.serial == NULL || row.passport == NULL)
		return fail_subject(check,
		    "speaks of a passport that is malformed");
	rc = ca_ledger_hash_passport(&row, hash, check->err);
	if (rc == CA_OK && !ca_ledger_same_hash(hash, check->entry.sha256))
		rc = fail_subject(check,
		    "speaks of a passport that was changed");
	return rc;
}

/* The entry alone says why; what is burned has no row about that. */
static enum ca_code
check_burned_revoked(struct ca_ledger_check *check)
{
	enum ca_reason reason;
	struct ca_error ignored;
	enum ca_code rc = check_burned(check);

	if (rc == CA_OK &&
	    ca_reason_parse(check->entry.detail, &reason, &ignored) != CA_OK)
		rc = fail_subject(check, "gives no reason for a revocation");
	return rc;
}

/* What each kind of entry speaks of; the others speak for themselves. */
static const struct {
	enum ca_entry_kind kind;
	enum ca_code (*check)(struct ca_ledger_check *check);
} subjects[] = {
	{ CA_ENTRY_PENDING, check_pending },
	{ CA_ENTRY_ISSUED, ca_ledger_check_issued },
	{ CA_ENTRY_BURNED, check_burned },
	{ CA_ENTRY_CA_CREATED, check_authority },
	{ CA_ENTRY_PASSPORT, check_passport },
	{ CA_ENTRY_TOKEN_CHANGE, check_passport },
	{ CA_ENTRY_REVOKED, ca_ledger_check_revocation },
	{ CA_ENTRY_COMPROMISED, ca_ledger_check_revocation },
	{ CA_ENTRY_CRL, ca_ledger_check_crl },
	{ CA_ENTRY_OCSP, ca_ledger_check_ocsp },
	{ CA_ENTRY_POLICY, ca_ledger_check_policy },
	{ CA_ENTRY_HEAD, ca_ledger_check_head },
	{ CA_ENTRY_BURNED_REVOKED, check_burned_revoked },
	{ CA_ENTRY_APPROVAL, ca_ledger_check_approval },
	{ CA_ENTRY_MANIFEST, ca_ledger_check_manifest },
};

enum ca_code
ca_ledger_check_subject(struct ca_ledger_check *check)
{
	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (subjects[i].kind == check->entry.kind)
			return subjects[i].check(check);
	return CA_OK;
}
