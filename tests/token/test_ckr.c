/* SPDX-License-Identifier: Apache-2.0 */
#include <libp11.h>
#include <openssl/err.h>
#include <string.h>

#include "token/ckr.h"
#include "unit/test.h"

static void
names_the_call_the_code_and_its_meaning(void **state)
{
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_ckr_fail(&err, "token ca", "C_GenerateKeyPair",
			     CKR_MECHANISM_INVALID),
	    CA_ERR_TOKEN);
	assert_string_equal(err.message,
	    "token ca: C_GenerateKeyPair: CKR_MECHANISM_INVALID (the token does not have this mechanism)");
	assert_string_equal(err.hint,
	    "choose another --key-type or --key-size");
}

static void
leaves_no_hint_of_an_earlier_failure(void **state)
{
	struct ca_error err;

	(void)state;
	ca_ckr_fail(&err, "t", "C_Login", CKR_PIN_INCORRECT);
	ca_ckr_fail(&err, "t", "C_Sign", CKR_DATA_INVALID);
	assert_string_equal(err.hint, "");
}

static void
tells_pin_failures_from_token_failures(void **state)
{
	static const CK_RV pin[] = { CKR_PIN_INCORRECT, CKR_PIN_INVALID,
		CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED,
		CKR_USER_PIN_NOT_INITIALIZED };
	struct ca_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pin) / sizeof(pin[0]); i++) {
		assert_int_equal(ca_ckr_fail(&err, "t", "C_Login", pin[i]),
		    CA_ERR_PIN);
		assert_int_not_equal(strlen(err.hint), 0);
	}
	assert_int_equal(ca_ckr_fail(&err, "t", "C_Login", CKR_DEVICE_REMOVED),
	    CA_ERR_TOKEN);
}

static void
shows_the_number_of_a_code_it_does_not_know(void **state)
{
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_ckr_fail(&err, "t", "C_Sign", 0x80000005UL),
	    CA_ERR_TOKEN);
	assert_string_equal(err.message,
	    "t: C_Sign: CKR 0x80000005 (a code of the vendor's own)");
	assert_int_equal(ca_ckr_fail(&err, "t", "C_Sign", 0x42424UL),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "0x00042424"));
	assert_null(ca_ckr_name(0x42424UL));
}

/* Two of OpenSSL's own errors, and what libp11 left between them. */
static void
finds_the_code_that_libp11_left_among_others(void **state)
{
	struct ca_error err;

	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_EVP, CKR_DEVICE_MEMORY);
	ERR_raise(ERR_get_CKR_code(), CKR_DEVICE_REMOVED);
	ERR_raise(ERR_LIB_EVP, CKR_PIN_INCORRECT);
	assert_int_equal(ca_ckr_fail_libp11(&err, "t", "C_Sign"), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "CKR_DEVICE_REMOVED"));
	assert_int_equal(ERR_peek_error(), 0);
}

static void
says_where_libp11_left_no_code(void **state)
{
	struct ca_error err;

	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_EVP, CKR_PIN_INCORRECT);
	assert_int_equal(ca_ckr_fail_libp11(&err, "t", "C_Sign"), CA_ERR_TOKEN);
	assert_string_equal(err.message, "t: C_Sign: libp11 gives no reason");
}

/* PKCS#11 2.40 (pkcs11t.h) knows 94 codes, CKR_VENDOR_DEFINED left out. */
static void
knows_every_code_of_the_standard_once(void **state)
{
	unsigned long rv;
	unsigned known = 0;

	(void)state;
	for (rv = 0; rv <= 0x1000; rv++)
		known += ca_ckr_name(rv) != NULL;
	assert_int_equal(known, 94);
	assert_string_equal(ca_ckr_name(CKR_PIN_LOCKED), "CKR_PIN_LOCKED");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_call_the_code_and_its_meaning),
		cmocka_unit_test(leaves_no_hint_of_an_earlier_failure),
		cmocka_unit_test(tells_pin_failures_from_token_failures),
		cmocka_unit_test(shows_the_number_of_a_code_it_does_not_know),
		cmocka_unit_test(finds_the_code_that_libp11_left_among_others),
		cmocka_unit_test(says_where_libp11_left_no_code),
		cmocka_unit_test(knows_every_code_of_the_standard_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
