/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DRAFT_EXTENSIONS_H
#define COLDCA_CORE_DRAFT_EXTENSIONS_H

#include <openssl/x509v3.h>

#include "coldca/certificate.h"
#include "coldca/vet.h"

/* Octets of a key identifier (RFC 7093 section 2, method 1). */
#define CA_KEY_ID_SIZE 20

/*
 * The DER of the Extensions of GRANT's certificate (RFC 5280 section 4.2), by
 * its profile's row. KEY_ID is the subject key identifier. ISSUER gives the
 * authority key identifier; NULL: self-signed, which has none. SERIAL stands in
 * the URL at which to ask about the certificate. *RET_DER is new.
 */
CA_CHECKED enum ca_code ca_draft_extensions(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const uint8_t serial[CA_SERIAL_SIZE],
    struct ca_bytes *ret_der, struct ca_error *err);

/* GeneralNames of NAMES, only DNS names and addresses. *RET is new. */
CA_CHECKED enum ca_code ca_general_names_make(const struct ca_names *names,
    GENERAL_NAMES **ret, struct ca_error *err);

#endif
