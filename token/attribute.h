/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_ATTRIBUTE_H
#define COLDCA_TOKEN_ATTRIBUTE_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>

#include "coldca/bytes.h"
#include "token/session.h"

#define CA_OBJECTS_MAX 4096          /* objects that one search may find */
#define CA_NUMBER_MAX 2048           /* bytes of a modulus: 16384 bits */
#define CA_POINT_MAX 512             /* bytes of an EC point or its curve */
#define CA_VALUE_MAX ((size_t)65536) /* bytes of a certificate */

/* One entry of a template; PKCS#11 does not write through it. */
CK_ATTRIBUTE ca_attribute(CK_ATTRIBUTE_TYPE type, const void *value,
    size_t len);

/* Handles of objects. { NULL, 0 } is empty and valid; free() item. */
struct ca_objects {
	CK_OBJECT_HANDLE *item;
	size_t count;
};

/* Finds all objects that have the COUNT attributes of TEMPLATE. */
CA_CHECKED enum ca_code ca_objects_find(struct ca_token *token,
    CK_ATTRIBUTE *template, size_t count, struct ca_objects *ret,
    struct ca_error *err);

/*
 * Reads the attribute TYPE of OBJECT. *RET is new, and empty where the object
 * does not have it, or does not tell.
 *
 * CA_ERR_TOKEN  longer than MAX bytes
 */
CA_CHECKED enum ca_code ca_attribute_read(struct ca_token *token,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, size_t max,
    struct ca_bytes *ret, struct ca_error *err);

/*
 * Whether RV of C_GetAttributeValue says that the object does not have, or the
 * token does not tell, the attribute; CKR_OK with a length of -1 does too.
 */
bool ca_attribute_is_untold(CK_RV rv);

enum ca_flag {
	CA_FLAG_FALSE,
	CA_FLAG_TRUE,
	CA_FLAG_UNKNOWN, /* the token does not tell */
};

/*
 * Reads a boolean attribute.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  no answer: anything but CKR_ATTRIBUTE_TYPE_INVALID
 *                           and CKR_ATTRIBUTE_SENSITIVE
 */
CA_CHECKED enum ca_code ca_attribute_flag(struct ca_token *token,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, enum ca_flag *ret,
    struct ca_error *err);

#define CA_FLAGS_MAX 32 /* that are read at once */

/*
 * Reads COUNT of them, CA_FLAGS_MAX at most: at once where the token tells all,
 * and one by one where it does not.
 */
CA_CHECKED enum ca_code ca_attribute_flags(struct ca_token *token,
    CK_OBJECT_HANDLE object, const CK_ATTRIBUTE_TYPE *types, size_t count,
    enum ca_flag *ret, struct ca_error *err);

#endif
