/* SPDX-License-Identifier: Apache-2.0 */
/* What a ledger says of certificates that no chain of hashes could tell. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "coldca/crl.h"
#include "coldca/ocsp.h"
#include "core/ledger_internal.h"
#include "core/verify_pool.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static void
assert_fault(struct soft_ledger *f, const char *message)
{
	struct ca_error err = { 0 };

	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	if (strstr(err.message, message) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", message, err.message);
}

/* A node's certificate, recorded as entries 2 and 3. */
static struct ca_certificate *
issue(struct soft_ledger *f, const char *host)
{
	return soft_ledger_issue(f, CA_PROFILE_NODE, host, "node", SOFT_NOW);
}

static void
finds_a_certificate_that_another_key_signed(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_signer *honest = f->signer;
	const struct ca_draft *draft =
	    soft_ledger_draft(f, CA_PROFILE_NODE, "a.example.com");
	struct ca_pending *pending =
	    soft_ledger_reserve(f, draft, "node", SOFT_NOW);
	const struct ca_pending *one = pending;
	struct ca_certificate *certificate;
	const struct ca_certificate *made;
	struct ca_error err = { 0 };

	f->signer = soft_signer(NULL);
	certificate = soft_ledger_sign(f, draft);
	made = certificate;
	assert_ok(ca_ledger_record(f->ledger, &one, &made, 1, SOFT_NOW, &err),
	    &err);
	assert_fault(f,
	    "entry 3 speaks of a certificate whose signature does not verify");
	ca_signer_free(f->signer);
	f->signer = honest;
	ca_pending_free(pending);
	ca_certificate_free(certificate);
}

static void
finds_a_certificate_of_a_foreign_CA(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	ca_certificate_free(issue(f, "a.example.com"));
	assert_int_equal(ca_ledger_verify(f->ledger, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message,
	    "entry 3 speaks of a certificate of no CA that is here"));
}

/* The first of two faults is told, whichever thread was faster. */
static void
tells_the_first_of_many_faults(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	for (int i = 0; i < 20; i++)
		ca_certificate_free(issue(f, "a.example.com"));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ca_ledger_verify(f->ledger, &err),
		    CA_ERR_LEDGER);
		assert_non_null(strstr(err.message, "entry 3 speaks"));
	}
}

static void
set_policy(struct soft_ledger *f, const char *text)
{
	const struct ca_bytes bytes = { .data = (uint8_t *)(uintptr_t)text,
		.len = strlen(text) };
	struct ca_error err = { 0 };
	bool changed = false;

	assert_ok(ca_ledger_set_policy(f->ledger, &bytes, "a change", SOFT_NOW,
		      &changed, &err),
	    &err);
}

#define POLICY "version: 1\nmode: test\nprofiles:\n  node: "

/* Each row: a policy, and why a node's certificate was not permitted by it. */
static void
holds_certificates_against_the_policy_in_force(void **state)
{
	static const struct {
		const char *text;
		const char *message; /* NULL: it is permitted */
	} rows[] = {
		{ POLICY "{dns: [\"*\"]}\n", NULL },
		{ POLICY "{dns: [.example.org]}\n",
		    "entry 4 speaks of a certificate that policy did not permit: host a.example.com: " },
		{ POLICY "{dns: [\"*\"], max-lifetime: 24h}\n",
		    "lifetime: is longer than the policy's maximum" },
		{ POLICY "{dns: [\"*\"], keys: [rsa]}\n",
		    "policy permits no p256 keys" },
		{ POLICY
		    "{dns: [\"*\"]}\ncas: {cluster: {profiles: [client]}}\n",
		    "policy does not let the cluster CA sign it" },
		{ "nonsense\n",
		    "entry 2 has a policy that this coldca can not read" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *one = NULL;
		struct soft_ledger *f;
		struct ca_error err = { 0 };

		assert_int_equal(soft_ledger_setup(&one), 0);
		f = one;
		set_policy(f, rows[i].text);
		ca_certificate_free(issue(f, "a.example.com"));
		if (rows[i].message == NULL)
			assert_ok(soft_ledger_verify(f, &err), &err);
		else
			assert_fault(f, rows[i].message);
		assert_int_equal(soft_ledger_teardown(&one), 0);
	}
}

/* What was signed before a policy is none of its matter. */
static void
asks_the_policy_of_the_day(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	ca_certificate_free(issue(f, "a.example.com"));
	set_policy(f, POLICY "{dns: [.example.org]}\n");
	ca_certificate_free(issue(f, "b.example.org"));
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(issue(f, "c.example.com"));
	assert_fault(f, "c.example.com");
}

/* A clock that is put back in the middle of a session stands still. */
static void
records_no_time_before_the_last_entry(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "a.example.com", "node", SOFT_NOW + 100));
	ca_certificate_free(soft_ledger_issue(f, CA_PROFILE_NODE,
	    "b.example.com", "node", SOFT_NOW - 100));
	assert_ok(soft_ledger_verify(f, &err), &err);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT min(time) FROM entry WHERE id > 1"),
	    SOFT_NOW + 100);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT min(issued_at) FROM certificate"),
	    SOFT_NOW + 100);
}

/* Written by somebody who computes hashes as the program does. */
static void
finds_a_time_that_goes_back(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_ledger_entry entry = { .id = 1,
		.time = SOFT_NOW,
		.kind = CA_ENTRY_CREATED,
		.detail = "made by a test",
		.detail_len = strlen("made by a test") };
	uint8_t none[CA_SHA256_SIZE] = { 0 }, first[CA_SHA256_SIZE];
	uint8_t second[CA_SHA256_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1], sql[512];
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_hash_entry(&entry, none, first, &err), &err);
	entry.id = 2;
	entry.time = SOFT_NOW - 1;
	entry.kind = CA_ENTRY_NOTE;
	entry.detail = "a note";
	entry.detail_len = strlen("a note");
	assert_ok(ca_ledger_hash_entry(&entry, first, second, &err), &err);
	for (size_t i = 0; i < CA_SHA256_SIZE; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", second[i]);
	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO entry VALUES (2, %lld, 7, NULL, 'a note', NULL, x'%s', NULL)",
	    (long long)entry.time, hex);
	assert_true(soft_ledger_forge(f, sql));
	assert_fault(f, "entry 2 is older than the one before it");
}

/* Takes the r of a certificate away from it, and puts it back. */
#define HIDE_R                                                        \
	"DROP TRIGGER certificate_settled;"                           \
	"CREATE TABLE hidden AS SELECT id, ecdsa_r FROM certificate;" \
	"UPDATE certificate SET ecdsa_r = NULL"
#define SHOW_R                                                           \
	"UPDATE certificate SET ecdsa_r = (SELECT ecdsa_r FROM hidden h" \
	" WHERE h.id = certificate.id) WHERE ecdsa_r IS NULL"

/* Such a ledger is not made by coldca, which would have stopped the key. */
static void
finds_two_certificates_with_one_r(void **state)
{
	struct soft_ledger *f = *state;

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	ca_certificate_free(issue(f, "a.example.com"));
	assert_true(soft_ledger_forge(f, HIDE_R));
	ca_certificate_free(issue(f, "b.example.com"));
	/* SQLite itself has a guard against it. */
	assert_false(soft_ledger_forge(f, SHOW_R));
	assert_true(
	    soft_ledger_forge(f, "DROP TRIGGER certificate_ecdsa_r;" SHOW_R));
	assert_fault(f,
	    "entry 3 speaks of a signature whose ECDSA r another one by that key has");
}

/* Nor does it matter what was signed. */
static void
finds_a_CRL_and_an_OCSP_response_with_one_r(void **state)
{
	struct soft_ledger *f = *state;
	const struct ca_issuer issuer = { f->ledger, f->signer, f->ca };
	const struct ca_responder responder = { f->ledger, f->signer, f->ca,
		NULL };
	struct ca_status status = { .not_after = 0 };
	struct ca_bytes response = { 0 };
	struct ca_crl *crl = NULL;
	size_t count = 0;
	int64_t after = 0;
	struct ca_error err = { 0 };

	ca_certificate_free(issue(f, "a.example.com"));
	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	assert_ok(ca_crl_issue(&issuer, SOFT_NOW + 1, SOFT_NOW, &crl, &err),
	    &err);
	ca_crl_free(crl);
	assert_true(soft_ledger_forge(f,
	    "DROP TRIGGER crl_update;"
	    "CREATE TABLE hidden AS SELECT ecdsa_r FROM crl;"
	    "UPDATE crl SET ecdsa_r = NULL"));
	assert_ok(ca_ledger_statuses(f->ledger, f->ca, SOFT_NOW, &after,
		      &status, 1, &count, &err),
	    &err);
	assert_int_equal(count, 1);
	assert_ok(ca_ocsp_issue(&responder, &status, 1, SOFT_NOW + 1, SOFT_NOW,
		      &response, &err),
	    &err);
	ca_bytes_free(&response);
	assert_true(soft_ledger_forge(f,
	    "UPDATE crl SET ecdsa_r = (SELECT ecdsa_r FROM hidden)"));
	assert_fault(f,
	    "entry 4 speaks of a signature whose ECDSA r another one by that key has");
}

/* A job as the ledger would have it of the certificate. */
static struct ca_verify_job
job_of(const struct ca_certificate *certificate)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);
	struct ca_verify_job job = { .entry = 3,
		.not_before = ca_certificate_not_before(certificate),
		.not_after = ca_certificate_not_after(certificate),
		.profile = ca_profile_get(CA_PROFILE_NODE) };
	struct ca_error err = { 0 };
	size_t len;
	const uint8_t *tbs = ca_certificate_tbs(certificate, &len);

	assert_ok(ca_bytes_append(&job.tbs, tbs, len, &err), &err);
	assert_ok(ca_bytes_append(&job.certificate, der->data, der->len, &err),
	    &err);
	memcpy(job.serial, ca_certificate_serial(certificate, &len),
	    CA_SERIAL_SIZE);
	memcpy(job.spki_sha256,
	    ca_certificate_key_info(certificate)->spki_sha256, CA_SHA256_SIZE);
	return job;
}

static void
assert_job_fails(const struct ca_verify_job *job, struct ca_certificate *ca,
    const char *message)
{
	const struct ca_certificates issuers = { .item = &ca, .count = 1 };
	char what[CA_VERIFY_WHAT_SIZE] = "";

	assert_false(ca_verify_certificate(job, &issuers, what));
	assert_string_equal(what, message);
}

static void
holds_the_certificate_against_its_row(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *made = issue(f, "a.example.com");
	struct ca_certificate *ca = f->ca;
	const struct ca_certificates issuers = { .item = &ca, .count = 1 };
	static const char wrongly[] =
	    "speaks of a certificate that its row describes wrongly";
	char what[CA_VERIFY_WHAT_SIZE] = "";
	struct ca_verify_job job = job_of(made);

	memcpy(job.issuer_spki_sha256,
	    ca_certificate_key_info(f->ca)->spki_sha256, CA_SHA256_SIZE);
	assert_true(ca_verify_certificate(&job, &issuers, what));
	job.serial[3] ^= 1;
	assert_job_fails(&job, ca, wrongly);
	job.serial[3] ^= 1;
	job.spki_sha256[3] ^= 1;
	assert_job_fails(&job, ca, wrongly);
	job.spki_sha256[3] ^= 1;
	job.not_before++;
	assert_job_fails(&job, ca, wrongly);
	job.not_before--;
	job.not_after--;
	assert_job_fails(&job, ca, wrongly);
	job.not_after++;
	job.tbs.data[job.tbs.len - 1] ^= 1;
	assert_job_fails(&job, ca,
	    "speaks of a certificate that is not what was reserved");
	job.tbs.len--;
	assert_job_fails(&job, ca,
	    "speaks of a certificate that is not what was reserved");
	job.certificate.len--;
	assert_job_fails(&job, ca, "speaks of a certificate that is malformed");
	job.profile = NULL;
	assert_job_fails(&job, ca,
	    "speaks of a certificate whose profile or CA is unknown");
	ca_verify_job_clear(&job);
	ca_certificate_free(made);
}

/*
 * The fault of the second group is found long before that of the first, which
 * is its last job: the first entry is told all the same.
 */
static void
tells_the_first_fault_and_not_the_fastest(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *made = issue(f, "a.example.com");
	struct ca_certificate *ca = f->ca;
	const struct ca_certificates issuers = { .item = &ca, .count = 1 };
	char what[CA_VERIFY_WHAT_SIZE] = "";
	struct ca_verify_pool *pool = NULL;
	struct ca_error err = { 0 };
	int64_t entry = 0;

	assert_ok(ca_verify_pool_start(2, &issuers, &pool, &err), &err);
	for (int i = 0; i < 2 * CA_VERIFY_GROUP; i++) {
		struct ca_verify_job job = job_of(made);

		memcpy(job.issuer_spki_sha256,
		    ca_certificate_key_info(f->ca)->spki_sha256,
		    CA_SHA256_SIZE);
		job.entry = i;
		if (i == CA_VERIFY_GROUP - 1 || i == CA_VERIFY_GROUP)
			job.not_after++;
		(void)ca_verify_pool_put(pool, &job);
	}
	assert_false(ca_verify_pool_finish(pool, &entry, what));
	assert_int_equal(entry, CA_VERIFY_GROUP - 1);
	ca_verify_pool_free(pool);
	ca_certificate_free(made);
}

/* More than wait at once, and more than one group. */
static void
verifies_more_than_can_wait(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *made = issue(f, "a.example.com");
	struct ca_certificate *ca = f->ca;
	const struct ca_certificates issuers = { .item = &ca, .count = 1 };
	struct ca_error err = { 0 };

	for (unsigned threads = 1; threads <= 3; threads++) {
		struct ca_verify_pool *pool = NULL;
		char what[CA_VERIFY_WHAT_SIZE] = "";
		int64_t entry = 0;

		assert_ok(ca_verify_pool_start(threads, &issuers, &pool, &err),
		    &err);
		for (int i = 0; i < 20 * CA_VERIFY_GROUP + 7; i++) {
			struct ca_verify_job job = job_of(made);

			memcpy(job.issuer_spki_sha256,
			    ca_certificate_key_info(f->ca)->spki_sha256,
			    CA_SHA256_SIZE);
			job.entry = i;
			if (i == 20 * CA_VERIFY_GROUP + 3)
				job.not_after++;
			(void)ca_verify_pool_put(pool, &job);
			assert_null(job.tbs.data);
		}
		assert_false(ca_verify_pool_finish(pool, &entry, what));
		assert_int_equal(entry, 20 * CA_VERIFY_GROUP + 3);
		ca_verify_pool_free(pool);
	}
	/* And one that is left in the middle. */
	{
		struct ca_verify_pool *pool = NULL;
		struct ca_verify_job job = job_of(made);

		assert_ok(ca_verify_pool_start(2, &issuers, &pool, &err), &err);
		(void)ca_verify_pool_put(pool, &job);
		ca_verify_pool_free(pool);
		ca_verify_pool_free(NULL);
	}
	ca_certificate_free(made);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(finds_a_certificate_that_another_key_signed),
		with_ledger(finds_a_certificate_of_a_foreign_CA),
		with_ledger(tells_the_first_of_many_faults),
		cmocka_unit_test(
		    holds_certificates_against_the_policy_in_force),
		with_ledger(asks_the_policy_of_the_day),
		with_ledger(records_no_time_before_the_last_entry),
		with_ledger(finds_a_time_that_goes_back),
		with_ledger(finds_two_certificates_with_one_r),
		with_ledger(finds_a_CRL_and_an_OCSP_response_with_one_r),
		with_ledger(holds_the_certificate_against_its_row),
		with_ledger(tells_the_first_fault_and_not_the_fastest),
		with_ledger(verifies_more_than_can_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
