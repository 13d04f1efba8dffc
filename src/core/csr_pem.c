/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csr_pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#define BEGIN "-----BEGIN "
#define WHITE_SPACE " \t\r\n\v\f"

/* Labels of a request (RFC 7468 section 7). */
static const char *const labels[] = { PEM_STRING_X509_REQ,
	PEM_STRING_X509_REQ_OLD };

static enum ca_code
refuse_unreadable(struct ca_error *err)
{
	unsigned long cause = ERR_peek_error();
	const char *why = ERR_reason_error_string(cause);

	if (cause != ERR_PACK(ERR_LIB_PEM, 0, PEM_R_NO_START_LINE))
		return ca_fail_rule(err, CA_ERR_INPUT, "pem-damaged",
		    "RFC 7468: damaged PEM: %s",
		    why != NULL ? why : "of an unknown fault");
	(void)ca_fail_rule(err, CA_ERR_INPUT, "csr-form",
	    "neither PEM nor DER of a certificate request");
	ca_hint(err, "a request in PEM begins with %s%s-----", BEGIN,
	    PEM_STRING_X509_REQ);
	return CA_ERR_INPUT;
}

static enum ca_code
check_label(const char *label, const char *header, struct ca_error *err)
{
	if (*header != '\0')
		return ca_fail_rule(err, CA_ERR_INPUT, "pem-headers",
		    "RFC 7468 section 2: the PEM block has headers");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i], label) == 0)
			return CA_OK;
	(void)ca_fail_rule(err, CA_ERR_INPUT, "pem-label",
	    "a PEM block of type %s, not a certificate request", label);
	if (strstr(label, "PRIVATE KEY") != NULL)
		ca_hint(err,
		    "a private key has left its host: make a new key there, and send only the request");
	return CA_ERR_INPUT;
}

/* Checks that what BIO still holds is white space. */
static enum ca_code
check_rest(BIO *bio, struct ca_error *err)
{
	const char *rest = NULL;
	long len = BIO_get_mem_data(bio, &rest);

	for (long i = 0; i < len; i++) {
		if (rest[i] != '\0' && strchr(WHITE_SPACE, rest[i]) != NULL)
			continue;
		if (memmem(rest, (size_t)len, BEGIN, strlen(BEGIN)) != NULL)
			return ca_fail_rule(err, CA_ERR_INPUT, "pem-several",
			    "more than one PEM block");
		return ca_fail_rule(err, CA_ERR_INPUT, "pem-trailing",
		    "something follows the PEM block");
	}
	return CA_OK;
}

enum ca_code
ca_csr_pem_read(const uint8_t *data, size_t len, struct ca_bytes *der,
    struct ca_error *err)
{
	char *label = NULL, *header = NULL;
	unsigned char *content = NULL;
	long content_len = 0;
	BIO *bio;
	enum ca_code rc;

	/* The mark of UTF-8 that editors put in front is no matter to OpenSSL. */
	bio = BIO_new_mem_buf(data, (int)len);
	if (bio == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	if (PEM_read_bio(bio, &label, &header, &content, &content_len) != 1) {
		rc = refuse_unreadable(err);
		goto out;
	}
	rc = check_label(label, header, err);
	if (rc == CA_OK)
		rc = check_rest(bio, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(der, content, (size_t)content_len, err);
out:
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(content);
	BIO_free_all(bio);
	return rc;
}
