/* SPDX-License-Identifier: Apache-2.0 */
/* Moduli that can be factored, although their factors are large primes. */
#include <openssl/bn.h>

#include "core/key_check.h"

/* The generator of ROCA: primes are 65537^a + k * M for a known product M. */
#define ROCA_GENERATOR 65537

/*
 * Primes that divide M whatever the size of the key (Nemec et al., "The Return
 * of Coppersmith's Attack", 2017, section 2.1).
 */
static const unsigned roca_primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37,
	41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
	113, 127, 131, 137, 139, 149, 151, 157, 163, 167 };

/* Whether REST is a power of the generator modulo P. */
static bool
is_power(unsigned rest, unsigned p)
{
	unsigned power = 1;

	do {
		if (power == rest)
			return true;
		power = power * (ROCA_GENERATOR % p) % p;
	} while (power != 1);
	return false;
}

bool
ca_rsa_is_roca(const BIGNUM *n)
{
	/* An honest modulus passes all of them once in 2^27. */
	for (size_t i = 0; i < sizeof(roca_primes) / sizeof(roca_primes[0]);
	     i++) {
		BN_ULONG rest = BN_mod_word(n, roca_primes[i]);

		if (!is_power((unsigned)rest, roca_primes[i]))
			return false;
	}
	return true;
}

/* ROOT = the integer part of the square root of N, by Newton's method. */
static bool
square_root(BIGNUM *root, const BIGNUM *n, BN_CTX *context)
{
	bool good = false;
	BIGNUM *next;

	BN_CTX_start(context);
	next = BN_CTX_get(context);
	/* From above it falls until it is there. */
	if (next == NULL || BN_set_word(next, 1) != 1 ||
	    BN_lshift(next, next, (BN_num_bits(n) + 1) / 2) != 1)
		goto out;
	do {
		if (BN_copy(root, next) == NULL ||
		    BN_div(next, NULL, n, root, context) != 1 ||
		    BN_add(next, next, root) != 1 ||
		    BN_rshift1(next, next) != 1)
			goto out;
	} while (BN_cmp(next, root) < 0);
	good = true;
out:
	BN_CTX_end(context);
	return good;
}

/* Few numbers are squares modulo all of these; all squares are. */
static bool
may_be_square(const BIGNUM *number)
{
	static const unsigned moduli[] = { 64, 63, 65, 11, 17, 19, 23, 31 };

	for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
		unsigned m = moduli[i];
		unsigned rest = (unsigned)BN_mod_word(number, m), x = 0;

		while (x < m && x * x % m != rest)
			x++;
		if (x == m)
			return false;
	}
	return true;
}

/* -1: memory ran out. */
static int
is_square(const BIGNUM *number, BN_CTX *context)
{
	BIGNUM *root;
	int result = -1;

	if (!may_be_square(number))
		return 0;
	BN_CTX_start(context);
	root = BN_CTX_get(context);
	if (root != NULL && square_root(root, number, context) &&
	    BN_sqr(root, root, context) == 1)
		result = BN_cmp(root, number) == 0;
	BN_CTX_end(context);
	return result;
}

/*
 * Fermat: n = a^2 - b^2 = (a + b)(a - b), with a from the root of n upwards.
 * Each step makes b^2 larger by 2a + 1. -1: memory ran out.
 */
static int
find_difference(const BIGNUM *n, unsigned rounds, BN_CTX *context)
{
	BIGNUM *a = BN_CTX_get(context), *square = BN_CTX_get(context);
	int found = 0;

	if (square == NULL || !square_root(a, n, context) ||
	    BN_sqr(square, a, context) != 1)
		return -1;
	if (BN_cmp(square, n) == 0)
		return 1;
	if (BN_add_word(a, 1) != 1 || BN_sqr(square, a, context) != 1 ||
	    BN_sub(square, square, n) != 1)
		return -1;
	for (unsigned i = 0; i < rounds; i++) {
		found = is_square(square, context);
		if (found != 0)
			return found;
		if (BN_add(square, square, a) != 1 || BN_add_word(a, 1) != 1 ||
		    BN_add(square, square, a) != 1)
			return -1;
	}
	return 0;
}

bool
ca_rsa_is_fermat(const BIGNUM *n, unsigned rounds, bool *ret_failed)
{
	BN_CTX *context = BN_CTX_new();
	int found = -1;

	if (context != NULL) {
		BN_CTX_start(context);
		found = find_difference(n, rounds, context);
		BN_CTX_end(context);
	}
	BN_CTX_free(context);
	*ret_failed = found < 0;
	return found > 0;
}
