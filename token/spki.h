/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_SPKI_H
#define COLDCA_TOKEN_SPKI_H

#include <openssl/types.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

/* The DER of KEY's SubjectPublicKeyInfo. *RET is new. */
CA_CHECKED enum ca_code ca_spki_of_key(const EVP_PKEY *key,
    struct ca_bytes *ret, struct ca_error *err);

#endif
