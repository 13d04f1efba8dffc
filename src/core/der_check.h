/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DER_CHECK_H
#define COLDCA_CORE_DER_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

#define CA_DER_DEPTH_MAX 32 /* nested elements; a deeper object is refused */

/* One element, borrowed from what was read. */
struct ca_der_element {
	unsigned tag;           /* the identifier octet */
	const uint8_t *whole;   /* with identifier and length */
	size_t whole_len;       /* bytes */
	const uint8_t *content; /* what they enclose */
	size_t len;             /* bytes of it */
};

/*
 * Checks that the LEN bytes at DER are exactly one element in distinguished
 * encoding (X.690 sections 10 and 11): lengths definite and as short as can
 * be, strings primitive, tags below 31, every SET in order, and BOOLEAN,
 * INTEGER, ENUMERATED, BIT STRING, NULL and OBJECT IDENTIFIER in their one
 * form. OpenSSL reads more than that, and two encodings of one request are two
 * chances to be misread.
 *
 * What needs the type to be known is left to who knows it: values under
 * implicit tags, the order of SETs there, and DEFAULT values.
 *
 * CA_ERR_INPUT  anything else; the rule is der-...
 */
CA_CHECKED enum ca_code ca_der_check(const uint8_t *der, size_t len,
    struct ca_error *err);

/*
 * Reads the element at *NEXT, which ends at END, and steps over it.
 *
 * CA_ERR_INPUT  its tag or length is not in distinguished encoding
 */
CA_CHECKED enum ca_code ca_der_next(const uint8_t **next, const uint8_t *end,
    struct ca_der_element *ret, struct ca_error *err);

/*
 * Checks that the elements in the LEN bytes at CONTENT are in the order of a
 * SET OF (X.690 section 11.6).
 *
 * CA_ERR_INPUT  they are not; the rule is der-set-order
 */
CA_CHECKED enum ca_code ca_der_check_set(const uint8_t *content, size_t len,
    struct ca_error *err);

/* Says that WHAT is against RULE and that SECTION of X.690: CA_ERR_INPUT. */
enum ca_code ca_der_refuse(struct ca_error *err, const char *rule,
    const char *section, const char *what);

/* Checks the value of a primitive element of a universal type. */
CA_CHECKED enum ca_code ca_der_check_value(const struct ca_der_element *element,
    struct ca_error *err);

#endif
