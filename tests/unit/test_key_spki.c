/* SPDX-License-Identifier: Apache-2.0 */
/* The one encoding of each kind of key, by the reason that is given. */
#include <openssl/evp.h>
#include <string.h>

#include "core/der_check.h"
#include "core/key_check.h"
#include "unit/test.h"

#define RSA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define RSA_NULL RSA "\x05\x00"
#define PSS "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define ED25519 "\x06\x03\x2b\x65\x70"
#define EC "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define P256 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define EIGHT "\1\2\3\4\5\6\7\x08"
#define NO_NUMBERS "RFC 8017 appendix A.1.1: the RSAPublicKey is not modulus"

#define BYTES(text) (text), sizeof(text) - 1

static const struct {
	const char *algorithm;
	size_t algorithm_len;
	const char *bits; /* with the number of unused bits */
	size_t bits_len;
	const char *why; /* NULL: it can be read */
} keys[] = {
	{ BYTES(RSA_NULL), BYTES("\0\x30\x07\x02\x02\x40\x01\x02\x01\x03"),
	    NULL },
	{ BYTES(RSA), BYTES("\0\x30\x07\x02\x02\x40\x01\x02\x01\x03"),
	    "the parameters of an RSA key are not NULL" },
	{ BYTES(RSA_NULL), BYTES("\0\x30\x80\x02\x01\x05\x02\x01\x03\0\0"),
	    "the RSAPublicKey is not in DER" },
	{ BYTES(RSA_NULL), BYTES("\0"), "the RSAPublicKey is not in DER" },
	{ BYTES(RSA_NULL), BYTES("\0\x31\x06\x02\x01\x03\x02\x01\x05"),
	    NO_NUMBERS },
	{ BYTES(RSA_NULL), BYTES("\0\x30\x06\x04\x01\x05\x02\x01\x03"),
	    NO_NUMBERS },
	{ BYTES(RSA_NULL), BYTES("\0\x30\x06\x02\x01\x05\x04\x01\x03"),
	    NO_NUMBERS },
	{ BYTES(RSA_NULL), BYTES("\0\x30\x06\x02\x01\x85\x02\x01\x03"),
	    NO_NUMBERS },
	{ BYTES(RSA_NULL), BYTES("\0\x30\x03\x02\x01\x05"), NO_NUMBERS },
	{ BYTES(RSA_NULL),
	    BYTES("\0\x30\x09\x02\x01\x05\x02\x01\x03\x02\x01\x07"),
	    NO_NUMBERS },
	{ BYTES(PSS), BYTES("\0\x30\x07\x02\x02\x40\x01\x02\x01\x03"),
	    "neither CockroachDB nor its clients can load one" },
	{ BYTES(ED25519 "\x05\x00"), BYTES("\0" EIGHT EIGHT EIGHT EIGHT),
	    "an Ed25519 key has parameters" },
	{ BYTES(ED25519), BYTES("\0" EIGHT EIGHT EIGHT),
	    "an Ed25519 key is not of 32 octets" },
	{ BYTES(ED25519), BYTES("\0" EIGHT EIGHT EIGHT EIGHT), NULL },
	{ BYTES(ED25519), BYTES("\0\x04\2\3\4\5\6\7\x08" EIGHT EIGHT EIGHT),
	    NULL },
	{ BYTES(EC), BYTES("\0" EIGHT), "and not by its name" },
	{ BYTES(EC P256), BYTES("\0"), "not a point of its curve" },
	{ BYTES(EC P256), BYTES("\0\x04" EIGHT), "not a point of its curve" },
	{ BYTES(ED25519), BYTES("\1" EIGHT EIGHT EIGHT "\1\2\3\4\5\6\7\0"),
	    "a public key with unused bits" },
};

/* Appends the element TAG with the LEN bytes at CONTENT, fewer than 128. */
static uint8_t *
put(uint8_t *at, uint8_t tag, const void *content, size_t len)
{
	*at++ = tag;
	*at++ = (uint8_t)len;
	memcpy(at, content, len);
	return at + len;
}

static void
takes_one_encoding_of_each_kind_of_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint8_t content[128], der[128];
		struct ca_der_element whole = { 0 };
		struct ca_key_info info = { 0 };
		struct ca_error err = { 0 };
		EVP_PKEY *key = NULL;
		const uint8_t *next = der;
		uint8_t *at;
		enum ca_code rc;

		at = put(content, 0x30, keys[i].algorithm,
		    keys[i].algorithm_len);
		at = put(at, 0x03, keys[i].bits, keys[i].bits_len);
		at = put(der, 0x30, content, (size_t)(at - content));
		assert_ok(ca_der_next(&next, at, &whole, &err), &err);
		rc = ca_key_read_spki(&whole, &key, &info, &err);
		if (keys[i].why == NULL ? rc != CA_OK
					: rc == CA_OK ||
			    strstr(err.message, keys[i].why) == NULL)
			fail_msg("%zu: %d: %s", i, (int)rc, err.message);
		EVP_PKEY_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_one_encoding_of_each_kind_of_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
