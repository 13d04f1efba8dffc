/* SPDX-License-Identifier: Apache-2.0 */
/* Who made a request: its key, and the signature that proves it. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "support/csr_check.h"
#include "support/csr_maker.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static void
refuses_a_signature_with_a_flipped_bit(void **state)
{
	struct ca_bytes der = csr_simple_der();

	(void)state;
	der.data[der.len - 1] ^= 1;
	csr_assert_refused(der, CA_ERR_POLICY,
	    "RFC 2986 section 4.2: the signature does not verify");
}

static void
refuses_a_subject_changed_after_signing(void **state)
{
	struct ca_bytes der = csr_simple_der();
	uint8_t *cn = memmem(der.data, der.len, "node", 4);

	(void)state;
	assert_non_null(cn);
	cn[0] = 'm';
	csr_assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_a_key_that_did_not_sign(void **state)
{
	struct ca_bytes der = csr_simple_der(), other = csr_simple_der();
	static const uint8_t head[] = { 0x03, 0x42, 0x00, 0x04 };
	uint8_t *to = memmem(der.data, der.len, head, sizeof(head));
	uint8_t *from = memmem(other.data, other.len, head, sizeof(head));

	(void)state;
	assert_non_null(to);
	assert_non_null(from);
	memcpy(to, from, 68);
	ca_bytes_free(&other);
	csr_assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_weak_digests(void **state)
{
	static const char *const weak[] = { "SHA1", "MD5", "SHA224" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		EVP_PKEY *key = soft_key(CA_KEY_RSA);
		struct csr_maker *maker = csr_maker_new(key);

		EVP_PKEY_free(key);
		csr_maker_digest(maker, weak[i]);
		csr_assert_refused(csr_maker_der(maker), CA_ERR_POLICY,
		    "not over SHA-256");
	}
}

static void
refuses_weak_digests_with_ecdsa(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_digest(maker, "SHA1");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_POLICY,
	    "ecdsa-with-SHA1");
}

/* DER signed by RSASSA-PSS over DIGEST. */
static struct ca_bytes
pss_der(const char *digest)
{
	EVP_PKEY *key = soft_key(CA_KEY_RSA);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context = NULL;
	X509_REQ *req = X509_REQ_new();
	struct ca_bytes der = { 0 };
	int len;

	assert_non_null(req);
	assert_non_null(context);
	assert_int_equal(X509_REQ_set_pubkey(req, key), 1);
	assert_int_equal(EVP_DigestSignInit_ex(context, &key_context, digest,
			     NULL, NULL, key, NULL),
	    1);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(key_context,
			RSA_PKCS1_PSS_PADDING) > 0);
	assert_true(X509_REQ_sign_ctx(req, context) > 0);
	len = i2d_X509_REQ(req, &der.data);
	assert_true(len > 0);
	der.len = (size_t)len;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	X509_REQ_free(req);
	return der;
}

static void
judges_the_digest_of_a_pss_signature(void **state)
{
	(void)state;
	csr_assert_refused(pss_der("SHA1"), CA_ERR_POLICY, "not over SHA-256");
	csr_assert_refused(pss_der("SHA224"), CA_ERR_POLICY,
	    "not over SHA-256");
	ca_csr_free(csr_parse(pss_der("SHA256")));
	ca_csr_free(csr_parse(pss_der("SHA512")));
}

static void
refuses_a_mask_generation_function_that_is_not_mgf1(void **state)
{
	static const uint8_t mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x08 };
	struct ca_bytes der = pss_der("SHA256");
	uint8_t *at = memmem(der.data, der.len, mgf1, sizeof(mgf1));

	(void)state;
	/* The signature does not cover its own parameters. */
	assert_non_null(at);
	at[8] = 0x09;
	csr_assert_refused(der, CA_ERR_POLICY, "MGF1 does not use the hash");
}

static void
refuses_a_salt_of_another_length_than_is_said(void **state)
{
	/* 222 octets: as long as it can be beside SHA-256 in 2048 bits. */
	static const uint8_t salt[] = { 0xa2, 0x04, 0x02, 0x02, 0x00, 0xde };
	struct ca_bytes der = pss_der("SHA256");
	uint8_t *at = memmem(der.data, der.len, salt, sizeof(salt));

	(void)state;
	assert_non_null(at);
	at[5] = 0xdd;
	csr_assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_a_signature_of_an_unknown_algorithm(void **state)
{
	static const uint8_t ed25519[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65,
		0x70, 0x03, 0x41 }; /* of the signature, not of the key */
	EVP_PKEY *key = soft_key(CA_KEY_ED25519);
	struct ca_bytes der = csr_maker_der(csr_maker_new(key));
	uint8_t *at = memmem(der.data, der.len, ed25519, sizeof(ed25519));

	(void)state;
	EVP_PKEY_free(key);
	assert_non_null(at);
	at[6] = 0x71; /* Ed448 */
	csr_assert_refused(der, CA_ERR_POLICY,
	    "RFC 2986 section 4.2: the signature is of ED448");
}

/* A SEQUENCE of two INTEGERs, of which no bit can be unused. */
static void
refuses_a_signature_that_is_not_of_whole_octets(void **state)
{
	static const uint8_t sha256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04,
		0x03, 0x02, 0x03 };
	struct ca_bytes der = csr_simple_der();
	uint8_t *at;

	(void)state;
	/* In DER unused bits are zeros. */
	while (der.data[der.len - 1] % 2 != 0) {
		ca_bytes_free(&der);
		der = csr_simple_der();
	}
	at = memmem(der.data, der.len, sha256, sizeof(sha256));
	assert_non_null(at);
	at[sizeof(sha256) + 1] = 1;
	csr_assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_a_key_of_an_unknown_kind(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");

	(void)state;
	csr_assert_refused(csr_maker_der(csr_maker_new(key)), CA_ERR_POLICY,
	    "key: secp256k1 is not a kind of key");
	EVP_PKEY_free(key);
}

static void
refuses_a_key_that_can_not_be_read(void **state)
{
	struct ca_bytes der = csr_simple_der();
	static const uint8_t id_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
		0x01 };
	static const uint8_t head[] = { 0x03, 0x42, 0x00, 0x04 };
	uint8_t *at = memmem(der.data, der.len, id_ec, sizeof(id_ec));

	(void)state;
	/* An algorithm that nobody has heard of. */
	assert_non_null(at);
	at[6] = 0x55;
	csr_assert_refused(der, CA_ERR_POLICY,
	    "1.2.840.10045.2.85 is not a kind");
	/* A point that is not on the curve. */
	der = csr_simple_der();
	at = memmem(der.data, der.len, head, sizeof(head));
	assert_non_null(at);
	memset(at + 4, 0x11, 64);
	csr_assert_refused(der, CA_ERR_INPUT, "not a point of its curve");
}

static void
leaves_no_errors_in_openssls_queue(void **state)
{
	struct ca_bytes pem = csr_simple_pem();

	(void)state;
	pem.data[60] = '!';
	csr_assert_refused(pem, CA_ERR_INPUT, "damaged PEM");
	refuses_a_signature_with_a_flipped_bit(NULL);
	refuses_a_key_that_can_not_be_read(NULL);
	assert_int_equal(ERR_peek_error(), 0);
}

/* 04 stands in front of the points of other curves. */
static void
reads_an_ed25519_key_that_begins_like_a_point(void **state)
{
	EVP_PKEY *key = NULL;
	uint8_t octets[32] = { 0 };
	size_t len = sizeof(octets);

	(void)state;
	while (octets[0] != 0x04) {
		EVP_PKEY_free(key);
		key = soft_key(CA_KEY_ED25519);
		assert_int_equal(EVP_PKEY_get_raw_public_key(key, octets, &len),
		    1);
	}
	ca_csr_free(csr_parse(csr_maker_der(csr_maker_new(key))));
	EVP_PKEY_free(key);
}

static void
reads_every_kind_of_key(void **state)
{
	(void)state;
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		EVP_PKEY *key = soft_key((enum ca_key_kind)kind);
		struct ca_csr *csr =
		    csr_parse(csr_maker_der(csr_maker_new(key)));

		assert_int_equal(ca_csr_key_info(csr)->kind, kind);
		assert_int_equal(EVP_PKEY_eq(ca_csr_key(csr), key), 1);
		ca_csr_free(csr);
		EVP_PKEY_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_a_signature_with_a_flipped_bit),
		cmocka_unit_test(refuses_a_subject_changed_after_signing),
		cmocka_unit_test(refuses_a_key_that_did_not_sign),
		cmocka_unit_test(refuses_weak_digests),
		cmocka_unit_test(refuses_weak_digests_with_ecdsa),
		cmocka_unit_test(judges_the_digest_of_a_pss_signature),
		cmocka_unit_test(
		    refuses_a_mask_generation_function_that_is_not_mgf1),
		cmocka_unit_test(refuses_a_salt_of_another_length_than_is_said),
		cmocka_unit_test(refuses_a_signature_of_an_unknown_algorithm),
		cmocka_unit_test(
		    refuses_a_signature_that_is_not_of_whole_octets),
		cmocka_unit_test(refuses_a_key_of_an_unknown_kind),
		cmocka_unit_test(refuses_a_key_that_can_not_be_read),
		cmocka_unit_test(leaves_no_errors_in_openssls_queue),
		cmocka_unit_test(reads_an_ed25519_key_that_begins_like_a_point),
		cmocka_unit_test(reads_every_kind_of_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
