/* SPDX-License-Identifier: Apache-2.0 */
/* Signed texts, and the request manifests that were taken in. */
#include <sqlite3.h>
#include <string.h>

#include "base/time.h"
#include "coldca/ledger_exchange.h"
#include "coldca/statement.h"
#include "core/ledger_internal.h"

#define LARGE ((size_t)256 * 1024) /* bytes of a text */

/*
 * Writes the octets of TEXT into the row that was just made for them: a value
 * that is bound is copied as a whole, and this one may be the largest of all.
 */
static enum ca_code
write_text(struct ca_ledger *ledger, const struct ca_bytes *text,
    struct ca_error *err)
{
	sqlite3_blob *blob = NULL;
	int bad;

	bad = sqlite3_blob_open(ledger->db, "main", "statement", "text",
	    sqlite3_last_insert_rowid(ledger->db), 1, &blob);
	if (bad == SQLITE_OK)
		bad = sqlite3_blob_write(blob, text->data, (int)text->len, 0);
	if (bad != SQLITE_OK)
		(void)ca_ledger_fail(ledger->path, ledger->db, err);
	/* Also one that could not be opened. */
	(void)sqlite3_blob_close(blob);
	return bad == SQLITE_OK ? CA_OK : err->code;
}

enum ca_code
ca_ledger_keep_statement(struct ca_ledger *ledger, const struct ca_bytes *text,
    uint8_t ret_sha256[CA_SHA256_SIZE], struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	if (text->len == 0 || text->len > CA_STATEMENT_MAX)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "a statement of %zu octets", text->len);
	rc = ca_ledger_sha256(text->data, text->len, ret_sha256, err);
	if (rc == CA_OK)
		rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_STATEMENT, &stmt,
		    err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_blob(stmt, 1, ret_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 2, (sqlite3_int64)text->len);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	/* The pages of a large one are not all to wait for the commit. */
	if (text->len > LARGE)
		(void)sqlite3_exec(ledger->db, CA_LEDGER_SPILL_EARLY, NULL,
		    NULL, NULL);
	rc = ca_ledger_run(ledger, stmt, err);
	/* What is there already is the same. */
	if (rc == CA_OK && sqlite3_changes(ledger->db) > 0)
		rc = write_text(ledger, text, err);
	if (text->len > LARGE)
		(void)sqlite3_exec(ledger->db,
		    CA_LEDGER_CACHE "; " CA_LEDGER_SPILL, NULL, NULL, NULL);
	return rc;
}

static enum ca_code
add_row(struct ca_ledger *ledger, const struct ca_ledger_manifest_row *row,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_MANIFEST, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob64(stmt, 2, row->nonce, row->nonce_len, NULL);
	bad |= sqlite3_bind_text(stmt, 3, row->host, -1, NULL);
	bad |=
	    sqlite3_bind_blob(stmt, 4, row->spki_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 5, row->expires_at);
	bad |= sqlite3_bind_int64(stmt, 6, row->taken_at);
	bad |= sqlite3_bind_blob(stmt, 7, row->statement, CA_SHA256_SIZE, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

static enum ca_code
refuse_replay(const struct ca_ledger_manifest *manifest, int64_t taken_at,
    struct ca_error *err)
{
	char time[CA_TIME_TEXT_SIZE];

	ca_time_format(taken_at, time);
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: its request manifest was taken in before", manifest->host);
	ca_hint(err,
	    "that was at %s; the host makes a new request with a new manifest",
	    time);
	return CA_ERR_POLICY;
}

static enum ca_code
record_one(struct ca_ledger *ledger, const struct ca_ledger_manifest *manifest,
    int64_t now, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE], statement[CA_SHA256_SIZE];
	struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_MANIFEST,
		.detail = manifest->host,
		.sha256 = hash,
	};
	struct ca_ledger_manifest_row row = {
		.nonce = manifest->nonce,
		.nonce_len = manifest->nonce_len,
		.host = manifest->host,
		.spki_sha256 = manifest->spki_sha256,
		.expires_at = manifest->expires_at,
		.taken_at = now,
		.statement = statement,
	};
	int64_t before = 0;
	bool seen = false;
	enum ca_code rc;

	if (manifest->nonce_len < CA_NONCE_MIN ||
	    manifest->nonce_len > CA_NONCE_MAX)
		return ca_fail(err, CA_ERR_INTERNAL, "a nonce of %zu octets",
		    manifest->nonce_len);
	rc = ca_ledger_manifest_seen(ledger, manifest->nonce,
	    manifest->nonce_len, &seen, &before, err);
	if (rc == CA_OK && seen)
		rc = refuse_replay(manifest, before, err);
	if (rc == CA_OK)
		rc = ca_ledger_keep_statement(ledger, manifest->text, statement,
		    err);
	if (rc == CA_OK)
		rc = ca_ledger_hash_manifest(&row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	return rc == CA_OK ? add_row(ledger, &row, err) : rc;
}

enum ca_code
ca_ledger_record_manifests(struct ca_ledger *ledger,
    const struct ca_ledger_manifest *manifest, size_t count, int64_t now,
    struct ca_error *err)
{
	enum ca_code rc = ca_ledger_begin(ledger, err);

	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_not_before_last(ledger, &now, err);
	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = record_one(ledger, &manifest[i], now, err);
	return ca_ledger_end(ledger, rc, err);
}

enum ca_code
ca_ledger_manifest_seen(struct ca_ledger *ledger, const uint8_t *nonce,
    size_t len, bool *ret_seen, int64_t *ret_taken_at, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc = CA_OK;

	if (ledger->format >= CA_LEDGER_FORMAT_EXCHANGE)
		rc = ca_ledger_find(ledger, CA_LEDGER_FIND_MANIFEST, nonce, len,
		    &stmt, &found, err);
	if (rc == CA_OK && found && ret_taken_at != NULL)
		*ret_taken_at = sqlite3_column_int64(stmt, 0);
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret_seen = found;
	return rc;
}

enum ca_code
ca_ledger_manifest_is(struct ca_ledger *ledger, const uint8_t *nonce,
    size_t len, const struct ca_bytes *text, bool *ret_is, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_sha256(text->data, text->len, sha256, err);
	if (rc == CA_OK && ledger->format >= CA_LEDGER_FORMAT_EXCHANGE)
		rc = ca_ledger_find(ledger, CA_LEDGER_FIND_MANIFEST, nonce, len,
		    &stmt, &found, err);
	if (rc == CA_OK)
		*ret_is = found &&
		    sqlite3_column_bytes(stmt, 1) == CA_SHA256_SIZE &&
		    memcmp(sqlite3_column_blob(stmt, 1), sha256,
			CA_SHA256_SIZE) == 0;
	ca_ledger_leave(stmt);
	return rc;
}
