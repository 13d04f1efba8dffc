/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spki.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "unit/test.h"

/* What ca_spki_encode() makes of KEY, which is freed, is what OpenSSL does. */
static void
assert_as_openssl(EVP_PKEY *key)
{
	struct ca_bytes der = { NULL, 0 };
	unsigned char *expected = NULL;
	struct ca_error err;
	int len = i2d_PUBKEY(key, &expected);

	assert_true(len > 0);
	assert_int_equal(ca_spki_encode(key, &der, &err), CA_OK);
	assert_int_equal(der.len, len);
	assert_memory_equal(der.data, expected, (size_t)len);
	ca_bytes_free(&der);
	OPENSSL_free(expected);
	EVP_PKEY_free(key);
}

/* A key of P-256 whose parameter NAME is VALUE. */
static EVP_PKEY *
odd_p256(const char *name, const char *value)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	assert_int_equal(EVP_PKEY_set_utf8_string_param(key, name, value), 1);
	return key;
}

static void
encodes_each_kind_as_openssl_does(void **state)
{
	(void)state;
	assert_as_openssl(EVP_EC_gen("P-256"));
	assert_as_openssl(EVP_EC_gen("P-384"));
	assert_as_openssl(EVP_EC_gen("P-521"));
	assert_as_openssl(EVP_EC_gen("secp256k1"));
	assert_as_openssl(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	assert_as_openssl(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"));
	assert_as_openssl(EVP_RSA_gen(2048));
}

static void
encodes_a_point_and_a_curve_as_the_key_has_them(void **state)
{
	(void)state;
	assert_as_openssl(odd_p256(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
	    OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED));
	assert_as_openssl(odd_p256(OSSL_PKEY_PARAM_EC_ENCODING,
	    OSSL_PKEY_EC_ENCODING_EXPLICIT));
}

static void
fails_for_a_key_without_a_public_half(void **state)
{
	EVP_PKEY *key = EVP_PKEY_new();
	struct ca_bytes der = { NULL, 0 };
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_spki_encode(key, &der, &err), CA_ERR_INTERNAL);
	assert_string_equal(err.message, "key: can not be encoded");
	assert_null(der.data);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_each_kind_as_openssl_does),
		cmocka_unit_test(
		    encodes_a_point_and_a_curve_as_the_key_has_them),
		cmocka_unit_test(fails_for_a_key_without_a_public_half),
	};

	return cmocka_run_group_tests_name("spki", tests, NULL, NULL);
}
