/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "unit/test.h"

#define SIZE 32 /* octets of a hash */
#define LONG 300

/* FIPS 180-4, the examples of NIST. */
static const uint8_t of_abc[SIZE] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf,
	0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61,
	0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15,
	0xad };
static const uint8_t of_nothing[SIZE] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc,
	0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae,
	0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
	0xb8, 0x55 };

/* What was hashed before is not in it. */
static void
hashes_one_after_the_other(void **state)
{
	uint8_t hash[SIZE];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_true(ca_sha256_of("abc", 3, hash));
		assert_memory_equal(hash, of_abc, SIZE);
		assert_true(ca_sha256_of(NULL, 0, hash));
		assert_memory_equal(hash, of_nothing, SIZE);
	}
}

static void
hashes_as_openssl_does(void **state)
{
	uint8_t data[LONG], hash[SIZE], expected[SIZE];

	(void)state;
	memset(data, 0x5a, sizeof(data));
	for (size_t len = 0; len <= LONG; len++) {
		assert_true(ca_sha256_of(data, len, hash));
		assert_int_equal(EVP_Digest(data, len, expected, NULL,
				     ca_sha256(), NULL),
		    1);
		assert_memory_equal(hash, expected, SIZE);
	}
	assert_int_equal(EVP_MD_get_size(ca_sha256()), SIZE);
}

static void *
hash_many(void *arg)
{
	bool *good = arg;
	uint8_t hash[SIZE];

	*good = true;
	for (int i = 0; i < 1000; i++)
		*good = *good && ca_sha256_of("abc", 3, hash) &&
		    memcmp(hash, of_abc, SIZE) == 0;
	return NULL;
}

static void
hashes_in_each_thread_by_itself(void **state)
{
	pthread_t thread[4];
	bool good[4] = { false };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hash_many,
				     &good[i]),
		    0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_true(good[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_one_after_the_other),
		cmocka_unit_test(hashes_as_openssl_does),
		cmocka_unit_test(hashes_in_each_thread_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
