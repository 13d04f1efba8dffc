/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>

#include "coldca/sigalg.h"
#include "unit/test.h"

#define SIGNATURE_MAX 1024 /* bytes */
#define REPEATED_NONCE 7

struct soft {
	pthread_mutex_t lock; /* over what follows */
	EVP_PKEY *key;
	enum soft_fault fault;
	unsigned after;
};

EVP_PKEY *
soft_key(enum ca_key_kind kind)
{
	EVP_PKEY *key = NULL;

	switch (kind) {
	case CA_KEY_RSA:
		key = EVP_RSA_gen(2048);
		break;
	case CA_KEY_P256:
		key = EVP_EC_gen("P-256");
		break;
	case CA_KEY_P384:
		key = EVP_EC_gen("P-384");
		break;
	case CA_KEY_P521:
		key = EVP_EC_gen("P-521");
		break;
	case CA_KEY_ED25519:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case CA_KEY_KINDS:
		break;
	}
	assert_non_null(key);
	return key;
}

/* ECDSA over P-256 with a nonce that everybody knows (SEC 1 section 4.1.3). */
static size_t
sign_with_known_nonce(EVP_PKEY *key, const uint8_t *tbs, size_t len,
    uint8_t signature[SIGNATURE_MAX])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	const BIGNUM *order = EC_GROUP_get0_order(group);
	BIGNUM *secret = NULL, *k = BN_new(), *r = BN_new(), *s = BN_new();
	BIGNUM *x = BN_new(), *z = NULL;
	EC_POINT *point = EC_POINT_new(group);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BN_CTX *ctx = BN_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned char *end = signature;
	unsigned size = 0;
	int der;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY,
			     &secret),
	    1);
	assert_int_equal(EVP_Digest(tbs, len, digest, &size, EVP_sha256(),
			     NULL),
	    1);
	z = BN_bin2bn(digest, (int)size, NULL);
	assert_int_equal(BN_set_word(k, REPEATED_NONCE), 1);
	assert_int_equal(EC_POINT_mul(group, point, k, NULL, NULL, ctx), 1);
	assert_int_equal(EC_POINT_get_affine_coordinates(group, point, x, NULL,
			     ctx),
	    1);
	assert_int_equal(BN_nnmod(r, x, order, ctx), 1);
	assert_int_equal(BN_mod_mul(s, r, secret, order, ctx), 1);
	assert_int_equal(BN_mod_add(s, s, z, order, ctx), 1);
	assert_non_null(BN_mod_inverse(k, k, order, ctx));
	assert_int_equal(BN_mod_mul(s, s, k, order, ctx), 1);
	assert_int_equal(ECDSA_SIG_set0(sig, r, s), 1);
	der = i2d_ECDSA_SIG(sig, &end);
	assert_in_range(der, 1, SIGNATURE_MAX);
	ECDSA_SIG_free(sig);
	BN_CTX_free(ctx);
	EC_POINT_free(point);
	BN_free(k);
	BN_free(x);
	BN_free(z);
	BN_clear_free(secret);
	EC_GROUP_free(group);
	return (size_t)der;
}

static size_t
sign_well(const struct ca_signer *signer, EVP_PKEY *key, const uint8_t *tbs,
    size_t len, uint8_t signature[SIGNATURE_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx = NULL;
	size_t size = SIGNATURE_MAX;

	assert_non_null(ctx);
	assert_int_equal(EVP_DigestSignInit_ex(ctx, &key_ctx,
			     signer->algorithm->digest, NULL, NULL, key, NULL),
	    1);
	if (signer->algorithm->pss) {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(key_ctx,
				RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx,
				RSA_PSS_SALTLEN_DIGEST) > 0);
	}
	assert_int_equal(EVP_DigestSign(ctx, signature, &size, tbs, len), 1);
	EVP_MD_CTX_free(ctx);
	return size;
}

/* The fault of this signature. */
static enum soft_fault
next_fault(struct soft *soft)
{
	enum soft_fault fault = SOFT_FAULT_NONE;

	assert_int_equal(pthread_mutex_lock(&soft->lock), 0);
	if (soft->after > 0)
		soft->after--;
	else
		fault = soft->fault;
	assert_int_equal(pthread_mutex_unlock(&soft->lock), 0);
	return fault;
}

static enum ca_code
soft_sign(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	struct soft *soft = signer->impl;
	uint8_t signature[SIGNATURE_MAX];
	size_t size = 0;

	switch (next_fault(soft)) {
	case SOFT_FAULT_NONE:
		size = sign_well(signer, soft->key, tbs, len, signature);
		break;
	case SOFT_FAULT_FLIP:
		size = sign_well(signer, soft->key, tbs, len, signature);
		signature[size - 1] ^= 1;
		break;
	case SOFT_FAULT_REPEAT:
		size = sign_with_known_nonce(soft->key, tbs, len, signature);
		break;
	case SOFT_FAULT_FAIL:
		return ca_fail(err, CA_ERR_TOKEN, "the token was removed");
	}
	return ca_bytes_append(ret_signature, signature, size, err);
}

static void
soft_release(struct ca_signer *signer)
{
	struct soft *soft = signer->impl;

	EVP_PKEY_free(soft->key);
	(void)pthread_mutex_destroy(&soft->lock);
	free(soft);
}

struct ca_signer *
soft_signer(EVP_PKEY *key)
{
	struct ca_signer *signer = calloc(1, sizeof(*signer));
	struct soft *soft = calloc(1, sizeof(*soft));
	struct ca_error err;

	assert_non_null(signer);
	assert_non_null(soft);
	if (key == NULL)
		key = soft_key(CA_KEY_P256);
	else
		assert_int_equal(EVP_PKEY_up_ref(key), 1);
	soft->key = key;
	assert_int_equal(pthread_mutex_init(&soft->lock, NULL), 0);
	signer->sessions = 1;
	signer->kind = "software";
	signer->public_key = key;
	assert_int_equal(EVP_PKEY_up_ref(key), 1);
	signer->impl = soft;
	signer->sign = soft_sign;
	signer->release = soft_release;
	assert_ok(ca_sigalg_for_key(key, &signer->algorithm, &err), &err);
	return signer;
}

void
soft_signer_algorithm(struct ca_signer *signer, const char *name)
{
	signer->algorithm = ca_sigalg_by_name(name);
	assert_non_null(signer->algorithm);
}

void
soft_signer_fault(struct ca_signer *signer, enum soft_fault fault,
    unsigned after)
{
	struct soft *soft = signer->impl;

	soft->fault = fault;
	soft->after = after;
}
