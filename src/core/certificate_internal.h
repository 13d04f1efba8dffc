/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERTIFICATE_INTERNAL_H
#define COLDCA_CORE_CERTIFICATE_INTERNAL_H

#include <openssl/types.h>

#include "coldca/certificate.h"

/*
 * The same as ca_certificate_x509() for all but the public key, which OpenSSL
 * has not decoded: X509_get0_pubkey(), X509_verify() and chains fail with it. It
 * costs nothing.
 */
X509 *ca_certificate_bare_x509(const struct ca_certificate *certificate);

/*
 * Whether KEY made the signature of CERTIFICATE, whoever its issuer is; the
 * algorithm inside is the one outside (RFC 5280 section 4.1.1.2).
 */
bool ca_certificate_verifies(const struct ca_certificate *certificate,
    EVP_PKEY *key);

#endif
