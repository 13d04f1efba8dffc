/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/ledger_exchange.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "coldca/approval.h"
#include "coldca/head.h"
#include "coldca/report.h"
#include "core/head_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static const uint8_t nonce[CA_NONCE_MAX] = "0123456789abcdefghijklmnopqrstuv";
static const uint8_t spki[CA_SHA256_SIZE] = { 0x5a };
static uint8_t annas[CA_SHA256_SIZE];

static void
assert_refused(enum ca_code rc, enum ca_code code, const struct ca_error *err,
    const char *text)
{
	assert_int_equal(rc, code);
	if (strstr(err->message, text) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", text, err->message);
}

static struct ca_bytes
bytes(const char *text)
{
	return (struct ca_bytes){ (uint8_t *)(uintptr_t)text, strlen(text) };
}

static enum ca_code
take(struct soft_ledger *f, size_t nonce_len, const char *text,
    struct ca_error *err)
{
	const struct ca_bytes file = bytes(text);
	const struct ca_ledger_manifest manifest = { nonce, nonce_len,
		"node1.example.com", spki, SOFT_NOW + 100, &file };

	return ca_ledger_record_manifests(f->ledger, &manifest, 1, SOFT_NOW,
	    err);
}

static EVP_PKEY *anna;

static int
make_anna(void **state)
{
	struct ca_key_info info;
	struct ca_error err = { 0 };

	(void)state;
	anna = soft_key(CA_KEY_ED25519);
	assert_ok(ca_key_describe(anna, &info, &err), &err);
	memcpy(annas, info.spki_sha256, CA_SHA256_SIZE);
	return 0;
}

static int
forget_anna(void **state)
{
	(void)state;
	EVP_PKEY_free(anna);
	return 0;
}

/* What Anna signs about DRAFT. */
static struct ca_bytes
make_approval(struct soft_ledger *f, const struct ca_draft *draft)
{
	uint8_t identity[CA_SHA256_SIZE], tbs[1][CA_SHA256_SIZE];
	const struct ca_approval_words words = { identity, "anna",
		SOFT_NOW - 10, SOFT_NOW + 100,
		(const uint8_t(*)[CA_SHA256_SIZE])tbs, 1 };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };

	memcpy(tbs[0], ca_draft_tbs_sha256(draft), CA_SHA256_SIZE);
	assert_ok(ca_ledger_identity(f->ledger, identity, &err), &err);
	assert_ok(ca_approval_make(&words, anna, &text, &err), &err);
	return text;
}

/* A certificate that is pending, with one approval counted, and then issued. */
static struct ca_certificate *
approve(struct soft_ledger *f)
{
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-a.b", SOFT_NOW);
	struct ca_certificate *certificate = soft_ledger_sign(f, draft);
	const struct ca_certificate *recorded = certificate;
	const struct ca_ledger_approval_row row = {
		.serial = ca_draft_serial(draft),
		.approver = "anna",
		.spki_sha256 = annas,
		.tbs_sha256 = ca_draft_tbs_sha256(draft),
		.approved_at = SOFT_NOW - 10,
		.expires_at = SOFT_NOW + 100,
	};
	struct ca_bytes text = make_approval(f, draft);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_begin(f->ledger, &err), &err);
	assert_ok(ca_ledger_append_approval(f->ledger, &row, &text, SOFT_NOW,
		      &err),
	    &err);
	assert_ok(ca_ledger_end(f->ledger, CA_OK, &err), &err);
	assert_ok(ca_ledger_record(f->ledger,
		      (const struct ca_pending *const *)&pending, &recorded, 1,
		      SOFT_NOW, &err),
	    &err);
	ca_pending_free(pending);
	ca_bytes_free(&text);
	return certificate;
}

/* What the minutes say of the entries about it. */
struct said {
	int approval, manifest, issued, others;
};

static bool
hear(const struct ca_minute *minute, void *arg)
{
	struct said *said = arg;

	if (minute->kind == CA_ENTRY_APPROVAL) {
		said->approval++;
		assert_memory_equal(minute->signer, annas, CA_SHA256_SIZE);
		assert_int_equal(minute->expires_at, SOFT_NOW + 100);
		assert_null(minute->approvers);
	} else if (minute->kind == CA_ENTRY_MANIFEST) {
		said->manifest++;
		assert_memory_equal(minute->signer, spki, CA_SHA256_SIZE);
	} else if (minute->kind == CA_ENTRY_ISSUED) {
		said->issued++;
		assert_string_equal(minute->approvers, "anna");
		assert_null(minute->signer);
	} else {
		said->others++;
		assert_null(minute->approvers);
		assert_null(minute->signer);
		assert_null(minute->response);
	}
	return true;
}

static void
the_report_and_the_minutes_say_who_approved_and_asked(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *certificate = approve(f);
	struct ca_report report = { .made_at = 0 };
	const struct ca_report_exchange *exchange = &report.exchange;
	const char *refused[] = { "first", "second" };
	struct said said = { 0 };
	struct ca_error err = { 0 };

	assert_ok(take(f, CA_NONCE_MIN, "a manifest", &err), &err);
	assert_ok(ca_ledger_note_all(f->ledger, CA_ENTRY_REFUSED, refused, 2,
		      SOFT_NOW, &err),
	    &err);
	assert_ok(ca_report_make(f->ledger, SOFT_NOW, &report, &err), &err);
	assert_int_equal(exchange->approvals, 1);
	assert_int_equal(exchange->certificates, 1);
	assert_int_equal(exchange->manifests, 1);
	assert_int_equal(exchange->responses, 0);
	assert_int_equal(exchange->approved_count, 1);
	assert_string_equal(exchange->approved[0].serial_text,
	    ca_certificate_serial_text(certificate));
	assert_string_equal(exchange->approved[0].state, "issued");
	assert_int_equal(exchange->approved[0].count, 1);
	assert_string_equal(exchange->approved[0].approval[0].approver, "anna");
	assert_memory_equal(exchange->approved[0].approval[0].spki_sha256,
	    annas, CA_SHA256_SIZE);
	assert_int_equal(exchange->approved[0].approval[0].expires_at,
	    SOFT_NOW + 100);
	assert_int_equal(exchange->manifest_count, 1);
	assert_string_equal(exchange->manifest[0].host, "node1.example.com");
	assert_int_equal(exchange->refusals, 2);
	assert_int_equal(exchange->refusal_count, 2);
	assert_string_equal(exchange->refusal[0].detail, "second");
	assert_ok(ca_minutes_list(f->ledger, 0, report.head.entry, hear, &said,
		      &err),
	    &err);
	assert_int_equal(said.approval, 1);
	assert_int_equal(said.manifest, 1);
	assert_int_equal(said.issued, 1);
	assert_true(said.others > 0);
	ca_report_clear(&report);
	ca_certificate_free(certificate);
}

/* The same without a certificate: Anna's, or TEXT, at SOFT_NOW + NOW. */
static void
count_one(struct soft_ledger *f, const char *approver, int64_t approved_at,
    int64_t now, const char *text)
{
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node-a.b", SOFT_NOW);
	const struct ca_ledger_approval_row row = {
		.serial = ca_draft_serial(draft),
		.approver = approver,
		.spki_sha256 = annas,
		.tbs_sha256 = ca_draft_tbs_sha256(draft),
		.approved_at = SOFT_NOW + approved_at,
		.expires_at = SOFT_NOW + 100,
	};
	struct ca_bytes signed_ = make_approval(f, draft);
	const struct ca_bytes given = text != NULL ? bytes(text) : signed_;
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_begin(f->ledger, &err), &err);
	assert_ok(ca_ledger_append_approval(f->ledger, &row, &given,
		      SOFT_NOW + now, &err),
	    &err);
	assert_ok(ca_ledger_end(f->ledger, CA_OK, &err), &err);
	ca_pending_free(pending);
	ca_bytes_free(&signed_);
}

#define POLICY_SIZE 2048 /* bytes of its text, with the NUL */

/* The policy that wants COUNT approvals of nodes, and lets the one of KEY give one. */
static void
policy_text(int count, EVP_PKEY *key, char text[POLICY_SIZE])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem = NULL, *line, *rest;
	size_t used;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	assert_int_equal(BIO_write(bio, "", 1), 1);
	assert_true(BIO_get_mem_data(bio, &pem) > 0);
	used = (size_t)snprintf(text, POLICY_SIZE,
	    "version: 1\nmode: test\n"
	    "profiles: {node: {approvals: %d, dns: [\"*\"]}}\n"
	    "approvers:\n  - name: anna\n    key: |\n",
	    count);
	for (line = strtok_r(pem, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		used += (size_t)snprintf(text + used, POLICY_SIZE - used,
		    "      %s\n", line);
	BIO_free(bio);
}

static void
set_policy(struct soft_ledger *f, int count, EVP_PKEY *key)
{
	char text[POLICY_SIZE];
	struct ca_bytes policy;
	struct ca_error err = { 0 };
	bool changed = false;

	policy_text(count, key, text);
	policy = bytes(text);
	assert_ok(ca_ledger_set_policy(f->ledger, &policy, "a change", SOFT_NOW,
		      &changed, &err),
	    &err);
}

static void
counts_by_the_policy_of_that_day(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	set_policy(f, 1, anna);
	ca_certificate_free(approve(f));
	assert_ok(soft_ledger_verify(f, &err), &err);
	set_policy(f, 2, anna);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(approve(f));
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message,
	    "has a certificate with fewer approvals than the policy wanted"));
}

static void
counts_nobody_whom_policy_did_not_name(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	EVP_PKEY *key = soft_key(CA_KEY_ED25519);

	set_policy(f, 1, key);
	ca_certificate_free(approve(f));
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message,
	    "counts an approval that nobody could give by the policy then"));
	EVP_PKEY_free(key);
}

/* A nonce can be copied; who signs again does not take it in again. */
static void
knows_the_manifest_that_a_nonce_came_with(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	const struct ca_bytes same = bytes("a manifest\n");
	const struct ca_bytes other = bytes("b manifest\n");
	bool is = true;

	assert_ok(ca_ledger_manifest_is(f->ledger, nonce, 16, &same, &is, &err),
	    &err);
	assert_false(is);
	assert_ok(take(f, 16, "a manifest\n", &err), &err);
	assert_ok(ca_ledger_manifest_is(f->ledger, nonce, 16, &same, &is, &err),
	    &err);
	assert_true(is);
	assert_ok(ca_ledger_manifest_is(f->ledger, nonce, 16, &other, &is,
		      &err),
	    &err);
	assert_false(is);
}

/* Whoever confirms may take long: what was counted must be valid when it is kept. */
static void
keeps_only_what_is_still_valid(void **state)
{
	static const struct {
		int64_t now;
		const char *message; /* NULL: it is kept */
	} rows[] = {
		{ SOFT_NOW + 100,
		    "a.approval: the approval of anna has expired since" },
		{ SOFT_NOW - 11, "the clock was put back" },
		{ SOFT_NOW + 99, NULL },
	};
	struct soft_ledger *f = *state;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.b");
	const char *const name = "node-a.b";
	uint8_t identity[CA_SHA256_SIZE];
	struct ca_approval_desk desk = { NULL, identity, SOFT_NOW, NULL };
	struct ca_bytes approval = make_approval(f, draft);
	struct ca_approvals *approvals = NULL;
	struct ca_policy *policy = NULL;
	char text[POLICY_SIZE];
	struct ca_error err = { 0 };

	policy_text(1, anna, text);
	assert_ok(ca_policy_parse("p.yaml", text, strlen(text), &policy, &err),
	    &err);
	desk.policy = policy;
	assert_ok(ca_ledger_identity(f->ledger, identity, &err), &err);
	assert_ok(ca_approvals_new(&desk, &approvals, &err), &err);
	assert_ok(ca_approvals_add(approvals, "a.approval", approval.data,
		      approval.len, &err),
	    &err);
	ca_ledger_use_approvals(f->ledger, approvals);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_pending *pending = NULL;
		enum ca_code rc = ca_ledger_reserve(f->ledger, &draft, &name, 1,
		    rows[i].now, &pending, &err);

		if (rows[i].message != NULL)
			assert_refused(rc, CA_ERR_POLICY, &err,
			    rows[i].message);
		else
			assert_ok(rc, &err);
		assert_int_equal(soft_ledger_number(f->path,
				     "SELECT count(*) FROM approval"),
		    rows[i].message == NULL);
		assert_int_equal(soft_ledger_number(f->path,
				     "SELECT count(*) FROM certificate"),
		    rows[i].message == NULL);
		ca_pending_free(pending);
	}
	ca_ledger_use_approvals(f->ledger, NULL);
	ca_approvals_free(approvals);
	ca_policy_free(policy);
	ca_bytes_free(&approval);
}

/* What the row and the entry say may agree, and be of no use all the same. */
static void
verifies_what_an_approval_says(void **state)
{
	static const struct {
		int64_t approved_at, now; /* seconds from SOFT_NOW */
		const char *approver;
		const char *text; /* NULL: what Anna signed */
		const char *message;
	} rows[] = {
		{ -10, 100, "anna", NULL,
		    "counts an approval that was not valid then" },
		{ 1, 0, "anna", NULL,
		    "counts an approval that was not valid then" },
		{ -11, 0, "anna", NULL,
		    "counts an approval of something else" },
		{ -10, 0, "bob", NULL, "counts an approval of something else" },
		{ -10, 0, "anna", "hello\n", "counts what is no approval" },
		{ -10, 99, "anna", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *setup = NULL;
		struct soft_ledger *f;
		struct ca_error err = { 0 };

		assert_int_equal(soft_ledger_setup(&setup), 0);
		f = setup;
		count_one(f, rows[i].approver, rows[i].approved_at, rows[i].now,
		    rows[i].text);
		if (rows[i].message == NULL)
			assert_ok(soft_ledger_verify(f, &err), &err);
		else
			assert_refused(soft_ledger_verify(f, &err),
			    CA_ERR_LEDGER, &err, rows[i].message);
		assert_int_equal(soft_ledger_teardown(&setup), 0);
	}
}

static void
knows_a_manifest_that_comes_again(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };
	int64_t when = 0;
	bool seen = true;

	assert_ok(ca_ledger_manifest_seen(f->ledger, nonce, 16, &seen, &when,
		      &err),
	    &err);
	assert_false(seen);
	assert_ok(take(f, 16, "a manifest\n", &err), &err);
	assert_ok(ca_ledger_manifest_seen(f->ledger, nonce, 16, &seen, &when,
		      &err),
	    &err);
	assert_true(seen);
	assert_int_equal(when, SOFT_NOW);
	/* Whatever else it says. */
	assert_int_equal(take(f, 16, "another manifest\n", &err),
	    CA_ERR_POLICY);
	assert_non_null(strstr(err.message,
	    "node1.example.com: its request manifest was taken in before"));
	assert_non_null(strstr(err.hint, "2026-01-01T00:00:00Z"));
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 17"),
	    1);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM statement"),
	    1);
	assert_ok(take(f, 17, "a manifest\n", &err), &err);
	assert_int_equal(take(f, 15, "a manifest\n", &err), CA_ERR_INTERNAL);
	soft_ledger_reopen(f, false);
	assert_ok(soft_ledger_verify(f, &err), &err);
}

static bool
count(const struct ca_ledger_approval *approval, void *arg)
{
	assert_string_equal(approval->approver, "anna");
	assert_memory_equal(approval->spki_sha256, annas, CA_SHA256_SIZE);
	assert_int_equal(approval->approved_at, SOFT_NOW - 10);
	assert_int_equal(approval->expires_at, SOFT_NOW + 100);
	assert_true(approval->text->len > 0);
	(*(int *)arg)++;
	return true;
}

static bool
see(const struct ca_ledger_event *event, void *arg)
{
	if (strcmp(event->kind, "approval") == 0) {
		assert_string_equal(event->detail,
		    "anna, at 2025-12-31T23:59:50Z");
		(*(int *)arg)++;
	}
	return true;
}

static void
records_who_approved(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *certificate = approve(f);
	struct ca_error err = { 0 };
	int found = 0;

	assert_ok(ca_ledger_approvals(f->ledger,
		      ca_draft_serial(f->draft[f->drafts - 1]), count, &found,
		      &err),
	    &err);
	assert_int_equal(found, 1);
	assert_ok(ca_ledger_events(f->ledger,
		      ca_draft_serial(f->draft[f->drafts - 1]), see, &found,
		      &err),
	    &err);
	assert_int_equal(found, 2);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(certificate);
}

static void
counts_nothing_twice_and_nothing_else(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *certificate = approve(f);

	assert_false(soft_ledger_forge(f,
	    "INSERT INTO approval SELECT entry + 1, serial, approver,"
	    " zeroblob(32), tbs_sha256, approved_at, expires_at, statement"
	    " FROM approval"));
	assert_false(soft_ledger_forge(f,
	    "INSERT INTO approval SELECT entry + 1, serial, 'other',"
	    " approver_spki_sha256, tbs_sha256, approved_at, expires_at,"
	    " statement FROM approval"));
	/* What is signed is not approved any more. */
	assert_false(soft_ledger_forge(f,
	    "INSERT INTO approval SELECT entry + 1, serial, 'other',"
	    " zeroblob(32), tbs_sha256, approved_at, expires_at, statement"
	    " FROM approval"));
	assert_false(soft_ledger_forge(f, "DELETE FROM approval"));
	assert_false(soft_ledger_forge(f, "UPDATE statement SET text = ''"));
	ca_certificate_free(certificate);
}

/* Each row of SQL turns a good ledger into a forged one. */
static void
finds_each_kind_of_forgery(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} rows[] = {
		{ "DROP TRIGGER approval_delete; DELETE FROM approval",
		    "speaks of an approval that is missing" },
		{ "DROP TRIGGER approval_update; UPDATE approval"
		  " SET approver = 'bob'",
		    "speaks of an approval that was changed" },
		{ "DROP TRIGGER approval_update; UPDATE approval"
		  " SET expires_at = expires_at + 1",
		    "speaks of an approval that was changed" },
		{ "DROP TRIGGER statement_update; UPDATE statement"
		  " SET text = x'00' WHERE sha256 ="
		  " (SELECT statement FROM approval)",
		    "speaks of a statement that was changed" },
		{ "DROP TRIGGER statement_update; UPDATE statement"
		  " SET text = x'00' WHERE sha256 ="
		  " (SELECT statement FROM manifest)",
		    "speaks of a statement that was changed" },
		{ "DROP TRIGGER manifest_delete; DELETE FROM manifest",
		    "speaks of a manifest that is missing" },
		{ "DROP TRIGGER manifest_update; UPDATE manifest"
		  " SET nonce = zeroblob(16)",
		    "speaks of a manifest that was changed" },
		{ "INSERT INTO manifest SELECT 1, zeroblob(20), host,"
		  " spki_sha256, 0, 0, statement FROM manifest",
		    "the manifest of nonce"
		    " 0000000000000000000000000000000000000000"
		    " was not put in by coldca" },
		{ "INSERT INTO statement VALUES (zeroblob(32), x'00')",
		    "was not put in by coldca" },
		{ "DROP TRIGGER approval_certificate; INSERT INTO approval"
		  " SELECT 1, serial, 'bob', zeroblob(32), tbs_sha256, 0, 1,"
		  " statement FROM approval",
		    "has an approval that coldca did not put in" },
		{ "DROP TRIGGER response_delete; DELETE FROM response",
		    "speaks of a head that was changed" },
		{ "DROP TRIGGER statement_update; UPDATE statement"
		  " SET text = x'00' WHERE sha256 ="
		  " (SELECT statement FROM response)",
		    "speaks of a statement that was changed" },
		{ "PRAGMA foreign_keys = OFF; INSERT INTO response SELECT 2,"
		  " statement FROM manifest",
		    "the response of entry 2 was not put in by coldca" },
		{ "DROP TRIGGER manifest_delete",
		    "tables, indexes or triggers were changed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ca_bytes body = bytes("a response\n");
		void *setup = NULL;
		struct soft_ledger *f;
		struct ca_certificate *ca;
		struct ca_error err = { 0 };

		assert_int_equal(soft_ledger_setup(&setup), 0);
		f = setup;
		ca = soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
		assert_ok(ca_ledger_set_authority(f->ledger,
			      CA_AUTHORITY_CLUSTER, ca, "pkcs11:object=a",
			      SOFT_NOW, &err),
		    &err);
		ca_certificate_free(approve(f));
		assert_ok(take(f, 16, "a manifest\n", &err), &err);
		{
			const struct ca_issuer issuer = { f->ledger, f->signer,
				ca };

			assert_ok(ca_head_sign(&issuer, SOFT_NOW + 5, &body,
				      NULL, &err),
			    &err);
		}
		assert_ok(soft_ledger_verify(f, &err), &err);
		assert_true(soft_ledger_forge(f, rows[i].sql));
		assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
		if (strstr(err.message, rows[i].message) == NULL)
			fail_msg("row %zu: \"%s\" is not in \"%s\"", i,
			    rows[i].message, err.message);
		ca_certificate_free(ca);
		assert_int_equal(soft_ledger_teardown(&setup), 0);
	}
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(knows_the_manifest_that_a_nonce_came_with),
		with_ledger(knows_a_manifest_that_comes_again),
		with_ledger(records_who_approved),
		with_ledger(
		    the_report_and_the_minutes_say_who_approved_and_asked),
		with_ledger(counts_by_the_policy_of_that_day),
		with_ledger(counts_nobody_whom_policy_did_not_name),
		with_ledger(counts_nothing_twice_and_nothing_else),
		with_ledger(keeps_only_what_is_still_valid),
		cmocka_unit_test(verifies_what_an_approval_says),
		cmocka_unit_test(finds_each_kind_of_forgery),
	};

	return cmocka_run_group_tests(tests, make_anna, forget_anna);
}
