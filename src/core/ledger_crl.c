/* SPDX-License-Identifier: Apache-2.0 */
/* The CRLs that were issued, and what goes into the next one. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"
#include "core/status_internal.h"

#define PART ((size_t)1024 * 1024) /* bytes of one piece of a large CRL */

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
ca_ledger_dir(const struct ca_ledger *ledger, char **ret_dir,
    struct ca_error *err)
{
	const char *slash = strrchr(ledger->path, '/');

	if (slash == NULL)
		return ca_text_format(ret_dir, err, ".");
	return ca_text_format(ret_dir, err, "%.*s",
	    slash == ledger->path ? 1 : (int)(slash - ledger->path),
	    ledger->path);
}

/* Writes the pieces of the CRL of ENTRY to SPOOL. */
static enum ca_code
load_parts(struct ca_ledger *ledger, int64_t entry, struct ca_spool *spool,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_CRL_PARTS, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_int64(stmt, 1, entry);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	for (; rc == CA_OK && step == SQLITE_ROW; step = sqlite3_step(stmt)) {
		size_t len = (size_t)sqlite3_column_bytes(stmt, 0);

		/* Pieces of a damaged table could have no end. */
		if (len > CA_CRL_MAX - spool->len) {
			rc = ca_ledger_fail_row(ledger, err);
			break;
		}
		rc = ca_spool_write(spool, spool->len,
		    sqlite3_column_blob(stmt, 0), len, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_load_crl(struct ca_ledger *ledger, int64_t entry,
    const uint8_t *inlined, size_t len, struct ca_spool *ret,
    struct ca_error *err)
{
	struct ca_spool spool = CA_SPOOL_NONE;
	char *dir = NULL;
	enum ca_code rc;

	rc = ca_ledger_dir(ledger, &dir, err);
	if (rc == CA_OK)
		rc = ca_spool_open(dir, &spool, err);
	if (rc == CA_OK)
		rc = ca_spool_write(&spool, 0, inlined, len, err);
	if (rc == CA_OK && len == 0 && ledger->format >= CA_LEDGER_FORMAT_HEAD)
		rc = load_parts(ledger, entry, &spool, err);
	free(dir);
	if (rc == CA_OK)
		*ret = spool;
	else
		ca_spool_close(&spool);
	return rc;
}

/* The CRL in SPOOL, which is empty afterwards. */
static enum ca_code
parse_spool(const struct ca_ledger *ledger, struct ca_spool *spool,
    struct ca_crl **ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (spool->len == 0 || ca_crl_take(spool, 0, ret, err) != CA_OK)
		rc = ca_ledger_fail_row(ledger, err);
	ca_spool_close(spool);
	return rc;
}

enum ca_code
ca_ledger_last_crl(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_crl **ret,
    struct ca_error *err)
{
	struct ca_spool spool = CA_SPOOL_NONE;
	sqlite3_stmt *stmt = NULL;
	struct ca_crl *crl = NULL;
	bool found = false;
	enum ca_code rc;

	rc =
	    find_last(ledger, ca_certificate_key_info(certificate)->spki_sha256,
		&stmt, &found, err);
	if (rc == CA_OK && found)
		rc = ca_ledger_load_crl(ledger, sqlite3_column_int64(stmt, 2),
		    sqlite3_column_blob(stmt, 3),
		    (size_t)sqlite3_column_bytes(stmt, 3), &spool, err);
	ca_ledger_leave(stmt);
	if (rc == CA_OK && found)
		rc = parse_spool(ledger, &spool, &crl, err);
	if (rc == CA_OK)
		*ret = crl;
	return rc;
}

static enum ca_code
add_entry(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_crl_builder *builder, struct ca_error *err)
{
	struct ca_revocation revocation = {
		.revoked_at = sqlite3_column_int64(stmt, 2),
	};
	enum ca_code rc;

	if (sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE)
		return ca_ledger_fail_row(ledger, err);
	memcpy(revocation.serial, sqlite3_column_blob(stmt, 0), CA_SERIAL_SIZE);
	rc = ca_ledger_reason(ledger, stmt, 1, &revocation.reason, err);
	return rc == CA_OK ? ca_crl_add(builder, &revocation, err) : rc;
}

/* One of the two lists that a CRL is made of, in the order of serials. */
struct list {
	sqlite3_stmt *stmt;
	bool more; /* it stands at a row */
};

static enum ca_code
next_of(struct ca_ledger *ledger, struct list *list, struct ca_error *err)
{
	int step = sqlite3_step(list->stmt);

	list->more = step == SQLITE_ROW;
	return step == SQLITE_ROW || step == SQLITE_DONE
	    ? CA_OK
	    : ca_ledger_fail(ledger->path, ledger->db, err);
}

static enum ca_code
begin_list(struct ca_ledger *ledger, enum ca_ledger_statement which,
    const uint8_t *spki_sha256, const struct ca_ledger_crl_mark *mark,
    struct list *list, struct ca_error *err)
{
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, which, &list->stmt, err);
	if (rc != CA_OK)
		return rc;
	bad =
	    sqlite3_bind_blob(list->stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_int64(list->stmt, 2, mark->this_update);
	bad |= sqlite3_bind_int64(list->stmt, 3, mark->entry);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return next_of(ledger, list, err);
}

/* The one whose serial comes first; one of them has a row. */
static struct list *
first_of(struct list *a, struct list *b)
{
	const void *x, *y;

	if (!a->more || !b->more)
		return a->more ? a : b;
	x = sqlite3_column_blob(a->stmt, 0);
	y = sqlite3_column_blob(b->stmt, 0);
	return x == NULL || y == NULL || memcmp(x, y, CA_SERIAL_SIZE) < 0 ? a
									  : b;
}

enum ca_code
ca_ledger_crl_entries(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    const struct ca_ledger_crl_mark *mark, struct ca_crl_builder *builder,
    struct ca_error *err)
{
	struct list revoked = { 0 }, burned = { 0 };
	enum ca_code rc;

	rc = begin_list(ledger, CA_LEDGER_CRL_ENTRIES, spki_sha256, mark,
	    &revoked, err);
	if (rc == CA_OK)
		rc = begin_list(ledger, CA_LEDGER_CRL_BURNED, spki_sha256, mark,
		    &burned, err);
	while (rc == CA_OK && (revoked.more || burned.more)) {
		struct list *list = first_of(&revoked, &burned);

		rc = add_entry(ledger, list->stmt, builder, err);
		if (rc == CA_OK)
			rc = next_of(ledger, list, err);
	}
	ca_ledger_leave(revoked.stmt);
	ca_ledger_leave(burned.stmt);
	return rc;
}

/* The pieces of DER, as those of ENTRY. */
static enum ca_code
add_parts(struct ca_ledger *ledger, sqlite3_int64 entry,
    const struct ca_bytes *der, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t at = 0, part = 1; at < der->len && rc == CA_OK;
	     at += PART, part++) {
		size_t len = der->len - at < PART ? der->len - at : PART;
		sqlite3_stmt *stmt = NULL;
		int bad;

		rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_CRL_PART, &stmt,
		    err);
		if (rc != CA_OK)
			break;
		bad = sqlite3_bind_int64(stmt, 1, entry);
		bad |= sqlite3_bind_int64(stmt, 2, (sqlite3_int64)part);
		bad |= sqlite3_bind_blob64(stmt, 3, der->data + at, len, NULL);
		if (bad != SQLITE_OK)
			return ca_ledger_fail(ledger->path, ledger->db, err);
		rc = ca_ledger_run(ledger, stmt, err);
	}
	return rc;
}

static enum ca_code
add_crl(struct ca_ledger *ledger, const struct ca_ledger_crl_row *row,
    const struct ca_bytes *der, const struct ca_bytes *r, struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	bool whole = der->len <= PART;
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
	if (whole)
		bad |= sqlite3_bind_blob64(stmt, 6, der->data, der->len, NULL);
	else
		bad |= sqlite3_bind_zeroblob(stmt, 6, 0);
	bad |= sqlite3_bind_blob64(stmt, 7, r->data, r->len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = ca_ledger_run(ledger, stmt, err);
	return rc == CA_OK && !whole ? add_parts(ledger, entry, der, err) : rc;
}

static enum ca_code
record(struct ca_ledger *ledger, const struct ca_ledger_crl_row *row,
    const struct ca_crl *crl, const struct ca_bytes *r, int64_t now,
    struct ca_error *err)
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
	    ca_crl_count(crl), key);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	rc = ca_ledger_hash_crl(row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_crl(ledger, row, ca_crl_der(crl), r, err);
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_record_crl(struct ca_ledger *ledger, const struct ca_crl *crl,
    const uint8_t *spki_sha256, int64_t now, struct ca_error *err)
{
	const struct ca_bytes *der = ca_crl_der(crl);
	uint8_t hash[CA_SHA256_SIZE];
	const struct ca_ledger_crl_row row = {
		.issuer_spki_sha256 = spki_sha256,
		.number = ca_crl_number(crl),
		.this_update = ca_crl_this_update(crl),
		.next_update = ca_crl_next_update(crl),
		.crl_sha256 = hash,
	};
	struct ca_bytes r = { 0 };
	char *other = NULL;
	enum ca_code rc;

	rc = ca_ledger_sha256(der->data, der->len, hash, err);
	if (rc == CA_OK)
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
	rc = record(ledger, &row, crl, &r, now, err);
	rc = ca_ledger_end(ledger, rc, err);
out:
	free(other);
	ca_bytes_free(&r);
	return rc;
}
