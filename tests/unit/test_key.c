/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/key_check.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* KEY as somebody else reads it from its SubjectPublicKeyInfo; frees KEY. */
static EVP_PKEY *
as_public(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	const unsigned char *next;
	int len = i2d_PUBKEY(key, &der);

	assert_true(len > 0);
	EVP_PKEY_free(key);
	next = der;
	key = d2i_PUBKEY(NULL, &next, len);
	assert_non_null(key);
	OPENSSL_free(der);
	return key;
}

/* The RSA public key of modulus N and exponent E; frees both. */
static EVP_PKEY *
rsa_public(BIGNUM *n, BIGNUM *e)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	assert_non_null(builder);
	assert_non_null(context);
	assert_true(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n));
	assert_true(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e));
	params = OSSL_PARAM_BLD_to_param(builder);
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY,
			     params),
	    1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	BN_free(e);
	return key;
}

/* A modulus of a good RSA key. */
static BIGNUM *
modulus(void)
{
	EVP_PKEY *key = soft_key(CA_KEY_RSA);
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n),
	    1);
	EVP_PKEY_free(key);
	return n;
}

static BIGNUM *
number(BN_ULONG value)
{
	BIGNUM *n = BN_new();

	assert_non_null(n);
	assert_int_equal(BN_set_word(n, value), 1);
	return n;
}

/* Fails unless RULE is the only thing wrong with KEY; frees KEY. */
static void
assert_fault(EVP_PKEY *key, const char *rule)
{
	struct ca_findings findings = { 0 };

	assert_non_null(key);
	ca_key_check(key, &findings);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.item[0].rule, rule);
	assert_int_equal(findings.item[0].code, CA_ERR_POLICY);
	ca_findings_clear(&findings);
	EVP_PKEY_free(key);
}

/* Fails unless KEY is of a kind that is refused; frees KEY. */
static void
assert_no_kind(EVP_PKEY *key, const char *why)
{
	struct ca_key_info info = { .bits = 7 };
	struct ca_error err = { 0 };

	assert_non_null(key);
	assert_int_equal(ca_key_describe(key, &info, &err), CA_ERR_POLICY);
	assert_int_equal(info.bits, 7);
	if (strstr(err.message, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", err.message, why);
	EVP_PKEY_free(key);
}

/* The Ed25519 public key of 32 octets in hex. */
static EVP_PKEY *
ed25519_public(const char *hex)
{
	long len = 0;
	unsigned char *octets = OPENSSL_hexstr2buf(hex, &len);
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    octets, (size_t)len);

	OPENSSL_free(octets);
	return key;
}

static void
refuses_a_curve_given_by_parameters(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)state;
	assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
			     OSSL_PKEY_PARAM_EC_ENCODING,
			     OSSL_PKEY_EC_ENCODING_EXPLICIT),
	    1);
	assert_no_kind(as_public(key), "explicit parameters");
}

static void
refuses_curves_that_cockroachdb_can_not_read(void **state)
{
	(void)state;
	assert_no_kind(as_public(EVP_EC_gen("secp256k1")), "secp256k1");
	assert_no_kind(as_public(EVP_EC_gen("P-224")), "secp224r1");
	assert_no_kind(as_public(EVP_EC_gen("brainpoolP256r1")),
	    "brainpoolP256r1");
}

static void
refuses_keys_that_can_not_sign_or_are_typed_pss(void **state)
{
	EVP_PKEY_CTX *context;
	EVP_PKEY *key = NULL;

	(void)state;
	assert_no_kind(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "X25519");
	assert_no_kind(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), "ED448");

	context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	assert_non_null(context);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	assert_no_kind(as_public(key), "RSA-PSS");
}

static void
refuses_the_point_at_infinity(void **state)
{
	/* SEC 1 section 2.3.3: the point at infinity is one octet, 00. */
	static const uint8_t spki[] = { 0x30, 0x19, 0x30, 0x13, 0x06, 0x07,
		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x02, 0x00,
		0x00 };
	const unsigned char *next = spki;
	struct ca_findings findings = { 0 };
	EVP_PKEY *key = d2i_PUBKEY(NULL, &next, sizeof(spki));
	bool found = false;

	(void)state;
	assert_non_null(key);
	ca_key_check(key, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (strcmp(findings.item[i].rule, "key-ec-point") == 0)
			found = true;
	assert_true(found);
	ca_findings_clear(&findings);
	EVP_PKEY_free(key);
}

static void
refuses_dsa_keys(void **state)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	EVP_PKEY *params = NULL, *key = NULL;

	(void)state;
	assert_non_null(context);
	assert_int_equal(EVP_PKEY_paramgen_init(context), 1);
	assert_int_equal(EVP_PKEY_paramgen(context, &params), 1);
	EVP_PKEY_CTX_free(context);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(params);
	assert_no_kind(key, "DSA");
}

static void
refuses_rsa_keys_out_of_bounds(void **state)
{
	BIGNUM *n = BN_new();

	(void)state;
	assert_fault(as_public(EVP_RSA_gen(1024)), "key-rsa-size");
	assert_fault(as_public(EVP_RSA_gen(2047)), "key-rsa-size");
	assert_int_equal(BN_rand(n, CA_RSA_BITS_MAX + 1, BN_RAND_TOP_ONE,
			     BN_RAND_BOTTOM_ODD),
	    1);
	assert_fault(rsa_public(n, number(65537)), "key-rsa-size");
}

static void
refuses_rsa_exponents_out_of_bounds(void **state)
{
	BIGNUM *e = number(1);

	(void)state;
	assert_fault(rsa_public(modulus(), number(3)), "key-rsa-exponent");
	assert_fault(rsa_public(modulus(), number(65535)), "key-rsa-exponent");
	assert_fault(rsa_public(modulus(), number(0x80000001)),
	    "key-rsa-exponent");
	assert_int_equal(BN_lshift(e, e, 64), 1);
	assert_int_equal(BN_add_word(e, 1), 1);
	assert_fault(rsa_public(modulus(), e), "key-rsa-exponent");
}

static void
refuses_an_even_rsa_exponent(void **state)
{
	struct ca_findings findings = { 0 };
	EVP_PKEY *key = rsa_public(modulus(), number(65538));

	(void)state;
	ca_key_check(key, &findings);
	assert_true(findings.count >= 1);
	assert_string_equal(findings.item[0].rule, "key-rsa-exponent");
	ca_findings_clear(&findings);
	EVP_PKEY_free(key);
}

static void
refuses_rsa_moduli_that_are_even_prime_or_smooth(void **state)
{
	BIGNUM *even = modulus(), *smooth = modulus(), *prime = BN_new();

	(void)state;
	assert_int_equal(BN_sub_word(even, 1), 1);
	assert_fault(rsa_public(even, number(65537)), "key-rsa-factor");
	assert_int_equal(BN_mul_word(smooth, 743), 1);
	assert_fault(rsa_public(smooth, number(65537)), "key-rsa-factor");
	assert_int_equal(BN_generate_prime_ex(prime, 2048, 0, NULL, NULL, NULL),
	    1);
	assert_fault(rsa_public(prime, number(65537)), "key-rsa-modulus");
}

/* The product of two primes; frees both. */
static BIGNUM *
product(BIGNUM *p, BIGNUM *q)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *n = BN_new();

	assert_int_equal(BN_mul(n, p, q, context), 1);
	BN_CTX_free(context);
	BN_free(p);
	BN_free(q);
	return n;
}

static bool
is_prime(const BIGNUM *number, BN_CTX *context)
{
	return BN_check_prime(number, context, NULL) == 1;
}

static BIGNUM *
new_prime(int bits)
{
	BIGNUM *p = BN_new();

	assert_int_equal(BN_generate_prime_ex(p, bits, 0, NULL, NULL, NULL), 1);
	return p;
}

/* The next prime above P + GAP. */
static BIGNUM *
prime_above(const BIGNUM *p, int gap_bits)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *q = BN_dup(p), *gap = BN_new();

	assert_int_equal(BN_set_bit(gap, gap_bits), 1);
	assert_int_equal(BN_add(q, q, gap), 1);
	do
		assert_int_equal(BN_add_word(q, 2), 1);
	while (!is_prime(q, context));
	BN_free(gap);
	BN_CTX_free(context);
	return q;
}

static void
refuses_rsa_primes_that_are_close(void **state)
{
	/* Twins, so to speak; and a gap that takes Fermat some rounds. */
	static const int gaps[] = { 2, 100, 400, 515 };

	(void)state;
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		BIGNUM *p = new_prime(1024);
		BIGNUM *q = prime_above(p, gaps[i]);

		assert_fault(rsa_public(product(p, q), number(65537)),
		    "key-rsa-close-primes");
	}
}

/*
 * a = 4jm^2 + j and b = 4jm give a^2 - b^2 = (4jm^2 - j)^2: with b a little
 * less, the root of n is 4jm^2 - j, and a is 2j steps above it.
 */
static void
looks_for_close_primes_for_so_many_rounds(void **state)
{
	static const BN_ULONG js[] = { 1, 20, 55 };
	BN_CTX *context = BN_CTX_new();

	(void)state;
	for (size_t i = 0; i < sizeof(js) / sizeof(js[0]); i++) {
		BIGNUM *a = BN_new(), *b = number(4 * js[i]), *n = BN_new();
		bool failed = true;

		assert_int_equal(BN_lshift(b, b, 511), 1);
		assert_int_equal(BN_set_word(a, 4 * js[i]), 1);
		assert_int_equal(BN_lshift(a, a, 1022), 1);
		assert_int_equal(BN_add_word(a, js[i]), 1);
		assert_int_equal(BN_sqr(n, a, context), 1);
		assert_int_equal(BN_sub_word(b, 2), 1);
		assert_int_equal(BN_sqr(b, b, context), 1);
		assert_int_equal(BN_sub(n, n, b), 1);
		assert_false(
		    ca_rsa_is_fermat(n, (unsigned)(2 * js[i]) - 1, &failed));
		assert_false(failed);
		assert_true(
		    ca_rsa_is_fermat(n, (unsigned)(2 * js[i]), &failed));
		BN_free(a);
		BN_free(b);
		BN_free(n);
	}
	BN_CTX_free(context);
}

/* A prime of the form that ROCA has: k * M + (65537^a mod M). */
static BIGNUM *
roca_prime(void)
{
	BN_CTX *context = BN_CTX_new();
	BIGNUM *m = number(2), *a = BN_new(), *p = number(65537), *k = BN_new();
	BIGNUM *base = number(65537), *candidate = BN_new();

	/* The primes up to 701: their product has 970 bits. */
	for (BN_ULONG i = 3; i <= 701; i += 2) {
		BIGNUM *prime = number(i);

		if (is_prime(prime, context))
			assert_int_equal(BN_mul_word(m, i), 1);
		BN_free(prime);
	}
	assert_int_equal(BN_rand(a, 64, -1, 0), 1);
	assert_int_equal(BN_mod_exp(p, base, a, m, context), 1);
	assert_int_equal(BN_rand(k, 1024 - BN_num_bits(m), 1, 0), 1);
	do {
		assert_int_equal(BN_add_word(k, 1), 1);
		assert_int_equal(BN_mul(candidate, k, m, context), 1);
		assert_int_equal(BN_add(candidate, candidate, p), 1);
	} while (!is_prime(candidate, context));
	BN_free(m);
	BN_free(a);
	BN_free(k);
	BN_free(p);
	BN_free(base);
	BN_CTX_free(context);
	return candidate;
}

static void
refuses_rsa_moduli_of_the_flawed_generator(void **state)
{
	(void)state;
	assert_fault(rsa_public(product(roca_prime(), roca_prime()),
			 number(65537)),
	    "key-rsa-roca");
}

/* A square's root is where the method begins. */
static void
finds_the_root_of_a_square(void **state)
{
	BIGNUM *n = product(number(1000003), number(1000003));
	bool failed = true;

	(void)state;
	assert_true(ca_rsa_is_fermat(n, 1, &failed));
	assert_false(failed);
	BN_free(n);
}

/* Of 14 primes one has, within as many rounds, what is a square modulo much. */
static void
takes_no_number_for_a_square_that_is_none(void **state)
{
	(void)state;
	for (int i = 0; i < 150; i++) {
		BIGNUM *prime = number(0);
		bool failed = true;

		assert_int_equal(BN_generate_prime_ex(prime, 128, 0, NULL, NULL,
				     NULL),
		    1);
		assert_false(ca_rsa_is_fermat(prime, 110, &failed));
		assert_false(failed);
		BN_free(prime);
	}
}

/* The primes of ROCA, of which each alone can clear a modulus. */
static const unsigned roca_primes[] = { 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37,
	41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
	113, 127, 131, 137, 139, 149, 151, 157, 163, 167 };

/* A number that is 1 modulo each of those primes but P, and 0 modulo P. */
static BIGNUM *
all_but(unsigned p)
{
	BIGNUM *step = number(1), *n = number(1);

	for (size_t i = 0; i < sizeof(roca_primes) / sizeof(unsigned); i++)
		if (roca_primes[i] != p)
			assert_int_equal(BN_mul_word(step, roca_primes[i]), 1);
	while (BN_mod_word(n, p) != 0)
		assert_int_equal(BN_add(n, n, step), 1);
	BN_free(step);
	return n;
}

static void
each_prime_of_the_flawed_generator_has_its_say(void **state)
{
	BIGNUM *one = number(1);

	(void)state;
	assert_true(ca_rsa_is_roca(one));
	BN_free(one);
	for (size_t i = 0; i < sizeof(roca_primes) / sizeof(unsigned); i++) {
		BIGNUM *n = all_but(roca_primes[i]);

		if (ca_rsa_is_roca(n))
			fail_msg("%u has none", roca_primes[i]);
		BN_free(n);
	}
}

/* y = 0, 1, -1 and the two of order 8, each with x of either parity. */
static void
refuses_ed25519_points_of_small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++)
		assert_fault(ed25519_public(points[i]), "key-ed25519-order");
}

static void
refuses_ed25519_octets_that_are_no_point(void **state)
{
	static const char *const octets[] = {
		/* y = p and p + 1: 0 and 1 in another spelling */
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		/* y = 1 with an odd x */
		"0100000000000000000000000000000000000000000000000000000000000080",
		/* y = 2 has no x */
		"0200000000000000000000000000000000000000000000000000000000000000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
		assert_fault(ed25519_public(octets[i]), "key-ed25519-point");
}

static void
refuses_points_that_are_not_uncompressed(void **state)
{
	static const char *const formats[] = { "compressed", "hybrid" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		EVP_PKEY *key = EVP_EC_gen("P-256");

		assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
				     OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
				     formats[i]),
		    1);
		assert_fault(as_public(key), "key-ec-format");
	}
}

static void
finds_no_fault_with_good_keys(void **state)
{
	struct ca_findings findings = { 0 };

	(void)state;
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		EVP_PKEY *key = as_public(soft_key((enum ca_key_kind)kind));

		ca_key_check(key, &findings);
		assert_int_equal(findings.count, 0);
		EVP_PKEY_free(key);
	}
}

static void
describes_every_kind_of_key(void **state)
{
	static const unsigned bits[CA_KEY_KINDS] = { 2048, 256, 384, 521, 256 };
	struct ca_error err = { 0 };

	(void)state;
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		EVP_PKEY *key = as_public(soft_key((enum ca_key_kind)kind));
		unsigned char *spki = NULL;
		uint8_t digest[CA_SHA256_SIZE];
		struct ca_key_info info = { 0 };
		int len = i2d_PUBKEY(key, &spki);

		assert_ok(ca_key_describe(key, &info, &err), &err);
		assert_int_equal(info.kind, kind);
		assert_int_equal(info.bits, bits[kind]);
		assert_int_equal(EVP_Digest(spki, (size_t)len, digest, NULL,
				     EVP_sha256(), NULL),
		    1);
		assert_memory_equal(info.spki_sha256, digest, sizeof(digest));
		OPENSSL_free(spki);
		EVP_PKEY_free(key);
	}
}

static void
names_and_finds_kinds_by_their_words(void **state)
{
	enum ca_key_kind found = CA_KEY_KINDS;

	(void)state;
	assert_false(ca_key_kind_parse("dsa", &found));
	assert_false(ca_key_kind_parse("RSA", &found));
	assert_int_equal(found, CA_KEY_KINDS);
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		assert_true(
		    ca_key_kind_parse(ca_key_kind_name((enum ca_key_kind)kind),
			&found));
		assert_int_equal(found, kind);
	}
	assert_string_equal(ca_key_kind_name(CA_KEY_P384), "p384");
}

static void
lets_only_rsa_encipher(void **state)
{
	(void)state;
	for (int kind = 0; kind < CA_KEY_KINDS; kind++)
		assert_int_equal(ca_key_kind_enciphers((enum ca_key_kind)kind),
		    kind == CA_KEY_RSA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_curve_given_by_parameters),
		cmocka_unit_test(refuses_curves_that_cockroachdb_can_not_read),
		cmocka_unit_test(
		    refuses_keys_that_can_not_sign_or_are_typed_pss),
		cmocka_unit_test(refuses_the_point_at_infinity),
		cmocka_unit_test(refuses_dsa_keys),
		cmocka_unit_test(refuses_rsa_keys_out_of_bounds),
		cmocka_unit_test(refuses_rsa_exponents_out_of_bounds),
		cmocka_unit_test(refuses_an_even_rsa_exponent),
		cmocka_unit_test(
		    refuses_rsa_moduli_that_are_even_prime_or_smooth),
		cmocka_unit_test(refuses_rsa_primes_that_are_close),
		cmocka_unit_test(looks_for_close_primes_for_so_many_rounds),
		cmocka_unit_test(refuses_rsa_moduli_of_the_flawed_generator),
		cmocka_unit_test(finds_the_root_of_a_square),
		cmocka_unit_test(takes_no_number_for_a_square_that_is_none),
		cmocka_unit_test(
		    each_prime_of_the_flawed_generator_has_its_say),
		cmocka_unit_test(refuses_ed25519_points_of_small_order),
		cmocka_unit_test(refuses_ed25519_octets_that_are_no_point),
		cmocka_unit_test(refuses_points_that_are_not_uncompressed),
		cmocka_unit_test(finds_no_fault_with_good_keys),
		cmocka_unit_test(describes_every_kind_of_key),
		cmocka_unit_test(names_and_finds_kinds_by_their_words),
		cmocka_unit_test(lets_only_rsa_encipher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
