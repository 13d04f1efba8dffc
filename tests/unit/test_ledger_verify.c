/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody did to a ledger behind coldca's back is found. */
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "coldca/revocation.h"
#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

/* A forger drops these first. */
#define DROP_GUARDS                                                          \
	"DROP TRIGGER entry_order;"                                          \
	"DROP TRIGGER entry_update; DROP TRIGGER entry_delete;"              \
	"DROP TRIGGER certificate_update; DROP TRIGGER certificate_settled;" \
	"DROP TRIGGER certificate_delete; DROP TRIGGER authority_update;"    \
	"DROP TRIGGER authority_delete; DROP TRIGGER passport_update;"       \
	"DROP TRIGGER passport_delete; DROP TRIGGER revocation_state;"       \
	"DROP TRIGGER revocation_update; DROP TRIGGER revocation_delete;"    \
	"DROP TRIGGER crl_number; DROP TRIGGER crl_update;"                  \
	"DROP TRIGGER crl_delete; DROP TRIGGER ocsp_update;"                 \
	"DROP TRIGGER ocsp_delete;"

/* Revokes node-a, and says so to the world. */
static void
fill_revocations(struct soft_ledger *f)
{
	const struct ca_issuer issuer = { f->ledger, f->signer, f->ca };
	const struct ca_responder responder = { f->ledger, f->signer, f->ca,
		NULL };
	struct ca_status status[2];
	struct ca_bytes response[2] = { { 0 } };
	struct ca_crl *crl = NULL;
	size_t count = 0;
	int64_t after = 0;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_statuses(f->ledger, f->ca, SOFT_NOW, &after, status,
		      2, &count, &err),
	    &err);
	assert_int_equal(count, 1);
	status[1] = status[0];
	assert_ok(ca_ledger_revoke(f->ledger, status[0].serial, 1,
		      CA_REASON_SUPERSEDED, SOFT_NOW, &err),
	    &err);
	assert_ok(ca_crl_issue(&issuer, SOFT_NOW + 1, SOFT_NOW, &crl, &err),
	    &err);
	ca_crl_free(crl);
	crl = NULL;
	assert_ok(ca_ocsp_issue(&responder, status, 2, SOFT_NOW + 1, SOFT_NOW,
		      response, &err),
	    &err);
	assert_ok(ca_crl_issue(&issuer, SOFT_NOW + 1, SOFT_NOW, &crl, &err),
	    &err);
	ca_crl_free(crl);
	ca_bytes_free(&response[0]);
	ca_bytes_free(&response[1]);
}

/*
 * The entries: 1 created; CA: 2 pending, 3 issued, 4 made an authority;
 * node-a: 5, 6; node-b: 7 pending, 8 burned; 9 a note; node-c: 10 pending;
 * node-a: 11 revoked; 12 a CRL, 13 two OCSP responses, 14 another CRL.
 */
static void
fill(struct soft_ledger *f)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	const struct ca_certificate *none = NULL;
	struct ca_pending *pending;
	const struct ca_pending *one;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, ca,
		      "pkcs11:object=a", SOFT_NOW, &err),
	    &err);
	ca_certificate_free(ca);
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node-a", SOFT_NOW));
	pending = soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_NODE, "b.example.com"), "node-b",
	    SOFT_NOW);
	one = pending;
	assert_ok(ca_ledger_record(f->ledger, &one, &none, 1, SOFT_NOW, &err),
	    &err);
	ca_pending_free(pending);
	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, "a note", SOFT_NOW,
		      &err),
	    &err);
	ca_pending_free(soft_ledger_reserve(f,
	    soft_ledger_draft(f, CA_PROFILE_NODE, "c.example.com"), "node-c",
	    SOFT_NOW));
	fill_revocations(f);
}

static void
assert_verify_fails(struct soft_ledger *f, const char *message)
{
	struct ca_error err = { 0 };

	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
	assert_string_equal(err.hint,
	    "keep the file as it is, and compare it with the last backup");
}

/* Each row of SQL turns a good ledger into a forged one. */
static void
finds_each_kind_of_forgery(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} forgeries[] = {
		/* The chain. */
		{ "UPDATE entry SET detail = 'another' WHERE id = 9",
		    "ledger.db: entry 9 was changed, or does not follow the one before it" },
		{ "UPDATE entry SET detail = 'a note' || char(0) || 'x'"
		  " WHERE id = 9",
		    "entry 9 was changed" },
		{ "UPDATE entry SET time = time + 1 WHERE id = 1",
		    "entry 1 was changed" },
		{ "UPDATE entry SET kind = 3 WHERE id = 9",
		    "entry 9 was changed" },
		{ "UPDATE entry SET serial = NULL WHERE id = 8",
		    "entry 8 was changed" },
		{ "UPDATE entry SET sha256 = zeroblob(32) WHERE id = 6",
		    "entry 6 was changed" },
		{ "UPDATE entry SET sha256 = NULL WHERE id = 6",
		    "entry 6 was changed" },
		{ "UPDATE entry SET hash = zeroblob(32) WHERE id = 4",
		    "entry 4 was changed" },
		{ "DELETE FROM entry WHERE id = 9", "entry 9 is missing" },
		{ "DELETE FROM entry WHERE id = 1", "entry 1 is missing" },
		{ "DELETE FROM entry WHERE id = 10", "entry 10 is missing" },
		{ "DELETE FROM entry", "entry 1 is missing" },
		{ "DELETE FROM entry; DELETE FROM sqlite_sequence",
		    "entry 1 is missing" },
		{ "DELETE FROM entry WHERE id = 9;"
		  "UPDATE entry SET id = 9 WHERE id = 10",
		    "entry 9 was changed" },
		{ "UPDATE entry SET id = 99 WHERE id = 8;"
		  "UPDATE entry SET id = 8 WHERE id = 9;"
		  "UPDATE entry SET id = 9 WHERE id = 99",
		    "entry 8 was changed" },
		{ "INSERT INTO entry VALUES (15, 1, 7, NULL, 'x', NULL,"
		  " zeroblob(32), NULL)",
		    "entry 15 was changed" },
		/* What entries speak of. */
		{ "UPDATE certificate SET certificate = x'3000'"
		  " WHERE name = 'node-a'",
		    "entry 6 speaks of a certificate that was changed" },
		{ "UPDATE certificate SET certificate_sha256 = zeroblob(32)"
		  " WHERE name = 'node-a'",
		    "entry 6 speaks of a certificate that was changed" },
		{ "UPDATE certificate SET issued_at = issued_at + 1"
		  " WHERE name = 'node-a'",
		    "entry 6 speaks of a certificate that was changed" },
		{ "UPDATE certificate SET state = 'burned', issued_at = NULL,"
		  " certificate = NULL, certificate_sha256 = NULL, ecdsa_r = NULL"
		  " WHERE name = 'node-a'",
		    "entry 6 speaks of a certificate that was changed" },
		{ "UPDATE certificate SET tbs = x'3000' WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET tbs_sha256 = zeroblob(32)"
		  " WHERE name = 'node-b'",
		    "entry 7 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET csr = x'3000' WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET csr = NULL WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET name = 'node-x'"
		  " WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET names = names || char(0) || 'x'"
		  " WHERE name = 'node-a'",
		    "entry 5 speaks of a certificate that is malformed" },
		{ "UPDATE certificate SET not_after = not_after + 1"
		  " WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "UPDATE certificate SET spki_sha256 = zeroblob(32)"
		  " WHERE name = 'node-a'",
		    "entry 5 speaks of a reservation that was changed" },
		{ "DELETE FROM certificate WHERE name = 'node-b'",
		    "entry 7 speaks of a certificate that is missing" },
		{ "UPDATE certificate SET state = 'pending'"
		  " WHERE name = 'node-b'",
		    "entry 8 burned a serial that is not burned any more" },
		{ "UPDATE authority SET key_uri = 'pkcs11:object=b'",
		    "entry 4 speaks of a CA that was changed" },
		{ "UPDATE authority SET created_at = 0",
		    "entry 4 speaks of a CA that was changed" },
		{ "DELETE FROM authority",
		    "entry 4 speaks of a CA that is missing" },
		/* Rows that nothing speaks of. */
		{ "INSERT INTO certificate SELECT 99, zeroblob(16), authority,"
		  " profile, state, name, subject, names, not_before,"
		  " not_after, reserved_at, issued_at, spki_sha256,"
		  " issuer_spki_sha256, tbs_sha256, certificate_sha256, tbs,"
		  " csr, certificate, x'01' FROM certificate WHERE name = 'node-a'",
		    "serial 00000000000000000000000000000000 was not put in by coldca" },
		{ "UPDATE certificate SET state = 'burned'"
		  " WHERE name = 'node-c'",
		    " is not burned according to the entries" },
		{ "UPDATE certificate SET state = 'issued', issued_at = 1,"
		  " certificate = x'3000', certificate_sha256 = zeroblob(32)"
		  " WHERE name = 'node-c'",
		    " is not issued according to the entries" },
		{ "INSERT INTO authority SELECT 9, 'cluster', serial,"
		  " 'pkcs11:object=b', 0, 1 FROM certificate"
		  " WHERE name = 'node-a'",
		    " was made an authority, but not by coldca" },
		/* How rows are found. */
		{ "UPDATE entry SET certificate = 1 WHERE id = 6",
		    " is not issued according to the entries" },
		{ "UPDATE entry SET certificate = 3 - certificate"
		  " WHERE id IN (3, 6)",
		    "entry 3 is counted to another certificate than that of its serial" },
		{ "UPDATE entry SET certificate = NULL WHERE id = 8",
		    " is not burned according to the entries" },
		{ "UPDATE entry SET certificate = 2 WHERE id = 9",
		    "entry 9 is counted to another certificate than that of its serial" },
		{ "UPDATE revocation SET not_after = not_after + 1",
		    " is revoked with another issuer or date than its own" },
		{ "UPDATE revocation SET issuer_spki_sha256 = zeroblob(32)",
		    " is revoked with another issuer or date than its own" },
		{ "UPDATE revocation SET issuer_spki_sha256 = NULL",
		    " is revoked with another issuer or date than its own" },
		/* Revocations, CRLs, OCSP responses. */
		{ "UPDATE revocation SET reason = 1",
		    "entry 11 speaks of a revocation that was changed" },
		{ "UPDATE revocation SET revoked_at = revoked_at + 1",
		    "entry 11 speaks of a revocation that was changed" },
		{ "UPDATE revocation SET serial = (SELECT serial"
		  " FROM certificate WHERE name = 'ca')",
		    "entry 11 speaks of a revocation of another serial" },
		{ "DELETE FROM revocation",
		    "entry 11 speaks of a revocation that is missing" },
		{ "INSERT INTO revocation SELECT 9, serial, 1, 1,"
		  " issuer_spki_sha256, not_after"
		  " FROM certificate WHERE name = 'ca'",
		    " was revoked, but not by coldca" },
		{ "UPDATE crl SET crl = x'3000' WHERE number = 1",
		    "entry 12 speaks of a CRL that was changed" },
		{ "UPDATE crl SET number = 9 WHERE number = 1",
		    "entry 12 speaks of a CRL that was changed" },
		{ "UPDATE crl SET next_update = 0 WHERE number = 2",
		    "entry 14 speaks of a CRL that was changed" },
		{ "UPDATE crl SET ecdsa_r = NULL WHERE number = 1",
		    "entry 12 speaks of a CRL whose ECDSA r was changed" },
		{ "DELETE FROM crl WHERE number = 2",
		    "entry 14 speaks of a CRL that is missing" },
		{ "INSERT INTO crl SELECT 1, issuer_spki_sha256, 9, 1, 2, crl,"
		  " NULL FROM crl WHERE number = 1",
		    " CRL number 9 was not put in by coldca" },
		{ "UPDATE ocsp SET ecdsa_r = x'01' WHERE id = 2",
		    "entry 13 speaks of OCSP responses that were changed" },
		{ "UPDATE ocsp SET sha256 = zeroblob(32) WHERE id = 1",
		    "entry 13 speaks of OCSP responses that were changed" },
		{ "DELETE FROM ocsp WHERE id = 2",
		    "entry 13 speaks of OCSP responses that were changed" },
		{ "DELETE FROM ocsp",
		    "entry 13 speaks of OCSP responses that were changed" },
		{ "INSERT INTO ocsp SELECT 9, 1, serial, signer_spki_sha256, 1,"
		  " 2, sha256, x'02' FROM ocsp WHERE id = 1",
		    " has an OCSP response that coldca did not put in" },
		/* The guards themselves. */
		{ "SELECT 1", "its tables, indexes or triggers were changed" },
	};
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	fill(f);
	assert_ok(soft_ledger_verify(f, &err), &err);
	/* Nobody pulls the plug of a test. */
	assert_int_equal(sqlite3_exec(f->ledger->db, "PRAGMA synchronous = OFF",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		sqlite3 *saved = NULL, *db = f->ledger->db;
		sqlite3_backup *backup;

		/* The ledger as it was, to be put back afterwards. */
		assert_int_equal(sqlite3_open(":memory:", &saved), SQLITE_OK);
		backup = sqlite3_backup_init(saved, "main", db, "main");
		assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
		(void)sqlite3_backup_finish(backup);
		if (!soft_ledger_forge(f, DROP_GUARDS) ||
		    !soft_ledger_forge(f, forgeries[i].sql))
			fail_msg("was not done: %s", forgeries[i].sql);
		assert_verify_fails(f, forgeries[i].message);
		backup = sqlite3_backup_init(db, "main", saved, "main");
		assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
		(void)sqlite3_backup_finish(backup);
		assert_int_equal(sqlite3_close(saved), SQLITE_OK);
		assert_ok(soft_ledger_verify(f, &err), &err);
	}
}

static void
finds_a_trigger_that_was_put_in(void **state)
{
	struct soft_ledger *f = *state;

	assert_true(soft_ledger_forge(f,
	    "CREATE TRIGGER zz AFTER INSERT ON certificate"
	    " BEGIN SELECT 1; END"));
	assert_verify_fails(f, "its tables, indexes or triggers were changed");
}

/* A certificate that a search by name would not find. */
static void
finds_a_row_that_its_index_does_not_know(void **state)
{
	struct soft_ledger *f = *state;

	assert_true(soft_ledger_forge(f,
	    "CREATE TABLE keep AS SELECT * FROM sqlite_schema"
	    " WHERE name = 'certificate_name';"
	    "PRAGMA writable_schema = ON;"
	    "DELETE FROM sqlite_schema WHERE name = 'certificate_name'"));
	soft_ledger_reopen(f, true);
	ca_pending_free(
	    soft_ledger_reserve(f, soft_ledger_draft(f, CA_PROFILE_NODE, "a.b"),
		"node-a.b", SOFT_NOW));
	assert_true(soft_ledger_forge(f,
	    "PRAGMA writable_schema = ON;"
	    "INSERT INTO sqlite_schema SELECT * FROM keep"));
	assert_true(soft_ledger_forge(f, "DROP TABLE keep"));
	soft_ledger_reopen(f, false);
	assert_verify_fails(f, "missing from index certificate_name");
}

/* The encoding, done once more by hand: SHA-256 over fields with lengths. */
static void
add_field(EVP_MD_CTX *ctx, const void *data, uint8_t len)
{
	const uint8_t length[8] = { [7] = len };

	assert_int_equal(EVP_DigestUpdate(ctx, length, sizeof(length)), 1);
	assert_int_equal(EVP_DigestUpdate(ctx, data, len), 1);
}

static void
hashes_an_entry_as_documented(void **state)
{
	struct soft_ledger *f = *state;
	static const uint8_t previous[32] = { 0 }, id[8] = { [7] = 1 },
			     time[8] = { 0, 0, 0, 0, 0x69, 0x55, 0xb9, 0x00 },
			     kind[8] = { [7] = 1 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t hash[32];
	char sql[256], hex[65];

	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_sha256(), NULL), 1);
	add_field(ctx, "coldca ledger entry v1", 22);
	add_field(ctx, previous, sizeof(previous));
	add_field(ctx, id, sizeof(id));
	add_field(ctx, time, sizeof(time));
	add_field(ctx, kind, sizeof(kind));
	add_field(ctx, "", 0);
	add_field(ctx, "made by a test", 14);
	add_field(ctx, "", 0);
	assert_int_equal(EVP_DigestFinal_ex(ctx, hash, NULL), 1);
	EVP_MD_CTX_free(ctx);
	ca_hex(hash, sizeof(hash), hex);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM entry WHERE id = 1 AND hash = x'%s'", hex);
	assert_int_equal(soft_ledger_number(f->path, sql), 1);
}

/* Written down when each was made: ledgers on disk depend on them. */
static void
the_hashes_of_format_2_never_change(void **state)
{
	uint8_t a[CA_SHA256_SIZE], bytes[CA_SHA256_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];
	const struct ca_ledger_reserved row = {
		.serial = bytes,
		.authority = "cluster",
		.profile = "node",
		.name = "node-a",
		.subject = "CN=node",
		.names = "a,b",
		.not_before = -1,
		.not_after = 2,
		.reserved_at = 3,
		.spki_sha256 = bytes,
		.issuer_spki_sha256 = bytes,
		.tbs = bytes,
		.tbs_len = 5,
		.csr = NULL,
	};
	const struct ca_ledger_authority_row authority = { "cluster", bytes,
		"pkcs11:object=a", false, 4 };
	const struct ca_ledger_passport_row passport = { bytes, "a=b\n", 4, 6 };
	const struct ca_ledger_entry entry = { 2, 5, 4, bytes, "detail", 6,
		bytes };
	const struct ca_ledger_revocation_row revocation = { bytes, 1, 7 };
	uint8_t content[CA_SHA256_SIZE];
	const struct ca_ledger_crl_row crl = { bytes, 3, 8, 9, content };
	const struct ca_ledger_ocsp_row ocsp = { bytes, bytes, 11, 12, bytes,
		bytes, 13 };
	struct ca_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	assert_ok(ca_ledger_sha256(bytes, 10, content, &err), &err);
	assert_ok(ca_ledger_hash_reserved(&row, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "c31ecfc0c078febc5496690828bda04dac5d385c29e1b00f3358cb7ae407ae75");
	assert_ok(ca_ledger_hash_authority(&authority, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "a8d5f512ebb1596610d55d1a993f841a345b9bb82c487cdfc914159cd37300a9");
	assert_ok(ca_ledger_hash_passport(&passport, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "291753f187e3afd1d331c61b5d13f4bcb38cb68c6707b4a37d200b3afe3a9d9a");
	assert_ok(ca_ledger_hash_revocation(&revocation, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "08b68748cc8864f9f2680d60dfd6e35ae4cbf016676d00252d0b0801360a214f");
	assert_ok(ca_ledger_hash_crl(&crl, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "c48d532729b8f7dcfd6b40371ca8df38934b42565218a1f62ac827b63b2be0aa");
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = 0;
	assert_ok(ca_ledger_hash_ocsp(&ocsp, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "4c728a4c727466b2061b263cd22e96484f3f1d16a672eeee4fee4be36fc3b5a2");
	assert_ok(ca_ledger_hash_entry(&entry, bytes, a, &err), &err);
	ca_hex(a, sizeof(a), hex);
	assert_string_equal(hex,
	    "1a23fea54a21803cab2d9a58d2591f815d7e8ccda0dcf7f4f4f5af547dddfef7");
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(finds_each_kind_of_forgery),
		with_ledger(finds_a_trigger_that_was_put_in),
		with_ledger(finds_a_row_that_its_index_does_not_know),
		with_ledger(hashes_an_entry_as_documented),
		cmocka_unit_test(the_hashes_of_format_2_never_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
