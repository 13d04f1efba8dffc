/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/sigalg.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "coldca/lint.h"
#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static void
refuses_a_key_that_no_ca_has(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");
	const struct ca_sigalg *algorithm = NULL;
	struct ca_error err;

	(void)state;
	assert_non_null(key);
	assert_int_equal(ca_sigalg_for_key(key, &algorithm, &err),
	    CA_ERR_POLICY);
	assert_null(algorithm);
	EVP_PKEY_free(key);
}

/* The DER as the RFCs give it: OID, then NULL for RSA and nothing otherwise. */
static void
names_each_algorithm_as_the_rfcs_do(void **state)
{
	static const struct {
		enum ca_key_kind kind;
		const char *name;
		const char *der;
		size_t len;
	} rows[] = {
		{ CA_KEY_RSA, "sha256WithRSAEncryption",
		    "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
		    "\x05\x00",
		    15 },
		{ CA_KEY_P256, "ecdsa-with-SHA256",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12 },
		{ CA_KEY_P384, "ecdsa-with-SHA384",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", 12 },
		{ CA_KEY_P521, "ecdsa-with-SHA512",
		    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04", 12 },
		{ CA_KEY_ED25519, "id-Ed25519", "\x30\x05\x06\x03\x2b\x65\x70",
		    7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EVP_PKEY *key = soft_key(rows[i].kind);
		const struct ca_sigalg *algorithm = NULL;
		struct ca_bytes der = { 0 };
		struct ca_error err;

		assert_ok(ca_sigalg_for_key(key, &algorithm, &err), &err);
		assert_string_equal(algorithm->name, rows[i].name);
		assert_ptr_equal(ca_sigalg_by_name(algorithm->name), algorithm);
		assert_ok(ca_sigalg_der(algorithm, &der, &err), &err);
		assert_int_equal(der.len, rows[i].len);
		assert_memory_equal(der.data, rows[i].der, der.len);
		ca_bytes_free(&der);
		EVP_PKEY_free(key);
	}
	assert_null(ca_sigalg_by_name("sha1WithRSAEncryption"));
}

/* A self-signed certificate by KEY, all of it made by OpenSSL. */
static struct ca_certificate *
openssl_certificate(EVP_PKEY *key, const char *digest, bool pss, int salt)
{
	X509 *x509 = X509_new();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	struct ca_certificate *certificate = NULL;
	unsigned char *der = NULL;
	struct ca_error err;
	int len;

	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 60));
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	assert_int_equal(EVP_DigestSignInit_ex(ctx, &key_ctx, digest, NULL,
			     NULL, key, NULL),
	    1);
	if (pss) {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(key_ctx,
				RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, salt) > 0);
	}
	assert_true(X509_sign_ctx(x509, ctx) > 0);
	len = i2d_X509(x509, &der);
	assert_true(len > 0);
	assert_ok(ca_certificate_parse(der, (size_t)len, &certificate, &err),
	    &err);
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	X509_free(x509);
	return certificate;
}

static void
refuses_a_certificate_that_coldca_does_not_sign_like(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_RSA), *curve = soft_key(CA_KEY_P256);
	const struct {
		EVP_PKEY *key;
		const char *digest;
		bool pss;
		int salt;
	} rows[] = {
		{ key, "SHA1", false, 0 },
		{ key, "SHA256", true,
		    20 }, /* the salt of RFC 4055's default */
		{ key, "SHA1", true, RSA_PSS_SALTLEN_DIGEST },
		{ curve, "SHA384", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_certificate *certificate =
		    openssl_certificate(rows[i].key, rows[i].digest,
			rows[i].pss, rows[i].salt);
		const struct ca_sigalg *algorithm = NULL;
		struct ca_error err;

		assert_int_equal(ca_sigalg_of_certificate(certificate,
				     &algorithm, &err),
		    CA_ERR_POLICY);
		assert_null(algorithm);
		ca_certificate_free(certificate);
	}
	EVP_PKEY_free(key);
	EVP_PKEY_free(curve);
}

/* The bytes of each row are those that OpenSSL writes. */
static void
reads_each_algorithm_from_a_certificate(void **state)
{
	const struct ca_sigalg *row;

	(void)state;
	for (size_t i = 0; (row = ca_sigalg_at(i)) != NULL; i++) {
		EVP_PKEY *key = soft_key(row->key);
		struct ca_certificate *certificate = openssl_certificate(key,
		    row->digest, row->pss, RSA_PSS_SALTLEN_DIGEST);
		const struct ca_sigalg *algorithm = NULL;
		struct ca_error err;

		assert_ok(ca_sigalg_of_certificate(certificate, &algorithm,
			      &err),
		    &err);
		assert_string_equal(algorithm->name, row->name);
		assert_ptr_equal(ca_sigalg_by_name(row->name), row);
		ca_certificate_free(certificate);
		EVP_PKEY_free(key);
	}
}

/* By each row: a CA, a leaf under it, both verified by OpenSSL and linted. */
static void
issues_with_each_algorithm(void **state)
{
	EVP_PKEY *host = soft_key(CA_KEY_P256);
	const struct ca_sigalg *row;

	(void)state;
	for (size_t i = 0; (row = ca_sigalg_at(i)) != NULL; i++) {
		EVP_PKEY *key = soft_key(row->key);
		struct ca_signer *signer = soft_signer(key);
		struct ca_grant grant =
		    soft_grant(CA_PROFILE_NODE, "n1.example.com", host, 0);
		struct ca_certificate *ca, *leaf;
		struct ca_findings findings = { 0 };
		struct ca_error err;

		soft_signer_algorithm(signer, row->name);
		ca = soft_ca(signer, SOFT_NOW);
		leaf = soft_leaf(signer, ca, &grant, SOFT_NOW);
		assert_ok(ca_certificate_check_issuer(ca, ca, &err), &err);
		assert_ok(ca_certificate_check_issuer(leaf, ca, &err), &err);
		ca_lint(leaf, ca, CA_LINT_PROFILES, &findings);
		ca_lint(ca, NULL, CA_LINT_PROFILES, &findings);
		assert_int_equal(findings.count, 0);
		ca_certificate_free(leaf);
		ca_certificate_free(ca);
		ca_grant_clear(&grant);
		ca_signer_free(signer);
		EVP_PKEY_free(key);
	}
	EVP_PKEY_free(host);
}

/* What one thread keeps of a key serves no other, and outlives no failure. */
static void
verifies_one_key_after_the_other(void **state)
{
	static const uint8_t data[] = "some octets", others[] = "other octets";
	const struct ca_sigalg *row;

	(void)state;
	for (size_t i = 0; (row = ca_sigalg_at(i)) != NULL; i++) {
		EVP_PKEY *key = soft_key(row->key), *next = soft_key(row->key);
		struct ca_signer *signer = soft_signer(key);
		struct ca_bytes made = { 0 };
		struct ca_error err;

		soft_signer_algorithm(signer, row->name);
		assert_ok(signer->sign(signer, data, sizeof(data), &made, &err),
		    &err);
		for (int round = 0; round < 2; round++) {
			assert_true(ca_sigalg_verifies(row, key, data,
			    sizeof(data), made.data, made.len));
			assert_false(ca_sigalg_verifies(row, key, others,
			    sizeof(others), made.data, made.len));
			assert_false(ca_sigalg_verifies(row, key, data,
			    sizeof(data), made.data, made.len - 1));
			assert_true(ca_sigalg_verifies(row, key, data,
			    sizeof(data), made.data, made.len));
			assert_false(ca_sigalg_verifies(row, next, data,
			    sizeof(data), made.data, made.len));
		}
		ca_bytes_free(&made);
		ca_signer_free(signer);
		EVP_PKEY_free(key);
		EVP_PKEY_free(next);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_key_that_no_ca_has),
		cmocka_unit_test(
		    refuses_a_certificate_that_coldca_does_not_sign_like),
		cmocka_unit_test(reads_each_algorithm_from_a_certificate),
		cmocka_unit_test(issues_with_each_algorithm),
		cmocka_unit_test(verifies_one_key_after_the_other),
		cmocka_unit_test(names_each_algorithm_as_the_rfcs_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
