/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a reserved serial, one transaction for each call. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/draft_internal.h"
#include "core/ledger_internal.h"

enum ca_code
ca_ledger_fail_serial(const struct ca_ledger *ledger, const uint8_t *serial,
    const char *message, struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE];

	ca_hex(serial, CA_SERIAL_SIZE, text);
	return ca_fail(err, CA_ERR_LEDGER, "%s: serial %s %s", ledger->path,
	    text, message);
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
		rc = ca_ledger_fail_serial(ledger, serial, "is not pending",
		    err);
	return rc;
}

enum ca_code
ca_ledger_append_burned(struct ca_ledger *ledger, const uint8_t *serial,
    const char *why, int64_t now, struct ca_error *err)
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
    const struct ca_certificate *certificate, const struct ca_bytes *r,
    int64_t now, struct ca_error *err)
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

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ISSUE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_blob(stmt, 1, entry.serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 2, now);
	bad |= sqlite3_bind_blob64(stmt, 3, der->data, der->len, NULL);
	bad |= sqlite3_bind_blob(stmt, 4, entry.sha256, CA_SHA256_SIZE, NULL);
	bad |= sqlite3_bind_blob64(stmt, 5, r->data, r->len, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = settle_row(ledger, stmt, entry.serial, err);
	if (rc != CA_OK)
		return rc;
	return ca_ledger_append(ledger, entry, err);
}

/* Burns what would show that its key is disclosed, and says so for ever. */
static enum ca_code
refuse_repeated(struct ca_ledger *ledger, const struct ca_draft *draft,
    const char *other, int64_t now, struct ca_error *err)
{
	const uint8_t *serial = ca_draft_serial(draft);
	enum ca_code rc;

	rc = ca_ledger_append_burned(ledger, serial,
	    "the token repeated an ECDSA r", now, err);
	if (rc == CA_OK)
		rc = ca_ledger_append_disclosed(ledger,
		    ca_draft_issuer_spki_sha256(draft), serial, other, now,
		    err);
	return rc;
}

/* *CERTIFICATE becomes NULL where it is refused. */
static enum ca_code
settle_one(struct ca_ledger *ledger, const struct ca_draft *draft,
    const struct ca_certificate **certificate, int64_t now,
    struct ca_error *err)
{
	const uint8_t *serial = ca_draft_serial(draft);
	const struct ca_bytes *der;
	struct ca_bytes r = { 0 };
	char *other = NULL;
	enum ca_code rc;

	if (*certificate == NULL)
		return ca_ledger_append_burned(ledger, serial,
		    "the token did not sign it", now, err);
	rc = check_belongs(ledger, draft, *certificate, err);
	if (rc != CA_OK)
		return rc;
	der = ca_certificate_der(*certificate);
	rc = ca_ledger_nonce(der->data, der->len, &r, err);
	if (rc == CA_OK && r.len > 0)
		rc = ca_ledger_find_nonce(ledger,
		    ca_draft_issuer_spki_sha256(draft), &r, &other, err);
	if (rc == CA_OK && other == NULL) {
		rc = issue(ledger, draft, *certificate, &r, now, err);
	} else if (rc == CA_OK) {
		rc = refuse_repeated(ledger, draft, other, now, err);
		*certificate = NULL;
	}
	free(other);
	ca_bytes_free(&r);
	return rc;
}

enum ca_code
ca_ledger_record(struct ca_ledger *ledger,
    const struct ca_pending *const *pending,
    const struct ca_certificate **certificates, size_t count, int64_t now,
    struct ca_error *err)
{
	bool repeated = false;
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_not_before_last(ledger, &now, err);
	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		bool made = certificates[i] != NULL;

		rc = settle_one(ledger, pending[i]->draft, &certificates[i],
		    now, err);
		repeated = repeated || (made && certificates[i] == NULL);
	}
	rc = ca_ledger_end(ledger, rc, err);
	if (rc == CA_OK && repeated)
		rc = ca_ledger_fail_disclosed(err);
	return rc;
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
		rc = ca_ledger_append_burned(ledger, serial,
		    CA_LEDGER_LEFT_PENDING, now, err);
		count++;
	}
	rc = ca_ledger_end(ledger, rc, err);
	if (rc == CA_OK)
		*ret_count = count;
	return rc;
}

enum ca_code
ca_ledger_note_all(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const char *const *details, size_t count, int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	if (count == 0)
		return CA_OK;
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		const struct ca_ledger_entry entry = {
			.time = now,
			.kind = kind,
			.detail = details[i],
		};

		rc = ca_ledger_append(ledger, entry, err);
	}
	return ca_ledger_end(ledger, rc, err);
}

enum ca_code
ca_ledger_note(struct ca_ledger *ledger, enum ca_entry_kind kind,
    const char *detail, int64_t now, struct ca_error *err)
{
	return ca_ledger_note_all(ledger, kind, &detail, 1, now, err);
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
