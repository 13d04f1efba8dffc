/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures are verified, and many by one key, one after the other, at less. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "coldca/sigalg.h"

/*
 * What OpenSSL looks up, under locks that all threads share, before it verifies
 * anything by a key: each thread keeps that of the key it had last.
 */
struct kept {
	const struct ca_sigalg *algorithm;
	EVP_PKEY *key; /* a reference, so that no other key has its address */
	EVP_PKEY_CTX *context;
};

static pthread_key_t kept_key;
static bool can_keep;

static void
kept_free(void *arg)
{
	struct kept *kept = arg;

	if (kept == NULL)
		return;
	EVP_PKEY_CTX_free(kept->context);
	EVP_PKEY_free(kept->key);
	free(kept);
}

static void
prepare_to_keep(void)
{
	can_keep = pthread_key_create(&kept_key, kept_free) == 0;
}

static const EVP_MD *
digest_of(const struct ca_sigalg *algorithm)
{
	return strcmp(algorithm->digest, "SHA256") == 0
	    ? ca_sha256()
	    : EVP_get_digestbyname(algorithm->digest);
}

/* RFC 4055 section 3.1: MGF1 with the same hash, a salt as long as it. */
static bool
begin(EVP_PKEY_CTX *context, const struct ca_sigalg *algorithm)
{
	if (EVP_PKEY_verify_init(context) != 1)
		return false;
	if (algorithm->pss &&
	    (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) !=
		    1 ||
		EVP_PKEY_CTX_set_rsa_pss_saltlen(context,
		    RSA_PSS_SALTLEN_DIGEST) != 1))
		return false;
	return EVP_PKEY_CTX_set_signature_md(context, digest_of(algorithm)) ==
	    1;
}

/* A context of KEY that is ready to verify; NULL: there is none. */
static EVP_PKEY_CTX *
new_context(const struct ca_sigalg *algorithm, EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	if (context != NULL && begin(context, algorithm))
		return context;
	EVP_PKEY_CTX_free(context);
	return NULL;
}

/* This thread's, for KEY; NULL: there is none, and none can be kept. */
static struct kept *
kept_of(const struct ca_sigalg *algorithm, EVP_PKEY *key)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct kept *kept;

	(void)pthread_once(&once, prepare_to_keep);
	if (!can_keep)
		return NULL;
	kept = pthread_getspecific(kept_key);
	if (kept != NULL && kept->key == key && kept->algorithm == algorithm)
		return kept;
	(void)pthread_setspecific(kept_key, NULL);
	kept_free(kept);
	kept = calloc(1, sizeof(*kept));
	if (kept == NULL)
		return NULL;
	kept->algorithm = algorithm;
	if (EVP_PKEY_up_ref(key) == 1)
		kept->key = key;
	kept->context = new_context(algorithm, key);
	if (kept->key != NULL && kept->context != NULL &&
	    pthread_setspecific(kept_key, kept) == 0)
		return kept;
	kept_free(kept);
	return NULL;
}

/* Ed25519 (RFC 8032) has no digest of its own to be given. */
static bool
verifies_whole(EVP_PKEY *key, const uint8_t *data, size_t len,
    const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL &&
	    EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, NULL, key, NULL) ==
		1 &&
	    EVP_DigestVerify(ctx, signature, signature_len, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

bool
ca_sigalg_verifies(const struct ca_sigalg *algorithm, EVP_PKEY *key,
    const uint8_t *data, size_t len, const uint8_t *signature,
    size_t signature_len)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;
	struct kept *kept = NULL;
	bool good = false;

	if (algorithm->digest == NULL)
		good = verifies_whole(key, data, len, signature, signature_len);
	else
		kept = kept_of(algorithm, key);
	if (kept != NULL)
		good = EVP_Digest(data, len, digest, &digest_len,
			   digest_of(algorithm), NULL) == 1 &&
		    EVP_PKEY_verify(kept->context, signature, signature_len,
			digest, digest_len) == 1;
	ERR_clear_error();
	return good;
}
