/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/facts.h"
#include "token/signers.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static const uint8_t tbs[] = "what is to be signed";

static const enum ca_signer_kind kinds[] = { CA_SIGNER_LIBP11, CA_SIGNER_ENGINE,
	CA_SIGNER_CRYPTOKI };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
refuses_an_algorithm_for_another_kind_of_key(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	signing_refused(f, &key, CA_SIGNER_AUTO, "ecdsa-with-SHA384",
	    "another kind of key");
	ca_token_key_clear(&key);
}

/* libp11 0.4.12 then lists no key at all. */
static void
says_why_there_is_no_signer_beside_an_ed25519_key(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ours", CA_KEY_P256);
	(void)fixture_raw_key(f, "a", 1, true, NULL);
	signing_refused(f, &key, CA_SIGNER_LIBP11, NULL, "libp11");
	assert_non_null(strstr(f->err.hint, "Ed25519"));
	assert_non_null(strstr(f->err.hint, "--signer=cryptoki"));
	signing_refused(f, &key, CA_SIGNER_ENGINE, NULL, "engine");
	assert_non_null(strstr(f->err.hint, "--signer=cryptoki"));
	ca_token_key_clear(&key);
}

static void
signs_beside_an_ed25519_key_all_the_same(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ours", CA_KEY_P256);
	(void)fixture_raw_key(f, "a", 1, true, NULL);
	signer = signing_make(f, &key, CA_SIGNER_AUTO, NULL, 1);
	assert_string_equal(signer->kind, "cryptoki");
	signing_works(f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

/* Both have label and id of the key: libp11 could sign with either. */
static void
refuses_a_key_that_libp11_can_not_tell_from_another(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	key = signing_find(f, "a");
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	signing_refused(f, &key, CA_SIGNER_LIBP11, NULL, "2 keys");
	/* The token itself tells them apart by their handles. */
	signer = signing_make(f, &key, CA_SIGNER_AUTO, NULL, 1);
	assert_string_equal(signer->kind, "cryptoki");
	signing_works(f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
refuses_a_key_whose_public_half_is_another(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key a, b;
	EVP_PKEY *kept;

	fixture_login(f);
	a = fixture_key(f, "a", CA_KEY_P256);
	b = fixture_key(f, "b", CA_KEY_P256);
	kept = a.public_key;
	a.public_key = b.public_key;
	signing_refused(f, &a, CA_SIGNER_LIBP11, NULL, "another public key");
	signing_refused(f, &a, CA_SIGNER_ENGINE, NULL, "another public key");
	a.public_key = kept;
	ca_token_key_clear(&a);
	ca_token_key_clear(&b);
}

static void
refuses_a_mechanism_that_the_token_does_not_have(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	(void)setenv("P11_SHIM_FAIL", "C_SignInit:0:0x70", 1);
	signing_refused(f, &key, CA_SIGNER_CRYPTOKI, NULL,
	    "C_SignInit: CKR_MECHANISM_INVALID");
	ca_token_key_clear(&key);
}

/* openCryptoki and TPMs have only one of the two. */
static void
lets_the_token_hash_where_it_takes_no_hash(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_RSA);
	(void)setenv("P11_SHIM_FAIL", "C_SignInit:1:0x70", 1);
	signer = signing_make(f, &key, CA_SIGNER_CRYPTOKI, NULL, 1);
	signing_works(f, signer);
	ca_signer_free(signer);
	(void)setenv("P11_SHIM_FAIL", "C_SignInit:01:0x71", 1);
	signer =
	    signing_make(f, &key, CA_SIGNER_CRYPTOKI, "RSASSA-PSS-SHA384", 1);
	signing_works(f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
refuses_a_key_that_is_not_for_signing(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	(void)setenv("P11_SHIM_ATTRIBUTE", "0x108=0", 1);
	signing_refused(f, &key, CA_SIGNER_AUTO, NULL, "CKA_SIGN");
	ca_token_key_clear(&key);
}

/* As on a TPM, where the rest would be decryption. */
static void
leaves_hashing_to_a_token_that_insists(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_RSA);
	f->token->facts |= CA_FACT_HASHED_RSA;
	signing_refused(f, &key, CA_SIGNER_LIBP11, NULL, "hashes");
	signing_refused(f, &key, CA_SIGNER_ENGINE, NULL, "hashes");
	signing_refused(f, &key, CA_SIGNER_AUTO, "RSASSA-PSS-SHA256",
	    "only with keys that may decrypt");
	signer = signing_make(f, &key, CA_SIGNER_AUTO, NULL, 1);
	assert_string_equal(signer->kind, "cryptoki");
	signing_works(f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
opens_as_many_sessions_as_the_token_has(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	/* The first one is closed again: there the mechanism is tried. */
	(void)setenv("P11_SHIM_FAIL", "C_OpenSession:4:0xb1", 1);
	signer = signing_make(f, &key, CA_SIGNER_CRYPTOKI, NULL, 8);
	assert_int_equal(signer->sessions, 2);
	signing_works(f, signer);
	ca_signer_free(signer);
	(void)setenv("P11_SHIM_FAIL", "C_OpenSession:2:0xb1", 1);
	signing_refused(f, &key, CA_SIGNER_CRYPTOKI, NULL, "CKR_SESSION_COUNT");
	ca_token_key_clear(&key);
}

static void
reports_a_token_that_is_pulled_while_signing(void **state)
{
	struct fixture *f = *state;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		(void)setenv("P11_SHIM_FAIL", "C_Sign:0:0x32", 1);
		assert_int_equal(signer->sign(signer, tbs, sizeof(tbs),
				     &signature, &f->err),
		    CA_ERR_TOKEN);
		assert_non_null(strstr(f->err.message,
		    "C_Sign: CKR_DEVICE_REMOVED (the token was removed)"));
		assert_null(signature.data);
		/* The operation is over: the next one begins anew. */
		(void)unsetenv("P11_SHIM_FAIL");
		signing_works(f, signer);
		ca_signer_free(signer);
	}
	ca_token_key_clear(&key);
}

static void
asks_the_token_once_per_signature(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		assert_int_equal(fixture_calls(f, "C_Sign"), i + 1);
		ca_signer_free(signer);
	}
	/* Nothing but the login asks for the PIN. */
	assert_int_equal(f->asked, 1);
	ca_token_key_clear(&key);
}

/* The whole way of one CA: generated in one run, matched and used in the next. */
static void
signs_with_a_key_of_an_earlier_run(void **state)
{
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:token=ca;object=ca-key");
	struct ca_token_key made, key = { .handle = 0 };
	struct ca_signer *signer;
	size_t i;

	fixture_login(f);
	made = fixture_key(f, "ca-key", CA_KEY_P256);
	for (i = 0; i < KINDS; i++) {
		fixture_close(f);
		fixture_login(f);
		assert_ok(ca_token_match_key(f->token, uri, made.public_key,
			      &key, &f->err),
		    &f->err);
		assert_ok(ca_token_check_key(f->token, &key, &f->err), &f->err);
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		ca_signer_free(signer);
		ca_token_key_clear(&key);
	}
	ca_token_key_clear(&made);
	ca_uri_free(uri);
}

static void
names_the_kinds_of_signer(void **state)
{
	enum ca_signer_kind kind = CA_SIGNER_LIBP11;

	(void)state;
	assert_false(ca_signer_kind_parse("softhsm", &kind));
	assert_int_equal(kind, CA_SIGNER_LIBP11);
	assert_true(ca_signer_kind_parse("cryptoki", &kind));
	assert_int_equal(kind, CA_SIGNER_CRYPTOKI);
	assert_string_equal(ca_signer_kind_name(CA_SIGNER_AUTO), "auto");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_an_algorithm_for_another_kind_of_key),
		TEST(says_why_there_is_no_signer_beside_an_ed25519_key),
		TEST(signs_beside_an_ed25519_key_all_the_same),
		TEST(refuses_a_key_that_libp11_can_not_tell_from_another),
		TEST(refuses_a_key_whose_public_half_is_another),
		TEST(refuses_a_mechanism_that_the_token_does_not_have),
		TEST(lets_the_token_hash_where_it_takes_no_hash),
		TEST(refuses_a_key_that_is_not_for_signing),
		TEST(leaves_hashing_to_a_token_that_insists),
		TEST(opens_as_many_sessions_as_the_token_has),
		TEST(reports_a_token_that_is_pulled_while_signing),
		TEST(asks_the_token_once_per_signature),
		TEST(signs_with_a_key_of_an_earlier_run),
		cmocka_unit_test(names_the_kinds_of_signer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
