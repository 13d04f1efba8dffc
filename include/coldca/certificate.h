/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CERTIFICATE_H
#define COLDCA_CERTIFICATE_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/key.h"
#include "coldca/name.h"

#define CA_SERIAL_SIZE 16 /* octets of the serials that coldca makes */
#define CA_SERIAL_MAX 20  /* octets at most (RFC 5280 section 4.1.2.2) */
#define CA_SERIAL_TEXT_SIZE (2 * CA_SERIAL_MAX + 1) /* hex, with the NUL */

/* Bytes of a file of certificates, and certificates in one; more is refused. */
#define CA_CERTIFICATE_FILE_MAX ((size_t)1024 * 1024)
#define CA_CERTIFICATES_MAX 100

/* One X.509 certificate, read only. */
struct ca_certificate;

/* Zero-initialised is empty and valid. */
struct ca_certificates {
	struct ca_certificate **item; /* owned */
	size_t count;
};

/*
 * Reads one certificate from exactly LEN bytes of DER. *RET is new, freed with
 * ca_certificate_free().
 *
 * CA_ERR_INPUT  not one certificate, trailing bytes, a key of an unknown kind
 */
CA_CHECKED enum ca_code ca_certificate_parse(const uint8_t *der, size_t len,
    struct ca_certificate **ret, struct ca_error *err);

/*
 * Reads a PEM file of one or more certificates by the rules of CockroachDB's
 * loader: every block is a CERTIFICATE, and text between blocks is ignored.
 * NAME is what messages call it.
 *
 * CA_ERR_INPUT  none, more than CA_CERTIFICATES_MAX, another kind of block
 */
CA_CHECKED enum ca_code ca_certificates_parse(const char *name, const void *pem,
    size_t len, struct ca_certificates *ret, struct ca_error *err);

/* Appends the PEM of CERTIFICATE (RFC 7468 section 5) to PEM. */
CA_CHECKED enum ca_code
ca_certificate_append_pem(const struct ca_certificate *certificate,
    struct ca_bytes *pem, struct ca_error *err);

/* Getters: everything is borrowed and lives as long as CERTIFICATE. */
const struct ca_bytes *ca_certificate_der(const struct ca_certificate *);
const uint8_t *ca_certificate_tbs(const struct ca_certificate *,
    size_t *ret_len);
const uint8_t *ca_certificate_serial(const struct ca_certificate *,
    size_t *ret_len); /* big-endian content octets */
const char *ca_certificate_serial_text(const struct ca_certificate *);
const struct ca_bytes *ca_certificate_subject(
    const struct ca_certificate *); /* DER of the Name */
const struct ca_bytes *ca_certificate_issuer(
    const struct ca_certificate *); /* DER of the Name */
const char *ca_certificate_subject_text(
    const struct ca_certificate *); /* RFC 4514, printable */
const char *ca_certificate_common_name(
    const struct ca_certificate *); /* printable; NULL where there is none */
const struct ca_names *ca_certificate_names(const struct ca_certificate *);
const struct ca_bytes *ca_certificate_key_id(
    const struct ca_certificate *); /* subject key identifier; may be empty */
EVP_PKEY *ca_certificate_key(const struct ca_certificate *);
const struct ca_key_info *ca_certificate_key_info(
    const struct ca_certificate *);
int64_t ca_certificate_not_before(
    const struct ca_certificate *); /* seconds since 1970-01-01 UTC */
int64_t ca_certificate_not_after(
    const struct ca_certificate *); /* seconds since 1970-01-01 UTC */
bool ca_certificate_is_ca(const struct ca_certificate *);
X509 *ca_certificate_x509(
    const struct ca_certificate *); /* only for OpenSSL's readers */
const uint8_t *ca_certificate_sha256(
    const struct ca_certificate *); /* CA_SHA256_SIZE bytes, over the DER */

/*
 * Checks that ISSUER signed CERTIFICATE: issuer name equal byte for byte, and
 * the signature verifies. Dates are not looked at.
 *
 * CA_ERR_POLICY  it did not
 */
CA_CHECKED enum ca_code
ca_certificate_check_issuer(const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, struct ca_error *err);

/*
 * Appends CERTIFICATE, which belongs to CERTIFICATES from then on; on failure
 * it is freed.
 */
CA_CHECKED enum ca_code
ca_certificates_add(struct ca_certificates *certificates,
    struct ca_certificate *certificate, struct ca_error *err);

/* Whether CERTIFICATE, octet by octet, is one of CERTIFICATES. */
bool ca_certificates_has(const struct ca_certificates *certificates,
    const struct ca_certificate *certificate);

/* Both accept NULL. */
void ca_certificate_free(struct ca_certificate *certificate);
void ca_certificates_clear(struct ca_certificates *certificates);

#endif
