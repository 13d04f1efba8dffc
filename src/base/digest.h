/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_DIGEST_H
#define COLDCA_BASE_DIGEST_H

#include <openssl/types.h>

/*
 * SHA-256 for EVP_Digest() and EVP_DigestInit_ex(). EVP_sha256() of OpenSSL 3.0
 * is only a name: each use of it has the implementation looked up, under locks
 * that all threads share, which takes longer than to hash a certificate. This
 * one was looked up, once; it lives as long as the process. By any thread.
 */
const EVP_MD *ca_sha256(void);

#endif
