/* SPDX-License-Identifier: Apache-2.0 */
#include "support/soft_signer.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "coldca/sigalg.h"
#include "unit/test.h"

struct soft {
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

static enum ca_code
soft_sign(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	struct soft *soft = signer->impl;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t size = sizeof(signature);
	bool fault = soft->fault != SOFT_FAULT_NONE && soft->after == 0;

	if (soft->after > 0)
		soft->after--;
	assert_non_null(ctx);
	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL,
			     signer->algorithm->digest, NULL, NULL, soft->key,
			     NULL),
	    1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &size, tbs, len), 1);
	EVP_MD_CTX_free(ctx);
	if (fault && soft->fault == SOFT_FAULT_FAIL)
		return ca_fail(err, CA_ERR_TOKEN, "the token was removed");
	if (fault)
		signature[size - 1] ^= 1;
	return ca_bytes_append(ret_signature, signature, size, err);
}

static void
soft_release(struct ca_signer *signer)
{
	struct soft *soft = signer->impl;

	EVP_PKEY_free(soft->key);
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
soft_signer_fault(struct ca_signer *signer, enum soft_fault fault,
    unsigned after)
{
	struct soft *soft = signer->impl;

	soft->fault = fault;
	soft->after = after;
}
