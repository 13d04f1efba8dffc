/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/asn1_text.h"
#include "core/general_name.h"
#include "core/key_check.h"

struct ca_certificate {
	X509 *x509;
	struct ca_bytes der;
	struct ca_bytes tbs;
	struct ca_bytes serial;
	char *serial_text;
	struct ca_bytes subject;
	struct ca_bytes issuer;
	char *subject_text;
	char *common_name;
	struct ca_names names;
	struct ca_bytes key_id;
	struct ca_key_info key_info;
	int64_t not_before;
	int64_t not_after;
	uint8_t sha256[CA_SHA256_SIZE];
};

/* The first element inside the outer SEQUENCE, with its header. */
static enum ca_code
read_tbs(struct ca_certificate *cert, struct ca_error *err)
{
	const unsigned char *outer = cert->der.data, *inner;
	long len;
	int tag, class;

	if (ASN1_get_object(&outer, &len, &tag, &class, (long)cert->der.len) &
	    0x80)
		return ca_fail(err, CA_ERR_INPUT, "not a certificate");
	inner = outer;
	if (ASN1_get_object(&inner, &len, &tag, &class,
		(long)cert->der.len - (long)(outer - cert->der.data)) &
	    0x80)
		return ca_fail(err, CA_ERR_INPUT, "not a certificate");
	return ca_bytes_append(&cert->tbs, outer,
	    (size_t)(inner - outer) + (size_t)len, err);
}

static enum ca_code
read_serial(struct ca_certificate *cert, struct ca_error *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->x509);
	size_t len = (size_t)ASN1_STRING_length(serial);
	enum ca_code rc;

	rc = ca_bytes_append(&cert->serial, ASN1_STRING_get0_data(serial), len,
	    err);
	if (rc != CA_OK)
		return rc;
	cert->serial_text = malloc(2 * len + 1);
	if (cert->serial_text == NULL)
		return ca_fail_memory(err);
	ca_hex(cert->serial.data, len, cert->serial_text);
	return CA_OK;
}

static enum ca_code
read_name_der(const X509_NAME *name, struct ca_bytes *ret, struct ca_error *err)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	if (X509_NAME_get0_der(name, &der, &len) != 1)
		return ca_fail(err, CA_ERR_INPUT, "a name can not be read");
	return ca_bytes_append(ret, der, len, err);
}

static enum ca_code
read_subject_text(struct ca_certificate *cert, struct ca_error *err)
{
	return ca_asn1_name_text(X509_get_subject_name(cert->x509),
	    &cert->subject_text, err);
}

static enum ca_code
read_common_name(struct ca_certificate *cert, struct ca_error *err)
{
	const X509_NAME *name = X509_get_subject_name(cert->x509);
	int at = -1, next;

	/* Of several, the last: as Go, and so CockroachDB, reads them. */
	while (
	    (next = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
		at = next;
	if (at < 0)
		return CA_OK;
	return ca_asn1_string_text(X509_NAME_ENTRY_get_data(
				       X509_NAME_get_entry(name, at)),
	    &cert->common_name, err);
}

static enum ca_code
read_names(struct ca_certificate *cert, struct ca_error *err)
{
	int critical = 0;
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(cert->x509, NID_subject_alt_name, &critical, NULL);
	enum ca_code rc;

	/* -1: there is none; otherwise NULL means that it can not be read. */
	if (names == NULL)
		return critical == -1
		    ? CA_OK
		    : ca_fail(err, CA_ERR_INPUT,
			  "RFC 5280 section 4.2.1.6: the subject alternative name can not be read");
	rc = ca_general_names_read(names, &cert->names, err);
	GENERAL_NAMES_free(names);
	return rc;
}

static enum ca_code
read_time(const ASN1_TIME *time, int64_t *ret, struct ca_error *err)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 5280 section 4.1.2.5: a date can not be read");
	*ret = (int64_t)timegm(&tm);
	return CA_OK;
}

static enum ca_code
read_key(struct ca_certificate *cert, struct ca_error *err)
{
	EVP_PKEY *key = X509_get0_pubkey(cert->x509);
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(cert->x509);
	unsigned char *spki = NULL;
	enum ca_code rc;
	int len;

	if (key == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "the public key can not be read");
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &spki);
	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_key_describe_spki(key, spki, (size_t)len, &cert->key_info, err);
	OPENSSL_free(spki);
	if (rc != CA_OK)
		return ca_fail(err, CA_ERR_INPUT,
		    "a public key of an unknown kind");
	if (id == NULL)
		return CA_OK;
	return ca_bytes_append(&cert->key_id, ASN1_STRING_get0_data(id),
	    (size_t)ASN1_STRING_length(id), err);
}

static enum ca_code
read_fields(struct ca_certificate *cert, struct ca_error *err)
{
	static enum ca_code (*const readers[])(struct ca_certificate *,
	    struct ca_error *) = { read_tbs, read_serial, read_subject_text,
		read_common_name, read_names, read_key };
	enum ca_code rc;

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		rc = readers[i](cert, err);
		if (rc != CA_OK)
			return rc;
	}
	rc = read_name_der(X509_get_subject_name(cert->x509), &cert->subject,
	    err);
	if (rc == CA_OK)
		rc = read_name_der(X509_get_issuer_name(cert->x509),
		    &cert->issuer, err);
	if (rc == CA_OK)
		rc = read_time(X509_get0_notBefore(cert->x509),
		    &cert->not_before, err);
	if (rc == CA_OK)
		rc = read_time(X509_get0_notAfter(cert->x509), &cert->not_after,
		    err);
	return rc;
}

enum ca_code
ca_certificate_parse(const uint8_t *der, size_t len,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_certificate *cert = calloc(1, sizeof(*cert));
	const unsigned char *p = der;
	enum ca_code rc;

	if (cert == NULL)
		return ca_fail_memory(err);
	cert->x509 = len <= CA_CERTIFICATE_FILE_MAX
	    ? d2i_X509(NULL, &p, (long)len)
	    : NULL;
	if (cert->x509 == NULL || p != der + len) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    cert->x509 == NULL ? "not a certificate"
				       : "bytes after the certificate");
		goto out;
	}
	rc = ca_bytes_append(&cert->der, der, len, err);
	if (rc == CA_OK)
		rc = read_fields(cert, err);
	if (rc != CA_OK)
		goto out;
	if (EVP_Digest(der, len, cert->sha256, NULL, EVP_sha256(), NULL) != 1) {
		rc = ca_fail_memory(err);
		goto out;
	}
	*ret = cert;
	cert = NULL;
out:
	ERR_clear_error();
	ca_certificate_free(cert);
	return rc;
}

enum ca_code
ca_certificate_check_issuer(const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	int verified;

	/* Go matches issuers byte for byte (RFC 5280 4.1.2.4 would allow less). */
	if (!ca_bytes_equal(&certificate->issuer, &issuer->subject))
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: its issuer is not the CA %s",
		    certificate->subject_text, issuer->subject_text);
	verified =
	    X509_verify(certificate->x509, X509_get0_pubkey(issuer->x509));
	ERR_clear_error();
	if (verified != 1)
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: its signature is not by the CA's key",
		    certificate->subject_text);
	return CA_OK;
}

const struct ca_bytes *
ca_certificate_der(const struct ca_certificate *certificate)
{
	return &certificate->der;
}

const uint8_t *
ca_certificate_tbs(const struct ca_certificate *certificate, size_t *ret_len)
{
	*ret_len = certificate->tbs.len;
	return certificate->tbs.data;
}

const uint8_t *
ca_certificate_serial(const struct ca_certificate *certificate, size_t *ret_len)
{
	*ret_len = certificate->serial.len;
	return certificate->serial.data;
}

const char *
ca_certificate_serial_text(const struct ca_certificate *certificate)
{
	return certificate->serial_text;
}

const struct ca_bytes *
ca_certificate_subject(const struct ca_certificate *certificate)
{
	return &certificate->subject;
}

const struct ca_bytes *
ca_certificate_issuer(const struct ca_certificate *certificate)
{
	return &certificate->issuer;
}

const char *
ca_certificate_subject_text(const struct ca_certificate *certificate)
{
	return certificate->subject_text;
}

const char *
ca_certificate_common_name(const struct ca_certificate *certificate)
{
	return certificate->common_name;
}

const struct ca_names *
ca_certificate_names(const struct ca_certificate *certificate)
{
	return &certificate->names;
}

const struct ca_bytes *
ca_certificate_key_id(const struct ca_certificate *certificate)
{
	return &certificate->key_id;
}

EVP_PKEY *
ca_certificate_key(const struct ca_certificate *certificate)
{
	return X509_get0_pubkey(certificate->x509);
}

const struct ca_key_info *
ca_certificate_key_info(const struct ca_certificate *certificate)
{
	return &certificate->key_info;
}

int64_t
ca_certificate_not_before(const struct ca_certificate *certificate)
{
	return certificate->not_before;
}

int64_t
ca_certificate_not_after(const struct ca_certificate *certificate)
{
	return certificate->not_after;
}

bool
ca_certificate_is_ca(const struct ca_certificate *certificate)
{
	return (X509_get_extension_flags(certificate->x509) & EXFLAG_CA) != 0;
}

X509 *
ca_certificate_x509(const struct ca_certificate *certificate)
{
	return certificate->x509;
}

const uint8_t *
ca_certificate_sha256(const struct ca_certificate *certificate)
{
	return certificate->sha256;
}

void
ca_certificate_free(struct ca_certificate *certificate)
{
	if (certificate == NULL)
		return;
	X509_free(certificate->x509);
	ca_bytes_free(&certificate->der);
	ca_bytes_free(&certificate->tbs);
	ca_bytes_free(&certificate->serial);
	ca_bytes_free(&certificate->subject);
	ca_bytes_free(&certificate->issuer);
	ca_bytes_free(&certificate->key_id);
	ca_names_clear(&certificate->names);
	free(certificate->serial_text);
	free(certificate->subject_text);
	free(certificate->common_name);
	free(certificate);
}
