/* SPDX-License-Identifier: Apache-2.0 */
/* The statements of the ledger, and how one is run. */
#include <sqlite3.h>
#include <stddef.h>

#include "core/ledger_reserved.h"

/* Each certificate of authority ?1, its standing, and the entry of that. */
#define AUTHORITIES                                                              \
	"SELECT c.certificate, a.key_uri,"                                       \
	" coalesce((SELECT detail FROM entry WHERE kind = 20"                    \
	" AND serial = a.serial ORDER BY id DESC LIMIT 1),"                      \
	" CASE a.standby WHEN 1 THEN 'standby' ELSE 'current' END) AS standing," \
	" coalesce((SELECT max(id) FROM entry WHERE kind = 20"                   \
	" AND serial = a.serial), (SELECT min(e.id) FROM entry e"                \
	" WHERE e.certificate = c.id AND e.kind = 2)) AS since"                  \
	" FROM authority a JOIN certificate c ON c.serial = a.serial"            \
	" WHERE a.authority = ?1"

/* The entry that a certificate c, which was burned, is revoked; why. */
#define BURNED_REVOKED \
	" FROM entry e WHERE e.certificate = c.id AND +e.kind = 15"
#define ID_OF_SERIAL "(SELECT id FROM certificate WHERE serial = ?1)"
#define KEY_COMPROMISE " AND e.detail = 'keyCompromise'"

static const char *const statements[CA_LEDGER_STATEMENTS] = {
	[CA_LEDGER_BEGIN] = "BEGIN IMMEDIATE",
	[CA_LEDGER_BEGIN_READ] = "BEGIN DEFERRED",
	[CA_LEDGER_COMMIT] = "COMMIT",
	[CA_LEDGER_ROLLBACK] = "ROLLBACK",
	[CA_LEDGER_LAST_ENTRY] =
	    "SELECT id, hash, time FROM entry ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_ADD_ENTRY] =
	    "INSERT INTO entry (id, time, kind, serial, detail, sha256, hash,"
	    " certificate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
	    " (SELECT id FROM certificate WHERE serial = ?4))",
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
	[CA_LEDGER_FIND_RETIRED] =
	    "SELECT certificate, key_uri FROM (" AUTHORITIES ")"
	    " WHERE standing = 'retired' ORDER BY since DESC",
	[CA_LEDGER_FIND_KEY_URI] = "SELECT key_uri FROM authority"
				   " WHERE serial = ?1",
	[CA_LEDGER_FIND_NONCE] =
	    "SELECT 'serial ' || lower(hex(serial)) FROM certificate"
	    " WHERE " CA_LEDGER_BY_R("certificate",
		"?2") " AND +issuer_spki_sha256 = ?1"
		      " UNION ALL SELECT 'CRL number ' || number FROM crl"
		      " WHERE issuer_spki_sha256 = ?1 AND ecdsa_r = ?2"
		      " UNION ALL SELECT 'the OCSP response for serial ' ||"
		      " lower(hex(serial)) FROM ocsp"
		      " WHERE signer_spki_sha256 = ?1 AND ecdsa_r = ?2"
		      " UNION ALL SELECT 'the head that is entry ' || signed FROM head"
		      " WHERE signer_spki_sha256 = ?1 AND ecdsa_r = ?2",
	[CA_LEDGER_FIND_DISCLOSED] =
	    "SELECT 1 FROM entry WHERE kind = 10 AND sha256 = ?1 LIMIT 1",
	[CA_LEDGER_ADD_PASSPORT] =
	    "INSERT INTO passport (entry, serial, passport, created_at)"
	    " VALUES (?1, ?2, ?3, ?4)",
	[CA_LEDGER_FIND_PASSPORT] = "SELECT passport FROM passport"
				    " WHERE serial = ?1 ORDER BY entry DESC"
				    " LIMIT 1",
	/* The index has its condition in these words: SQLite knows it by them. */
	[CA_LEDGER_FIND_PLAN] = "SELECT e.id, e.detail, e.time, e.serial,"
				" c.certificate FROM entry e"
				" JOIN certificate c ON c.serial = e.serial"
				" WHERE e.kind IN (21, 22) AND e.kind = 21"
				" ORDER BY e.id DESC LIMIT 1",
	[CA_LEDGER_FIND_PLAN_STEP] = "SELECT id, detail, time FROM entry"
				     " WHERE kind IN (21, 22) AND kind = 22"
				     " AND id > ?1"
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
	    "INSERT INTO revocation (entry, serial, reason, revoked_at,"
	    " issuer_spki_sha256, not_after) VALUES (?1, ?2, ?3, ?4,"
	    " (SELECT issuer_spki_sha256 FROM certificate WHERE serial = ?2),"
	    " (SELECT not_after FROM certificate WHERE serial = ?2))",
	/* A plus: not by this index, in which all that a CA signed are one. */
	[CA_LEDGER_FIND_COMPROMISED] =
	    "SELECT r.serial, r.reason, r.revoked_at FROM certificate c"
	    " JOIN revocation r USING (serial)"
	    " WHERE " CA_LEDGER_BY_KEY("c",
		"?1") " AND +c.issuer_spki_sha256 = ?1"
		      " LIMIT 1",
	[CA_LEDGER_NEXT_TO_REVOKE] =
	    "SELECT c.id, c.serial, c.spki_sha256 = ?1 FROM certificate c"
	    " WHERE c.issuer_spki_sha256 = ?1 AND c.state = 'issued'"
	    " AND c.id > ?2 AND (c.not_after >= ?3 OR c.spki_sha256 = ?1)"
	    " AND NOT EXISTS (SELECT 1 FROM revocation r"
	    " WHERE r.serial = c.serial) ORDER BY c.id LIMIT 1",
	[CA_LEDGER_NEXT_STATUS] =
	    "SELECT c.id, c.serial, c.not_after,"
	    " CASE c.state WHEN 'burned' THEN (SELECT e.detail" BURNED_REVOKED
	    ") ELSE r.reason END,"
	    " CASE c.state WHEN 'burned' THEN (SELECT e.time" BURNED_REVOKED
	    ") ELSE r.revoked_at END"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.issuer_spki_sha256 = ?1 AND (c.state = 'issued'"
	    " OR (c.state = 'burned' AND EXISTS (SELECT 1" BURNED_REVOKED ")))"
	    " AND c.id > ?2 AND c.not_after >= ?3 AND c.spki_sha256 <> ?1"
	    " AND c.profile <> 'ocsp'"
	    " ORDER BY c.id LIMIT ?4",
	[CA_LEDGER_COUNT_LIVE] =
	    "SELECT count(*), count(CASE c.state WHEN 'burned' THEN 1"
	    " ELSE r.serial END)"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.issuer_spki_sha256 = ?1 AND (c.state = 'issued'"
	    " OR (c.state = 'burned' AND EXISTS (SELECT 1" BURNED_REVOKED ")))"
	    " AND c.not_after >= ?2 AND c.spki_sha256 <> ?1",
	[CA_LEDGER_LAST_CRL] =
	    "SELECT number, this_update, entry, crl FROM crl"
	    " WHERE issuer_spki_sha256 = ?1 ORDER BY number DESC LIMIT 1",
	/* RFC 5280 section 3.3: each is listed once after it has expired. */
	[CA_LEDGER_CRL_ENTRIES] =
	    "SELECT serial, reason, revoked_at FROM revocation"
	    " INDEXED BY revocation_status WHERE issuer_spki_sha256 = ?1"
	    " AND (not_after >= ?2 OR entry > ?3) ORDER BY serial",
	/* They are few, and those that are revoked are fewer. */
	[CA_LEDGER_CRL_BURNED] =
	    "SELECT c.serial, e.detail, e.time FROM certificate c"
	    " CROSS JOIN entry e ON e.certificate = c.id AND +e.kind = 15"
	    " WHERE c.state = 'burned' AND +c.issuer_spki_sha256 = ?1"
	    " AND (+c.not_after >= ?2 OR e.id > ?3) ORDER BY c.serial",
	[CA_LEDGER_FIND_BURNED_REVOKED] =
	    "SELECT e.detail, e.time FROM certificate c JOIN entry e"
	    " ON e.certificate = c.id AND +e.kind = 15 WHERE c.serial = ?1",
	[CA_LEDGER_ADD_CRL] =
	    "INSERT INTO crl (entry, issuer_spki_sha256, number, this_update,"
	    " next_update, crl, ecdsa_r) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[CA_LEDGER_ADD_CRL_PART] =
	    "INSERT INTO crl_part (entry, part, data) VALUES (?1, ?2, ?3)",
	[CA_LEDGER_CRL_PARTS] =
	    "SELECT data FROM crl_part WHERE entry = ?1 ORDER BY part",
	[CA_LEDGER_ADD_OCSP] =
	    "INSERT INTO ocsp (entry, serial, signer_spki_sha256, this_update,"
	    " next_update, sha256, ecdsa_r) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " ?7)",
	[CA_LEDGER_FIND_USER] =
	    "SELECT 1 FROM certificate WHERE name = 'client-' || ?1"
	    " AND +profile = 'client' AND +state = 'issued' LIMIT 1",
	/* A plus: by the name's index alone, which is in the order of id. */
	[CA_LEDGER_FIND_LAST_OF] =
	    "SELECT c.certificate, c.reserved_at, r.serial IS NOT NULL"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE c.name = ?1 AND +c.state = 'issued'"
	    " ORDER BY c.id DESC LIMIT 1",
	[CA_LEDGER_LAST_POLICY] = "SELECT sha256 FROM entry WHERE kind = 30"
				  " ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_FIND_POLICY] = "SELECT text FROM policy WHERE sha256 = ?1",
	[CA_LEDGER_FIRST_ENTRY] = "SELECT hash FROM entry WHERE id = 1",
	[CA_LEDGER_ENTRIES_BACK] =
	    "SELECT id, hash, time FROM entry ORDER BY id DESC",
	[CA_LEDGER_LAST_SIGNED] = "SELECT entry, signed, signed_at FROM head"
				  " ORDER BY entry DESC LIMIT 1",
	[CA_LEDGER_ADD_HEAD] =
	    "INSERT INTO head (entry, signed, hash, signer_spki_sha256,"
	    " algorithm, signed_at, signature, ecdsa_r)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[CA_LEDGER_ADD_STATEMENT] =
	    "INSERT OR IGNORE INTO statement (sha256, text)"
	    " VALUES (?1, zeroblob(?2))",
	[CA_LEDGER_ADD_APPROVAL] =
	    "INSERT INTO approval (entry, serial, approver,"
	    " approver_spki_sha256, tbs_sha256, approved_at, expires_at,"
	    " statement) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	/* A plus: by the serial's index, of which there are a few rows. */
	[CA_LEDGER_FIND_APPROVALS] =
	    "SELECT a.entry, a.approver, a.approver_spki_sha256, a.approved_at,"
	    " a.expires_at, a.statement, s.text FROM approval a"
	    " JOIN statement s ON s.sha256 = a.statement WHERE a.serial = ?1"
	    " ORDER BY +a.entry",
	[CA_LEDGER_ADD_MANIFEST] =
	    "INSERT INTO manifest (entry, nonce, host, spki_sha256, expires_at,"
	    " taken_at, statement) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[CA_LEDGER_FIND_MANIFEST] =
	    "SELECT taken_at, statement FROM manifest WHERE nonce = ?1",
	[CA_LEDGER_ADD_RESPONSE] =
	    "INSERT INTO response (entry, statement) VALUES (?1, ?2)",
	[CA_LEDGER_FIND_RESPONSE] =
	    "SELECT h.signed, h.hash, h.signer_spki_sha256, h.algorithm,"
	    " h.signed_at, h.signature, s.text FROM response r"
	    " JOIN head h USING (entry)"
	    " JOIN statement s ON s.sha256 = r.statement"
	    " WHERE r.statement = ?1",
	[CA_LEDGER_ADD_POLICY] = "INSERT INTO policy (sha256, entry, text)"
				 " VALUES (?1, ?2, ?3)",
	[CA_LEDGER_FIND_EVENTS] =
	    "SELECT id, time, kind, detail, hash FROM entry"
	    " WHERE certificate = " ID_OF_SERIAL " ORDER BY id",
	[CA_LEDGER_FIND_POLICY_OF] =
	    "SELECT sha256 FROM entry WHERE kind = 30 AND id <"
	    " (SELECT min(id) FROM entry"
	    " WHERE certificate = " ID_OF_SERIAL " AND +kind = 4)"
	    " ORDER BY id DESC LIMIT 1",
	[CA_LEDGER_FIND_OPEN] =
	    "SELECT " CA_LEDGER_RESERVED_COLUMNS ","
	    " (SELECT e.sha256 FROM entry e"
	    " WHERE e.certificate = certificate.id AND +e.kind = 4)"
	    " FROM certificate WHERE state = 'pending' ORDER BY id",
	[CA_LEDGER_FIND_PENDING] = "SELECT tbs FROM certificate"
				   " WHERE serial = ?1 AND +state = 'pending'",
	[CA_LEDGER_FIND_NEWER] =
	    "SELECT 1 FROM certificate WHERE name = ?2 AND +state = 'issued'"
	    " AND +id > (SELECT id FROM certificate WHERE serial = ?1)"
	    " LIMIT 1",
	/* The last two, and whether anything was issued after the last. */
	[CA_LEDGER_SESSION_START] =
	    "SELECT signed, signed_at, EXISTS (SELECT 1 FROM entry e"
	    " WHERE e.id > signed AND +e.kind = 5) FROM head"
	    " ORDER BY entry DESC LIMIT 2",
	[CA_LEDGER_ISSUED_AFTER] =
	    "SELECT 1 FROM entry WHERE certificate = " ID_OF_SERIAL
	    " AND +kind = 5 AND +id > ?2 LIMIT 1",
	/* A CA's certificate may have been signed although it was burned. */
	[CA_LEDGER_FIND_KEY_USES] =
	    "SELECT c.profile, c.name, lower(hex(c.serial)),"
	    " CASE c.state WHEN 'burned' THEN (SELECT 1" BURNED_REVOKED
		KEY_COMPROMISE ") ELSE r.reason END, c.subject"
	    " FROM certificate c LEFT JOIN revocation r USING (serial)"
	    " WHERE " CA_LEDGER_BY_KEY("c",
		"?1") " AND (c.state = 'issued' OR c.profile = 'ca'"
		      " OR EXISTS (SELECT 1" BURNED_REVOKED KEY_COMPROMISE "))"
		      " ORDER BY c.id",
	/* The condition of certificate_rsa, in its words; a plus: not by state. */
	[CA_LEDGER_FIND_RSA_KEYS] =
	    "SELECT lower(hex(serial)), name, certificate, spki_sha256"
	    " FROM certificate"
	    " WHERE instr(tbs, x'300d06092a864886f70d0101010500') > 0"
	    " AND +state = 'issued' ORDER BY id DESC",
};

const char *
ca_ledger_statement_sql(enum ca_ledger_statement which)
{
	return statements[which];
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

enum ca_code
ca_ledger_find(struct ca_ledger *ledger, enum ca_ledger_statement which,
    const void *key, size_t len, sqlite3_stmt **ret, bool *ret_found,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc;
	int step;

	rc = ca_ledger_prepare(ledger, which, &stmt, err);
	if (rc != CA_OK)
		return rc;
	step = sqlite3_bind_blob64(stmt, 1, key, len, NULL);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step != SQLITE_ROW && step != SQLITE_DONE) {
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
		ca_ledger_leave(stmt);
		return rc;
	}
	*ret = stmt;
	*ret_found = step == SQLITE_ROW;
	return CA_OK;
}

enum ca_code
ca_ledger_has_row(struct ca_ledger *ledger, sqlite3_stmt *stmt, int bound,
    bool *ret, struct ca_error *err)
{
	int step = bound == SQLITE_OK ? sqlite3_step(stmt) : bound;
	enum ca_code rc = CA_OK;

	if (step == SQLITE_ROW || step == SQLITE_DONE)
		*ret = step == SQLITE_ROW;
	else
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	ca_ledger_leave(stmt);
	return rc;
}

void
ca_ledger_leave(sqlite3_stmt *stmt)
{
	if (stmt == NULL)
		return;
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}
