/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_SPKI_H
#define COLDCA_BASE_SPKI_H

#include <openssl/types.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

/*
 * The SubjectPublicKeyInfo of KEY in DER (RFC 5280 section 4.1.2.7): that of an
 * elliptic curve with its OID and the uncompressed point (RFC 5480 section 2),
 * that of Ed25519 as RFC 8410 section 4 has it, any other as OpenSSL writes it.
 * OpenSSL seeks an encoder for as long as two signatures take; this does without
 * where it can. *RET_DER is new.
 *
 * CA_ERR_INTERNAL  KEY can not be encoded, or out of memory
 */
CA_CHECKED enum ca_code ca_spki_encode(const EVP_PKEY *key,
    struct ca_bytes *ret_der, struct ca_error *err);

#endif
