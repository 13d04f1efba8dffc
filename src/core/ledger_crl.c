/* SPDX-License-Identifier: Apache-2.0 */
/* The CRLs that were issued, and what goes into the next one. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"

/* The row of the last CRL, until ca_ledger_leave(). */
static enum ca_code
find_last(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    sqlite3_stmt **ret_stmt, bool *ret_found, struct ca_error *err)
{
	return ca_ledger_find(ledger, CA_LEDGER_LAST_CRL, spki_sha256,
	    CA_SHA256_SIZE, ret_stmt, ret_found, err);
}

enum ca_code
ca_ledger_crl_mark(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    struct ca_ledger_crl_mark *ret, struct ca_error *err)
{
	struct ca_ledger_crl_mark mark = { .this_update = INT64_MIN };
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = find_last(ledger, spki_sha256, &stmt, &found, err);
	if (rc == CA_OK && found)
		mark = (struct ca_ledger_crl_mark){
			.number = sqlite3_column_int64(stmt, 0),
			.this_update = sqlite3_column_int64(stmt, 1),
			.entry = sqlite3_column_int64(stmt, 2),
		};
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret = mark;
	return rc;
}

enum ca_code
ca_ledger_last_crl(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_crl **ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	struct ca_crl *crl = NULL;
	bool found = false;
	enum ca_code rc;

	rc =
	    find_last(ledger, ca_certificate_key_info(certificate)->spki_sha256,
		&stmt, &found, err);
	if (rc == CA_OK && found &&
	    ca_crl_parse(sqlite3_column_blob(stmt, 3),
		(size_t)sqlite3_column_bytes(stmt, 3), &crl, err) != CA_OK)
		rc = ca_ledger_fail_row(ledger, err);
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret = crl;
	return rc;
}

static enum ca_code
add_entry(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_crl_builder *builder, struct ca_error *err)
{
	struct ca_revocation revocation = {
		.reason = (enum ca_reason)sqlite3_column_int(stmt, 1),
		.revoked_at = sqlite3_column_int64(stmt, 2),
	};

	if (sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE)
		return ca_ledger_fail_row(ledger, err);
	memcpy(revocation.serial, sqlite3_column_blob(stmt, 0), CA_SERIAL_SIZE);
	return ca_crl_add(builder, &revocation, err);
}

enum ca_code
ca_ledger_crl_entries(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    const struct ca_ledger_crl_mark *mark, struct ca_crl_builder *builder,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_CRL_ENTRIES, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	step |= sqlite3_bind_int64(stmt, 2, mark->this_update);
	step |= sqlite3_bind_int64(stmt, 3, mark->entry);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	while (rc == CA_OK && step == SQLITE_ROW) {
		rc = add_entry(ledger, stmt, builder, err);
		if (rc == CA_OK)
			step = sqlite3_step(stmt);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

static enum ca_code
add_crl(struct ca_ledger *ledger, const struct ca_ledger_crl_row *row,
    const struct ca_bytes *r, struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_CRL, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->issuer_spki_sha256,
	    CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 3, row->number);
	bad |= sqlite3_bind_int64(stmt, 4, row->this_update);
	bad |= sqlite3_bind_int64(stmt, 5, row->next_update);
	bad |= sqlite3_bind_blob64(stmt, 6, row->crl, row->crl_len, NULL);
	bad |= sqlite3_bind_blob64(stmt, 7, r->data, r->len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

static enum ca_code
record(struct ca_ledger *ledger, const struct ca_ledger_crl_row *row,
    const struct ca_bytes *r, size_t entries, int64_t now, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_CRL,
		.sha256 = hash,
	};
	char key[2 * CA_SHA256_SIZE + 1];
	char *detail = NULL;
	enum ca_code rc;

	ca_hex(row->issuer_spki_sha256, CA_SHA256_SIZE, key);
	rc = ca_text_format(&detail, err,
	    "CRL number %" PRId64 ", %zu entries, of the key %s", row->number,
	    entries, key);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	rc = ca_ledger_hash_crl(row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_crl(ledger, row, r, err);
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_record_crl(struct ca_ledger *ledger, const struct ca_crl *crl,
    const uint8_t *spki_sha256, int64_t now, struct ca_error *err)
{
	const struct ca_bytes *der = ca_crl_der(crl);
	const struct ca_ledger_crl_row row = {
		.issuer_spki_sha256 = spki_sha256,
		.number = ca_crl_number(crl),
		.this_update = ca_crl_this_update(crl),
		.next_update = ca_crl_next_update(crl),
		.crl = der->data,
		.crl_len = der->len,
	};
	struct ca_bytes r = { 0 };
	char *other = NULL;
	enum ca_code rc;

	rc = ca_ledger_nonce(der->data, der->len, &r, err);
	if (rc == CA_OK && r.len > 0)
		rc = ca_ledger_find_nonce(ledger, spki_sha256, &r, &other, err);
	if (rc != CA_OK)
		goto out;
	if (other != NULL) {
		rc = ca_ledger_disclose(ledger, spki_sha256, other, now, err);
		goto out;
	}
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = record(ledger, &row, &r, ca_crl_count(crl), now, err);
	rc = ca_ledger_end(ledger, rc, err);
out:
	free(other);
	ca_bytes_free(&r);
	return rc;
}
