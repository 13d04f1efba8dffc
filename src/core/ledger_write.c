/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts are recorded before they are signed, in one transaction. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/draft_internal.h"
#include "core/ledger_internal.h"

static enum ca_code
add_certificate(struct ca_ledger *ledger, const struct ca_ledger_reserved *row,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_CERTIFICATE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_blob(stmt, 1, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_text(stmt, 2, row->authority, -1, NULL);
	bad |= sqlite3_bind_text(stmt, 3, row->profile, -1, NULL);
	bad |= sqlite3_bind_text(stmt, 4, row->name, -1, NULL);
	bad |= sqlite3_bind_text(stmt, 5, row->subject, -1, NULL);
	bad |= sqlite3_bind_text(stmt, 6, row->names, -1, NULL);
	bad |= sqlite3_bind_int64(stmt, 7, row->not_before);
	bad |= sqlite3_bind_int64(stmt, 8, row->not_after);
	bad |= sqlite3_bind_int64(stmt, 9, row->reserved_at);
	bad |=
	    sqlite3_bind_blob(stmt, 10, row->spki_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob(stmt, 11, row->issuer_spki_sha256,
	    CA_SHA256_SIZE, NULL);
	bad |=
	    sqlite3_bind_blob(stmt, 12, row->tbs_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob64(stmt, 13, row->tbs, row->tbs_len, NULL);
	bad |= sqlite3_bind_blob64(stmt, 14, row->csr, row->csr_len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = ca_ledger_run(ledger, stmt, err);
	if (rc != CA_OK &&
	    sqlite3_extended_errcode(ledger->db) == SQLITE_CONSTRAINT_UNIQUE)
		rc = ca_ledger_fail_serial(ledger, row->serial,
		    "was used before", err);
	return rc;
}

/* DRAFT as a row, but for its alternative names. Borrowed from it. */
static struct ca_ledger_reserved
row_of(const struct ca_draft *draft, const char *name, int64_t now)
{
	const struct ca_draft_facts *facts = ca_draft_facts(draft);
	const struct ca_grant *grant = ca_draft_grant(draft);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);

	return (struct ca_ledger_reserved){
		.serial = ca_draft_serial(draft),
		.authority = ca_authority_name(grant->authority),
		.profile = grant->profile->name,
		.name = name,
		.subject = facts->subject,
		.names = facts->names,
		.not_before = facts->not_before,
		.not_after = facts->not_after,
		.reserved_at = now,
		.spki_sha256 = grant->key.spki_sha256,
		.issuer_spki_sha256 = ca_draft_issuer_spki_sha256(draft),
		.tbs = tbs->data,
		.tbs_len = tbs->len,
		.tbs_sha256 = ca_draft_tbs_sha256(draft),
		.csr = grant->csr.len > 0 ? grant->csr.data : NULL,
		.csr_len = grant->csr.len,
	};
}

/* The key that signs DRAFT may still be used; that of BEFORE was asked for. */
static enum ca_code
check_issuer(struct ca_ledger *ledger, const struct ca_draft *draft,
    const struct ca_draft *before, struct ca_error *err)
{
	const uint8_t *issuer = ca_draft_issuer_spki_sha256(draft);
	enum ca_code rc;

	if (before != NULL &&
	    memcmp(issuer, ca_draft_issuer_spki_sha256(before),
		CA_SHA256_SIZE) == 0)
		return CA_OK;
	rc = ca_ledger_check_compromised(ledger, issuer, err);
	return rc == CA_OK ? ca_ledger_check_disclosed(ledger, issuer, err)
			   : rc;
}

static enum ca_code
reserve_one(struct ca_ledger *ledger, const struct ca_draft *draft,
    const char *name, int64_t now, struct ca_error *err)
{
	struct ca_ledger_reserved row = row_of(draft, name, now);
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_PENDING,
		.serial = row.serial,
		.sha256 = hash,
	};
	char *detail = NULL;
	enum ca_code rc;

	rc = ca_text_format(&detail, err, "%s: %s", name, row.subject);
	if (rc != CA_OK)
		goto out;
	entry.detail = detail;
	rc = ca_ledger_hash_reserved(&row, hash, err);
	if (rc != CA_OK)
		goto out;
	rc = add_certificate(ledger, &row, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = ca_ledger_append_approvals(ledger, draft, now, err);
out:
	free(detail);
	return rc;
}

enum ca_code
ca_ledger_reserve(struct ca_ledger *ledger,
    const struct ca_draft *const *drafts, const char *const *names,
    size_t count, int64_t now, struct ca_pending **ret_pending,
    struct ca_error *err)
{
	struct ca_pending **pending =
	    calloc(count + 1, sizeof(struct ca_pending *));
	enum ca_code rc = CA_OK;

	if (pending == NULL)
		return ca_fail_memory(err);
	/* Before anything is on disk, so that nothing can fail after it is. */
	for (size_t i = 0; i < count; i++) {
		pending[i] = calloc(1, sizeof(*pending[i]));
		if (pending[i] == NULL) {
			rc = ca_fail_memory(err);
			goto out;
		}
		pending[i]->draft = drafts[i];
	}
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		goto out;
	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		rc = check_issuer(ledger, drafts[i],
		    i > 0 ? drafts[i - 1] : NULL, err);
		if (rc == CA_OK)
			rc = reserve_one(ledger, drafts[i], names[i], now, err);
	}
	rc = ca_ledger_end(ledger, rc, err);
	if (rc != CA_OK)
		goto out;
	for (size_t i = 0; i < count; i++) {
		ret_pending[i] = pending[i];
		pending[i] = NULL;
	}
out:
	for (size_t i = 0; i < count; i++)
		ca_pending_free(pending[i]);
	free(pending);
	return rc;
}
