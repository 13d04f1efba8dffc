/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/sigalg.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "support/soft_signer.h"
#include "unit/test.h"

static void
refuses_a_key_that_no_ca_has(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");
	const struct ca_sigalg *algorithm = NULL;
	struct ca_error err;

	(void)state;
	assert_non_null(key);
	assert_int_equal(ca_sigalg_for_key(key, &algorithm, &err),
	    CA_ERR_POLICY);
	assert_null(algorithm);
	EVP_PKEY_free(key);
}

/* The DER as the RFCs give it: OID, then NULL for RSA and nothing otherwise. */
static void
names_each_algorithm_as_the_rfcs_do(void **state)
{
	static const struct {
		enum ca_key_kind kind;
		const char *name;
		const char *der;
		size_t len;
	} rows[] = {
		{ CA_KEY_RSA, "sha256WithRSAEncryption",
		    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
		    "\x05\x00",
		    15 },
		{ CA_KEY_P256, "ecdsa-with-SHA256",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12 },
		{ CA_KEY_P384, "ecdsa-with-SHA384",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", 12 },
		{ CA_KEY_P521, "ecdsa-with-SHA512",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04", 12 },
		{ CA_KEY_ED25519, "id-Ed25519", "\x30\x05\x06\x03\x2b\x65\x70",
		    7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EVP_PKEY *key = soft_key(rows[i].kind);
		const struct ca_sigalg *algorithm = NULL;
		struct ca_bytes der = { 0 };
		struct ca_error err;

		assert_ok(ca_sigalg_for_key(key, &algorithm, &err), &err);
		assert_string_equal(algorithm->name, rows[i].name);
		assert_ptr_equal(ca_sigalg_by_nid(algorithm->nid), algorithm);
		assert_ok(ca_sigalg_der(algorithm, &der, &err), &err);
		assert_int_equal(der.len, rows[i].len);
		assert_memory_equal(der.data, rows[i].der, der.len);
		ca_bytes_free(&der);
		EVP_PKEY_free(key);
	}
	assert_null(ca_sigalg_by_nid(NID_sha1WithRSAEncryption));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_key_that_no_ca_has),
		cmocka_unit_test(names_each_algorithm_as_the_rfcs_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
