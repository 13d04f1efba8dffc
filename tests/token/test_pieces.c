/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is long, as a CRL of a million entries, and is hashed by the token: it
 * gets that in pieces, and makes the signature of the whole.
 */
#include <stdlib.h>
#include <string.h>

#include "token/facts.h"
#include "token/signers.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define PIECE ((size_t)1024 * 1024) /* as the signer cuts them */
#define LONG_MAX_SIZE (2 * PIECE + 17)

/* Octets that are no piece's twice. */
static uint8_t *
make_long(void)
{
	uint8_t *data = malloc(LONG_MAX_SIZE);
	uint32_t state = 1;

	assert_non_null(data);
	for (size_t i = 0; i < LONG_MAX_SIZE; i++) {
		state = state * 1664525U + 1013904223U;
		data[i] = (uint8_t)(state >> 24);
	}
	return data;
}

/* A signer of a key of KIND by the token's own hash, through the shim. */
static struct ca_signer *
make_signer(struct fixture *f, enum ca_key_kind kind, const char *algorithm)
{
	struct ca_token_key key;
	struct ca_signer *signer;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "a", kind);
	/* The mechanism that takes a hash is the first to be tried. */
	if (kind == CA_KEY_RSA)
		(void)setenv("P11_SHIM_FAIL", "C_SignInit:1:0x70", 1);
	signer = signing_make(f, &key, CA_SIGNER_CRYPTOKI, algorithm, 1);
	(void)unsetenv("P11_SHIM_FAIL");
	ca_token_key_clear(&key);
	return signer;
}

/* Signs LEN octets of DATA, and says how often the token was called for it. */
static void
assert_signs(struct fixture *f, struct ca_signer *signer, const uint8_t *data,
    size_t len, unsigned updates)
{
	unsigned whole = fixture_calls(f, "C_Sign");
	unsigned before = fixture_calls(f, "C_SignUpdate");
	unsigned ends = fixture_calls(f, "C_SignFinal");
	struct ca_bytes signature = { NULL, 0 };

	assert_ok(signer->sign(signer, data, len, &signature, &f->err),
	    &f->err);
	assert_true(signing_verifies(signer, data, len, &signature));
	assert_false(signing_verifies(signer, data, len - 1, &signature));
	assert_int_equal(fixture_calls(f, "C_SignUpdate") - before, updates);
	assert_int_equal(fixture_calls(f, "C_SignFinal") - ends, updates > 0);
	assert_int_equal(fixture_calls(f, "C_Sign") - whole, updates == 0);
	ca_bytes_free(&signature);
}

static void
assert_signs_all(struct fixture *f, enum ca_key_kind kind,
    const char *algorithm, bool in_pieces)
{
	struct ca_signer *signer = make_signer(f, kind, algorithm);
	uint8_t *data = make_long();

	assert_signs(f, signer, data, PIECE, 0);
	assert_signs(f, signer, data, PIECE + 1, in_pieces ? 2 : 0);
	assert_signs(f, signer, data, 2 * PIECE, in_pieces ? 2 : 0);
	assert_signs(f, signer, data, LONG_MAX_SIZE, in_pieces ? 3 : 0);
	assert_signs(f, signer, data, 100, 0);
	free(data);
	ca_signer_free(signer);
}

static void
gives_a_long_text_in_pieces(void **state)
{
	assert_signs_all(*state, CA_KEY_RSA, "sha256WithRSAEncryption", true);
}

static void
gives_it_in_pieces_for_rsassa_pss(void **state)
{
	assert_signs_all(*state, CA_KEY_RSA, "RSASSA-PSS-SHA384", true);
}

/* PKCS#11 3.0 section 2.3.14: CKM_EDDSA is of one part. */
static void
gives_it_whole_for_ed25519(void **state)
{
	assert_signs_all(*state, CA_KEY_ED25519, "id-Ed25519", false);
}

static void
says_which_call_failed_and_signs_anew(void **state)
{
	static const struct {
		const char *fail, *message;
	} cases[] = {
		{ "C_SignUpdate:2:0x32", "C_SignUpdate: CKR_DEVICE_REMOVED" },
		{ "C_SignFinal:1:0x32", "C_SignFinal: CKR_DEVICE_REMOVED" },
	};
	struct fixture *f = *state;
	struct ca_signer *signer = make_signer(f, CA_KEY_RSA, NULL);
	struct ca_bytes signature = { NULL, 0 };
	uint8_t *data = make_long();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setenv("P11_SHIM_FAIL", cases[i].fail, 1);
		assert_int_equal(signer->sign(signer, data, LONG_MAX_SIZE,
				     &signature, &f->err),
		    CA_ERR_TOKEN);
		assert_null(signature.data);
		if (strstr(f->err.message, cases[i].message) == NULL)
			fail_msg("%s", f->err.message);
		(void)unsetenv("P11_SHIM_FAIL");
		assert_signs(f, signer, data, LONG_MAX_SIZE, 3);
	}
	free(data);
	ca_signer_free(signer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_a_long_text_in_pieces),
		TEST(gives_it_in_pieces_for_rsassa_pss),
		TEST(gives_it_whole_for_ed25519),
		TEST(says_which_call_failed_and_signs_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
