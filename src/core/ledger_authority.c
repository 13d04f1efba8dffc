/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates of the CAs of this CA directory. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/ledger_internal.h"

/* Refuses what is not recorded, as it is, as an issued CA certificate. */
static enum ca_code
check_issued(struct ca_ledger *ledger, const struct ca_certificate *certificate,
    struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);
	size_t len;
	const uint8_t *serial = ca_certificate_serial(certificate, &len);
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_CERTIFICATE, serial, len,
	    &stmt, &found, err);
	if (rc == CA_OK &&
	    (!found ||
		strcmp((const char *)sqlite3_column_text(stmt, 0),
		    ca_profile_get(CA_PROFILE_CA)->name) != 0 ||
		(size_t)sqlite3_column_bytes(stmt, 2) != der->len ||
		memcmp(sqlite3_column_blob(stmt, 2), der->data, der->len) != 0))
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "%s: serial %s is not recorded as a CA certificate",
		    ledger->path, ca_certificate_serial_text(certificate));
	ca_ledger_leave(stmt);
	return rc;
}

static enum ca_code
add_authority(struct ca_ledger *ledger,
    const struct ca_ledger_authority_row *row, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_AUTHORITY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_text(stmt, 1, row->authority, -1, NULL);
	bad |= sqlite3_bind_blob(stmt, 2, row->serial, CA_SERIAL_SIZE, NULL);
	bad |= sqlite3_bind_text(stmt, 3, row->key_uri, -1, NULL);
	bad |= sqlite3_bind_int(stmt, 4, row->standby);
	bad |= sqlite3_bind_int64(stmt, 5, row->created_at);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

static enum ca_code
record_authority(struct ca_ledger *ledger,
    const struct ca_ledger_authority_row *row, struct ca_error *err)
{
	uint8_t hash[CA_SHA256_SIZE];
	struct ca_ledger_entry entry = {
		.time = row->created_at,
		.kind = CA_ENTRY_CA_CREATED,
		.serial = row->serial,
		.sha256 = hash,
	};
	char *detail = NULL;
	enum ca_code rc;

	rc = ca_text_format(&detail, err, "%s%s: %s", row->authority,
	    row->standby ? " standby" : "", row->key_uri);
	if (rc != CA_OK)
		return rc;
	entry.detail = detail;
	rc = ca_ledger_hash_authority(row, hash, err);
	if (rc == CA_OK)
		rc = add_authority(ledger, row, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	free(detail);
	return rc;
}

static enum ca_code
set_authority(struct ca_ledger *ledger,
    const struct ca_ledger_authority_row *row,
    const struct ca_certificate *certificate, struct ca_error *err)
{
	enum ca_code rc;

	/* The ledger is shown, copied and backed up. */
	if (strstr(row->key_uri, "pin-value") != NULL)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "%s: the URI of a key holds a PIN", ledger->path);
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	rc = check_issued(ledger, certificate, err);
	if (rc == CA_OK)
		rc = record_authority(ledger, row, err);
	return ca_ledger_end(ledger, rc, err);
}

enum ca_code
ca_ledger_set_authority(struct ca_ledger *ledger, enum ca_authority authority,
    const struct ca_certificate *certificate, const char *key_uri, int64_t now,
    struct ca_error *err)
{
	size_t serial_len;
	const struct ca_ledger_authority_row row = {
		.authority = ca_authority_name(authority),
		.serial = ca_certificate_serial(certificate, &serial_len),
		.key_uri = key_uri,
		.created_at = now,
	};

	return set_authority(ledger, &row, certificate, err);
}

enum ca_code
ca_ledger_add_standby(struct ca_ledger *ledger, enum ca_authority authority,
    const struct ca_certificate *certificate, const char *key_uri, int64_t now,
    struct ca_error *err)
{
	size_t serial_len;
	const struct ca_ledger_authority_row row = {
		.authority = ca_authority_name(authority),
		.serial = ca_certificate_serial(certificate, &serial_len),
		.key_uri = key_uri,
		.standby = true,
		.created_at = now,
	};

	return set_authority(ledger, &row, certificate, err);
}

/* One row of the statement: a certificate, and its key's URI where wanted. */
static enum ca_code
read_authority(const struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_certificate **ret_certificate, char **ret_key_uri,
    struct ca_error *err)
{
	const uint8_t *der = sqlite3_column_blob(stmt, 0);
	const char *uri = (const char *)sqlite3_column_text(stmt, 1);
	struct ca_certificate *certificate = NULL;
	struct ca_error cause;

	if (der == NULL || uri == NULL)
		return ca_ledger_fail_row(ledger, err);
	if (ca_certificate_parse(der, (size_t)sqlite3_column_bytes(stmt, 0),
		&certificate, &cause) != CA_OK)
		return ca_fail(err, CA_ERR_LEDGER, "%s: a CA certificate: %s",
		    ledger->path, cause.message);
	if (ret_key_uri != NULL) {
		char *copy = strdup(uri);

		if (copy == NULL) {
			ca_certificate_free(certificate);
			return ca_fail_memory(err);
		}
		*ret_key_uri = copy;
	}
	*ret_certificate = certificate;
	return CA_OK;
}

static enum ca_code
find_authorities(struct ca_ledger *ledger, enum ca_ledger_statement which,
    enum ca_authority authority, sqlite3_stmt **ret, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, which, ret, err);
	if (rc == CA_OK &&
	    sqlite3_bind_text(*ret, 1, ca_authority_name(authority), -1,
		NULL) != SQLITE_OK)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	return rc;
}

/* None is current: there is none at all, it is to be, or it is no more. */
static enum ca_code
fail_none(struct ca_ledger *ledger, enum ca_authority authority,
    struct ca_error *err)
{
	const char *name = ca_authority_name(authority);
	struct ca_certificates all = { 0 };
	bool stands_by = false;
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, authority, &all, err);
	stands_by = all.count > 0;
	if (rc == CA_OK)
		rc = ca_ledger_retired(ledger, authority, &all, err);
	if (rc == CA_OK && stands_by) {
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: the %s CA stands by, and signs nothing yet",
		    ledger->path, name);
		ca_hint(err,
		    "the plan that brings it makes it sign: `coldca %s` says what is next",
		    authority == CA_AUTHORITY_CLIENT ? "split-ca"
						     : "rotate-ca");
	} else if (rc == CA_OK) {
		rc = ca_fail(err, CA_ERR_LEDGER,
		    all.count > 0
			? "%s: the %s CA is retired, and there is no other"
			: "%s: there is no %s CA yet",
		    ledger->path, name);
		ca_hint(err, "make one with `coldca %s`",
		    ca_authority_get(authority)->command);
	}
	ca_certificates_clear(&all);
	return rc;
}

enum ca_code
ca_ledger_authority(struct ca_ledger *ledger, enum ca_authority authority,
    struct ca_certificate **ret_certificate, char **ret_key_uri,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = find_authorities(ledger, CA_LEDGER_FIND_CURRENT, authority, &stmt,
	    err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		rc = read_authority(ledger, stmt, ret_certificate, ret_key_uri,
		    err);
	} else if (step == SQLITE_DONE) {
		rc = fail_none(ledger, authority, err);
	} else {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

/* Appends what the statement WHICH finds. */
static enum ca_code
read_authorities(struct ca_ledger *ledger, enum ca_ledger_statement which,
    enum ca_authority authority, struct ca_certificates *ret,
    struct ca_error *err)
{
	size_t before = ret->count;
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step = SQLITE_ROW;

	rc = find_authorities(ledger, which, authority, &stmt, err);
	if (rc != CA_OK)
		return rc;
	while (rc == CA_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct ca_certificate *certificate = NULL;

		rc = read_authority(ledger, stmt, &certificate, NULL, err);
		if (rc == CA_OK)
			rc = ca_certificates_add(ret, certificate, err);
	}
	if (rc == CA_OK && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	while (rc != CA_OK && ret->count > before)
		ca_certificate_free(ret->item[--ret->count]);
	return rc;
}

enum ca_code
ca_ledger_authorities(struct ca_ledger *ledger, enum ca_authority authority,
    struct ca_certificates *ret, struct ca_error *err)
{
	return read_authorities(ledger, CA_LEDGER_FIND_AUTHORITIES, authority,
	    ret, err);
}

enum ca_code
ca_ledger_currents(struct ca_ledger *ledger, enum ca_authority authority,
    struct ca_certificates *ret, struct ca_error *err)
{
	return read_authorities(ledger, CA_LEDGER_FIND_CURRENT, authority, ret,
	    err);
}

enum ca_code
ca_ledger_retired(struct ca_ledger *ledger, enum ca_authority authority,
    struct ca_certificates *ret, struct ca_error *err)
{
	return read_authorities(ledger, CA_LEDGER_FIND_RETIRED, authority, ret,
	    err);
}

enum ca_code
ca_ledger_key_uri(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, char **ret_key_uri,
    struct ca_error *err)
{
	size_t len;
	const uint8_t *serial = ca_certificate_serial(certificate, &len);
	sqlite3_stmt *stmt = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_find(ledger, CA_LEDGER_FIND_KEY_URI, serial, len, &stmt,
	    &found, err);
	if (rc == CA_OK && found)
		rc = ca_text_format(ret_key_uri, err, "%s",
		    (const char *)sqlite3_column_text(stmt, 0));
	else if (rc == CA_OK)
		rc = ca_fail(err, CA_ERR_LEDGER, "%s: serial %s is no CA of it",
		    ledger->path, ca_certificate_serial_text(certificate));
	ca_ledger_leave(stmt);
	return rc;
}

enum ca_code
ca_ledger_all_authorities(struct ca_ledger *ledger, struct ca_authorities *ret,
    struct ca_error *err)
{
	struct ca_authorities all = { 0 };
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < CA_AUTHORITIES && rc == CA_OK; i++)
		rc = ca_ledger_authorities(ledger, (enum ca_authority)i,
		    &all.of[i], err);
	if (rc != CA_OK) {
		ca_authorities_clear(&all);
		return rc;
	}
	*ret = all;
	return CA_OK;
}

/* Whether AUTHORITY has a certificate that signs. */
static enum ca_code
has_current(struct ca_ledger *ledger, enum ca_authority authority,
    bool *ret_found, struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = find_authorities(ledger, CA_LEDGER_FIND_CURRENT, authority, &stmt,
	    err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(stmt);
	*ret_found = step == SQLITE_ROW;
	return rc;
}

enum ca_code
ca_ledger_signer_of(struct ca_ledger *ledger, const struct ca_profile *profile,
    enum ca_authority *ret_authority, bool *ret_found, struct ca_error *err)
{
	bool found = false;
	size_t at = 0;
	enum ca_code rc = CA_OK;

	for (; at < profile->signers && rc == CA_OK && !found; at++)
		rc = has_current(ledger, profile->signer[at], &found, err);
	if (rc != CA_OK)
		return rc;
	if (found)
		*ret_authority = profile->signer[at - 1];
	*ret_found = found;
	return CA_OK;
}
