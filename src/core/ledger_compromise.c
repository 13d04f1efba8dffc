/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of CAs that are given up, and all that they signed with them. */
#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "core/ledger_internal.h"

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
		rc = ca_ledger_append_revoked(ledger,
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

/* Retires those of AUTHORITY that stand by with the key SPKI_SHA256. */
static enum ca_code
retire_standby(struct ca_ledger *ledger, enum ca_authority authority,
    const uint8_t *spki_sha256, int64_t now, struct ca_error *err)
{
	struct ca_certificates trusted = { 0 }, currents = { 0 };
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, authority, &trusted, err);
	if (rc == CA_OK)
		rc = ca_ledger_currents(ledger, authority, &currents, err);
	for (size_t i = 0; i < trusted.count && rc == CA_OK; i++)
		if (memcmp(ca_certificate_key_info(trusted.item[i])
			       ->spki_sha256,
			spki_sha256, CA_SHA256_SIZE) == 0 &&
		    !ca_certificates_has(&currents, trusted.item[i]))
			rc = ca_ledger_append_standing(ledger, trusted.item[i],
			    CA_STANDING_RETIRED, now, err);
	ca_certificates_clear(&trusted);
	ca_certificates_clear(&currents);
	return rc;
}

/* Nobody has a certificate by it, so that nobody has to trust it. */
static enum ca_code
retire_unused(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, int64_t now, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (unsigned i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++)
		rc = retire_standby(ledger, i,
		    ca_certificate_key_info(certificate)->spki_sha256, now,
		    err);
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
	if (rc == CA_OK && count == 0)
		rc = retire_unused(ledger, certificate, now, err);
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

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_COMPROMISED, spki_sha256,
	    CA_SHA256_SIZE, &stmt, ret_found, err);
	if (rc == CA_OK && *ret_found &&
	    sqlite3_column_bytes(stmt, 0) != CA_SERIAL_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else if (rc == CA_OK && *ret_found) {
		memcpy(ret->serial, sqlite3_column_blob(stmt, 0),
		    CA_SERIAL_SIZE);
		ret->reason = (enum ca_reason)sqlite3_column_int(stmt, 1);
		ret->revoked_at = sqlite3_column_int64(stmt, 2);
	}
	ca_ledger_leave(stmt);
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
	    "coldca rotate-ca begin --ca-key=URI replaces it by one with another key, on another token");
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
