/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_SPKI_H
#define COLDCA_BASE_SPKI_H

#include <openssl/types.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

/*
 * The SubjectPublicKeyInfo of KEY in DER (RFC 5280 section 4.1.2.7), octet by octet
 * as i2d_PUBKEY() makes it: of a named curve (RFC 5480 section 2) and of Ed25519
 * (RFC 8410 section 4) without the search for an encoder, which takes as long as
 * two signatures the first time. *RET_DER is new.
 *
 * CA_ERR_INTERNAL  KEY can not be encoded, or out of memory
 */
CA_CHECKED enum ca_code ca_spki_encode(const EVP_PKEY *key,
    struct ca_bytes *ret_der, struct ca_error *err);

#endif
