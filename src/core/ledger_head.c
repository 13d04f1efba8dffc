/* SPDX-License-Identifier: Apache-2.0 */
/* The head of the ledger, and the signatures that a CA's key made of it. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/sigalg.h"
#include "core/head_internal.h"

/* Takes the current row of STMT: an entry's id, hash and time. */
static enum ca_code
take(const struct ca_ledger *ledger, sqlite3_stmt *stmt, struct ca_head *ret,
    struct ca_error *err)
{
	if (sqlite3_column_bytes(stmt, 1) != CA_SHA256_SIZE)
		return ca_ledger_fail_row(ledger, err);
	ret->entry = sqlite3_column_int64(stmt, 0);
	memcpy(ret->hash, sqlite3_column_blob(stmt, 1), CA_SHA256_SIZE);
	ret->time = sqlite3_column_int64(stmt, 2);
	return CA_OK;
}

/*
 * Goes back from the last entry to the first whose hash begins with the LEN
 * octets of HASH; *RET_FOUND is false where there is none.
 */
enum ca_code
ca_ledger_find_head(struct ca_ledger *ledger, const uint8_t *hash, size_t len,
    struct ca_head *ret, bool *ret_found, struct ca_error *err)
{
	struct ca_head head = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;
	int step = SQLITE_ROW;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ENTRIES_BACK, &stmt, err);
	while (rc == CA_OK && !found &&
	    (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		rc = take(ledger, stmt, &head, err);
		found = rc == CA_OK && memcmp(head.hash, hash, len) == 0;
	}
	if (rc == CA_OK && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	if (rc != CA_OK)
		return rc;
	*ret_found = found;
	if (found)
		*ret = head;
	return CA_OK;
}

enum ca_code
ca_ledger_head(struct ca_ledger *ledger, struct ca_head *ret,
    struct ca_error *err)
{
	bool found = false;
	enum ca_code rc;

	/* Every hash begins with no octets at all. */
	rc = ca_ledger_find_head(ledger, (const uint8_t *)"", 0, ret, &found,
	    err);
	if (rc == CA_OK && !found)
		rc = ca_ledger_fail_row(ledger, err);
	return rc;
}

enum ca_code
ca_ledger_identity(struct ca_ledger *ledger, uint8_t ret_hash[CA_SHA256_SIZE],
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIRST_ENTRY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	if (sqlite3_step(stmt) == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) == CA_SHA256_SIZE)
		memcpy(ret_hash, sqlite3_column_blob(stmt, 0), CA_SHA256_SIZE);
	else
		rc = ca_ledger_fail_row(ledger, err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_signed_head(struct ca_ledger *ledger, struct ca_signed_head *ret,
    bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;
	int step;

	*ret_found = false;
	if (ledger->format < CA_LEDGER_FORMAT_HEAD)
		return CA_OK;
	rc = ca_ledger_prepare(ledger, CA_LEDGER_LAST_SIGNED, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	found = step == SQLITE_ROW;
	if (found)
		*ret = (struct ca_signed_head){
			.signed_entry = sqlite3_column_int64(stmt, 1),
			.signed_at = sqlite3_column_int64(stmt, 2),
		};
	else if (step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	*ret_found = found;
	return rc;
}

static enum ca_code
add_row(struct ca_ledger *ledger, const struct ca_ledger_head_row *row,
    const struct ca_bytes *r, struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_HEAD, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_int64(stmt, 2, row->signed_entry);
	bad |= sqlite3_bind_blob(stmt, 3, row->hash, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob(stmt, 4, row->signer_spki_sha256,
	    CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_text(stmt, 5, row->algorithm, -1, NULL);
	bad |= sqlite3_bind_int64(stmt, 6, row->signed_at);
	bad |= sqlite3_bind_blob64(stmt, 7, row->signature, row->signature_len,
	    NULL);
	bad |= sqlite3_bind_blob64(stmt, 8, r->data, r->len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

/* That the head of the row that was added names RESPONSE, if there is one. */
static enum ca_code
add_response(struct ca_ledger *ledger, const struct ca_bytes *response,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	uint8_t sha256[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	if (response == NULL)
		return CA_OK;
	rc = ca_ledger_keep_statement(ledger, response, sha256, err);
	if (rc == CA_OK)
		rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_RESPONSE, &stmt,
		    err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, sha256, CA_SHA256_SIZE, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

static enum ca_code
add(struct ca_ledger *ledger, const struct ca_ledger_head_row *row,
    const struct ca_bytes *r, const struct ca_bytes *response,
    struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_ledger_entry entry = {
		.time = row->signed_at,
		.kind = CA_ENTRY_HEAD,
		.sha256 = hash,
	};
	char *detail = NULL;
	enum ca_code rc;

	rc = ca_ledger_hash_head(row, hash, err);
	if (rc == CA_OK)
		rc = ca_text_format(&detail, err, "signed up to entry %" PRId64,
		    row->signed_entry);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_row(ledger, row, r, err);
	if (rc == CA_OK)
		rc = add_response(ledger, response, err);
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_record_head(struct ca_ledger *ledger,
    const struct ca_head_statement *statement, const char *algorithm,
    const struct ca_bytes *signature, const struct ca_bytes *r,
    const struct ca_bytes *response, struct ca_error *err)
{
	const struct ca_ledger_head_row row = {
		.signed_entry = statement->entry,
		.hash = statement->hash,
		.signer_spki_sha256 = statement->spki_sha256,
		.algorithm = algorithm,
		.signed_at = statement->signed_at,
		.signature = signature->data,
		.signature_len = signature->len,
		.response = statement->response,
	};
	char *other = NULL;
	enum ca_code rc = CA_OK;

	if (r->len > 0)
		rc = ca_ledger_find_nonce(ledger, statement->spki_sha256, r,
		    &other, err);
	if (rc == CA_OK && other != NULL)
		rc = ca_ledger_disclose(ledger, statement->spki_sha256, other,
		    statement->signed_at, err);
	free(other);
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = add(ledger, &row, r, response, err);
	return ca_ledger_end(ledger, rc, err);
}

/* The proof in the current row of STMT, whose text names SHA256. */
static enum ca_code
read_proof(struct ca_ledger *ledger, sqlite3_stmt *stmt, const uint8_t *sha256,
    struct ca_head_proof *ret, struct ca_error *err)
{
	const char *algorithm = (const char *)sqlite3_column_text(stmt, 3);
	struct ca_head_proof proof = { .algorithm = algorithm != NULL
		    ? ca_sigalg_by_name(algorithm)
		    : NULL };
	uint8_t identity[CA_SHA256_SIZE];
	const struct ca_head_statement statement = {
		.ledger = identity,
		.entry = sqlite3_column_int64(stmt, 0),
		.hash = sqlite3_column_blob(stmt, 1),
		.signed_at = sqlite3_column_int64(stmt, 4),
		.spki_sha256 = sqlite3_column_blob(stmt, 2),
		.response = sha256,
	};
	enum ca_code rc;

	if (sqlite3_column_bytes(stmt, 1) != CA_SHA256_SIZE ||
	    sqlite3_column_bytes(stmt, 2) != CA_SHA256_SIZE ||
	    proof.algorithm == NULL)
		return ca_ledger_fail_row(ledger, err);
	rc = ca_ledger_identity(ledger, identity, err);
	if (rc == CA_OK)
		rc = ca_head_text(&statement, &proof.text, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&proof.signature,
		    sqlite3_column_blob(stmt, 5),
		    (size_t)sqlite3_column_bytes(stmt, 5), err);
	if (rc == CA_OK)
		*ret = proof;
	else
		ca_head_proof_clear(&proof);
	return rc;
}

enum ca_code
ca_ledger_response(struct ca_ledger *ledger,
    const uint8_t sha256[CA_SHA256_SIZE], struct ca_head_proof *ret_proof,
    struct ca_bytes *ret_body, bool *ret_found, struct ca_error *err)
{
	struct ca_head_proof proof = { .algorithm = NULL };
	struct ca_bytes body = { 0 };
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_EXCHANGE)
		rc = ca_ledger_find(ledger, CA_LEDGER_FIND_RESPONSE, sha256,
		    CA_SHA256_SIZE, &stmt, &found, err);
	if (rc == CA_OK && found)
		rc = read_proof(ledger, stmt, sha256, &proof, err);
	if (rc == CA_OK && found && ret_body != NULL)
		rc = ca_bytes_append(&body, sqlite3_column_blob(stmt, 6),
		    (size_t)sqlite3_column_bytes(stmt, 6), err);
	ca_ledger_leave(stmt);
	if (rc != CA_OK) {
		ca_head_proof_clear(&proof);
		ca_bytes_free(&body);
		return rc;
	}
	*ret_found = found;
	if (found)
		*ret_proof = proof;
	if (found && ret_body != NULL)
		*ret_body = body;
	return CA_OK;
}
