/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <libp11.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"
#include "token/ckr.h"
#include "token/public_key.h"

struct libp11_signer {
	struct ca_token *token; /* borrowed */
	EVP_PKEY *key;          /* libp11's: never copied, never compared */
};

static enum ca_code
libp11_sign(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	const struct libp11_signer *impl = signer->impl;
	const EVP_MD *digest = EVP_get_digestbyname(signer->algorithm->digest);
	struct ca_bytes signature = { NULL, 0 };
	size_t size = (size_t)EVP_PKEY_get_size(impl->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum ca_code rc = CA_OK;

	ERR_clear_error();
	/* One call, so that the token is asked once. */
	signature.data = malloc(size);
	if (signature.data == NULL || ctx == NULL || digest == NULL)
		rc = ca_fail_memory(err);
	else if (EVP_DigestSignInit(ctx, NULL, digest, NULL, impl->key) != 1 ||
	    EVP_DigestSign(ctx, signature.data, &size, tbs, len) != 1)
		rc = ca_ckr_fail_libp11(err, impl->token->name, "C_Sign");
	EVP_MD_CTX_free(ctx);
	if (rc != CA_OK) {
		ca_bytes_free(&signature);
		return rc;
	}
	signature.len = size;
	*ret_signature = signature;
	return CA_OK;
}

static void
libp11_release(struct ca_signer *signer)
{
	struct libp11_signer *impl = signer->impl;

	EVP_PKEY_free(impl->key);
	free(impl);
}

/* Whether both have the same SubjectPublicKeyInfo. */
static bool
is_same_public_key(EVP_PKEY *a, EVP_PKEY *b)
{
	unsigned char *a_der = NULL, *b_der = NULL;
	int a_len = i2d_PUBKEY(a, &a_der), b_len = i2d_PUBKEY(b, &b_der);
	bool same = a_len > 0 && a_len == b_len &&
	    memcmp(a_der, b_der, (size_t)a_len) == 0;

	OPENSSL_free(a_der);
	OPENSSL_free(b_der);
	return same;
}

static bool
is_named(const PKCS11_KEY *candidate, const struct ca_token_key *key)
{
	const char *label = candidate->label == NULL ? "" : candidate->label;

	return candidate->id_len == key->id_len &&
	    memcmp(candidate->id, key->id, key->id_len) == 0 &&
	    strcmp(label, key->label) == 0;
}

/* libp11's EVP_PKEY for KEY; it can only be found by its names. */
static enum ca_code
find_evp(struct ca_token *token, const struct ca_token_key *key,
    EVP_PKEY **ret_evp, struct ca_error *err)
{
	PKCS11_KEY *keys, *found = NULL;
	unsigned i, count, matches = 0;
	EVP_PKEY *evp;

	ERR_clear_error();
	if (PKCS11_enumerate_keys(token->slot->token, &keys, &count) != 0) {
		ca_ckr_fail_libp11(err, token->name, "libp11: private keys");
		ca_hint(err,
		    "libp11 0.4.12 lists no key at all where the token holds one that is neither RSA nor EC, such as Ed25519");
		return err->code;
	}
	for (i = 0; i < count; i++)
		if (is_named(&keys[i], key)) {
			found = &keys[i];
			matches++;
		}
	if (matches != 1)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: libp11 sees %u keys of its label and id",
		    token->name, key->label, matches);
	evp = PKCS11_get_private_key(found);
	if (evp == NULL)
		return ca_ckr_fail_libp11(err, token->name,
		    "PKCS11_get_private_key");
	if (!is_same_public_key(evp, key->public_key)) {
		EVP_PKEY_free(evp);
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: libp11 sees another public key", token->name,
		    key->label);
	}
	*ret_evp = evp;
	return CA_OK;
}

static enum ca_code
check_usable(struct ca_token *token, const struct ca_token_key *key,
    const struct ca_sigalg *algorithm, struct ca_error *err)
{
	const char *fault = NULL;

	if (key->kind == CA_KEY_ED25519)
		fault = "libp11 0.4.12 does not sign with Ed25519 keys";
	else if (algorithm->key != key->kind || algorithm->digest == NULL)
		fault = "the signature algorithm is for another kind of key";
	else if (ca_attribute_flag(token, key->handle,
		     CKA_ALWAYS_AUTHENTICATE) == CA_FLAG_TRUE)
		fault =
		    "it wants its PIN for every signature, which this signer does not give";
	if (fault == NULL)
		return CA_OK;
	return ca_fail(err, CA_ERR_TOKEN, "%s: key %s: %s", token->name,
	    key->label, fault);
}

enum ca_code
ca_token_signer(struct ca_token *token, const struct ca_token_key *key,
    const struct ca_sigalg *algorithm, struct ca_signer **ret_signer,
    struct ca_error *err)
{
	struct libp11_signer *impl = NULL;
	struct ca_signer *signer = NULL;
	EVP_PKEY *evp = NULL;
	enum ca_code rc;

	rc = check_usable(token, key, algorithm, err);
	if (rc == CA_OK)
		rc = find_evp(token, key, &evp, err);
	if (rc != CA_OK)
		return rc;
	impl = calloc(1, sizeof(*impl));
	signer = calloc(1, sizeof(*signer));
	if (impl == NULL || signer == NULL ||
	    EVP_PKEY_up_ref(key->public_key) != 1) {
		EVP_PKEY_free(evp);
		free(impl);
		free(signer);
		return ca_fail_memory(err);
	}
	impl->token = token;
	impl->key = evp;
	signer->kind = "libp11";
	signer->algorithm = algorithm;
	signer->public_key = key->public_key;
	signer->impl = impl;
	signer->sign = libp11_sign;
	signer->release = libp11_release;
	*ret_signer = signer;
	return CA_OK;
}
