/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_CSR_MAKER_H
#define COLDCA_TESTS_CSR_MAKER_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"

/* A request in the making; every call fails the test where it can not be. */
struct csr_maker;

/* A request for a copy of KEY; NULL makes a new P-256 key. */
struct csr_maker *csr_maker_new(EVP_PKEY *key);

/* Appends "CN=x" or the like to the subject, as a new RDN. */
void csr_maker_subject(struct csr_maker *maker, const char *field,
    const char *value);

/* The same with LEN bytes at VALUE in a string of TYPE (MBSTRING_, V_ASN1_). */
void csr_maker_subject_raw(struct csr_maker *maker, const char *field, int type,
    const void *value, size_t len);

/* Appends an extension in the syntax of OpenSSL's configuration. */
void csr_maker_ext(struct csr_maker *maker, const char *name,
    const char *value);

/* Appends an extension whose value is the LEN bytes at DER. */
void csr_maker_ext_der(struct csr_maker *maker, const char *oid, bool critical,
    const void *der, size_t len);

/* Appends a subject alternative name extension with one dNSName of any bytes. */
void csr_maker_dns(struct csr_maker *maker, const void *name, size_t len);

/* Appends an attribute with a UTF8String. */
void csr_maker_attribute(struct csr_maker *maker, const char *oid,
    const char *text);

/* The same with a SET OF the LEN bytes at DER: any number of values. */
void csr_maker_attribute_der(struct csr_maker *maker, const char *oid,
    const void *der, size_t len);

/* The OID of the extensionRequest that csr_maker_der() adds. */
void csr_maker_request_oid(struct csr_maker *maker, const char *oid);

/* Appends a further extensionRequest with all extensions so far, as OID. */
void csr_maker_extension_request(struct csr_maker *maker, const char *oid);

/* The version's INTEGER; 0 by default. */
void csr_maker_version(struct csr_maker *maker, long version);

/* The digest of the signature: "SHA256" by default. */
void csr_maker_digest(struct csr_maker *maker, const char *digest);

/* The request, signed; frees MAKER. */
struct ca_bytes csr_maker_der(struct csr_maker *maker);

/* Signs the request in DER again, whatever was changed in it, with KEY. */
void csr_sign_again(struct ca_bytes *der, EVP_PKEY *key);

/* DER as a PEM block of type LABEL. */
struct ca_bytes csr_pem(const struct ca_bytes *der, const char *label);

#endif
