/* SPDX-License-Identifier: Apache-2.0 */
/* RSA public keys: size, exponent, and moduli whose factors can be found. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "core/key_check.h"

/*
 * Exponents: SP 800-89 section 5.3.3 from below; from above what Go's
 * crypto/rsa, and so CockroachDB, can read.
 */
#define EXPONENT_MIN 65537
#define EXPONENT_BITS_MAX 31

/* Primes up to here are looked for in moduli (SP 800-89 section 5.3.3). */
#define SMALL_FACTOR_MAX 751

/* Baseline Requirements section 6.1.1.3 ask for 100 at least. */
#define FERMAT_ROUNDS 110

static void
check_exponent(EVP_PKEY *key, struct ca_findings *findings)
{
	BIGNUM *e = NULL;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: the RSA exponent can not be read");
	else if (!BN_is_odd(e) || BN_num_bits(e) < 17)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: SP 800-89 section 5.3.3: the RSA exponent is even or less than %d",
		    EXPONENT_MIN);
	else if (BN_num_bits(e) > EXPONENT_BITS_MAX)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: the RSA exponent has over %d bits, more than CockroachDB can read",
		    EXPONENT_BITS_MAX);
	BN_free(e);
}

/* The least factor of N up to SMALL_FACTOR_MAX, which is a prime, or 0. */
static unsigned
small_factor(const BIGNUM *n)
{
	for (unsigned p = 2; p <= SMALL_FACTOR_MAX; p++)
		if (BN_mod_word(n, p) == 0)
			return p;
	return 0;
}

/* What OpenSSL's own check (SP 800-56B section 6.4.2) knows of: primes, too. */
static bool
is_composite(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool good = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return good;
}

static void
check_modulus(EVP_PKEY *key, const BIGNUM *n, struct ca_findings *findings)
{
	unsigned factor = small_factor(n);
	bool failed = false;

	if (factor != 0)
		ca_findings_add(findings, "key-rsa-factor", CA_ERR_POLICY,
		    "key: SP 800-89 section 5.3.3: the RSA modulus is divided by %u",
		    factor);
	else if (!is_composite(key))
		ca_findings_add(findings, "key-rsa-modulus", CA_ERR_POLICY,
		    "key: SP 800-89 section 5.3.3: the RSA modulus is a prime, or a power of one");
	else if (ca_rsa_is_roca(n))
		ca_findings_add(findings, "key-rsa-roca", CA_ERR_POLICY,
		    "key: CVE-2017-15361: the RSA modulus has the mark of a flawed generator (ROCA): it can be factored");
	else if (ca_rsa_is_fermat(n, FERMAT_ROUNDS, &failed))
		ca_findings_add(findings, "key-rsa-close-primes", CA_ERR_POLICY,
		    "key: CVE-2022-26320: the primes of the RSA modulus are too close: Fermat's method finds them");
	if (failed)
		ca_findings_add(findings, "key-rsa-close-primes",
		    CA_ERR_INTERNAL, "key: out of memory");
}

void
ca_key_check_rsa(EVP_PKEY *key, struct ca_findings *findings)
{
	int bits = EVP_PKEY_get_bits(key);
	BIGNUM *n = NULL;

	check_exponent(key, findings);
	if (bits < CA_RSA_BITS_MIN)
		ca_findings_add(findings, "key-rsa-size", CA_ERR_POLICY,
		    "key: SP 800-131A section 3: an RSA modulus of %d bits, less than %d",
		    bits, CA_RSA_BITS_MIN);
	else if (bits > CA_RSA_BITS_MAX)
		ca_findings_add(findings, "key-rsa-size", CA_ERR_POLICY,
		    "key: an RSA modulus of %d bits, more than %d", bits,
		    CA_RSA_BITS_MAX);
	else if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
		ca_findings_add(findings, "key-rsa-modulus", CA_ERR_POLICY,
		    "key: the RSA modulus can not be read");
	else
		check_modulus(key, n, findings);
	BN_free(n);
}
