/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files of certificates (RFC 7468), by the rules of CockroachDB's loader. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/certificate.h"

enum ca_code
ca_certificates_add(struct ca_certificates *certificates,
    struct ca_certificate *certificate, struct ca_error *err)
{
	struct ca_certificate **grown = reallocarray(certificates->item,
	    certificates->count + 1, sizeof(struct ca_certificate *));

	if (grown == NULL) {
		ca_certificate_free(certificate);
		return ca_fail_memory(err);
	}
	certificates->item = grown;
	certificates->item[certificates->count++] = certificate;
	return CA_OK;
}

/* One block that PEM_read_bio() gave: its type and its bytes. */
static enum ca_code
read_block(const char *name, const char *type, const uint8_t *der, long len,
    struct ca_certificates *list, struct ca_error *err)
{
	struct ca_certificate *certificate = NULL;
	enum ca_code rc;

	if (strcmp(type, PEM_STRING_X509) != 0)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: block %zu is of type %s, not CERTIFICATE", name,
		    list->count + 1, type);
	if (list->count == CA_CERTIFICATES_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: more than %d certificates", name, CA_CERTIFICATES_MAX);
	rc = ca_certificate_parse(der, (size_t)len, &certificate, err);
	if (rc != CA_OK) {
		(void)ca_error_prefix(err, "%s: certificate %zu", name,
		    list->count + 1);
		return rc;
	}
	return ca_certificates_add(list, certificate, err);
}

/* Whether PEM_read_bio() ended for want of another block. */
static bool
at_end(void)
{
	unsigned long e = ERR_peek_last_error();

	return ERR_GET_LIB(e) == ERR_LIB_PEM &&
	    ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
}

enum ca_code
ca_certificates_parse(const char *name, const void *pem, size_t len,
    struct ca_certificates *ret, struct ca_error *err)
{
	struct ca_certificates list = { 0 };
	enum ca_code rc = CA_OK;
	BIO *bio = NULL;

	if (len > CA_CERTIFICATE_FILE_MAX)
		return ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    name, CA_CERTIFICATE_FILE_MAX);
	if (len == 0)
		return ca_fail(err, CA_ERR_INPUT, "%s: no certificates in it",
		    name);
	bio = BIO_new_mem_buf(pem, (int)len);
	if (bio == NULL)
		return ca_fail_memory(err);
	ERR_clear_error();
	while (rc == CA_OK) {
		char *type = NULL, *header = NULL;
		unsigned char *der = NULL;
		long der_len = 0;

		if (PEM_read_bio(bio, &type, &header, &der, &der_len) != 1)
			break;
		rc = read_block(name, type, der, der_len, &list, err);
		OPENSSL_free(type);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (rc == CA_OK && !at_end())
		rc = ca_fail(err, CA_ERR_INPUT, "%s: not PEM after block %zu",
		    name, list.count);
	else if (rc == CA_OK && list.count == 0)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: no certificates in it",
		    name);
	if (rc == CA_OK) {
		*ret = list;
		list = (struct ca_certificates){ 0 };
	}
	ERR_clear_error();
	ca_certificates_clear(&list);
	BIO_free_all(bio);
	return rc;
}

enum ca_code
ca_certificate_append_pem(const struct ca_certificate *certificate,
    struct ca_bytes *pem, struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	long len;
	enum ca_code rc;

	if (bio == NULL ||
	    PEM_write_bio(bio, PEM_STRING_X509, "", der->data,
		(long)der->len) <= 0) {
		rc = ca_fail_memory(err);
		goto out;
	}
	len = BIO_get_mem_data(bio, &data);
	rc = ca_bytes_append(pem, data, (size_t)len, err);
out:
	BIO_free_all(bio);
	return rc;
}

bool
ca_certificates_has(const struct ca_certificates *certificates,
    const struct ca_certificate *certificate)
{
	const struct ca_bytes *der = ca_certificate_der(certificate);

	for (size_t i = 0; i < certificates->count; i++)
		if (ca_bytes_equal(ca_certificate_der(certificates->item[i]),
			der))
			return true;
	return false;
}

void
ca_certificates_clear(struct ca_certificates *certificates)
{
	if (certificates == NULL)
		return;
	for (size_t i = 0; i < certificates->count; i++)
		ca_certificate_free(certificates->item[i]);
	free(certificates->item);
	*certificates = (struct ca_certificates){ 0 };
}
