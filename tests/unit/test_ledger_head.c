/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/head.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "core/head_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* The CA's certificate, recorded as the cluster's, with its first entries. */
static struct ca_certificate *
make_ca(struct soft_ledger *f)
{
	struct ca_certificate *ca =
	    soft_ledger_issue(f, CA_PROFILE_CA, "", "ca", SOFT_NOW);
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_set_authority(f->ledger, CA_AUTHORITY_CLUSTER, ca,
		      "pkcs11:object=a", SOFT_NOW, &err),
	    &err);
	return ca;
}

static enum ca_code
sign(struct soft_ledger *f, const struct ca_certificate *ca,
    struct ca_error *err)
{
	const struct ca_issuer issuer = { f->ledger, f->signer, ca };

	return ca_head_sign(&issuer, SOFT_NOW + 5, NULL, NULL, err);
}

static void
note(struct soft_ledger *f, const char *text)
{
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_note(f->ledger, CA_ENTRY_NOTE, text, SOFT_NOW + 5,
		      &err),
	    &err);
}

static void
says_what_the_last_entry_is(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_head first = { 0 }, second = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_head(f->ledger, &first, &err), &err);
	assert_int_equal(first.entry, 1);
	assert_int_equal(first.time, SOFT_NOW);
	note(f, "a note");
	assert_ok(ca_ledger_head(f->ledger, &second, &err), &err);
	assert_int_equal(second.entry, 2);
	assert_int_equal(second.time, SOFT_NOW + 5);
	assert_memory_not_equal(first.hash, second.hash, CA_SHA256_SIZE);
}

static void
finds_a_head_by_the_beginning_of_its_hash(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_head head = { 0 }, found = { 0 };
	struct ca_error err = { 0 };
	bool is = false;

	note(f, "one");
	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	note(f, "two");
	note(f, "three");
	assert_ok(ca_ledger_find_head(f->ledger, head.hash, CA_HEAD_SHORT,
		      &found, &is, &err),
	    &err);
	assert_true(is);
	assert_int_equal(found.entry, 2);
	assert_memory_equal(found.hash, head.hash, CA_SHA256_SIZE);
	head.hash[CA_HEAD_SHORT - 1] ^= 1;
	assert_ok(ca_ledger_find_head(f->ledger, head.hash, CA_HEAD_SHORT,
		      &found, &is, &err),
	    &err);
	assert_false(is);
}

static void
records_what_the_key_signed(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_ca(f);
	struct ca_signed_head last = { 0 };
	struct ca_head head = { 0 };
	struct ca_error err = { 0 };
	bool found = true;

	assert_ok(ca_ledger_signed_head(f->ledger, &last, &found, &err), &err);
	assert_false(found);
	assert_ok(sign(f, ca, &err), &err);
	assert_ok(ca_ledger_signed_head(f->ledger, &last, &found, &err), &err);
	assert_true(found);
	assert_int_equal(last.signed_entry, 4);
	assert_int_equal(last.signed_at, SOFT_NOW + 5);
	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	assert_int_equal(head.entry, 5);
	assert_ok(soft_ledger_verify(f, &err), &err);
	/* Nothing is new, so there is nothing to sign. */
	assert_ok(sign(f, ca, &err), &err);
	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	assert_int_equal(head.entry, 5);
	note(f, "a note");
	assert_ok(sign(f, ca, &err), &err);
	assert_ok(ca_ledger_signed_head(f->ledger, &last, &found, &err), &err);
	assert_int_equal(last.signed_entry, 6);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(ca);
}

static void
signs_with_each_kind_of_key(void **state)
{
	static const char *const names[] = { "sha256WithRSAEncryption",
		"RSASSA-PSS-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512",
		"id-Ed25519" };
	static const enum ca_key_kind kinds[] = { CA_KEY_RSA, CA_KEY_RSA,
		CA_KEY_P384, CA_KEY_P521, CA_KEY_ED25519 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		void *one = NULL;
		struct soft_ledger *f;
		struct ca_certificate *ca;
		struct ca_error err = { 0 };
		EVP_PKEY *key = soft_key(kinds[i]);

		assert_int_equal(soft_ledger_setup(&one), 0);
		f = one;
		ca_signer_free(f->signer);
		f->signer = soft_signer(key);
		soft_signer_algorithm(f->signer, names[i]);
		ca = make_ca(f);
		assert_ok(sign(f, ca, &err), &err);
		assert_ok(soft_ledger_verify(f, &err), &err);
		ca_certificate_free(ca);
		EVP_PKEY_free(key);
		assert_int_equal(soft_ledger_teardown(&one), 0);
	}
}

/* What is signed is nothing that anybody would take for a certificate. */
static void
signs_a_text(void **state)
{
	uint8_t ledger[CA_SHA256_SIZE] = { 0x11 }, hash[CA_SHA256_SIZE] = { 0 };
	uint8_t key[CA_SHA256_SIZE] = { 0xab };
	const struct ca_head_statement statement = { ledger, 17, hash, SOFT_NOW,
		key, NULL };
	struct ca_bytes text = { 0 };
	struct ca_error err = { 0 };
	static const char wanted[] =
	    "coldca ledger head v1\n"
	    "ledger 1100000000000000000000000000000000000000000000000000000000000000\n"
	    "entry 17\n"
	    "hash 0000000000000000000000000000000000000000000000000000000000000000\n"
	    "time 2026-01-01T00:00:00Z\n"
	    "key ab00000000000000000000000000000000000000000000000000000000000000\n";

	(void)state;
	assert_ok(ca_head_text(&statement, &text, &err), &err);
	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.data, wanted, text.len);
	ca_bytes_free(&text);
}

/* One signature is over the ledger and what is sent back. */
static void
signs_a_response_as_well(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_ca(f);
	const struct ca_issuer issuer = { f->ledger, f->signer, ca };
	struct ca_bytes body = { (uint8_t *)(uintptr_t) "a response\n", 11 };
	struct ca_bytes again = { 0 };
	struct ca_head_proof proof, kept;
	struct ca_head_said said;
	struct ca_head head = { 0 };
	struct ca_error err = { 0 };
	bool found = true;

	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	assert_ok(ca_head_sign(&issuer, SOFT_NOW + 5, &body, &proof, &err),
	    &err);
	assert_true(ca_sigalg_verifies(proof.algorithm, ca_certificate_key(ca),
	    proof.text.data, proof.text.len, proof.signature.data,
	    proof.signature.len));
	assert_ok(ca_head_read("a head", proof.text.data, proof.text.len, &said,
		      &err),
	    &err);
	assert_int_equal(said.entry, head.entry);
	assert_memory_equal(said.hash, head.hash, CA_SHA256_SIZE);
	assert_int_equal(said.time, SOFT_NOW + 5);
	assert_true(said.has_response);
	assert_ok(ca_ledger_response(f->ledger, said.response, &kept, &again,
		      &found, &err),
	    &err);
	assert_true(found);
	assert_true(ca_bytes_equal(&body, &again));
	assert_true(ca_bytes_equal(&proof.text, &kept.text));
	assert_true(ca_bytes_equal(&proof.signature, &kept.signature));
	assert_ptr_equal(proof.algorithm, kept.algorithm);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_head_proof_clear(&proof);
	ca_head_proof_clear(&kept);
	ca_bytes_free(&again);
	/* Without another response there is nothing to sign. */
	assert_ok(ca_head_sign(&issuer, SOFT_NOW + 5, NULL, &proof, &err),
	    &err);
	assert_int_equal(proof.text.len, 0);
	said.response[0] ^= 1;
	assert_ok(ca_ledger_response(f->ledger, said.response, &kept, NULL,
		      &found, &err),
	    &err);
	assert_false(found);
	ca_certificate_free(ca);
}

static void
records_nothing_that_does_not_verify(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_ca(f);
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_FLIP, 0);
	assert_int_equal(sign(f, ca, &err), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "does not verify"));
	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 0);
	assert_int_equal(sign(f, ca, &err), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "the head of the ledger: "));
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM head"),
	    0);
	assert_ok(soft_ledger_verify(f, &err), &err);
	ca_certificate_free(ca);
}

/* A repeated nonce gives the key away, whatever it signs. */
static void
notices_a_repeated_nonce(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca;
	struct ca_error err = { 0 };

	soft_signer_fault(f->signer, SOFT_FAULT_REPEAT, 0);
	ca = make_ca(f);
	assert_int_equal(sign(f, ca, &err), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "repeated an ECDSA r"));
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry WHERE kind = 10"),
	    1);
	ca_certificate_free(ca);
}

/* Each row of SQL turns a good ledger into a forged one. */
static void
finds_each_kind_of_forgery(void **state)
{
	static const struct {
		const char *sql;
		const char *message;
	} rows[] = {
		{ "DROP TRIGGER head_delete; DELETE FROM head",
		    "entry 5 speaks of a head that is missing" },
		{ "DROP TRIGGER head_update;"
		  "UPDATE head SET signed_at = signed_at + 1",
		    "entry 5 speaks of a head that was changed" },
		{ "DROP TRIGGER head_update;"
		  "UPDATE head SET ecdsa_r = x'01'",
		    "entry 5 has a head whose ECDSA r was changed" },
		{ "INSERT INTO head VALUES (4, 3, zeroblob(32), zeroblob(32),"
		  " 'Ed25519', 0, x'00', NULL)",
		    "the signed head that is entry 3 was not put in by coldca" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *one = NULL;
		struct soft_ledger *f;
		struct ca_certificate *ca;
		struct ca_error err = { 0 };

		assert_int_equal(soft_ledger_setup(&one), 0);
		f = one;
		ca = make_ca(f);
		assert_ok(sign(f, ca, &err), &err);
		assert_true(soft_ledger_forge(f, rows[i].sql));
		assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
		if (strstr(err.message, rows[i].message) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", rows[i].message,
			    err.message);
		ca_certificate_free(ca);
		assert_int_equal(soft_ledger_teardown(&one), 0);
	}
}

/*
 * Who rewrites an entry and computes all hashes after it anew can not sign the
 * heads anew: here with the program's own functions, as the best forger would.
 */
static void
finds_a_chain_that_was_computed_anew(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_ca(f);
	struct ca_error err = { 0 };
	struct ca_head head = { 0 };
	struct ca_signer *honest = f->signer;

	assert_ok(sign(f, ca, &err), &err);
	/* Another ledger with the same entries, signed by another key. */
	f->signer = soft_signer(NULL);
	note(f, "forged");
	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	{
		const struct ca_issuer forger = { f->ledger, f->signer, ca };

		assert_ok(ca_head_sign(&forger, SOFT_NOW + 5, NULL, NULL, &err),
		    &err);
	}
	assert_int_equal(soft_ledger_verify(f, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message,
	    "entry 7 has a head whose signature does not verify"));
	ca_signer_free(f->signer);
	f->signer = honest;
	ca_certificate_free(ca);
}

/* A signature of the right key over something else than the entry before. */
static void
finds_a_head_that_is_not_the_last_entry(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_certificate *ca = make_ca(f);
	uint8_t identity[CA_SHA256_SIZE];
	struct ca_head head = { 0 };
	struct ca_head_statement statement = {
		.ledger = identity,
		.hash = head.hash,
		.signed_at = SOFT_NOW + 5,
		.spki_sha256 = ca_certificate_key_info(ca)->spki_sha256,
	};
	struct ca_bytes text = { 0 }, signature = { 0 }, r = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_ledger_identity(f->ledger, identity, &err), &err);
	assert_ok(ca_ledger_head(f->ledger, &head, &err), &err);
	statement.entry = head.entry;
	assert_ok(ca_head_text(&statement, &text, &err), &err);
	assert_ok(f->signer->sign(f->signer, text.data, text.len, &signature,
		      &err),
	    &err);
	assert_ok(ca_head_nonce(f->signer->algorithm, signature.data,
		      signature.len, &r, &err),
	    &err);
	note(f, "added meanwhile");
	assert_ok(ca_ledger_record_head(f->ledger, &statement,
		      f->signer->algorithm->name, &signature, &r, NULL, &err),
	    &err);
	assert_int_equal(ca_ledger_verify(f->ledger, &err), CA_ERR_LEDGER);
	assert_non_null(
	    strstr(err.message, "entry 6 has a head of another ledger"));
	ca_bytes_free(&text);
	ca_bytes_free(&signature);
	ca_bytes_free(&r);
	ca_certificate_free(ca);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(says_what_the_last_entry_is),
		with_ledger(finds_a_head_by_the_beginning_of_its_hash),
		with_ledger(records_what_the_key_signed),
		cmocka_unit_test(signs_with_each_kind_of_key),
		cmocka_unit_test(signs_a_text),
		with_ledger(signs_a_response_as_well),
		with_ledger(records_nothing_that_does_not_verify),
		with_ledger(notices_a_repeated_nonce),
		cmocka_unit_test(finds_each_kind_of_forgery),
		with_ledger(finds_a_chain_that_was_computed_anew),
		with_ledger(finds_a_head_that_is_not_the_last_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
