/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_HOST_KEY_H
#define COLDCA_CORE_HOST_KEY_H

#include <openssl/types.h>
#include <sys/types.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/key.h"

#define CA_HOST_KEY_MAX ((size_t)64 * 1024) /* bytes of its file */

/* A new private key of KIND. *RET is new; EVP_PKEY_free() it. */
CA_CHECKED enum ca_code ca_host_key_make(enum ca_key_kind kind,
    unsigned rsa_bits, EVP_PKEY **ret, struct ca_error *err);

/*
 * Reads the private key in the file NAME of the directory DIR, which messages
 * call PATH: one PEM block of PKCS#8, PKCS#1 or SEC 1 without a passphrase.
 * RET_MODE, where not NULL, gets its permission bits.
 *
 * CA_ERR_FILE   it can not be read, or is a link
 * CA_ERR_INPUT  it is no such key
 */
CA_CHECKED enum ca_code ca_host_key_read_at(int dir, const char *name,
    const char *path, EVP_PKEY **ret, mode_t *ret_mode, struct ca_error *err);

/*
 * The key as PKCS#8 without a passphrase (RFC 5958): as PEM (RFC 7468 section
 * 10), and as the DER that Java reads. The caller wipes RET, which is empty
 * before.
 */
CA_CHECKED enum ca_code ca_host_key_pem(EVP_PKEY *key, struct ca_bytes *ret,
    struct ca_error *err);
CA_CHECKED enum ca_code ca_host_key_der(EVP_PKEY *key, struct ca_bytes *ret,
    struct ca_error *err);

/* Overwrites and frees bytes that a key is in. */
void ca_host_key_wipe(struct ca_bytes *bytes);

#endif
