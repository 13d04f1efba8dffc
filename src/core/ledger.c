/* SPDX-License-Identifier: Apache-2.0 */
/* What all parts of the ledger stand on: statements, transactions, errors. */
#include "coldca/ledger.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/ledger_internal.h"

static const char *const state_names[] = {
	[CA_STATE_PENDING] = "pending",
	[CA_STATE_ISSUED] = "issued",
	[CA_STATE_BURNED] = "burned",
	[CA_STATE_REVOKED] = "revoked",
};

/* Each certificate of authority ?1, its standing, and the entry of that. */
#define AUTHORITIES                                                              \
	"SELECT c.certificate, a.key_uri,"                                       \
	" coalesce((SELECT detail FROM entry WHERE kind = 20"                    \
	" AND serial = a.serial ORDER BY id DESC LIMIT 1),"                      \
	" CASE a.standby WHEN 1 THEN 'standby' ELSE 'current' END) AS standing," \
	" coalesce((SELECT max(id) FROM entry WHERE kind = 20"                   \
	" AND serial = a.serial), (SELECT min(id) FROM entry WHERE kind = 2"     \
	" AND serial = a.serial)) AS since"                                      \
	" FROM authority a JOIN certificate c ON c.serial = a.serial"            \
	" WHERE a.authority = ?1"

static const char *const statements[CA_LEDGER_STATEMENTS] = {
	[CA_LEDGER_BEGIN] = "BEGIN IMMEDIATE",
	[CA_LEDGER_COMMIT] = "COMMIT",
	[CA_LEDGER_ROLLBACK] = "ROLLBACK",
	[CA_LEDGER_LAST_ENTRY] =
	    "SELECT id, hash FROM entry ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_ADD_ENTRY] =
	    "INSERT INTO entry (id, time, kind, serial, detail, sha256, hash)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[CA_LEDGER_ADD_CERTIFICATE] =
	    "INSERT INTO certificate (serial, authority, profile, state, name,"
	    " subject, names, not_before, not_after, reserved_at, spki_sha256,"
	    " issuer_spki_sha256, tbs_sha256, tbs, csr) VALUES (?1, ?2, ?3,"
	    " 'pending', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[CA_LEDGER_ISSUE] =
	    "UPDATE certificate SET state = 'issued', issued_at = ?2,"
	    " certificate = ?3, certificate_sha256 = ?4, ecdsa_r = ?5"
	    " WHERE serial = ?1 AND state = 'pending'",
	[CA_LEDGER_BURN] = "UPDATE certificate SET state = 'burned'"
			   " WHERE serial = ?1 AND state = 'pending'",
	[CA_LEDGER_FIRST_PENDING] =
	    "SELECT serial FROM certificate WHERE state = 'pending'"
	    " ORDER BY id LIMIT 1",
	[CA_LEDGER_FIND_CERTIFICATE] =
	    "SELECT profile, state, certificate FROM certificate"
	    " WHERE serial = ?1",
	[CA_LEDGER_ADD_AUTHORITY] =
	    "INSERT INTO authority (authority, serial, key_uri, standby,"
	    " created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
	[CA_LEDGER_FIND_AUTHORITIES] =
	    "SELECT certificate, key_uri FROM (" AUTHORITIES ")"
	    " WHERE standing <> 'retired'"
	    " ORDER BY standing = 'standby', since DESC",
	[CA_LEDGER_FIND_CURRENT] =
	    "SELECT certificate, key_uri FROM (" AUTHORITIES ")"
	    " WHERE standing = 'current' ORDER BY since DESC",
	[CA_LEDGER_FIND_KEY_URI] = "SELECT key_uri FROM authority"
				   " WHERE serial = ?1",
	[CA_LEDGER_FIND_NONCE] =
	    "SELECT 'serial ' || lower(hex(serial)) FROM certificate"
	    " WHERE issuer_spki_sha256 = ?1 AND ecdsa_r = ?2"
	    " UNION ALL SELECT 'CRL number ' || number FROM crl"
	    " WHERE issuer_spki_sha256 = ?1 AND ecdsa_r = ?2"
	    " UNION ALL SELECT 'the OCSP response for serial ' ||"
	    " lower(hex(serial)) FROM ocsp"
	    " WHERE signer_spki_sha256 = ?1 AND ecdsa_r = ?2",
	[CA_LEDGER_FIND_DISCLOSED] =
	    "SELECT 1 FROM entry WHERE kind = 10 AND sha256 = ?1 LIMIT 1",
	[CA_LEDGER_ADD_PASSPORT] =
	    "INSERT INTO passport (entry, serial, passport, created_at)"
	    " VALUES (?1, ?2, ?3, ?4)",
	[CA_LEDGER_FIND_PASSPORT] = "SELECT passport FROM passport"
				    " WHERE serial = ?1 ORDER BY entry DESC"
				    " LIMIT 1",
	[CA_LEDGER_FIND_PLAN] = "SELECT e.id, e.detail, e.time, e.serial,"
				" c.certificate FROM entry e"
				" JOIN certificate c ON c.serial = e.serial"
				" WHERE e.kind = 21 ORDER BY e.id DESC LIMIT 1",
	[CA_LEDGER_FIND_PLAN_STEP] = "SELECT id, detail, time FROM entry"
				     " WHERE kind = 22 AND id > ?1"
				     " ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_FIND_PLAN_HOST] = "SELECT time FROM entry WHERE kind = 23"
				     " AND detail = ?1 AND id > ?2"
				     " ORDER BY id LIMIT 1",
	[CA_LEDGER_FIND_REVOCATION] =
	    "SELECT c.state, c.spki_sha256 = c.issuer_spki_sha256, r.reason,"
	    " r.revoked_at"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.serial = ?1",
	[CA_LEDGER_ADD_REVOCATION] =
	    "INSERT INTO revocation (entry, serial, reason, revoked_at)"
	    " VALUES (?1, ?2, ?3, ?4)",
	[CA_LEDGER_FIND_COMPROMISED] =
	    "SELECT r.serial, r.reason, r.revoked_at FROM certificate c"
	    " JOIN revocation r USING (serial)"
	    " WHERE c.spki_sha256 = ?1 AND c.issuer_spki_sha256 = ?1 LIMIT 1",
	[CA_LEDGER_NEXT_TO_REVOKE] =
	    "SELECT c.id, c.serial, c.spki_sha256 = ?1 FROM certificate c"
	    " WHERE c.issuer_spki_sha256 = ?1 AND c.state = 'issued'"
	    " AND c.id > ?2 AND (c.not_after >= ?3 OR c.spki_sha256 = ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM revocation r"
	    " WHERE r.serial = c.serial) ORDER BY c.id LIMIT 1",
	[CA_LEDGER_NEXT_STATUS] =
	    "SELECT c.id, c.serial, c.not_after, r.reason, r.revoked_at"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.issuer_spki_sha256 = ?1 AND c.state = 'issued'"
	    " AND c.id > ?2 AND c.not_after >= ?3 AND c.spki_sha256 <> ?1"
	    " AND c.profile <> 'ocsp'"
	    " ORDER BY c.id LIMIT ?4",
	[CA_LEDGER_COUNT_LIVE] =
	    "SELECT count(*), count(r.serial)"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.issuer_spki_sha256 = ?1 AND c.state = 'issued'"
	    " AND c.not_after >= ?2 AND c.spki_sha256 <> ?1",
	[CA_LEDGER_LAST_CRL] =
	    "SELECT number, this_update, entry, crl FROM crl"
	    " WHERE issuer_spki_sha256 = ?1 ORDER BY number DESC LIMIT 1",
	/* RFC 5280 section 3.3: each is listed once after it has expired. */
	[CA_LEDGER_CRL_ENTRIES] =
	    "SELECT c.serial, r.reason, r.revoked_at FROM certificate c"
	    " JOIN revocation r USING (serial)"
	    " WHERE c.issuer_spki_sha256 = ?1"
	    " AND (c.not_after >= ?2 OR r.entry > ?3) ORDER BY c.serial",
	[CA_LEDGER_ADD_CRL] =
	    "INSERT INTO crl (entry, issuer_spki_sha256, number, this_update,"
	    " next_update, crl, ecdsa_r) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[CA_LEDGER_FIND_USER] =
	    "SELECT 1 FROM certificate WHERE name = 'client-' || ?1"
	    " AND profile = 'client' AND state = 'issued' LIMIT 1",
	[CA_LEDGER_LAST_POLICY] = "SELECT sha256 FROM entry WHERE kind = 30"
				  " ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_FIND_POLICY] = "SELECT text FROM policy WHERE sha256 = ?1",
	[CA_LEDGER_ADD_POLICY] = "INSERT INTO policy (sha256, entry, text)"
				 " VALUES (?1, ?2, ?3)",
	[CA_LEDGER_ADD_OCSP] =
	    "INSERT INTO ocsp (entry, serial, signer_spki_sha256, this_update,"
	    " next_update, sha256, ecdsa_r) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " ?7)",
	/* A CA's certificate may have been signed although it was burned. */
	[CA_LEDGER_FIND_KEY_USES] =
	    "SELECT c.profile, c.name, lower(hex(c.serial)), r.reason,"
	    " c.subject"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.spki_sha256 = ?1"
	    " AND (c.state = 'issued' OR c.profile = 'ca') ORDER BY c.id",
};

/* SQLite's words where an operator needs others, or a way out. */
static const struct {
	int result;
	const char *text; /* NULL: SQLite's own */
	const char *hint;
} causes[] = {
	{ SQLITE_BUSY, "another process is writing",
	    "wait until it has finished, then try again" },
	{ SQLITE_READONLY_ROLLBACK,
	    "an interrupted write must be undone first, and the file can not be written",
	    "let its owner run any command on it, on a disk that can be written" },
	{ SQLITE_READONLY, "the file can not be written",
	    "check its owner, its mode and that the disk is not write-protected" },
	{ SQLITE_NOTADB, "not a ledger",
	    "give the CA directory that `coldca init` made" },
	{ SQLITE_CORRUPT, "the ledger is damaged",
	    "keep the file, and restore the CA directory from its last backup" },
	{ SQLITE_FULL, NULL, "nothing was recorded; make room and try again" },
};

enum ca_code
ca_ledger_fail(const char *path, sqlite3 *db, struct ca_error *err)
{
	int result = sqlite3_extended_errcode(db);
	const char *text = sqlite3_errmsg(db);

	if ((result & 0xff) == SQLITE_NOMEM)
		return ca_fail_memory(err);
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (causes[i].result != result &&
		    causes[i].result != (result & 0xff))
			continue;
		if (causes[i].text != NULL)
			text = causes[i].text;
		(void)ca_fail(err, CA_ERR_LEDGER, "%s: %s", path, text);
		ca_hint(err, "%s", causes[i].hint);
		return CA_ERR_LEDGER;
	}
	return ca_fail(err, CA_ERR_LEDGER, "%s: %s", path, text);
}

enum ca_code
ca_ledger_fail_row(const struct ca_ledger *ledger, struct ca_error *err)
{
	(void)ca_fail(err, CA_ERR_LEDGER,
	    "%s: holds a row that coldca did not write", ledger->path);
	ca_hint(err, "find it with `coldca ledger verify`");
	return CA_ERR_LEDGER;
}

enum ca_code
ca_ledger_prepare(struct ca_ledger *ledger, enum ca_ledger_statement which,
    sqlite3_stmt **ret, struct ca_error *err)
{
	sqlite3_stmt **stmt = &ledger->statement[which];

	if (*stmt == NULL &&
	    sqlite3_prepare_v3(ledger->db, statements[which], -1,
		SQLITE_PREPARE_PERSISTENT, stmt, NULL) != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	(void)sqlite3_reset(*stmt);
	(void)sqlite3_clear_bindings(*stmt);
	*ret = *stmt;
	return CA_OK;
}

enum ca_code
ca_ledger_run(struct ca_ledger *ledger, sqlite3_stmt *stmt,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (sqlite3_step(stmt) != SQLITE_DONE)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	/* The values are borrowed: the statement must not outlive them. */
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	return rc;
}

static enum ca_code
run_plain(struct ca_ledger *ledger, enum ca_ledger_statement which,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;

	rc = ca_ledger_prepare(ledger, which, &stmt, err);
	if (rc != CA_OK)
		return rc;
	return ca_ledger_run(ledger, stmt, err);
}

enum ca_code
ca_ledger_begin(struct ca_ledger *ledger, struct ca_error *err)
{
	return run_plain(ledger, CA_LEDGER_BEGIN, err);
}

enum ca_code
ca_ledger_end(struct ca_ledger *ledger, enum ca_code rc, struct ca_error *err)
{
	struct ca_error ignored;

	if (rc == CA_OK)
		rc = run_plain(ledger, CA_LEDGER_COMMIT, err);
	/* Some failures have ended the transaction already. */
	if (rc != CA_OK && sqlite3_get_autocommit(ledger->db) == 0)
		(void)run_plain(ledger, CA_LEDGER_ROLLBACK, &ignored);
	return rc;
}

/* The id and hash that the next entry follows; 0 and zeros at the start. */
static enum ca_code
last_entry(struct ca_ledger *ledger, int64_t *ret_id,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, CA_LEDGER_LAST_ENTRY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_step(stmt);
	if (step == SQLITE_DONE) {
		*ret_id = 0;
		memset(ret_hash, 0, CA_SHA256_SIZE);
	} else if (step != SQLITE_ROW) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	} else if (sqlite3_column_bytes(stmt, 1) != CA_SHA256_SIZE) {
		rc = ca_ledger_fail_row(ledger, err);
	} else {
		*ret_id = sqlite3_column_int64(stmt, 0);
		memcpy(ret_hash, sqlite3_column_blob(stmt, 1), CA_SHA256_SIZE);
	}
	(void)sqlite3_reset(stmt);
	return rc;
}

/* Where to cut TEXT so that no UTF-8 character is split. */
static size_t
cut(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

enum ca_code
ca_ledger_append(struct ca_ledger *ledger, struct ca_ledger_entry entry,
    struct ca_error *err)
{
	uint8_t previous[CA_SHA256_SIZE], hash[CA_SHA256_SIZE];
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int bad;

	entry.detail_len = cut(entry.detail, CA_LEDGER_TEXT_MAX);
	rc = last_entry(ledger, &entry.id, previous, err);
	if (rc != CA_OK)
		return rc;
	entry.id++;
	rc = ca_ledger_hash_entry(&entry, previous, hash, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_ledger_prepare(ledger, CA_LEDGER_ADD_ENTRY, &stmt, err);
	if (rc != CA_OK)
		return rc;
	bad = sqlite3_bind_int64(stmt, 1, entry.id);
	bad |= sqlite3_bind_int64(stmt, 2, entry.time);
	bad |= sqlite3_bind_int64(stmt, 3, entry.kind);
	bad |= sqlite3_bind_blob(stmt, 4, entry.serial, CA_SERIAL_SIZE,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_text(stmt, 5, entry.detail, (int)entry.detail_len,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_blob(stmt, 6, entry.sha256, CA_SHA256_SIZE,
	    SQLITE_STATIC);
	bad |= sqlite3_bind_blob(stmt, 7, hash, CA_SHA256_SIZE, SQLITE_STATIC);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return ca_ledger_run(ledger, stmt, err);
}

void
ca_ledger_release(struct ca_ledger *ledger)
{
	for (size_t i = 0; i < CA_LEDGER_STATEMENTS; i++) {
		(void)sqlite3_finalize(ledger->statement[i]);
		ledger->statement[i] = NULL;
	}
	(void)sqlite3_close(ledger->db);
	ledger->db = NULL;
	if (ledger->lock >= 0)
		(void)close(ledger->lock);
	ledger->lock = -1;
}

void
ca_ledger_close(struct ca_ledger *ledger)
{
	if (ledger == NULL)
		return;
	ca_ledger_release(ledger);
	free(ledger->path);
	free(ledger);
}

const char *
ca_state_name(enum ca_state state)
{
	return state_names[state];
}

bool
ca_state_parse(const char *word, enum ca_state *ret_state)
{
	for (size_t i = 0; i < sizeof(state_names) / sizeof(*state_names); i++)
		if (state_names[i] != NULL &&
		    strcmp(state_names[i], word) == 0) {
			*ret_state = (enum ca_state)i;
			return true;
		}
	return false;
}
