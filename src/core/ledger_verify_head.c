/* SPDX-License-Identifier: Apache-2.0 */
/* Entries about signed heads: the row, and the signature that is in it. */
#include <sqlite3.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/head_internal.h"
#include "core/ledger_verify.h"

#define COLUMN_R 7 /* of CA_LEDGER_QUERY_HEAD */
#define CHANGED_R "has a head whose ECDSA r was changed"

static enum ca_code
fail_subject(const struct ca_ledger_check *check, const char *what)
{
	return ca_ledger_check_fail(check, check->entry.id, what);
}

/* The certificate of the CA whose key signed. *RET is new, or NULL. */
static enum ca_code
find_signer(struct ca_ledger_check *check, const uint8_t *spki_sha256,
    struct ca_certificate **ret)
{
	sqlite3_stmt *stmt = check->stmt[CA_LEDGER_QUERY_SIGNER];
	enum ca_code rc = CA_OK;
	int step;

	*ret = NULL;
	(void)sqlite3_reset(stmt);
	step = sqlite3_bind_blob(stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		rc = ca_certificate_parse(sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0), ret, check->err);
	else if (step != SQLITE_DONE)
		return ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	(void)sqlite3_reset(stmt);
	return rc;
}

static enum ca_code
check_signature(struct ca_ledger_check *check,
    const struct ca_ledger_head_row *row)
{
	const struct ca_sigalg *algorithm = ca_sigalg_by_name(row->algorithm);
	const struct ca_head_statement statement = {
		.ledger = check->identity,
		.entry = row->signed_entry,
		.hash = row->hash,
		.signed_at = row->signed_at,
		.spki_sha256 = row->signer_spki_sha256,
		.response = row->response,
	};
	struct ca_certificate *signer = NULL;
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = find_signer(check, row->signer_spki_sha256, &signer);
	if (rc == CA_OK)
		rc = ca_head_text(&statement, &text, check->err);
	if (rc == CA_OK && (signer == NULL || algorithm == NULL))
		rc = fail_subject(check, "has a head that no CA here signed");
	else if (rc == CA_OK &&
	    !ca_sigalg_verifies(algorithm, ca_certificate_key(signer),
		text.data, text.len, row->signature, row->signature_len))
		rc = fail_subject(check,
		    "has a head whose signature does not verify");
	ca_bytes_free(&text);
	ca_certificate_free(signer);
	return rc;
}

static enum ca_code
check_nonce(struct ca_ledger_check *check, const struct ca_ledger_head_row *row,
    sqlite3_stmt *stmt)
{
	struct ca_bytes r = { 0 };
	enum ca_code rc;

	rc = ca_head_nonce(ca_sigalg_by_name(row->algorithm), row->signature,
	    row->signature_len, &r, check->err);
	if (rc != CA_OK)
		rc = fail_subject(check, CHANGED_R);
	else
		rc = ca_ledger_check_nonce(check, &r, stmt, COLUMN_R,
		    row->signer_spki_sha256, CHANGED_R);
	ca_bytes_free(&r);
	return rc;
}

enum ca_code
ca_ledger_check_head(struct ca_ledger_check *check)
{
	struct ca_ledger_head_row row;
	uint8_t hash[CA_SHA256_SIZE], response[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	bool responds = false;
	enum ca_code rc;

	rc = ca_ledger_check_response(check, response, &responds);
	if (rc == CA_OK)
		rc = ca_ledger_check_next(check, CA_LEDGER_QUERY_HEAD, true,
		    &stmt);
	if (rc != CA_OK)
		return rc;
	if (stmt == NULL)
		return fail_subject(check, "speaks of a head that is missing");
	row = (struct ca_ledger_head_row){
		.signed_entry = sqlite3_column_int64(stmt, 1),
		.hash = ca_ledger_column(stmt, 2, CA_SHA256_SIZE),
		.signer_spki_sha256 = ca_ledger_column(stmt, 3, CA_SHA256_SIZE),
		.algorithm = (const char *)sqlite3_column_text(stmt, 4),
		.signed_at = sqlite3_column_int64(stmt, 5),
		.signature = sqlite3_column_blob(stmt, 6),
		.signature_len = (size_t)sqlite3_column_bytes(stmt, 6),
		.response = responds ? response : NULL,
	};
	if (row.hash == NULL || row.signer_spki_sha256 == NULL ||
	    row.algorithm == NULL || row.signature == NULL)
		return fail_subject(check,
		    "speaks of a head that is malformed");
	rc = ca_ledger_hash_head(&row, hash, check->err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_same_hash(hash, check->entry.sha256))
		return fail_subject(check, "speaks of a head that was changed");
	/* It is written right behind what it is about. */
	if (row.signed_entry != check->entry.id - 1 ||
	    !ca_ledger_same_hash(row.hash, check->before))
		return fail_subject(check, "has a head of another ledger");
	check->counts.heads++;
	rc = check_signature(check, &row);
	return rc == CA_OK ? check_nonce(check, &row, stmt) : rc;
}
