/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that runs out, at each allocation in turn, while what comes from outside
 * is read: it is said as what it is, and nothing is taken for something else.
 * OpenSSL keeps its memory: what it does without is not for us to say.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "coldca/csr.h"
#include "coldca/orders.h"
#include "coldca/policy.h"
#include "unit/test.h"

#define ALLOCATIONS_MAX 5000

/* glibc's own, under the names that stay. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static long left = -1; /* allocations that succeed; -1: all */

static bool
fails(void)
{
	return left >= 0 && left-- == 0;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

static void *
crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return __libc_malloc(size);
}

static void *
crypto_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return __libc_realloc(old, size);
}

static void
crypto_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	__libc_free(old);
}

/* Reads LEN bytes at TEXT, and frees what comes of it. */
typedef enum ca_code read_fn(const void *text, size_t len,
    struct ca_error *err);

static enum ca_code
read_csr(const void *text, size_t len, struct ca_error *err)
{
	struct ca_csr *csr = NULL;
	enum ca_code rc = ca_csr_parse("a.csr", text, len, &csr, err);

	ca_csr_free(csr);
	return rc;
}

static enum ca_code
read_policy(const void *text, size_t len, struct ca_error *err)
{
	struct ca_policy *policy = NULL;
	enum ca_code rc =
	    ca_policy_parse("policy.yaml", text, len, &policy, err);

	ca_policy_free(policy);
	return rc;
}

static enum ca_code
read_orders(const void *text, size_t len, struct ca_error *err)
{
	struct ca_orders orders = { 0 };
	enum ca_code rc = ca_orders_parse("o.yaml", text, len, &orders, err);

	ca_orders_clear(&orders);
	return rc;
}

static enum ca_code
read_name(const void *text, size_t len, struct ca_error *err)
{
	struct ca_name name = { 0 };
	struct ca_names names = { 0 };
	enum ca_code rc = ca_host_parse(text, &name, err);

	(void)len;
	if (rc == CA_OK)
		rc = ca_names_add(&names, &name, err);
	ca_name_clear(&name);
	ca_names_clear(&names);
	return rc;
}

/* Lets every allocation of READ fail once, and then none. */
static void
starve(const char *what, read_fn *read, const void *text, size_t len)
{
	for (long i = 0; i < ALLOCATIONS_MAX; i++) {
		struct ca_error err = { 0 };
		enum ca_code rc;
		bool all;

		left = i;
		rc = read(text, len, &err);
		all = left >= 0;
		left = -1;
		if (all) {
			assert_ok(rc, &err);
			assert_int_not_equal(i, 0);
			return;
		}
		/* A notice may be lost, which is counted. */
		if (rc != CA_OK && rc != CA_ERR_INTERNAL)
			fail_msg("%s, allocation %ld: %s", what, i,
			    err.message);
		assert_true(rc == CA_OK || err.message[0] != '\0');
	}
	fail_msg("%s: never ends", what);
}

static void
starve_file(const char *path, read_fn *read)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_file_read(path, CA_CSR_SIZE_MAX, &bytes, &err), &err);
	starve(path, read, bytes.data, bytes.len);
	ca_bytes_free(&bytes);
}

static void
a_request_is_not_malformed_for_want_of_memory(void **state)
{
	static const char *const files[] = { "asks-data.der", "asks-ca.der",
		"key-rsa-shared-1.der", "pem-crlf.pem", "good-pss-absent.der",
		"asks-any-purpose.der" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[512];

		(void)snprintf(path, sizeof(path),
		    COLDCA_VECTORS "/requests/%s", files[i]);

		starve_file(path, read_csr);
	}
}

static void
a_policy_is_not_malformed_for_want_of_memory(void **state)
{
	(void)state;
	starve_file(COLDCA_VECTORS "/../fuzz/corpus/policy/production.yaml",
	    read_policy);
	starve_file(COLDCA_VECTORS "/../fuzz/corpus/policy/test.yaml",
	    read_policy);
}

static void
orders_are_not_malformed_for_want_of_memory(void **state)
{
	(void)state;
	starve_file(COLDCA_VECTORS "/../fuzz/corpus/orders/mixed.yaml",
	    read_orders);
	starve_file(COLDCA_VECTORS "/../fuzz/corpus/orders/tenants.yaml",
	    read_orders);
}

static void
a_name_is_not_malformed_for_want_of_memory(void **state)
{
	static const char *const names[] = { "node1.example.com",
		"*.Example.com", "10.0.0.1", "2001:db8::1",
		"b\303\274cher.example.com", "xn--bcher-kva.example.com" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		starve(names[i], read_name, names[i], strlen(names[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_not_malformed_for_want_of_memory),
		cmocka_unit_test(a_policy_is_not_malformed_for_want_of_memory),
		cmocka_unit_test(orders_are_not_malformed_for_want_of_memory),
		cmocka_unit_test(a_name_is_not_malformed_for_want_of_memory),
	};

	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc,
		crypto_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
