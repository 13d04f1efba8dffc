/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DER_CHECK_H
#define COLDCA_CORE_DER_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

#define CA_DER_DEPTH_MAX 32 /* nested elements; a deeper object is refused */

/*
 * Checks that the LEN bytes at DER are exactly one element in distinguished
 * encoding (X.690 section 10): lengths definite and as short as can be,
 * strings primitive, tags below 31, BOOLEAN and INTEGER in their one form.
 * OpenSSL reads more than that, and two encodings of one request are two
 * chances to be misread. The order of SET OF and DEFAULT values are not
 * checked: they are common in the field and mislead nobody.
 *
 * CA_ERR_INPUT  anything else
 */
CA_CHECKED enum ca_code ca_der_check(const uint8_t *der, size_t len,
    struct ca_error *err);

#endif
