/* SPDX-License-Identifier: Apache-2.0 */
#include "base/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

static const EVP_MD *sha256;

static void
fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	/* Without memory, or without a provider of it: what uses it fails. */
	if (sha256 == NULL)
		sha256 = EVP_sha256();
}

const EVP_MD *
ca_sha256(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, fetch);
	return sha256;
}
