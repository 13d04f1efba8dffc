/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DER_VALUE_H
#define COLDCA_CORE_DER_VALUE_H

#include <openssl/types.h>

#include "coldca/bytes.h"

/* Appends the LEN bytes that an i2d function made, and frees them. */
CA_CHECKED enum ca_code ca_der_append_i2d(struct ca_bytes *out,
    unsigned char *der, int len, struct ca_error *err);

/* Appends an element of TAG around CONTENT, and empties CONTENT. */
CA_CHECKED enum ca_code ca_der_append_around(struct ca_bytes *out, unsigned tag,
    struct ca_bytes *content, struct ca_error *err);

/* Appends an INTEGER that is not negative. */
CA_CHECKED enum ca_code ca_der_append_number(struct ca_bytes *out,
    int64_t number, struct ca_error *err);

/* Appends a GeneralizedTime. TIME is in seconds since 1970-01-01 UTC. */
CA_CHECKED enum ca_code ca_der_append_generalized_time(struct ca_bytes *out,
    int64_t time, struct ca_error *err);

/* UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 section 5.1.2). */
CA_CHECKED enum ca_code ca_der_append_time(struct ca_bytes *out, int64_t time,
    struct ca_error *err);

/* Appends the OBJECT IDENTIFIER of OpenSSL's NID. */
CA_CHECKED enum ca_code ca_der_append_oid(struct ca_bytes *out, int nid,
    struct ca_error *err);

/*
 * Appends an Extension (RFC 5280 section 4.1): NID, not critical, VALUE, which
 * is emptied.
 */
CA_CHECKED enum ca_code ca_der_append_extension(struct ca_bytes *out, int nid,
    struct ca_bytes *value, struct ca_error *err);

#endif
