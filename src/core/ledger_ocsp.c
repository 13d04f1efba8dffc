/* SPDX-License-Identifier: Apache-2.0 */
/* The OCSP responses that were made: their hashes and the r in them. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"

/* One response as it is recorded. */
struct made {
	struct ca_ledger_ocsp_row row; /* points into what follows */
	uint8_t sha256[CA_SHA256_SIZE];
	struct ca_bytes r;
};

/* One run of ca_ledger_record_ocsp(). */
struct recording {
	struct ca_ledger *ledger;
	struct made *made;
	size_t count;
	const uint8_t *spki_sha256;
	int64_t now;
	char *repeated; /* whose r was there before; NULL: none was */
};

static enum ca_code
prepare(struct recording *recording, const struct ca_ocsp_made *from,
    int64_t next_update, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < recording->count && rc == CA_OK; i++) {
		struct made *made = &recording->made[i];

		rc = ca_ledger_sha256(from[i].response->data,
		    from[i].response->len, made->sha256, err);
		if (rc == CA_OK)
			rc = ca_ledger_nonce(from[i].basic->data,
			    from[i].basic->len, &made->r, err);
		made->row = (struct ca_ledger_ocsp_row){
			.serial = from[i].serial,
			.signer_spki_sha256 = recording->spki_sha256,
			.this_update = recording->now,
			.next_update = next_update,
			.sha256 = made->sha256,
			.r = made->r.data,
			.r_len = made->r.len,
		};
	}
	return rc;
}

static enum ca_code
add_row(struct ca_ledger *ledger, int64_t entry,
    const struct ca_ledger_ocsp_row *row, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_OCSP, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_blob(stmt, 3, row->signer_spki_sha256,
	    CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 4, row->this_update);
	bad |= sqlite3_bind_int64(stmt, 5, row->next_update);
	bad |= sqlite3_bind_blob(stmt, 6, row->sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob64(stmt, 7, row->r, row->r_len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

/* Looks before each row is added, so that two of one group are seen too. */
static enum ca_code
add_rows(struct recording *recording, struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(recording->ledger->db);
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < recording->count && rc == CA_OK; i++) {
		const struct made *made = &recording->made[i];

		if (made->r.len > 0)
			rc = ca_ledger_find_nonce(recording->ledger,
			    recording->spki_sha256, &made->r,
			    &recording->repeated, err);
		if (rc == CA_OK && recording->repeated != NULL)
			return ca_ledger_fail_disclosed(err);
		if (rc == CA_OK)
			rc = add_row(recording->ledger, entry, &made->row, err);
	}
	return rc;
}

static enum ca_code
record(struct recording *recording, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE] = { 0 };
	char key[2 * CA_SHA256_SIZE + 1];
	struct ca_ledger_entry entry = {
		.time = recording->now,
		.kind = CA_ENTRY_OCSP,
		.sha256 = hash,
	};
	char *detail = NULL;
	enum ca_code rc;

	ca_hex(recording->spki_sha256, CA_SHA256_SIZE, key);
	rc = ca_text_format(&detail, err, "%zu OCSP responses of the key %s",
	    recording->count, key);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	for (size_t i = 0; i < recording->count && rc == CA_OK; i++)
		rc = ca_ledger_hash_ocsp(&recording->made[i].row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(recording->ledger, entry, err);
	if (rc == CA_OK)
		rc = add_rows(recording, err);
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_record_ocsp(struct ca_ledger *ledger, const struct ca_ocsp_made *made,
    size_t count, const uint8_t *spki_sha256, int64_t this_update,
    int64_t next_update, struct ca_error *err)
{
	struct recording recording = {
		.ledger = ledger,
		.made = calloc(count + 1, sizeof(struct made)),
		.count = count,
		.spki_sha256 = spki_sha256,
		.now = this_update,
	};
	enum ca_code rc;

	if (recording.made == NULL)
		return ca_fail_memory(err);
	rc = prepare(&recording, made, next_update, err);
	if (rc == CA_OK)
		rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	rc = record(&recording, err);
	rc = ca_ledger_end(ledger, rc, err);
	/* None of the group is kept, but what the token did is. */
	if (recording.repeated != NULL)
		rc = ca_ledger_disclose(ledger, spki_sha256, recording.repeated,
		    this_update, err);
out:
	for (size_t i = 0; i < count; i++)
		ca_bytes_free(&recording.made[i].r);
	free(recording.made);
	free(recording.repeated);
	return rc;
}
