/* SPDX-License-Identifier: Apache-2.0 */
#include "token/signers.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#include "coldca/sigalg.h"
#include "token/attribute.h"

static const uint8_t text[] = "what is to be signed";

bool
signing_verifies(const struct ca_signer *signer, const void *tbs, size_t len,
    const struct ca_bytes *signature)
{
	const struct ca_sigalg *algorithm = signer->algorithm;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	bool ok;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &pctx, algorithm->digest,
			     NULL, NULL, signer->public_key, NULL),
	    1);
	if (algorithm->pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pctx,
				     RSA_PKCS1_PSS_PADDING),
		    1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
				     RSA_PSS_SALTLEN_DIGEST),
		    1);
	}
	ok = EVP_DigestVerify(ctx, signature->data, signature->len, tbs, len) ==
	    1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static const struct ca_sigalg *
find_algorithm(struct fixture *f, const struct ca_token_key *key,
    const char *name)
{
	const struct ca_sigalg *algorithm = NULL;

	if (name == NULL)
		assert_ok(ca_sigalg_for_key(key->public_key, &algorithm,
			      &f->err),
		    &f->err);
	else
		algorithm = ca_sigalg_by_name(name);
	assert_non_null(algorithm);
	return algorithm;
}

struct ca_signer *
signing_make(struct fixture *f, const struct ca_token_key *key,
    enum ca_signer_kind kind, const char *name, unsigned sessions)
{
	const struct ca_signer_options options = { kind, sessions, fixture_ask,
		f };
	struct ca_signer *signer = NULL;

	assert_ok(ca_token_signer(f->token, key, find_algorithm(f, key, name),
		      &options, &signer, &f->err),
	    &f->err);
	return signer;
}

void
signing_works(struct fixture *f, struct ca_signer *signer)
{
	struct ca_bytes signature = { NULL, 0 };

	assert_ok(signer->sign(signer, text, sizeof(text), &signature, &f->err),
	    &f->err);
	assert_true(signing_verifies(signer, text, sizeof(text), &signature));
	signature.data[signature.len / 2] ^= 1;
	assert_false(signing_verifies(signer, text, sizeof(text), &signature));
	ca_bytes_free(&signature);
}

void
signing_refused(struct fixture *f, const struct ca_token_key *key,
    enum ca_signer_kind kind, const char *name, const char *word)
{
	const struct ca_signer_options options = { kind, 1, fixture_ask, f };
	struct ca_signer *signer = NULL;

	assert_int_equal(ca_token_signer(f->token, key,
			     find_algorithm(f, key, name), &options, &signer,
			     &f->err),
	    CA_ERR_TOKEN);
	assert_null(signer);
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
}

struct ca_token_key
signing_find(struct fixture *f, const char *label)
{
	struct ca_token_key key = { .handle = 0 };
	struct ca_uri *uri;
	char name[64];

	(void)snprintf(name, sizeof(name), "pkcs11:object=%s", label);
	uri = fixture_uri(name);
	assert_ok(ca_token_find_key(f->token, uri, &key, &f->err), &f->err);
	ca_uri_free(uri);
	return key;
}

struct ca_token_key
signing_asking_key(struct fixture *f)
{
	static const CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	static const CK_BBOOL yes = CK_TRUE;
	static const CK_BYTE id = 7;
	CK_MECHANISM mechanism = { .mechanism = CKM_EC_KEY_PAIR_GEN };
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_TOKEN, &yes, sizeof(yes)),
		ca_attribute(CKA_LABEL, "a", 1),
		ca_attribute(CKA_ID, &id, sizeof(id)),
		ca_attribute(CKA_EC_PARAMS, p256, sizeof(p256)),
		ca_attribute(CKA_PRIVATE, &yes, sizeof(yes)),
		ca_attribute(CKA_ALWAYS_AUTHENTICATE, &yes, sizeof(yes)),
	};
	CK_ATTRIBUTE private[5] = { template[0], template[1], template[2],
		template[4], template[5] };
	CK_OBJECT_HANDLE handles[2];
	struct ca_token_key key;

	assert_int_equal(f->token->p11->C_GenerateKeyPair(f->token->session,
			     &mechanism, template, 4, private, 5, &handles[0],
			     &handles[1]),
	    CKR_OK);
	key = signing_find(f, "a");
	assert_true(key.always_authenticate);
	return key;
}
