/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_ASN1_TEXT_H
#define COLDCA_CORE_ASN1_TEXT_H

#include <openssl/types.h>

#include "coldca/error.h"

#define CA_OBJECT_TEXT_SIZE 128 /* bytes, with the NUL; longer ones are cut */

/* The short name ("keyUsage") of OBJECT, or where it has none its OID. */
void ca_asn1_object_text(const ASN1_OBJECT *object,
    char text[CA_OBJECT_TEXT_SIZE]);

/*
 * The characters of STRING, whatever its type, fit to be shown: in UTF-8 with
 * controls escaped. Where they are no characters of its type, its octets are
 * escaped instead. *RET_TEXT is new; free() it.
 */
CA_CHECKED enum ca_code ca_asn1_string_text(const ASN1_STRING *string,
    char **ret_text, struct ca_error *err);

/*
 * NAME in the form of RFC 4514, but in the order of the certificate, as
 * CockroachDB writes distinguished names; fit to be shown. *RET_TEXT is new.
 */
CA_CHECKED enum ca_code ca_asn1_name_text(const X509_NAME *name,
    char **ret_text, struct ca_error *err);

#endif
