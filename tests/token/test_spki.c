/* SPDX-License-Identifier: Apache-2.0 */
#include "token/spki.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "token/fixture.h"

/* Whether it is what OpenSSL says. Frees KEY. */
static void
assert_as_openssl(EVP_PKEY *key)
{
	unsigned char *expected = NULL;
	struct ca_bytes spki = { NULL, 0 };
	struct ca_error err;
	int len = i2d_PUBKEY(key, &expected);

	assert_true(len > 0);
	assert_ok(ca_spki_of_key(key, &spki, &err), &err);
	assert_int_equal(spki.len, len);
	assert_memory_equal(spki.data, expected, spki.len);
	ca_bytes_free(&spki);
	OPENSSL_free(expected);
	EVP_PKEY_free(key);
}

static void
encodes_every_kind_of_key(void **state)
{
	static const char *const groups[] = { "P-256", "P-384", "P-521",
		"brainpoolP256r1", "secp256k1" };

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		assert_as_openssl(EVP_EC_gen(groups[i]));
	assert_as_openssl(EVP_RSA_gen(2048));
	assert_as_openssl(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}

static void
leaves_a_compressed_point_to_openssl(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)state;
	assert_non_null(key);
	assert_int_equal(EVP_PKEY_set_utf8_string_param(key, "point-format",
			     "compressed"),
	    1);
	assert_as_openssl(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_every_kind_of_key),
		cmocka_unit_test(leaves_a_compressed_point_to_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
