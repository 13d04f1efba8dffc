/* SPDX-License-Identifier: Apache-2.0 */
/* What was issued and is revoked. */
#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "coldca/revocation.h"
#include "core/ledger_internal.h"

static enum ca_code
add_row(struct ca_ledger *ledger, const struct ca_ledger_revocation_row *row,
    struct ca_error *err)
{
	sqlite3_int64 entry = sqlite3_last_insert_rowid(ledger->db);
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_REVOCATION, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_int64(stmt, 3, row->reason);
	bad |= sqlite3_bind_int64(stmt, 4, row->revoked_at);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

/* The entry comes first: its number is the row's. */
static enum ca_code
add(struct ca_ledger *ledger, enum ca_entry_kind kind, const uint8_t *serial,
    enum ca_reason reason, int64_t now, struct ca_error *err)
{
	const struct ca_ledger_revocation_row row = { serial, reason, now };
	uint8_t hash[CA_SHA256_SIZE];
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = kind,
		.serial = serial,
		.detail = ca_reason_name(reason),
		.sha256 = hash,
	};
	enum ca_code rc;

	rc = ca_ledger_hash_revocation(&row, hash, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	if (rc == CA_OK)
		rc = add_row(ledger, &row, err);
	return rc;
}

static enum ca_code
refuse(const uint8_t *serial, const char *what, const char *hint,
    struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE];

	ca_hex(serial, CA_SERIAL_SIZE, text);
	(void)ca_fail(err, CA_ERR_POLICY, "serial %s: %s", text, what);
	if (hint != NULL)
		ca_hint(err, "%s", hint);
	return CA_ERR_POLICY;
}

static enum ca_code
refuse_revoked(const uint8_t *serial, sqlite3_stmt *stmt, struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE], when[CA_TIME_TEXT_SIZE];

	ca_hex(serial, CA_SERIAL_SIZE, text);
	ca_time_format(sqlite3_column_int64(stmt, 3), when);
	return ca_fail(err, CA_ERR_POLICY,
	    "serial %s: is revoked already, since %s, for %s", text, when,
	    ca_reason_name((enum ca_reason)sqlite3_column_int(stmt, 2)));
}

/* The row of STMT, about SERIAL: whether it can be revoked. */
static enum ca_code
check_row(const struct ca_ledger *ledger, const uint8_t *serial,
    sqlite3_stmt *stmt, struct ca_error *err)
{
	const char *word = (const char *)sqlite3_column_text(stmt, 0);
	enum ca_state state;

	if (word == NULL || !ca_state_parse(word, &state))
		return ca_ledger_fail_row(ledger, err);
	if (state == CA_STATE_BURNED)
		return refuse(serial,
		    "was burned: there is no certificate to revoke", NULL, err);
	if (state == CA_STATE_PENDING)
		return refuse(serial, "is pending: it was never issued",
		    "the next run of sign burns it", err);
	if (sqlite3_column_type(stmt, 2) != SQLITE_NULL)
		return refuse_revoked(serial, stmt, err);
	if (sqlite3_column_int(stmt, 1) != 0)
		return refuse(serial, "is the CA's own certificate",
		    "coldca compromise ends a CA", err);
	return CA_OK;
}

enum ca_code
ca_ledger_check_revocable(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_REVOCATION, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, serial, CA_SERIAL_SIZE, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		rc = check_row(ledger, serial, stmt, err);
	else if (step == SQLITE_DONE)
		rc = refuse(serial, "the ledger does not know it",
		    "coldca ledger list shows what there is", err);
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_ledger_revoke(struct ca_ledger *ledger, const uint8_t *serials, size_t count,
    enum ca_reason reason, int64_t now, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < count && rc == CA_OK; i++) {
		const uint8_t *serial = serials + i * CA_SERIAL_SIZE;

		rc = ca_ledger_check_revocable(ledger, serial, err);
		if (rc == CA_OK)
			rc = add(ledger, CA_ENTRY_REVOKED, serial, reason, now,
			    err);
	}
	return ca_ledger_end(ledger, rc, err);
}

/* One row that the compromise of a key takes with it. */
struct victim {
	int64_t id;
	uint8_t serial[CA_SERIAL_SIZE];
	bool is_ca;
};

/* The next one after VICTIM; *RET_FOUND is false at the end. */
static enum ca_code
next_victim(struct ca_ledger *ledger, const uint8_t *spki_sha256, int64_t now,
    struct victim *victim, bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_NEXT_TO_REVOKE, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	step |= sqlite3_bind_int64(stmt, 2, victim->id);
	step |= sqlite3_bind_int64(stmt, 3, now);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	*ret_found = step == SQLITE_ROW;
	if (step == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 1) != CA_SERIAL_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else if (step == SQLITE_ROW) {
		victim->id = sqlite3_column_int64(stmt, 0);
		memcpy(victim->serial, sqlite3_column_blob(stmt, 1),
		    CA_SERIAL_SIZE);
		victim->is_ca = sqlite3_column_int(stmt, 2) != 0;
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

static enum ca_code
revoke_all(struct ca_ledger *ledger, const struct ca_certificate *certificate,
    enum ca_reason reason, int64_t now, size_t *ret_count, struct ca_error *err)
{
	const uint8_t *spki = ca_certificate_key_info(certificate)->spki_sha256;
	struct victim victim = { 0 };
	size_t leaves = 0, authorities = 0;
	bool found = true;
	enum ca_code rc = CA_OK;

	while (rc == CA_OK && found) {
		rc = next_victim(ledger, spki, now, &victim, &found, err);
		if (rc != CA_OK || !found)
			break;
		rc = add(ledger,
		    victim.is_ca ? CA_ENTRY_COMPROMISED : CA_ENTRY_REVOKED,
		    victim.serial, reason, now, err);
		if (victim.is_ca)
			authorities++;
		else
			leaves++;
	}
	if (rc == CA_OK && authorities == 0)
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: serial %s is not the certificate of one of its CAs",
		    ledger->path, ca_certificate_serial_text(certificate));
	*ret_count = leaves;
	return rc;
}

enum ca_code
ca_ledger_compromise(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_reason reason,
    int64_t now, size_t *ret_count, struct ca_error *err)
{
	struct ca_revocation before;
	size_t count = 0;
	bool found = false;
	enum ca_code rc;

	if (reason == CA_REASON_KEY_COMPROMISE)
		reason = CA_REASON_CA_COMPROMISE;
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc =
	    ca_ledger_is_compromised(ledger, certificate, &before, &found, err);
	if (rc == CA_OK && found) {
		rc = ca_ledger_check_usable(ledger, certificate, err);
		ca_hint(err, "coldca create-crl issues its last CRL once more");
	}
	if (rc == CA_OK)
		rc = revoke_all(ledger, certificate, reason, now, &count, err);
	rc = ca_ledger_end(ledger, rc, err);
	if (rc == CA_OK)
		*ret_count = count;
	return rc;
}

static enum ca_code
find_compromised(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    struct ca_revocation *ret, bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_FIND_COMPROMISED, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob(stmt, 1, spki_sha256, CA_SHA256_SIZE, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	*ret_found = step == SQLITE_ROW;
	if (step == SQLITE_ROW &&
	    sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else if (step == SQLITE_ROW) {
		memcpy(ret->serial, sqlite3_column_blob(stmt, 0),
		    CA_SERIAL_SIZE);
		ret->reason = (enum ca_reason)sqlite3_column_int(stmt, 1);
		ret->revoked_at = sqlite3_column_int64(stmt, 2);
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

enum ca_code
ca_ledger_is_compromised(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_revocation *ret,
    bool *ret_found, struct ca_error *err)
{
	struct ca_revocation found;

	return find_compromised(ledger,
	    ca_certificate_key_info(certificate)->spki_sha256,
	    ret != NULL ? ret : &found, ret_found, err);
}

enum ca_code
ca_ledger_check_compromised(struct ca_ledger *ledger,
    const uint8_t *spki_sha256, struct ca_error *err)
{
	char text[CA_SERIAL_TEXT_SIZE], when[CA_TIME_TEXT_SIZE];
	struct ca_revocation revocation = { .reason = 0 };
	bool found = false;
	enum ca_code rc;

	rc = find_compromised(ledger, spki_sha256, &revocation, &found, err);
	if (rc != CA_OK || !found)
		return rc;
	ca_hex(revocation.serial, CA_SERIAL_SIZE, text);
	ca_time_format(revocation.revoked_at, when);
	(void)ca_fail(err, CA_ERR_POLICY,
	    "the CA of serial %s: was given up as compromised at %s, for %s",
	    text, when, ca_reason_name(revocation.reason));
	ca_hint(err,
	    "make a new CA with another key, on another token: coldca create-ca --overwrite");
	return CA_ERR_POLICY;
}

enum ca_code
ca_ledger_check_usable(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	return ca_ledger_check_compromised(ledger,
	    ca_certificate_key_info(certificate)->spki_sha256, err);
}

enum ca_code
ca_ledger_check_status_key(struct ca_ledger *ledger, const uint8_t *spki_sha256,
    struct ca_error *err)
{
	struct ca_revocation ignored;
	bool compromised = false;
	enum ca_code rc;

	rc = find_compromised(ledger, spki_sha256, &ignored, &compromised, err);
	if (rc != CA_OK || compromised)
		return rc;
	return ca_ledger_check_disclosed(ledger, spki_sha256, err);
}
