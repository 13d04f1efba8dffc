/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const EVP_MD *sha256;
static pthread_key_t context_key;
static bool has_key;

static void
free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

static void
prepare(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	/* Without memory, or without a provider of it: what uses it fails. */
	if (sha256 == NULL)
		sha256 = EVP_sha256();
	has_key = pthread_key_create(&context_key, free_context) == 0;
}

const EVP_MD *
ca_sha256(void)
{
	(void)pthread_once(&once, prepare);
	return sha256;
}

/* This thread's; NULL: it has none, and can have none. */
static EVP_MD_CTX *
own_context(void)
{
	EVP_MD_CTX *context;

	(void)pthread_once(&once, prepare);
	if (!has_key)
		return NULL;
	context = pthread_getspecific(context_key);
	if (context != NULL)
		return context;
	context = EVP_MD_CTX_new();
	if (context == NULL || pthread_setspecific(context_key, context) == 0)
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

EVP_MD_CTX *
ca_sha256_begin(void)
{
	EVP_MD_CTX *context = own_context();

	if (context == NULL || EVP_DigestInit_ex(context, sha256, NULL) != 1)
		return NULL;
	return context;
}

bool
ca_sha256_of(const void *data, size_t len, uint8_t *ret_hash)
{
	EVP_MD_CTX *context = ca_sha256_begin();

	if (context == NULL)
		return EVP_Digest(data, len, ret_hash, NULL, ca_sha256(),
			   NULL) == 1;
	return EVP_DigestUpdate(context, data, len) == 1 &&
	    EVP_DigestFinal_ex(context, ret_hash, NULL) == 1;
}
