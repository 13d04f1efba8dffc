/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appended to unit/test.h in the copy of the tests that scripts/mutate builds,
 * so that no mutant waits for tests that never come to it, nor for RSA keys.
 *
 * COLDCA_MUTANT_GROUP=PATH: each test of the group runs in a process of its own.
 * What it comes to is in PATH.NUMBER, and PATH has a line for it: nanoseconds,
 * number. COLDCA_MUTANT_TESTS=NUMBER,...: only those run, in this order.
 */
#ifndef COLDCA_TESTS_MUTANT_GROUP_H
#define COLDCA_TESTS_MUTANT_GROUP_H

#include <openssl/types.h>

int ca_mutant_group(const struct CMUnitTest *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown);

/* What EVP_RSA_gen() made the first time, kept in COLDCA_MUTANT_KEYS. */
EVP_PKEY *ca_mutant_rsa(unsigned bits);

#undef cmocka_run_group_tests
#define cmocka_run_group_tests(tests, setup, teardown)                    \
	ca_mutant_group(tests, sizeof(tests) / sizeof((tests)[0]), setup, \
	    teardown)

#endif
