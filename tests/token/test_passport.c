/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static struct ca_passport
make(struct fixture *f, const struct ca_token_key *key)
{
	struct ca_passport passport = { .key_id = NULL };

	assert_ok(ca_token_passport(f->token, key, &passport, &f->err),
	    &f->err);
	return passport;
}

static void
makes_none_of_a_token_that_is_gone(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_passport passport = { .key_id = NULL };

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	(void)setenv("P11_SHIM_FAIL", "C_GetTokenInfo:1:0x32", 1);
	assert_int_equal(ca_token_passport(f->token, &key, &passport, &f->err),
	    CA_ERR_TOKEN);
	assert_non_null(
	    strstr(f->err.message, "C_GetTokenInfo: CKR_DEVICE_REMOVED"));
	assert_null(passport.key_id);
	ca_token_key_clear(&key);
}

static void
says_unknown_where_the_token_does_not_tell(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;
	struct ca_passport passport;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	(void)setenv("P11_SHIM_FAIL", "C_GetAttributeValue:0:0x12", 1);
	passport = make(f, &key);
	for (i = 0; i < CA_ATTRIBUTES; i++)
		assert_int_equal(passport.attribute[i], CA_VALUE_UNKNOWN);
	ca_passport_clear(&passport);
	ca_token_key_clear(&key);
}

static void
notices_each_attribute_that_changes(void **state)
{
	static const struct {
		const char *lie;
		enum ca_key_attribute attribute;
		enum ca_attribute_value value;
	} cases[] = {
		{ "0x2=0", CA_ATTRIBUTE_PRIVATE, CA_VALUE_FALSE },
		{ "0x103=0", CA_ATTRIBUTE_SENSITIVE, CA_VALUE_FALSE },
		{ "0x165=0", CA_ATTRIBUTE_ALWAYS_SENSITIVE, CA_VALUE_FALSE },
		{ "0x162=1", CA_ATTRIBUTE_EXTRACTABLE, CA_VALUE_TRUE },
		{ "0x164=0", CA_ATTRIBUTE_NEVER_EXTRACTABLE, CA_VALUE_FALSE },
		{ "0x163=0", CA_ATTRIBUTE_LOCAL, CA_VALUE_FALSE },
		{ "0x108=0", CA_ATTRIBUTE_SIGN, CA_VALUE_FALSE },
		{ "0x109=1", CA_ATTRIBUTE_SIGN_RECOVER, CA_VALUE_TRUE },
		{ "0x105=1", CA_ATTRIBUTE_DECRYPT, CA_VALUE_TRUE },
		{ "0x107=1", CA_ATTRIBUTE_UNWRAP, CA_VALUE_TRUE },
		{ "0x10c=1", CA_ATTRIBUTE_DERIVE, CA_VALUE_TRUE },
		{ "0x170=1", CA_ATTRIBUTE_MODIFIABLE, CA_VALUE_TRUE },
		{ "0x171=1", CA_ATTRIBUTE_COPYABLE, CA_VALUE_TRUE },
		{ "0x202=1", CA_ATTRIBUTE_ALWAYS_AUTHENTICATE, CA_VALUE_TRUE },
	};
	struct fixture *f = *state;
	struct ca_passport passport, first;
	struct ca_token_key key;
	size_t i, k;

	assert_int_equal(sizeof(cases) / sizeof(cases[0]), CA_ATTRIBUTES);
	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	first = make(f, &key);
	for (i = 0; i < CA_ATTRIBUTES; i++) {
		(void)setenv("P11_SHIM_ATTRIBUTE", cases[i].lie, 1);
		passport = make(f, &key);
		for (k = 0; k < CA_ATTRIBUTES; k++)
			assert_int_equal(passport.attribute[k],
			    k == (size_t)cases[i].attribute
				? cases[i].value
				: first.attribute[k]);
		assert_int_not_equal(first.attribute[cases[i].attribute],
		    cases[i].value);
		ca_passport_clear(&passport);
	}
	ca_passport_clear(&first);
	ca_token_key_clear(&key);
}

static void
names_key_token_and_module(void **state)
{
	struct fixture *f = *state;
	struct ca_passport passport;
	struct ca_token_key key;
	unsigned char *spki = NULL;
	uint8_t digest[CA_PASSPORT_SHA256_SIZE];
	char hex[2 * CA_KEY_ID_MAX + 1];
	char *file = realpath(COLDCA_SOFTHSM, NULL);
	int len;

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	passport = make(f, &key);
	len = i2d_PUBKEY(key.public_key, &spki);
	assert_true(len > 0);
	assert_int_equal(EVP_Digest(spki, (size_t)len, digest, NULL,
			     EVP_sha256(), NULL),
	    1);
	assert_memory_equal(passport.spki_sha256, digest, sizeof(digest));
	ca_hex(key.id, key.id_len, hex);
	assert_string_equal(passport.key_id, hex);
	assert_string_equal(passport.key_label, "ca-key");
	assert_string_equal(passport.token_label, "ca");
	assert_string_equal(passport.token_serial,
	    ca_token_info(f->token)->serial);
	assert_string_equal(passport.token_manufacturer, "SoftHSM project");
	assert_string_equal(passport.token_model, "SoftHSM v2");
	assert_string_equal(passport.token_firmware,
	    ca_token_info(f->token)->firmware);
	assert_string_equal(passport.module_path, file);
	assert_ok(ca_file_sha256(file, digest, &f->err), &f->err);
	assert_memory_equal(passport.module_sha256, digest, sizeof(digest));
	OPENSSL_free(spki);
	free(file);
	ca_passport_clear(&passport);
	ca_token_key_clear(&key);
}

/* It was made of the file a moment ago: it is not made once more. */
static void
takes_the_sha256_that_the_module_was_loaded_with(void **state)
{
	struct fixture *f = *state;
	uint8_t digest[CA_PASSPORT_SHA256_SIZE] = { 1, 2, 3 };
	const struct ca_module_options options = {
		.path = COLDCA_SOFTHSM,
		.sha256 = digest,
		.timeout = CA_TOKEN_TIMEOUT,
	};
	struct ca_passport passport;
	struct ca_token_key key;

	assert_ok(ca_module_load(&options, &f->module, &f->err), &f->err);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	passport = make(f, &key);
	assert_memory_equal(passport.module_sha256, digest, sizeof(digest));
	ca_passport_clear(&passport);
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_none_of_a_token_that_is_gone),
		TEST(says_unknown_where_the_token_does_not_tell),
		TEST(notices_each_attribute_that_changes),
		TEST(names_key_token_and_module),
		TEST(takes_the_sha256_that_the_module_was_loaded_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
