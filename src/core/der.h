/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DER_H
#define COLDCA_CORE_DER_H

#include "coldca/bytes.h"

/* Identifier octets (X.690 section 8.1.2) that coldca composes or looks for itself. */
#define CA_DER_BOOLEAN 0x01U
#define CA_DER_INTEGER 0x02U
#define CA_DER_BIT_STRING 0x03U
#define CA_DER_OCTET_STRING 0x04U
#define CA_DER_ENUMERATED 0x0aU
#define CA_DER_SEQUENCE 0x30U
#define CA_DER_CONTEXT(n) (0xa0U | (n)) /* constructed, context-specific */
#define CA_DER_CONTEXT_PRIMITIVE(n) (0x80U | (n))

/*
 * Appends one element to OUT: TAG, the minimal definite length (X.690 section
 * 10.1) and the LEN bytes at CONTENT.
 */
CA_CHECKED enum ca_code ca_der_append(struct ca_bytes *out, unsigned tag,
    const void *content, size_t len, struct ca_error *err);

/* Appends the first two of these, for a content of LEN octets. */
CA_CHECKED enum ca_code ca_der_append_header(struct ca_bytes *out, unsigned tag,
    size_t len, struct ca_error *err);

#endif
