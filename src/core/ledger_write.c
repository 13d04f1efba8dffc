/* SPDX-License-Identifier: Apache-2.0 */
/* What the CA does is recorded here, one transaction for each call. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"

struct ca_pending {
	const struct ca_draft *draft;
};

/* Fails with MESSAGE about the certificate of SERIAL. */
static enum ca_code
fail_serial(const struct ca_ledger *ledger, const uint8_t *serial,
    const char *message, struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE];

	ca_hex(serial, CA_SERIAL_SIZE, text);
	return ca_fail(err, CA_ERR_LEDGER, "%s: serial %s %s", ledger->path,
	    text, message);
}

/* NAMES as one text, separated by commas. *RET_TEXT is new. */
static enum ca_code
join_names(const struct ca_names *names, char **ret_text, struct ca_error *err)
{
	struct ca_bytes text = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < names->count; i++) {
		if (i > 0)
			rc = ca_bytes_append(&text, ",", 1, err);
		if (rc == CA_OK)
			rc = ca_bytes_append(&text, names->item[i].text,
			    strlen(names->item[i].text), err);
	}
	if (rc == CA_OK)
		rc = ca_bytes_append(&text, "", 1, err);
	if (rc != CA_OK) {
		ca_bytes_free(&text);
		return rc;
	}
	*ret_text = (char *)text.data;
	return CA_OK;
}

static enum ca_code
add_certificate(struct ca_ledger *ledger, const struct ca_ledger_reserved *row,
    const uint8_t *tbs_sha256, struct ca_error *err)
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
	bad |= sqlite3_bind_blob(stmt, 11, tbs_sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob64(stmt, 12, row->tbs, row->tbs_len, NULL);
	bad |= sqlite3_bind_blob64(stmt, 13, row->csr, row->csr_len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = ca_ledger_run(ledger, stmt, err);
	if (rc != CA_OK &&
	    sqlite3_extended_errcode(ledger->db) == SQLITE_CONSTRAINT_UNIQUE)
		rc = fail_serial(ledger, row->serial, "was used before", err);
	return rc;
}

/* DRAFT as a row, but for its alternative names. Borrowed from it. */
static struct ca_ledger_reserved
row_of(const struct ca_draft *draft, const char *name, int64_t now)
{
	const struct ca_certificate *preview = ca_draft_preview(draft);
	const struct ca_grant *grant = ca_draft_grant(draft);
	const struct ca_bytes *tbs = ca_draft_tbs(draft);

	return (struct ca_ledger_reserved){
		.serial = ca_draft_serial(draft),
		.authority = ca_authority_name(CA_AUTHORITY_CLUSTER),
		.profile = grant->profile->name,
		.name = name,
		.subject = ca_certificate_subject_text(preview),
		.not_before = ca_certificate_not_before(preview),
		.not_after = ca_certificate_not_after(preview),
		.reserved_at = now,
		.spki_sha256 = ca_certificate_key_info(preview)->spki_sha256,
		.tbs = tbs->data,
		.tbs_len = tbs->len,
		.csr = grant->csr.len > 0 ? grant->csr.data : NULL,
		.csr_len = grant->csr.len,
	};
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
	char *names = NULL, *detail = NULL;
	enum ca_code rc;

	rc = join_names(ca_certificate_names(ca_draft_preview(draft)), &names,
	    err);
	if (rc != CA_OK)
		goto out;
	row.names = names;
	rc = ca_text_format(&detail, err, "%s: %s", name, row.subject);
	if (rc != CA_OK)
		goto out;
	entry.detail = detail;
	rc = ca_ledger_hash_reserved(&row, hash, err);
	if (rc != CA_OK)
		goto out;
	rc = add_certificate(ledger, &row, ca_draft_tbs_sha256(draft), err);
	if (rc != CA_OK)
		goto out;
	rc = ca_ledger_append(ledger, entry, err);
out:
	free(detail);
	free(names);
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
	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = reserve_one(ledger, drafts[i], names[i], now, err);
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

/* Refuses a certificate that is not what the ledger recorded as pending. */
static enum ca_code
check_belongs(const struct ca_ledger *ledger, const struct ca_draft *draft,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	const struct ca_bytes *draft_tbs = ca_draft_tbs(draft);
	size_t serial_len, tbs_len;
	const uint8_t *serial = ca_certificate_serial(certificate, &serial_len);
	const uint8_t *tbs = ca_certificate_tbs(certificate, &tbs_len);

	if (serial_len != CA_SERIAL_SIZE ||
	    memcmp(serial, ca_draft_serial(draft), CA_SERIAL_SIZE) != 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "%s: a certificate has another serial than was recorded",
		    ledger->path);
	if (tbs_len != draft_tbs->len ||
	    memcmp(tbs, draft_tbs->data, tbs_len) != 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "%s: a certificate has other contents than were recorded",
		    ledger->path);
	return CA_OK;
}

/* Runs an UPDATE that must settle the one pending row of SERIAL. */
static enum ca_code
settle_row(struct ca_ledger *ledger, sqlite3_stmt *stmt, const uint8_t *serial,
    struct ca_error *err)
{
	enum ca_code rc = ca_ledger_run(ledger, stmt, err);

	if (rc == CA_OK && sqlite3_changes(ledger->db) != 1)
		rc = fail_serial(ledger, serial, "is not pending", err);
	return rc;
}

static enum ca_code
burn(struct ca_ledger *ledger, const uint8_t *serial, const char *why,
    int64_t now, struct ca_error *err)
{
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_BURNED,
		.serial = serial,
		.detail = why,
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_BURN, &stmt, err);
	if (rc != CA_OK)
		return rc;
	if (sqlite3_bind_blob(stmt, 1, serial, CA_SERIAL_SIZE, NULL) !=
	    SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = settle_row(ledger, stmt, serial, err);
	if (rc != CA_OK)
		return rc;
	return ca_ledger_append(ledger, entry, err);
}

static enum ca_code
issue(struct ca_ledger *ledger, const struct ca_draft *draft,
    const struct ca_certificate *certificate, int64_t now, struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_ISSUED,
		.serial = ca_draft_serial(draft),
		.detail = ca_certificate_subject_text(certificate),
		.sha256 = ca_certificate_sha256(certificate),
	};
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = check_belongs(ledger, draft, certificate, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_prepare(ledger, CA_LEDGER_ISSUE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_blob(stmt, 1, entry.serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 2, now);
	bad |= sqlite3_bind_blob64(stmt, 3, der->data, der->len, NULL);
	bad |= sqlite3_bind_blob(stmt, 4, entry.sha256, CA_SHA256_SIZE, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = settle_row(ledger, stmt, entry.serial, err);
	if (rc != CA_OK)
		return rc;
	return ca_ledger_append(ledger, entry, err);
}

enum ca_code
ca_ledger_record(struct ca_ledger *ledger,
    const struct ca_pending *const *pending,
    const struct ca_certificate *const *certificates, size_t count, int64_t now,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		const struct ca_draft *draft = pending[i]->draft;

		if (certificates[i] != NULL)
			rc = issue(ledger, draft, certificates[i], now, err);
		else
			rc = burn(ledger, ca_draft_serial(draft),
			    "the token did not sign it", now, err);
	}
	return ca_ledger_end(ledger, rc, err);
}

/* The serial of the oldest pending row; *RET_FOUND is false without one. */
static enum ca_code
first_pending(struct ca_ledger *ledger, uint8_t ret_serial[CA_SERIAL_SIZE],
    bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIRST_PENDING, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else if (step == SQLITE_ROW) {
		memcpy(ret_serial, sqlite3_column_blob(stmt, 0),
		    CA_SERIAL_SIZE);
		*ret_found = true;
	} else if (step == SQLITE_DONE) {
		*ret_found = false;
	} else {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

enum ca_code
ca_ledger_settle(struct ca_ledger *ledger, int64_t now, size_t *ret_count,
    struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];
	size_t count = 0;
	bool found = true;
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	while (rc == CA_OK && found) {
		rc = first_pending(ledger, serial, &found, err);
		if (rc != CA_OK || !found)
			break;
		rc = burn(ledger, serial, "left pending by an earlier run", now,
		    err);
		count++;
	}
	rc = ca_ledger_end(ledger, rc, err);
	if (rc == CA_OK)
		*ret_count = count;
	return rc;
}

enum ca_code
ca_ledger_note(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const char *detail, int64_t now, struct ca_error *err)
{
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = kind,
		.detail = detail,
	};
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_append(ledger, entry, err);
	return ca_ledger_end(ledger, rc, err);
}

const struct ca_draft *
ca_pending_draft(const struct ca_pending *pending)
{
	return pending->draft;
}

void
ca_pending_free(struct ca_pending *pending)
{
	free(pending);
}
