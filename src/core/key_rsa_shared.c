/* SPDX-License-Identifier: Apache-2.0 */
/* Moduli that have a prime in common. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "coldca/key.h"
#include "coldca/moduli.h"

#define GROWTH 64 /* moduli */

struct modulus {
	BIGNUM *n; /* NULL: not RSA */
	uint8_t spki_sha256[CA_SHA256_SIZE];
	char *whose;
	void *owner; /* borrowed */
};

struct ca_moduli {
	BN_CTX *context;
	struct modulus *item;
	size_t count;
};

/* Who is told. */
struct listener {
	ca_modulus_fn *fn;
	void *context;
};

static void
clear_modulus(struct modulus *modulus)
{
	BN_free(modulus->n);
	free(modulus->whose);
	*modulus = (struct modulus){ .n = NULL };
}

struct ca_moduli *
ca_moduli_new(void)
{
	struct ca_moduli *moduli = calloc(1, sizeof(*moduli));

	if (moduli == NULL)
		return NULL;
	moduli->context = BN_CTX_new();
	if (moduli->context == NULL) {
		free(moduli);
		return NULL;
	}
	return moduli;
}

static enum ca_code
read_modulus(const uint8_t *spki, size_t len, struct modulus *ret,
    struct ca_error *err)
{
	struct modulus modulus = { .n = NULL };
	const unsigned char *next = spki;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)len);
	enum ca_code rc = CA_OK;

	if (key == NULL || !ca_sha256_of(spki, len, modulus.spki_sha256) ||
	    (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus.n) !=
		    1))
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "key: its RSA modulus can not be read");
	else
		*ret = modulus;
	EVP_PKEY_free(key);
	ERR_clear_error();
	return rc;
}

/* Makes room for one more. */
static enum ca_code
grow(struct ca_moduli *moduli, struct ca_error *err)
{
	struct modulus *more;

	if (moduli->count % GROWTH != 0)
		return CA_OK;
	more = reallocarray(moduli->item, moduli->count + GROWTH,
	    sizeof(struct modulus));
	if (more == NULL)
		return ca_fail_memory(err);
	moduli->item = more;
	return CA_OK;
}

enum ca_code
ca_moduli_add(struct ca_moduli *moduli, const uint8_t *spki, size_t len,
    const char *whose, void *owner, struct ca_error *err)
{
	struct modulus modulus = { .n = NULL };
	enum ca_code rc = read_modulus(spki, len, &modulus, err);

	if (rc != CA_OK || modulus.n == NULL)
		return rc;
	modulus.owner = owner;
	rc = ca_text_format(&modulus.whose, err, "%s", whose);
	if (rc == CA_OK)
		rc = grow(moduli, err);
	if (rc == CA_OK)
		moduli->item[moduli->count++] = modulus;
	else
		clear_modulus(&modulus);
	return rc;
}

static bool
is_same_key(const struct modulus *a, const struct modulus *b)
{
	return memcmp(a->spki_sha256, b->spki_sha256, CA_SHA256_SIZE) == 0;
}

static size_t
first_of(const struct ca_moduli *moduli)
{
	return moduli->count > CA_MODULI_MAX ? moduli->count - CA_MODULI_MAX
					     : 0;
}

/*
 * PRODUCT = that of the others modulo MODULUS, and of some power of 2, as
 * Montgomery's multiplication leaves it: the modulus is odd, so that its common
 * divisors are the same.
 */
static bool
multiply_others(const struct ca_moduli *moduli, const struct modulus *modulus,
    BN_MONT_CTX *montgomery, BIGNUM *product, BIGNUM *rest)
{
	BN_CTX *context = moduli->context;

	if (BN_MONT_CTX_set(montgomery, modulus->n, context) != 1 ||
	    BN_one(product) != 1)
		return false;
	for (size_t i = first_of(moduli); i < moduli->count; i++) {
		const struct modulus *other = &moduli->item[i];

		if (is_same_key(other, modulus))
			continue;
		if (BN_nnmod(rest, other->n, modulus->n, context) != 1 ||
		    BN_mod_mul_montgomery(product, product, rest, montgomery,
			context) != 1)
			return false;
	}
	return true;
}

/* DIVISOR = what MODULUS has in common with the product of the others. */
static bool
divide_others(const struct ca_moduli *moduli, const struct modulus *modulus,
    BIGNUM *divisor)
{
	BN_MONT_CTX *montgomery = BN_MONT_CTX_new();
	BIGNUM *product, *rest;
	bool good;

	BN_CTX_start(moduli->context);
	product = BN_CTX_get(moduli->context);
	rest = BN_CTX_get(moduli->context);
	good = montgomery != NULL && rest != NULL &&
	    multiply_others(moduli, modulus, montgomery, product, rest) &&
	    BN_gcd(divisor, product, modulus->n, moduli->context) == 1;
	BN_CTX_end(moduli->context);
	BN_MONT_CTX_free(montgomery);
	return good;
}

/* Whether OTHER has some of DIVISOR; -1: memory ran out. */
static int
has_some(const struct modulus *other, const BIGNUM *divisor, BN_CTX *context)
{
	BIGNUM *common;
	int result = -1;

	BN_CTX_start(context);
	common = BN_CTX_get(context);
	if (common != NULL && BN_gcd(common, other->n, divisor, context) == 1)
		result = !BN_is_one(common);
	BN_CTX_end(context);
	return result;
}

static enum ca_code
tell_each(const struct ca_moduli *moduli, const struct modulus *modulus,
    const BIGNUM *divisor, const struct listener *listener,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = first_of(moduli); i < moduli->count && rc == CA_OK;
	     i++) {
		const struct modulus *other = &moduli->item[i];
		int shared;

		if (is_same_key(other, modulus))
			continue;
		shared = has_some(other, divisor, moduli->context);
		if (shared < 0)
			rc = ca_fail_memory(err);
		else if (shared > 0)
			rc = listener->fn(other->whose, other->owner,
			    listener->context, err);
	}
	return rc;
}

enum ca_code
ca_moduli_find(const struct ca_moduli *moduli, const uint8_t *spki, size_t len,
    ca_modulus_fn *fn, void *context, struct ca_error *err)
{
	const struct listener listener = { fn, context };
	struct modulus modulus = { .n = NULL };
	BIGNUM *divisor = NULL;
	enum ca_code rc = read_modulus(spki, len, &modulus, err);

	/* An even one is refused for that (rule key-rsa-factor). */
	if (rc != CA_OK || modulus.n == NULL || !BN_is_odd(modulus.n))
		goto out;
	divisor = BN_new();
	if (divisor == NULL || !divide_others(moduli, &modulus, divisor))
		rc = ca_fail_memory(err);
	else if (!BN_is_one(divisor))
		rc = tell_each(moduli, &modulus, divisor, &listener, err);
out:
	BN_free(divisor);
	clear_modulus(&modulus);
	ERR_clear_error();
	return rc;
}

void
ca_moduli_free(struct ca_moduli *moduli)
{
	if (moduli == NULL)
		return;
	for (size_t i = 0; i < moduli->count; i++)
		clear_modulus(&moduli->item[i]);
	free(moduli->item);
	BN_CTX_free(moduli->context);
	free(moduli);
}
