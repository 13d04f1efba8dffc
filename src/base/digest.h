/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_DIGEST_H
#define COLDCA_BASE_DIGEST_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SHA-256 for EVP_DigestInit_ex(). EVP_sha256() of OpenSSL 3.0 is only a name:
 * each use of it has the implementation looked up, under locks that all threads
 * share, which takes longer than to hash a certificate. This one was looked up,
 * once; it lives as long as the process. By any thread.
 */
const EVP_MD *ca_sha256(void);

/*
 * A new SHA-256 by the one context that this thread has: nothing else may be
 * hashed by these functions before its EVP_DigestFinal_ex(). Borrowed. NULL: memory
 * ran out.
 */
EVP_MD_CTX *ca_sha256_begin(void);

/*
 * The SHA-256 of the LEN octets at DATA, 32 of them. False: memory ran out. By any
 * thread: each has a context for all that it hashes.
 */
bool ca_sha256_of(const void *data, size_t len, uint8_t *ret_hash);

#endif
