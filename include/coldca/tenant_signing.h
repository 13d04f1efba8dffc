/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TENANT_SIGNING_H
#define COLDCA_TENANT_SIGNING_H

#include <openssl/types.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/error.h"

#define CA_TENANT_SIGNING_FILE "tenant-signing" /* .NUMBER.crt, .key */

/*
 * Makes the certificate with which a tenant's servers sign the tokens that let
 * SQL sessions move between them. It is signed by its own KEY, an Ed25519 one,
 * and belongs to no CA: CN=Tenant NUMBER Token Signing Certificate, CA FALSE,
 * digitalSignature, as `cockroach cert create-tenant-signing` makes it, but
 * with a serial of its own (SERIAL, CA_SERIAL_SIZE bytes): RFC 5280 section
 * 4.1.2.2 lets no issuer use one twice, and there all have 1.
 *
 * LIFETIME is in seconds from NOW, seconds since 1970-01-01 UTC; notBefore is
 * CA_BACKDATE before it. *RET is new; ca_certificate_free() it.
 *
 * CA_ERR_INTERNAL  out of memory; not an Ed25519 key
 */
CA_CHECKED enum ca_code ca_tenant_signing_make(EVP_PKEY *key, uint64_t tenant,
    const uint8_t serial[CA_SERIAL_SIZE], int64_t lifetime, int64_t now,
    struct ca_certificate **ret, struct ca_error *err);

#endif
