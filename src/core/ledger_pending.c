/* SPDX-License-Identifier: Apache-2.0 */
/* What a run left open: read back, taken up again, or burned. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/resume.h"
#include "core/draft_internal.h"
#include "core/ledger_reserved.h"

/* What is signed once more must be what was reserved, not what stands there. */
static enum ca_code
check_row(const struct ca_ledger *ledger, const struct ca_ledger_reserved *row,
    const uint8_t *expected, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	enum ca_code rc = ca_ledger_hash_reserved(row, hash, err);

	if (rc == CA_OK &&
	    (expected == NULL || memcmp(hash, expected, sizeof(hash)) != 0)) {
		rc = ca_ledger_fail_serial(ledger, row->serial,
		    "is not what was reserved", err);
		ca_hint(err, "coldca ledger verify; keep the file as it is");
	}
	return rc;
}

static void
open_clear(struct ca_open *open)
{
	free(open->name);
	free(open->subject);
	ca_bytes_free(&open->tbs);
	ca_bytes_free(&open->csr);
	*open = (struct ca_open){ 0 };
}

static enum ca_code
copy_row(const struct ca_ledger_reserved *row, struct ca_open *ret,
    struct ca_error *err)
{
	enum ca_code rc;

	*ret = (struct ca_open){
		.profile = ca_profile_by_name(row->profile),
		.authority = CA_AUTHORITIES,
		.reserved_at = row->reserved_at,
		.not_before = row->not_before,
		.not_after = row->not_after,
	};
	(void)ca_authority_by_name(row->authority, &ret->authority);
	memcpy(ret->serial, row->serial, CA_SERIAL_SIZE);
	memcpy(ret->issuer_spki_sha256, row->issuer_spki_sha256,
	    CA_SHA256_SIZE);
	ca_hex(ret->serial, CA_SERIAL_SIZE, ret->serial_text);
	rc = ca_text_format(&ret->name, err, "%s", row->name);
	if (rc == CA_OK)
		rc = ca_text_format(&ret->subject, err, "%s", row->subject);
	if (rc == CA_OK)
		rc = ca_bytes_append(&ret->tbs, row->tbs, row->tbs_len, err);
	if (rc == CA_OK && row->csr != NULL)
		rc = ca_bytes_append(&ret->csr, row->csr, row->csr_len, err);
	return rc;
}

static enum ca_code
add_row(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_opens *opens, struct ca_error *err)
{
	struct ca_ledger_reserved row;
	struct ca_open *item;
	enum ca_code rc;

	if (!ca_ledger_read_reserved(stmt, &row))
		return ca_ledger_fail_row(ledger, err);
	rc = check_row(ledger, &row,
	    ca_ledger_column(stmt, CA_LEDGER_COLUMN_OTHERS, CA_SHA256_SIZE),
	    err);
	if (rc != CA_OK)
		return rc;
	if (opens->count == CA_OPEN_MAX) {
		(void)ca_fail(err, CA_ERR_LEDGER,
		    "%s: more than %d entries are open", ledger->path,
		    CA_OPEN_MAX);
		ca_hint(err, "coldca sign without --resume burns them");
		return CA_ERR_LEDGER;
	}
	item = reallocarray(opens->item, opens->count + 1, sizeof(*item));
	if (item == NULL)
		return ca_fail_memory(err);
	opens->item = item;
	/* Counted before it is filled, so that it is cleared after a failure. */
	return copy_row(&row, &opens->item[opens->count++], err);
}

enum ca_code
ca_ledger_open_entries(struct ca_ledger *ledger, struct ca_opens *ret,
    struct ca_error *err)
{
	struct ca_opens opens = { 0 };
	sqlite3_stmt *stmt = NULL;
	int step = SQLITE_ROW;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_OPEN, &stmt, err);
	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		rc = add_row(ledger, stmt, &opens, err);
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	if (rc == CA_OK)
		*ret = opens;
	else
		ca_opens_clear(&opens);
	return rc;
}

void
ca_opens_clear(struct ca_opens *opens)
{
	for (size_t i = 0; i < opens->count; i++)
		open_clear(&opens->item[i]);
	free(opens->item);
	*opens = (struct ca_opens){ 0 };
}

enum ca_code
ca_ledger_burn(struct ca_ledger *ledger, const struct ca_burn *list,
    size_t count, int64_t now, struct ca_error *err)
{
	enum ca_code rc = ca_ledger_begin(ledger, err);

	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		char *why = NULL;

		rc = ca_text_format(&why, err, CA_LEDGER_LEFT_PENDING ": %s",
		    list[i].why);
		if (rc == CA_OK)
			rc = ca_ledger_append_burned(ledger, list[i].serial,
			    why, now, err);
		free(why);
	}
	return ca_ledger_end(ledger, rc, err);
}

/* Only what is pending, as it is, is taken up again. */
static enum ca_code
check_pending(struct ca_ledger *ledger, const struct ca_draft *draft,
    struct ca_error *err)
{
	const uint8_t *issuer = ca_draft_issuer_spki_sha256(draft);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);
	const uint8_t *serial = ca_draft_serial(draft);
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_check_compromised(ledger, issuer, err);
	if (rc == CA_OK)
		rc = ca_ledger_check_disclosed(ledger, issuer, err);
	if (rc == CA_OK)
		rc = ca_ledger_find(ledger, CA_LEDGER_FIND_PENDING, serial,
		    CA_SERIAL_SIZE, &stmt, &found, err);
	if (rc == CA_OK && !found)
		rc = ca_ledger_fail_serial(ledger, serial, "is not pending",
		    err);
	else if (rc == CA_OK &&
	    ((size_t)sqlite3_column_bytes(stmt, 0) != tbs->len ||
		memcmp(sqlite3_column_blob(stmt, 0), tbs->data, tbs->len) != 0))
		rc = ca_ledger_fail_serial(ledger, serial,
		    "was reserved with other contents", err);
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_resume(struct ca_ledger *ledger, const struct ca_draft *const *drafts,
    size_t count, struct ca_pending **ret_pending, struct ca_error *err)
{
	struct ca_pending **pending =
	    calloc(count + 1, sizeof(struct ca_pending *));
	enum ca_code rc = CA_OK;

	if (pending == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		rc = check_pending(ledger, drafts[i], err);
		if (rc != CA_OK)
			break;
		pending[i] = calloc(1, sizeof(*pending[i]));
		if (pending[i] == NULL)
			rc = ca_fail_memory(err);
		else
			pending[i]->draft = drafts[i];
	}
	for (size_t i = 0; i < count; i++) {
		if (rc == CA_OK)
			ret_pending[i] = pending[i];
		else
			ca_pending_free(pending[i]);
	}
	free(pending);
	return rc;
}

enum ca_code
ca_ledger_has_newer(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], const char *name, bool *ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bound;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_NEWER, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bound = sqlite3_bind_blob(stmt, 1, serial, CA_SERIAL_SIZE, NULL);
	bound |= sqlite3_bind_text(stmt, 2, name, -1, NULL);
	return ca_ledger_has_row(ledger, stmt, bound, ret, err);
}
