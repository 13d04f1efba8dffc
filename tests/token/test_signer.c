/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "token/attribute.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static const uint8_t tbs[] = "what is to be signed";

static struct ca_signer *
make_signer(struct fixture *f, const struct ca_token_key *key)
{
	const struct ca_sigalg *algorithm = NULL;
	struct ca_signer *signer = NULL;

	assert_ok(ca_sigalg_for_key(key->public_key, &algorithm, &f->err),
	    &f->err);
	assert_ok(ca_token_signer(f->token, key, algorithm, &signer, &f->err),
	    &f->err);
	return signer;
}

/* Asserts that KEY gets no signer, and that the error says WORD. */
static void
assert_no_signer(struct fixture *f, const struct ca_token_key *key,
    const struct ca_sigalg *algorithm, const char *word)
{
	struct ca_signer *signer = NULL;

	assert_int_equal(ca_token_signer(f->token, key, algorithm, &signer,
			     &f->err),
	    CA_ERR_TOKEN);
	assert_null(signer);
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
}

static bool
verifies(const struct ca_signer *signer, const struct ca_bytes *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL,
			     signer->algorithm->digest, NULL, NULL,
			     signer->public_key, NULL),
	    1);
	ok = EVP_DigestVerify(ctx, signature->data, signature->len, tbs,
		 sizeof(tbs)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void
refuses_ed25519_keys_with_the_reason(void **state)
{
	static const struct ca_sigalg algorithm = { "Ed25519", CA_KEY_ED25519,
		0, NULL };
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:object=a");
	struct ca_token_key key = { .handle = 0 };

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, true, NULL);
	assert_ok(ca_token_find_key(f->token, uri, &key, &f->err), &f->err);
	assert_no_signer(f, &key, &algorithm, "Ed25519");
	ca_token_key_clear(&key);
	ca_uri_free(uri);
}

/* libp11 0.4.12 then lists no key at all. */
static void
says_why_there_is_no_signer_beside_an_ed25519_key(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_token_key key;

	fixture_login(f);
	key = fixture_key(f, "ours", CA_KEY_P256);
	(void)fixture_raw_key(f, "a", 1, true, NULL);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	assert_no_signer(f, &key, algorithm, "libp11");
	assert_non_null(strstr(f->err.hint, "Ed25519"));
	ca_token_key_clear(&key);
}

static void
refuses_an_algorithm_for_another_kind_of_key(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_token_key p256, p384;

	fixture_login(f);
	p256 = fixture_key(f, "a", CA_KEY_P256);
	p384 = fixture_key(f, "b", CA_KEY_P384);
	assert_ok(ca_sigalg_for_key(p384.public_key, &algorithm, &f->err),
	    &f->err);
	assert_no_signer(f, &p256, algorithm, "another kind of key");
	ca_token_key_clear(&p256);
	ca_token_key_clear(&p384);
}

static void
refuses_a_key_that_wants_a_pin_per_signature(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	(void)setenv("P11_SHIM_ATTRIBUTE", "0x202=1", 1);
	assert_no_signer(f, &key, algorithm, "every signature");
	ca_token_key_clear(&key);
}

/* Both have label and id of the key: libp11 could sign with either. */
static void
refuses_a_key_that_libp11_can_not_tell_from_another(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_uri *uri = fixture_uri("pkcs11:object=a");
	struct ca_token_key key = { .handle = 0 };

	fixture_login(f);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	assert_ok(ca_token_find_key(f->token, uri, &key, &f->err), &f->err);
	(void)fixture_raw_key(f, "a", 1, false, NULL);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	assert_no_signer(f, &key, algorithm, "2 keys");
	ca_token_key_clear(&key);
	ca_uri_free(uri);
}

static void
refuses_a_key_whose_public_half_is_another(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_token_key a, b;
	EVP_PKEY *kept;

	fixture_login(f);
	a = fixture_key(f, "a", CA_KEY_P256);
	b = fixture_key(f, "b", CA_KEY_P256);
	assert_ok(ca_sigalg_for_key(a.public_key, &algorithm, &f->err),
	    &f->err);
	kept = a.public_key;
	a.public_key = b.public_key;
	assert_no_signer(f, &a, algorithm, "another public key");
	a.public_key = kept;
	ca_token_key_clear(&a);
	ca_token_key_clear(&b);
}

static void
reports_a_token_that_is_pulled_while_signing(void **state)
{
	struct fixture *f = *state;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	signer = make_signer(f, &key);
	(void)setenv("P11_SHIM_FAIL", "C_Sign:2:0x32", 1);
	assert_ok(signer->sign(signer, tbs, sizeof(tbs), &signature, &f->err),
	    &f->err);
	ca_bytes_free(&signature);
	assert_int_equal(signer->sign(signer, tbs, sizeof(tbs), &signature,
			     &f->err),
	    CA_ERR_TOKEN);
	assert_string_equal(f->err.message,
	    "token ca: C_Sign: CKR_DEVICE_REMOVED (the token was removed)");
	assert_null(signature.data);
	/* The operation is over: the next one begins anew. */
	assert_ok(signer->sign(signer, tbs, sizeof(tbs), &signature, &f->err),
	    &f->err);
	assert_true(verifies(signer, &signature));
	ca_bytes_free(&signature);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
asks_the_token_once_per_signature(void **state)
{
	struct fixture *f = *state;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", CA_KEY_P256);
	signer = make_signer(f, &key);
	assert_ok(signer->sign(signer, tbs, sizeof(tbs), &signature, &f->err),
	    &f->err);
	assert_int_equal(fixture_calls(f, "C_Sign"), 1);
	ca_bytes_free(&signature);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
signs_with_each_kind_of_key(void **state)
{
	static const struct {
		enum ca_key_kind kind;
		const char *label;
	} cases[] = {
		{ CA_KEY_P256, "p256" },
		{ CA_KEY_P384, "p384" },
		{ CA_KEY_P521, "p521" },
		{ CA_KEY_RSA, "rsa" },
	};
	struct fixture *f = *state;
	size_t i;

	fixture_login(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ca_bytes signature = { NULL, 0 };
		struct ca_token_key key =
		    fixture_key(f, cases[i].label, cases[i].kind);
		struct ca_signer *signer = make_signer(f, &key);

		assert_string_equal(signer->kind, "libp11");
		assert_ok(signer->sign(signer, tbs, sizeof(tbs), &signature,
			      &f->err),
		    &f->err);
		assert_true(verifies(signer, &signature));
		signature.data[signature.len / 2] ^= 1;
		assert_false(verifies(signer, &signature));
		ca_bytes_free(&signature);
		ca_signer_free(signer);
		ca_token_key_clear(&key);
	}
}

/* The whole way of one CA: generated in one run, matched and used in the next. */
static void
signs_with_a_key_of_an_earlier_run(void **state)
{
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:token=ca;object=ca-key");
	struct ca_bytes signature = { NULL, 0 };
	struct ca_token_key made, key = { .handle = 0 };
	struct ca_signer *signer;

	fixture_login(f);
	made = fixture_key(f, "ca-key", CA_KEY_P256);
	fixture_close(f);
	fixture_login(f);
	assert_ok(ca_token_match_key(f->token, uri, made.public_key, &key,
		      &f->err),
	    &f->err);
	assert_ok(ca_token_check_key(f->token, &key, &f->err), &f->err);
	signer = make_signer(f, &key);
	assert_ok(signer->sign(signer, tbs, sizeof(tbs), &signature, &f->err),
	    &f->err);
	assert_true(verifies(signer, &signature));
	ca_bytes_free(&signature);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
	ca_token_key_clear(&made);
	ca_uri_free(uri);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_ed25519_keys_with_the_reason),
		TEST(says_why_there_is_no_signer_beside_an_ed25519_key),
		TEST(refuses_an_algorithm_for_another_kind_of_key),
		TEST(refuses_a_key_that_wants_a_pin_per_signature),
		TEST(refuses_a_key_that_libp11_can_not_tell_from_another),
		TEST(refuses_a_key_whose_public_half_is_another),
		TEST(reports_a_token_that_is_pulled_while_signing),
		TEST(asks_the_token_once_per_signature),
		TEST(signs_with_each_kind_of_key),
		TEST(signs_with_a_key_of_an_earlier_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
