/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that no entry speaks of, or that say something else than they do. */
#include <sqlite3.h>
#include <stdio.h>

#include "core/ledger_verify.h"

#define WHAT_SIZE 256 /* bytes of what is wrong, with the NUL */

static const struct {
	int format; /* from which on the table is there */
	const char
	    *word; /* for what SQL gives, of the first row that is wrong */
	const char *sql;
	int kind; /* of entries: ?1; 0: it has none */
	const char *what;
} strays[] = {
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM certificate c WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.certificate = c.id"
	    " AND +e.kind = ?1)",
	    CA_ENTRY_PENDING, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM certificate c WHERE"
	    " (state = 'issued') <> (SELECT count(*) FROM entry e"
	    " WHERE e.certificate = c.id AND +e.kind = ?1)",
	    CA_ENTRY_ISSUED, "is not issued according to the entries" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM certificate c WHERE"
	    " (state = 'burned') <> (SELECT count(*) FROM entry e"
	    " WHERE e.certificate = c.id AND +e.kind = ?1)",
	    CA_ENTRY_BURNED, "is not burned according to the entries" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(a.serial)) FROM authority a"
	    " LEFT JOIN certificate c ON c.serial = a.serial WHERE 1 <>"
	    " (SELECT count(*) FROM entry e"
	    " WHERE e.certificate = c.id AND +e.kind = ?1)",
	    CA_ENTRY_CA_CREATED, "was made an authority, but not by coldca" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM passport p WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = p.entry"
	    " AND e.serial = p.serial AND e.kind IN (?1, ?1 + 1))",
	    CA_ENTRY_PASSPORT, "has a passport that coldca did not put in" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM revocation r WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = r.entry"
	    " AND e.serial = r.serial AND e.kind IN (?1, ?1 + 1))",
	    CA_ENTRY_REVOKED, "was revoked, but not by coldca" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM entry WHERE kind = ?1"
	    " GROUP BY serial HAVING count(*) > 1",
	    CA_ENTRY_BURNED_REVOKED, "was revoked twice" },
	{ CA_LEDGER_FORMAT_OLDEST, "serial",
	    "SELECT lower(hex(serial)) FROM ocsp o WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = o.entry"
	    " AND e.kind = ?1)",
	    CA_ENTRY_OCSP, "has an OCSP response that coldca did not put in" },
	{ CA_LEDGER_FORMAT_OLDEST, "key",
	    "SELECT lower(hex(issuer_spki_sha256)) || ' CRL number ' || number"
	    " FROM crl l WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = l.entry"
	    " AND e.kind = ?1)",
	    CA_ENTRY_CRL, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_OLDEST, "key",
	    "SELECT lower(hex(l.issuer_spki_sha256)) || ' CRL number ' ||"
	    " l.number FROM crl l JOIN crl m"
	    " ON m.issuer_spki_sha256 = l.issuer_spki_sha256"
	    " AND m.number > l.number WHERE m.entry < l.entry AND ?1 > 0",
	    CA_ENTRY_CRL, "came after one with a higher number" },
	{ CA_LEDGER_FORMAT_POLICY, "policy",
	    "SELECT lower(hex(sha256)) FROM policy p WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = p.entry"
	    " AND e.sha256 = p.sha256 AND e.kind = ?1)",
	    CA_ENTRY_POLICY, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_HEAD, "the signed head that is entry",
	    "SELECT signed FROM head h WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = h.entry"
	    " AND e.kind = ?1)",
	    CA_ENTRY_HEAD, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_EXCHANGE, "serial",
	    "SELECT lower(hex(serial)) FROM approval a WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = a.entry"
	    " AND e.serial = a.serial AND e.kind = ?1)",
	    CA_ENTRY_APPROVAL, "has an approval that coldca did not put in" },
	{ CA_LEDGER_FORMAT_EXCHANGE, "the manifest of nonce",
	    "SELECT lower(hex(nonce)) FROM manifest m WHERE 1 <>"
	    " (SELECT count(*) FROM entry e WHERE e.id = m.entry"
	    " AND e.kind = ?1)",
	    CA_ENTRY_MANIFEST, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_EXCHANGE, "the statement of SHA-256",
	    "SELECT lower(hex(sha256)) FROM statement s WHERE"
	    " NOT EXISTS (SELECT 1 FROM approval a WHERE a.statement = s.sha256)"
	    " AND NOT EXISTS"
	    " (SELECT 1 FROM manifest m WHERE m.statement = s.sha256)"
	    " AND NOT EXISTS"
	    " (SELECT 1 FROM response r WHERE r.statement = s.sha256)",
	    0, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_EXCHANGE, "the response of entry",
	    "SELECT entry FROM response r WHERE NOT EXISTS"
	    " (SELECT 1 FROM head h WHERE h.entry = r.entry)",
	    0, "was not put in by coldca" },
	{ CA_LEDGER_FORMAT_INDEX, "entry",
	    "SELECT e.id FROM entry e WHERE e.certificate IS NOT"
	    " (SELECT c.id FROM certificate c WHERE c.serial = e.serial)",
	    0, "is counted to another certificate than that of its serial" },
	{ CA_LEDGER_FORMAT_INDEX, "serial",
	    "SELECT lower(hex(r.serial)) FROM revocation r"
	    " LEFT JOIN certificate c USING (serial) WHERE"
	    " r.issuer_spki_sha256 IS NOT c.issuer_spki_sha256"
	    " OR r.not_after IS NOT c.not_after",
	    0, "is revoked with another issuer or date than its own" },
};

/* Holds row INDEX of the table against the ledger. */
static enum ca_code
check_one(const struct ca_ledger_check *check, size_t index)
{
	sqlite3_stmt *stmt = NULL;
	char what[WHAT_SIZE];
	enum ca_code rc = CA_OK;
	int step;

	step = sqlite3_prepare_v2(check->ledger->db, strays[index].sql, -1,
	    &stmt, NULL);
	if (step == SQLITE_OK && strays[index].kind != 0)
		step = sqlite3_bind_int(stmt, 1, strays[index].kind);
	if (step == SQLITE_OK)
		step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		(void)snprintf(what, sizeof(what), "%s %s %s",
		    strays[index].word, sqlite3_column_text(stmt, 0),
		    strays[index].what);
		rc = ca_ledger_check_fail_file(check, what);
	} else if (step != SQLITE_DONE) {
		rc = ca_ledger_fail(check->ledger->path, check->ledger->db,
		    check->err);
	}
	(void)sqlite3_finalize(stmt);
	return rc;
}

enum ca_code
ca_ledger_check_strays(const struct ca_ledger_check *check)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0;
	     rc == CA_OK && i < sizeof(strays) / sizeof(strays[0]); i++)
		if (strays[i].format <= check->ledger->format)
			rc = check_one(check, i);
	return rc;
}
