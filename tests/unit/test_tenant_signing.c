/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/tenant_signing.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "coldca/profile.h"
#include "unit/test.h"

#define NOW INT64_C(1767225600)
#define LIFETIME ((int64_t)3600)

static const uint8_t serial[CA_SERIAL_SIZE] = { 0x5a, 1, 2, 3 };

static void
refuses_a_key_of_another_kind(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	struct ca_certificate *made = NULL;
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_tenant_signing_make(key, 5, serial, LIFETIME, NOW,
			     &made, &err),
	    CA_ERR_INTERNAL);
	assert_null(made);
	EVP_PKEY_free(key);
}

static void
makes_what_cockroach_makes_but_the_serial(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct ca_certificate *made = NULL;
	struct ca_error err;
	X509 *x;

	(void)state;
	assert_ok(ca_tenant_signing_make(key, UINT64_MAX, serial, LIFETIME, NOW,
		      &made, &err),
	    &err);
	x = ca_certificate_x509(made);
	assert_string_equal(ca_certificate_subject_text(made),
	    "CN=Tenant 18446744073709551615 Token Signing Certificate");
	assert_true(ca_bytes_equal(ca_certificate_subject(made),
	    ca_certificate_issuer(made)));
	assert_string_equal(ca_certificate_serial_text(made),
	    "5a010203000000000000000000000000");
	assert_int_equal(ca_certificate_not_before(made), NOW - CA_BACKDATE);
	assert_int_equal(ca_certificate_not_after(made), NOW + LIFETIME);
	assert_false(ca_certificate_is_ca(made));
	assert_int_equal(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_get_ext_count(x), 2);
	assert_int_equal(X509_verify(x, key), 1);
	ca_certificate_free(made);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_key_of_another_kind),
		cmocka_unit_test(makes_what_cockroach_makes_but_the_serial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
