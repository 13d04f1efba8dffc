/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tokens tell of a public key, in the forms that SoftHSM does not use: an
 * object made of a table of attributes.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "support/soft_signer.h"
#include "token/attribute.h"
#include "token/public_key.h"
#include "unit/test.h"

#define POINT_SIZE 256 /* bytes, more than the largest point here */
#define OBJECT_MAX 4   /* attributes of one object */

static CK_ATTRIBUTE object[OBJECT_MAX];
static size_t object_count;

static CK_RV
get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle,
    CK_ATTRIBUTE *template, CK_ULONG count)
{
	size_t i;

	(void)session, (void)handle;
	assert_int_equal(count, 1);
	for (i = 0; i < object_count; i++) {
		if (object[i].type != template->type)
			continue;
		if (template->pValue != NULL)
			memcpy(template->pValue, object[i].pValue,
			    object[i].ulValueLen);
		template->ulValueLen = object[i].ulValueLen;
		return CKR_OK;
	}
	template->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

static void
add(CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	assert_true(object_count < OBJECT_MAX);
	object[object_count++] = ca_attribute(type, value, len);
}

static enum ca_code
read_object(EVP_PKEY **ret_key, enum ca_key_kind *ret_kind,
    struct ca_error *err)
{
	static char name[] = "token t";
	CK_FUNCTION_LIST p11 = { .C_GetAttributeValue = get_attribute_value };
	struct ca_token token = { .p11 = &p11, .name = name };

	return ca_public_key_read(&token, 1, ret_key, ret_kind, err);
}

/* Asserts that the object is no public key, and that the error says WORD. */
static void
assert_not_read(const char *word)
{
	enum ca_key_kind kind;
	EVP_PKEY *key = NULL;
	struct ca_error err;

	assert_int_equal(read_object(&key, &kind, &err), CA_ERR_TOKEN);
	assert_null(key);
	if (strstr(err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, word);
}

/* Asserts that the object is the public key of WANTED. */
static void
assert_read(enum ca_key_kind kind, const EVP_PKEY *wanted)
{
	enum ca_key_kind got = CA_KEY_KINDS;
	EVP_PKEY *key = NULL;
	struct ca_error err;

	assert_ok(read_object(&key, &got, &err), &err);
	assert_int_equal(got, kind);
	assert_int_equal(EVP_PKEY_eq(key, wanted), 1);
	EVP_PKEY_free(key);
}

static const CK_KEY_TYPE rsa = CKK_RSA, ec = CKK_EC, edwards = CKK_EC_EDWARDS;
static const CK_KEY_TYPE dsa = CKK_DSA;

/* A new key of KIND as an object without its point, which goes to POINT. */
static EVP_PKEY *
make_object(enum ca_key_kind kind, uint8_t point[POINT_SIZE], size_t *ret_len)
{
	const struct ca_kind *row = ca_kind_find(kind);
	EVP_PKEY *key = soft_key(kind);

	object_count = 0;
	add(CKA_KEY_TYPE, kind == CA_KEY_ED25519 ? &edwards : &ec, sizeof(ec));
	add(CKA_EC_PARAMS, row->params, row->params_len);
	assert_int_equal(EVP_PKEY_get_octet_string_param(key,
			     OSSL_PKEY_PARAM_PUB_KEY, point, POINT_SIZE,
			     ret_len),
	    1);
	return key;
}

static void
refuses_a_point_that_is_not_on_the_curve(void **state)
{
	uint8_t point[POINT_SIZE];
	size_t len = 0;
	EVP_PKEY *key = make_object(CA_KEY_P256, point, &len);

	(void)state;
	point[len - 1] ^= 1;
	add(CKA_EC_POINT, point, len);
	assert_not_read("its values make no key");
	EVP_PKEY_free(key);
}

static void
refuses_a_point_that_is_cut_or_goes_on(void **state)
{
	static const int change[] = { -1, 1 };
	uint8_t wrapped[POINT_SIZE + 2] = { 0x04, 0 };
	size_t i, len = 0;
	EVP_PKEY *key = make_object(CA_KEY_P256, wrapped + 2, &len);

	(void)state;
	wrapped[1] = (uint8_t)len;
	for (i = 0; i < 2; i++) {
		object_count = 2;
		add(CKA_EC_POINT, wrapped, len + 2 + (size_t)change[i]);
		assert_not_read("does not tell its point");
	}
	EVP_PKEY_free(key);
}

/* As a TPM's module does: 04 85 for 133 bytes, where DER has 04 81 85. */
static void
refuses_a_point_in_broken_der(void **state)
{
	uint8_t wrapped[POINT_SIZE + 2] = { 0x04, 0x85 };
	size_t len = 0;
	EVP_PKEY *key = make_object(CA_KEY_P521, wrapped + 2, &len);

	(void)state;
	assert_int_equal(len, 0x85);
	add(CKA_EC_POINT, wrapped, len + 2);
	assert_not_read("does not tell its point");
	EVP_PKEY_free(key);
}

static void
refuses_a_key_that_is_not_told(void **state)
{
	uint8_t point[POINT_SIZE];
	size_t len = 0;
	EVP_PKEY *key = make_object(CA_KEY_P256, point, &len);

	(void)state;
	assert_not_read("does not tell its point");
	object_count = 1;
	assert_not_read("not a kind of key");
	object_count = 0;
	assert_not_read("not a kind of key");
	add(CKA_KEY_TYPE, &rsa, sizeof(rsa));
	assert_not_read("does not tell its modulus");
	EVP_PKEY_free(key);
}

static void
refuses_kinds_of_key_that_it_does_not_know(void **state)
{
	/* secp256k1 */
	static const uint8_t k256[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00,
		0x0a };

	(void)state;
	object_count = 0;
	add(CKA_KEY_TYPE, &ec, sizeof(ec));
	add(CKA_EC_PARAMS, k256, sizeof(k256));
	assert_not_read("not a kind of key");
	object_count = 0;
	add(CKA_KEY_TYPE, &dsa, sizeof(dsa));
	assert_not_read("not a kind of key");
}

static void
refuses_values_that_are_too_long(void **state)
{
	static const uint8_t modulus[CA_NUMBER_MAX + 1] = { 0xff };

	(void)state;
	object_count = 0;
	add(CKA_KEY_TYPE, &rsa, sizeof(rsa));
	add(CKA_MODULUS, modulus, sizeof(modulus));
	assert_not_read("longer than 2048 bytes");
}

static void
reads_a_point_in_der(void **state)
{
	uint8_t wrapped[POINT_SIZE + 3] = { 0x04, 0x81, 0x85 };
	size_t len = 0;
	EVP_PKEY *key = make_object(CA_KEY_P521, wrapped + 3, &len);

	(void)state;
	add(CKA_EC_POINT, wrapped, len + 3);
	assert_read(CA_KEY_P521, key);
	EVP_PKEY_free(key);
}

/* Its second byte may look like the length of an OCTET STRING. */
static void
reads_a_point_without_der(void **state)
{
	static const enum ca_key_kind kinds[] = { CA_KEY_P256, CA_KEY_P384,
		CA_KEY_P521, CA_KEY_ED25519 };
	uint8_t point[POINT_SIZE];
	size_t i, len = 0;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		EVP_PKEY *key = make_object(kinds[i], point, &len);

		while (kinds[i] == CA_KEY_P256 && point[1] != len - 2) {
			EVP_PKEY_free(key);
			key = make_object(kinds[i], point, &len);
		}
		add(CKA_EC_POINT, point, len);
		assert_read(kinds[i], key);
		EVP_PKEY_free(key);
	}
}

static void
reads_the_curve_of_ed25519_by_name(void **state)
{
	static const uint8_t name[] = "\x13\x0c"
				      "edwards25519";
	uint8_t point[POINT_SIZE];
	size_t len = 0;
	EVP_PKEY *key = make_object(CA_KEY_ED25519, point, &len);

	(void)state;
	object_count = 1;
	add(CKA_EC_PARAMS, name, sizeof(name) - 1);
	add(CKA_EC_POINT, point, len);
	assert_read(CA_KEY_ED25519, key);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_point_that_is_not_on_the_curve),
		cmocka_unit_test(refuses_a_point_that_is_cut_or_goes_on),
		cmocka_unit_test(refuses_a_point_in_broken_der),
		cmocka_unit_test(refuses_a_key_that_is_not_told),
		cmocka_unit_test(refuses_kinds_of_key_that_it_does_not_know),
		cmocka_unit_test(refuses_values_that_are_too_long),
		cmocka_unit_test(reads_a_point_in_der),
		cmocka_unit_test(reads_a_point_without_der),
		cmocka_unit_test(reads_the_curve_of_ed25519_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
