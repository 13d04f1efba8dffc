/* SPDX-License-Identifier: Apache-2.0 */
/* Keys good and weak. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "vectors/vector.h"

#define need(condition)                                                    \
	do {                                                               \
		if (!(condition)) {                                        \
			fprintf(stderr, "make_vectors: %s\n", #condition); \
			exit(1);                                           \
		}                                                          \
	} while (0)

static BN_CTX *
context(void)
{
	static BN_CTX *one;

	if (one == NULL)
		one = BN_CTX_new();
	need(one != NULL);
	return one;
}

static BIGNUM *
number(BN_ULONG value)
{
	BIGNUM *n = BN_new();

	need(n != NULL && BN_set_word(n, value) == 1);
	return n;
}

static BIGNUM *
prime(int bits)
{
	BIGNUM *p = BN_new();

	need(p != NULL &&
	    BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL) == 1);
	return p;
}

/* A prime 2^BITS above P, or some more. */
static BIGNUM *
prime_above(const BIGNUM *p, int bits)
{
	BIGNUM *q = BN_dup(p), *gap = number(0);

	need(BN_set_bit(gap, bits) == 1 && BN_add(q, q, gap) == 1);
	while (BN_check_prime(q, context(), NULL) != 1)
		need(BN_add_word(q, 2) == 1);
	BN_free(gap);
	return q;
}

static EVP_PKEY *
rsa_from(const BIGNUM *n, const BIGNUM *e, const BIGNUM *d)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params;
	EVP_PKEY *key = NULL;

	need(builder != NULL && ctx != NULL);
	need(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1);
	need(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
	need(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, d) == 1);
	params = OSSL_PARAM_BLD_to_param(builder);
	need(EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* The key of modulus P * Q and order PHI; frees all three. */
static EVP_PKEY *
rsa_of(BIGNUM *p, BIGNUM *q, BIGNUM *phi)
{
	BIGNUM *n = BN_new(), *e = number(RSA_F4), *d;
	EVP_PKEY *key;

	need(BN_mul(n, p, q, context()) == 1);
	d = BN_mod_inverse(NULL, e, phi, context());
	need(d != NULL);
	key = rsa_from(n, e, d);
	BN_free(n);
	BN_free(e);
	BN_free(d);
	BN_free(p);
	BN_free(q);
	BN_free(phi);
	return key;
}

/* (a - 1)(b - 1) */
static BIGNUM *
order(const BIGNUM *a, const BIGNUM *b)
{
	BIGNUM *x = BN_dup(a), *y = BN_dup(b), *phi = BN_new();

	need(BN_sub_word(x, 1) == 1 && BN_sub_word(y, 1) == 1 &&
	    BN_mul(phi, x, y, context()) == 1);
	BN_free(x);
	BN_free(y);
	return phi;
}

static EVP_PKEY *
rsa_pair(BIGNUM *p, BIGNUM *q)
{
	return rsa_of(p, q, order(p, q));
}

static EVP_PKEY *
rsa_near(int gap)
{
	BIGNUM *p = prime(1024);

	return rsa_pair(p, prime_above(p, gap));
}

/* Keys of one generator, which starts from the same state each time. */
static EVP_PKEY *
rsa_shared(void)
{
	static BIGNUM *p;

	if (p == NULL)
		p = prime(1536);
	return rsa_pair(BN_dup(p), prime(1536));
}

static EVP_PKEY *
rsa_prime(void)
{
	BIGNUM *p = prime(2048), *phi = BN_dup(p);

	need(BN_sub_word(phi, 1) == 1);
	return rsa_of(p, number(1), phi);
}

static EVP_PKEY *
rsa_square(void)
{
	BIGNUM *p = prime(1024), *less = BN_dup(p), *phi = BN_new();

	need(BN_sub_word(less, 1) == 1 && BN_mul(phi, p, less, context()) == 1);
	BN_free(less);
	return rsa_of(p, BN_dup(p), phi);
}

/* k * M + (65537^a mod M), with M the product of the primes up to 701. */
static BIGNUM *
roca_prime(void)
{
	BIGNUM *m = number(2), *a = BN_new(), *rest = BN_new(), *k = BN_new();
	BIGNUM *base = number(65537), *p = BN_new();

	for (BN_ULONG i = 3; i <= 701; i += 2) {
		BIGNUM *factor = number(i);

		if (BN_check_prime(factor, context(), NULL) == 1)
			need(BN_mul_word(m, i) == 1);
		BN_free(factor);
	}
	need(BN_rand(a, 64, -1, 0) == 1 &&
	    BN_mod_exp(rest, base, a, m, context()) == 1 &&
	    BN_rand(k, 1024 - BN_num_bits(m), BN_RAND_TOP_TWO, 0) == 1);
	do
		need(BN_add_word(k, 1) == 1 &&
		    BN_mul(p, k, m, context()) == 1 && BN_add(p, p, rest) == 1);
	while (BN_check_prime(p, context(), NULL) != 1);
	BN_free(m);
	BN_free(a);
	BN_free(rest);
	BN_free(k);
	BN_free(base);
	return p;
}

static EVP_PKEY *
rsa_new(const char *type, int bits, BN_ULONG exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	BIGNUM *e = number(exponent);
	EVP_PKEY *key = NULL;

	need(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) == 1 &&
	    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1 &&
	    EVP_PKEY_generate(ctx, &key) == 1);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
dsa_new(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	EVP_PKEY *params = NULL, *key = NULL;

	need(ctx != NULL && EVP_PKEY_paramgen_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_dsa_paramgen_bits(ctx, 2048) == 1 &&
	    EVP_PKEY_generate(ctx, &params) == 1);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	need(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
	    EVP_PKEY_generate(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	return key;
}

static EVP_PKEY *
explicit_new(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	need(key != NULL &&
	    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
		OSSL_PKEY_EC_ENCODING_EXPLICIT) == 1);
	return key;
}

static EVP_PKEY *
rsa_weak(enum vector_key key)
{
	switch ((int)key) {
	case KEY_RSA_PRIME:
		return rsa_prime();
	case KEY_RSA_SQUARE:
		return rsa_square();
	case KEY_RSA_FACTOR:
		return rsa_pair(number(751), prime(2039));
	case KEY_RSA_ROCA:
		return rsa_pair(roca_prime(), roca_prime());
	case KEY_RSA_CLOSE:
		return rsa_near(100);
	case KEY_RSA_CLOSER:
		return rsa_near(1);
	case KEY_RSA_SHARED:
	case KEY_RSA_SHARED2:
		return rsa_shared();
	default:
		return rsa_near(515);
	}
}

EVP_PKEY *
vector_key_new(enum vector_key key)
{
	static const char *const curves[KEYS] = {
		[KEY_P256] = "P-256",
		[KEY_P384] = "P-384",
		[KEY_P521] = "P-521",
		[KEY_P224] = "P-224",
		[KEY_SECP256K1] = "secp256k1",
		[KEY_BRAINPOOL] = "brainpoolP256r1",
	};
	static const struct {
		int bits;
		BN_ULONG e;
	} rsa[KEYS] = {
		[KEY_RSA2048] = { 2048, RSA_F4 },
		[KEY_RSA3072] = { 3072, RSA_F4 },
		[KEY_RSA4096] = { 4096, RSA_F4 },
		[KEY_RSA1024] = { 1024, RSA_F4 },
		[KEY_RSA2047] = { 2047, RSA_F4 },
		[KEY_RSA_E3] = { 2048, 3 },
		[KEY_RSA_LARGE_E] = { 2048, 0x10000000fUL },
		[KEY_PSS] = { 2048, RSA_F4 },
	};

	if (curves[key] != NULL)
		return EVP_EC_gen(curves[key]);
	if (rsa[key].bits != 0)
		return rsa_new(key == KEY_PSS ? "RSA-PSS" : "RSA",
		    rsa[key].bits, rsa[key].e);
	if (key == KEY_ED25519)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (key == KEY_ED448)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
	if (key == KEY_DSA)
		return dsa_new();
	if (key == KEY_EXPLICIT)
		return explicit_new();
	return rsa_weak(key);
}
