/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define TESTS_MAX 1000

/* Runs this program again, for the test NUMBER alone; nanoseconds. */
static long long
trace_test(const char *trace, size_t number)
{
	struct timespec from, to;
	char path[PATH_SIZE], text[32];
	int status = -1;
	pid_t child;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	child = fork();
	if (child == 0) {
		(void)snprintf(path, sizeof(path), "%s.%zu", trace, number);
		(void)snprintf(text, sizeof(text), "%zu", number);
		(void)setenv("COLDCA_MUTANT_TRACE", path, 1);
		(void)setenv("COLDCA_MUTANT_TESTS", text, 1);
		(void)unsetenv("COLDCA_MUTANT_GROUP");
		(void)execl("/proc/self/exe", "mutant", (char *)NULL);
		_exit(EXIT_FAILURE);
	}
	(void)waitpid(child, &status, 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	if (status != 0)
		return -1;
	return (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec -
	    from.tv_nsec;
}

static int
trace_all(const char *trace, size_t count)
{
	FILE *out = fopen(trace, "w");
	int failed = 0;

	if (out == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		long long time = trace_test(trace, i);

		failed += time < 0;
		(void)fprintf(out, "%lld %zu\n", time, i);
	}
	(void)fclose(out);
	return failed;
}

int
ca_mutant_group(const struct CMUnitTest *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	const char *trace = getenv("COLDCA_MUTANT_GROUP");
	const char *next = getenv("COLDCA_MUTANT_TESTS");
	struct CMUnitTest chosen[TESTS_MAX];
	size_t n = 0;

	if (trace != NULL)
		return trace_all(trace, count);
	while (next != NULL && *next != '\0' && n < TESTS_MAX) {
		char *end;
		unsigned long i = strtoul(next, &end, 10);

		if (i >= count)
			abort();
		chosen[n++] = tests[i];
		next = end + (*end == ',');
	}
	return _cmocka_run_group_tests("mutant", chosen, n, setup, teardown);
}

EVP_PKEY *
ca_mutant_rsa(unsigned bits)
{
	static unsigned made;
	const char *keys = getenv("COLDCA_MUTANT_KEYS");
	char path[PATH_SIZE], fresh[PATH_SIZE + 32];
	EVP_PKEY *key = NULL;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%u-%u", keys, bits, made++);
	file = fopen(path, "r");
	if (file != NULL) {
		key = d2i_PrivateKey_fp(file, NULL);
		(void)fclose(file);
		return key;
	}
	key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	(void)snprintf(fresh, sizeof(fresh), "%s.%d", path, (int)getpid());
	file = fopen(fresh, "w");
	if (file == NULL || i2d_PrivateKey_fp(file, key) != 1 ||
	    fclose(file) != 0 || rename(fresh, path) != 0)
		abort();
	return key;
}
