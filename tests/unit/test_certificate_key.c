/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of a certificate is read without OpenSSL's decoders. It must be what
 * they would have read, and its hash that of the bytes which are there.
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/certificate.h"
#include "unit/test.h"

static EVP_PKEY *
rsa(void)
{
	return EVP_RSA_gen(2048);
}

static EVP_PKEY *
p256(void)
{
	return EVP_EC_gen("P-256");
}

static EVP_PKEY *
p384(void)
{
	return EVP_EC_gen("P-384");
}

static EVP_PKEY *
p521(void)
{
	return EVP_EC_gen("P-521");
}

static EVP_PKEY *
ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static EVP_PKEY *
rsa_pss(void)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
compressed(void)
{
	EVP_PKEY *key = p256();

	assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
			     OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
			     OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED),
	    1);
	return key;
}

static EVP_PKEY *
explicit_curve(void)
{
	EVP_PKEY *key = p256();

	assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
			     OSSL_PKEY_PARAM_EC_ENCODING,
			     OSSL_PKEY_EC_ENCODING_EXPLICIT),
	    1);
	return key;
}

/* How a SubjectPublicKeyInfo is spoilt. */
static void
leave(X509_PUBKEY *spki)
{
	(void)spki;
}

/* The octets of the key with the last one changed. */
static void
change_last(X509_PUBKEY *spki)
{
	ASN1_OBJECT *algorithm = NULL;
	const unsigned char *bits = NULL;
	unsigned char *copy;
	X509_ALGOR *whole = NULL;
	const void *parameters = NULL;
	int len = 0, type = 0;

	assert_int_equal(X509_PUBKEY_get0_param(&algorithm, &bits, &len, &whole,
			     spki),
	    1);
	X509_ALGOR_get0(NULL, &type, &parameters, whole);
	copy = OPENSSL_memdup(bits, (size_t)len);
	copy[len - 1] ^= 1;
	assert_int_equal(X509_PUBKEY_set0_param(spki, OBJ_dup(algorithm), type,
			     type == V_ASN1_OBJECT ? OBJ_dup(parameters) : NULL,
			     copy, len),
	    1);
}

/* RFC 3279 section 2.3.1 wants NULL: OpenSSL reads it all the same. */
static void
drop_parameters(X509_PUBKEY *spki)
{
	ASN1_OBJECT *algorithm = NULL;
	const unsigned char *bits = NULL;
	int len = 0;

	assert_int_equal(X509_PUBKEY_get0_param(&algorithm, &bits, &len, NULL,
			     spki),
	    1);
	assert_int_equal(X509_PUBKEY_set0_param(spki, OBJ_dup(algorithm),
			     V_ASN1_UNDEF, NULL,
			     OPENSSL_memdup(bits, (size_t)len), len),
	    1);
}

static const struct {
	const char *what;
	EVP_PKEY *(*make)(void);
	void (*spoil)(X509_PUBKEY *spki);
	const char *refused; /* NULL: it is read */
} keys[] = {
	{ "rsa", rsa, leave, NULL },
	{ "p256", p256, leave, NULL },
	{ "p384", p384, leave, NULL },
	{ "p521", p521, leave, NULL },
	{ "ed25519", ed25519, leave, NULL },
	{ "compressed", compressed, leave, NULL },
	{ "rsa without parameters", rsa, drop_parameters, NULL },
	{ "no point", p256, change_last, "the public key can not be read" },
	{ "rsa-pss", rsa_pss, leave, "a public key of an unknown kind" },
	{ "explicit", explicit_curve, leave,
	    "a public key of an unknown kind" },
};

/* A certificate for KEY, SPOILT, which nothing has signed well. */
static void
make(EVP_PKEY *key, void (*spoil)(X509_PUBKEY *), uint8_t **ret, int *ret_len)
{
	X509 *x509 = X509_new();
	EVP_PKEY *signer = p256();

	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 4711),
	    1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	spoil(X509_get_X509_PUBKEY(x509));
	assert_true(X509_sign(x509, signer, EVP_sha256()) > 0);
	*ret = NULL;
	*ret_len = i2d_X509(x509, ret);
	assert_true(*ret_len > 0);
	X509_free(x509);
	EVP_PKEY_free(signer);
}

/* Its key is the one that OpenSSL finds in DER. */
static void
assert_key(const struct ca_certificate *certificate, const uint8_t *der,
    int len)
{
	const struct ca_key_info *info = ca_certificate_key_info(certificate);
	X509 *x509 = d2i_X509(NULL, &der, len);
	EVP_PKEY *key = X509_get0_pubkey(x509);
	uint8_t hash[CA_SHA256_SIZE];
	unsigned char *spki = NULL;
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);

	assert_true(spki_len > 0);
	assert_int_equal(EVP_Digest(spki, (size_t)spki_len, hash, NULL,
			     EVP_sha256(), NULL),
	    1);
	assert_memory_equal(info->spki_sha256, hash, CA_SHA256_SIZE);
	assert_int_equal(info->bits, EVP_PKEY_get_bits(key));
	assert_int_equal(EVP_PKEY_eq(ca_certificate_key(certificate), key), 1);
	OPENSSL_free(spki);
	X509_free(x509);
}

static void
reads_each_kind_of_key_as_openssl_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct ca_certificate *certificate = NULL;
		EVP_PKEY *key = keys[i].make();
		struct ca_error err = { 0 };
		uint8_t *der;
		enum ca_code rc;
		int len;

		make(key, keys[i].spoil, &der, &len);
		rc = ca_certificate_parse(der, (size_t)len, &certificate, &err);
		if ((rc == CA_OK) != (keys[i].refused == NULL))
			fail_msg("%s: %s", keys[i].what, err.message);
		if (rc == CA_OK)
			assert_key(certificate, der, len);
		else
			assert_string_equal(err.message, keys[i].refused);
		ca_certificate_free(certificate);
		OPENSSL_free(der);
		EVP_PKEY_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_kind_of_key_as_openssl_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
