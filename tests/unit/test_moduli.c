/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys that have a prime in common, by themselves and in the ledger. */
#include "coldca/moduli.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "coldca/csr.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define E 65537
#define SHARED_1 "key-rsa-shared-1.der"
#define SHARED_2 "key-rsa-shared-2.der"

/* What was told of, in order. */
struct told {
	char whose[256];
	void *owner; /* of the last one */
};

static enum ca_code
tell(const char *whose, void *owner, void *context, struct ca_error *err)
{
	struct told *told = context;
	size_t len = strlen(told->whose);

	(void)err;
	(void)snprintf(told->whose + len, sizeof(told->whose) - len, "%s;",
	    whose);
	told->owner = owner;
	return CA_OK;
}

static enum ca_code
stop(const char *whose, void *owner, void *context, struct ca_error *err)
{
	(void)tell(whose, owner, context, err);
	return ca_fail(err, CA_ERR_LEDGER, "stopped");
}

static struct ca_csr *
vector(const char *name)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;
	char path[512];

	(void)snprintf(path, sizeof(path), COLDCA_VECTORS "/requests/%s", name);
	assert_ok(ca_file_read(path, CA_CSR_SIZE_MAX, &bytes, &err), &err);
	assert_ok(ca_csr_parse(name, bytes.data, bytes.len, &csr, &err), &err);
	ca_bytes_free(&bytes);
	return csr;
}

static struct ca_moduli *
new_moduli(void)
{
	struct ca_moduli *moduli = ca_moduli_new();

	assert_non_null(moduli);
	return moduli;
}

static void
add_spki(struct ca_moduli *moduli, const uint8_t *spki, size_t len,
    const char *whose, void *owner)
{
	struct ca_error err = { 0 };

	assert_ok(ca_moduli_add(moduli, spki, len, whose, owner, &err), &err);
}

static void
add_csr(struct ca_moduli *moduli, const struct ca_csr *csr, const char *whose,
    void *owner)
{
	size_t len = 0;
	const uint8_t *spki = ca_csr_spki(csr, &len);

	add_spki(moduli, spki, len, whose, owner);
}

static void
add_key(struct ca_moduli *moduli, EVP_PKEY *key, const char *whose)
{
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(key, &spki);

	assert_true(len > 0);
	add_spki(moduli, spki, (size_t)len, whose, NULL);
	OPENSSL_free(spki);
}

static struct told
find_spki(const struct ca_moduli *moduli, const uint8_t *spki, size_t len)
{
	struct told told = { .owner = NULL };
	struct ca_error err = { 0 };

	assert_ok(ca_moduli_find(moduli, spki, len, tell, &told, &err), &err);
	return told;
}

static struct told
find_csr(const struct ca_moduli *moduli, const struct ca_csr *csr)
{
	size_t len = 0;
	const uint8_t *spki = ca_csr_spki(csr, &len);

	return find_spki(moduli, spki, len);
}

static struct told
find_key(const struct ca_moduli *moduli, EVP_PKEY *key)
{
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(key, &spki);
	struct told told;

	assert_true(len > 0);
	told = find_spki(moduli, spki, (size_t)len);
	OPENSSL_free(spki);
	return told;
}

/* A public key of modulus N and exponent EXPONENT. */
static EVP_PKEY *
key_of(const BIGNUM *n, unsigned exponent)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	assert_int_equal(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N,
			     n),
	    1);
	assert_int_equal(OSSL_PARAM_BLD_push_uint(builder,
			     OSSL_PKEY_PARAM_RSA_E, exponent),
	    1);
	params = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY,
			     params),
	    1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	return key;
}

static BIGNUM *
prime(int bits)
{
	BIGNUM *p = BN_new();

	assert_int_equal(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL), 1);
	return p;
}

static EVP_PKEY *
key_of_primes(const BIGNUM *p, const BIGNUM *q)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *n = BN_new();
	EVP_PKEY *key;

	assert_int_equal(BN_mul(n, p, q, context), 1);
	key = key_of(n, E);
	BN_free(n);
	BN_CTX_free(context);
	return key;
}

/* Others, of 2048 and of 3072 bits, stand before and behind it. */
static void
finds_a_prime_that_two_requests_share(void **state)
{
	struct ca_csr *first = vector(SHARED_1), *second = vector(SHARED_2);
	struct ca_moduli *moduli = new_moduli();
	EVP_PKEY *other = soft_key(CA_KEY_RSA), *ec = soft_key(CA_KEY_P256);
	int mine = 0;
	struct told told;

	(void)state;
	add_key(moduli, other, "other");
	add_key(moduli, ec, "ec");
	assert_string_equal(find_csr(moduli, second).whose, "");
	add_csr(moduli, first, "first", &mine);
	told = find_csr(moduli, second);
	assert_string_equal(told.whose, "first;");
	assert_ptr_equal(told.owner, &mine);
	assert_string_equal(find_key(moduli, other).whose, "");
	assert_string_equal(find_key(moduli, ec).whose, "");
	EVP_PKEY_free(other);
	EVP_PKEY_free(ec);
	ca_moduli_free(moduli);
	ca_csr_free(first);
	ca_csr_free(second);
}

/* One key in two requests is a matter of names: rule key-reused. */
static void
passes_over_the_key_itself(void **state)
{
	struct ca_csr *first = vector(SHARED_1), *second = vector(SHARED_2);
	struct ca_moduli *moduli = new_moduli();

	(void)state;
	add_csr(moduli, first, "first", NULL);
	assert_string_equal(find_csr(moduli, first).whose, "");
	/* Also where another one has a prime in common with it. */
	add_csr(moduli, second, "second", NULL);
	assert_string_equal(find_csr(moduli, first).whose, "second;");
	ca_moduli_free(moduli);
	ca_csr_free(first);
	ca_csr_free(second);
}

/* It is refused for being even; with an even one Montgomery can not multiply. */
static void
has_nothing_to_say_of_an_even_modulus(void **state)
{
	BIGNUM *two = BN_new(), *p = prime(1024);
	struct ca_moduli *moduli = new_moduli();
	EVP_PKEY *even, *other = soft_key(CA_KEY_RSA);

	(void)state;
	assert_int_equal(BN_set_word(two, 2), 1);
	even = key_of_primes(two, p);
	add_key(moduli, other, "other");
	assert_string_equal(find_key(moduli, even).whose, "");
	EVP_PKEY_free(even);
	EVP_PKEY_free(other);
	BN_free(two);
	BN_free(p);
	ca_moduli_free(moduli);
}

static void
finds_the_same_modulus_with_another_exponent(void **state)
{
	BIGNUM *n = NULL;
	EVP_PKEY *key = soft_key(CA_KEY_RSA), *twin;
	struct ca_moduli *moduli = new_moduli();

	(void)state;
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n),
	    1);
	twin = key_of(n, E + 2);
	add_key(moduli, key, "key");
	assert_string_equal(find_key(moduli, twin).whose, "key;");
	BN_free(n);
	EVP_PKEY_free(key);
	EVP_PKEY_free(twin);
	ca_moduli_free(moduli);
}

/* One whose primes are those of two others shares one with each of them. */
static void
tells_of_all_that_share_a_prime(void **state)
{
	BIGNUM *p[] = { prime(1024), prime(1024), prime(1024), prime(1100) };
	EVP_PKEY *a = key_of_primes(p[0], p[2]), *b = key_of_primes(p[1], p[3]);
	EVP_PKEY *both = key_of_primes(p[0], p[1]);
	EVP_PKEY *neither = soft_key(CA_KEY_RSA);
	struct ca_moduli *moduli = new_moduli();
	struct ca_error err = { 0 };
	struct told told = { .owner = NULL };
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(both, &spki);

	(void)state;
	add_key(moduli, a, "a");
	add_key(moduli, neither, "neither");
	add_key(moduli, b, "b");
	assert_string_equal(find_key(moduli, both).whose, "a;b;");
	assert_int_equal(ca_moduli_find(moduli, spki, (size_t)len, stop, &told,
			     &err),
	    CA_ERR_LEDGER);
	assert_string_equal(told.whose, "a;");
	OPENSSL_free(spki);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	EVP_PKEY_free(both);
	EVP_PKEY_free(neither);
	ca_moduli_free(moduli);
	for (size_t i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		BN_free(p[i]);
}

static void
compares_with_no_more_than_the_limit(void **state)
{
	struct ca_csr *first = vector(SHARED_1), *second = vector(SHARED_2);
	struct ca_moduli *moduli = new_moduli();
	EVP_PKEY *other = soft_key(CA_KEY_RSA);
	unsigned char *spki = NULL;
	int len = i2d_PUBKEY(other, &spki);

	(void)state;
	add_csr(moduli, first, "first", NULL);
	for (size_t i = 1; i < CA_MODULI_MAX; i++)
		add_spki(moduli, spki, (size_t)len, "other", NULL);
	assert_string_equal(find_csr(moduli, second).whose, "first;");
	add_spki(moduli, spki, (size_t)len, "other", NULL);
	assert_string_equal(find_csr(moduli, second).whose, "");
	OPENSSL_free(spki);
	EVP_PKEY_free(other);
	ca_moduli_free(moduli);
	ca_csr_free(first);
	ca_csr_free(second);
}

static void
refuses_what_is_no_key(void **state)
{
	struct ca_moduli *moduli = new_moduli();
	struct told told = { .owner = NULL };
	const uint8_t junk[] = { 0x30, 0x00 };
	struct ca_error err = { 0 };

	(void)state;
	assert_int_equal(ca_moduli_add(moduli, junk, sizeof(junk), "junk", NULL,
			     &err),
	    CA_ERR_INTERNAL);
	assert_int_equal(ca_moduli_find(moduli, junk, sizeof(junk), tell, &told,
			     &err),
	    CA_ERR_INTERNAL);
	ca_moduli_free(moduli);
	ca_moduli_free(NULL);
}

/* Issues a node's certificate for KEY, which F then has instead of its own. */
static void
issue_for(struct soft_ledger *f, EVP_PKEY *key, const char *host,
    const char *name)
{
	EVP_PKEY_free(f->key);
	f->key = key;
	ca_certificate_free(
	    soft_ledger_issue(f, CA_PROFILE_NODE, host, name, SOFT_NOW));
}

/* Renewals of one key are one; keys that are not RSA are none. */
static void
reads_the_rsa_keys_of_the_ledger(void **state)
{
	struct soft_ledger *f = *state;
	BIGNUM *p = prime(1024), *q = prime(1024), *r = prime(1024);
	EVP_PKEY *known = key_of_primes(p, q), *asks = key_of_primes(p, r);
	struct ca_moduli *moduli = new_moduli();
	struct ca_error err = { 0 };
	struct told told;

	issue_for(f, soft_key(CA_KEY_P256), "a.example.com", "node-a");
	assert_int_equal(EVP_PKEY_up_ref(known), 1);
	issue_for(f, known, "b.example.com", "node-b");
	assert_int_equal(EVP_PKEY_up_ref(known), 1);
	issue_for(f, known, "b.example.com", "node-b-again");
	issue_for(f, soft_key(CA_KEY_RSA), "c.example.com", "node-c");
	assert_ok(ca_ledger_read_moduli(f->ledger, moduli, &err), &err);
	told = find_key(moduli, asks);
	assert_non_null(strstr(told.whose, ", of node-b-again;"));
	assert_memory_equal(told.whose, "certificate ", 12);
	assert_null(strstr(told.whose, "node-b;"));
	assert_null(told.owner);
	EVP_PKEY_free(known);
	EVP_PKEY_free(asks);
	BN_free(p);
	BN_free(q);
	BN_free(r);
	ca_moduli_free(moduli);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_prime_that_two_requests_share),
		cmocka_unit_test(passes_over_the_key_itself),
		cmocka_unit_test(has_nothing_to_say_of_an_even_modulus),
		cmocka_unit_test(finds_the_same_modulus_with_another_exponent),
		cmocka_unit_test(tells_of_all_that_share_a_prime),
		cmocka_unit_test(compares_with_no_more_than_the_limit),
		cmocka_unit_test(refuses_what_is_no_key),
		cmocka_unit_test_setup_teardown(
		    reads_the_rsa_keys_of_the_ledger, soft_ledger_setup,
		    soft_ledger_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
