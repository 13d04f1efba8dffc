/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may leave, recognised by making it again: a form is known when the
 * certificates that are found in a file give the same bytes.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/export.h"
#include "coldca/response.h"
#include "core/exit_gate_internal.h"

#define BEGIN_CERTIFICATE "-----BEGIN CERTIFICATE-----"
#define END_CERTIFICATE "-----END CERTIFICATE-----"

/* What stands before a cluster's id in our Terraform. */
#define BEFORE_CLUSTER_ID "  id            = \""

/* One file being recognised. */
struct look {
	const struct ca_bytes *content;
	const struct ca_exit_known *known;
	struct ca_certificates found; /* each once, in order */
	char cluster_id[CA_CLUSTER_ID_LEN + 1];
};

static bool
is_certificate(const uint8_t *der, long len)
{
	struct ca_certificate *certificate = NULL;
	struct ca_error ignored;
	bool is = ca_certificate_parse(der, (size_t)len, &certificate,
		      &ignored) == CA_OK;

	ca_certificate_free(certificate);
	return is;
}

/* Whether AT, where a reader stopped, is the end, and MADE the same bytes. */
static bool
same(const uint8_t *der, long len, const uint8_t *at, uint8_t *made,
    int made_len)
{
	bool is = made != NULL && at == der + len && made_len == len &&
	    memcmp(der, made, (size_t)len) == 0;

	OPENSSL_free(made);
	return is;
}

static bool
is_crl(const uint8_t *der, long len)
{
	const uint8_t *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, len);
	uint8_t *made = NULL;
	int made_len = crl != NULL ? i2d_X509_CRL(crl, &made) : -1;

	X509_CRL_free(crl);
	ERR_clear_error();
	return same(der, len, at, made, made_len);
}

static bool
is_ocsp_response(const uint8_t *der, long len)
{
	const uint8_t *at = der;
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, len);
	OCSP_BASICRESP *basic = NULL;
	uint8_t *made = NULL;
	int made_len = -1;

	if (response != NULL &&
	    OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	if (basic != NULL)
		made_len = i2d_OCSP_RESPONSE(response, &made);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return same(der, len, at, made, made_len);
}

static bool
is_der(const struct look *look, struct ca_error *err)
{
	const uint8_t *der = look->content->data;
	long len = (long)look->content->len;

	(void)err;
	return is_certificate(der, len) || is_crl(der, len) ||
	    is_ocsp_response(der, len);
}

/* Reads the next block of BIO and writes it to MADE again. */
static bool
pem_block(BIO *bio, BIO *made, bool *ret_good)
{
	char *label = NULL, *header = NULL;
	uint8_t *der = NULL;
	long len = 0;

	if (PEM_read_bio(bio, &label, &header, &der, &len) != 1) {
		ERR_clear_error();
		return false;
	}
	*ret_good = *header == '\0' &&
	    ((strcmp(label, PEM_STRING_X509) == 0 &&
		 is_certificate(der, len)) ||
		(strcmp(label, PEM_STRING_X509_CRL) == 0 && is_crl(der, len)));
	if (*ret_good)
		*ret_good = PEM_write_bio(made, label, "", der, len) > 0;
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_free(der);
	return *ret_good;
}

/* Whether A and B differ in nothing but empty lines, and B is not empty. */
static bool
same_lines(const struct ca_bytes *a, const char *b, size_t b_len)
{
	size_t i = 0, k = 0;
	bool at_start = true;

	while (i < a->len) {
		bool newline = a->data[i] == '\n';

		if (newline && at_start) {
			i++;
			continue;
		}
		if (k == b_len || a->data[i++] != (uint8_t)b[k++])
			return false;
		at_start = newline;
	}
	return k == b_len && b_len > 0;
}

/* Blocks of certificates and CRLs, and nothing between them. */
static bool
is_pem(const struct look *look, struct ca_error *err)
{
	BIO *bio =
	    BIO_new_mem_buf(look->content->data, (int)look->content->len);
	BIO *made = BIO_new(BIO_s_mem());
	char *text = NULL;
	bool good = true;

	(void)err;
	if (bio != NULL && made != NULL)
		while (pem_block(bio, made, &good))
			;
	if (good && made != NULL) {
		long len = BIO_get_mem_data(made, &text);

		good = same_lines(look->content, text, (size_t)len);
	}
	BIO_free_all(bio);
	BIO_free_all(made);
	return good;
}

static bool
equals_export(const struct look *look, enum ca_export_format format,
    const struct ca_certificates *certificates, struct ca_error *err)
{
	const char *id = look->cluster_id[0] != '\0' ? look->cluster_id : NULL;
	struct ca_bytes made = { 0 };
	bool equal;

	equal = certificates->count > 0 &&
	    ca_export_make(format, certificates, id, &made, err) == CA_OK &&
	    ca_bytes_equal(&made, look->content);
	ca_bytes_free(&made);
	return equal;
}

/* An export that holds its certificates. */
static bool
is_export(const struct look *look, struct ca_error *err)
{
	for (int i = 0; i < CA_EXPORT_FORMATS; i++)
		if (equals_export(look, (enum ca_export_format)i, &look->found,
			err))
			return true;
	return false;
}

static bool
is_fingerprint(const struct look *look, struct ca_error *err)
{
	for (size_t i = 0; look->known != NULL && i < look->known->count; i++)
		if (equals_export(look, CA_EXPORT_FINGERPRINT,
			&look->known->list[i], err))
			return true;
	return false;
}

/* The method and the path beside the body for CockroachDB Cloud. */
static bool
is_cloud_request(const struct look *look, struct ca_error *err)
{
	const char *id = look->cluster_id[0] != '\0' ? look->cluster_id : NULL;

	for (int update = 0; update < 2; update++) {
		struct ca_bytes made = { 0 };
		bool equal = ca_export_cloud_request(update != 0, id, &made,
				 err) == CA_OK &&
		    ca_bytes_equal(&made, look->content);

		ca_bytes_free(&made);
		if (equal)
			return true;
	}
	return false;
}

/* A response manifest, signed by one of the CAs that are known. */
static bool
is_response(const struct look *look, struct ca_error *err)
{
	const struct ca_exit_known *known = look->known;
	struct ca_response response = { .crl = NULL };
	bool good = false;

	if (known == NULL ||
	    ca_response_parse("", look->content->data, look->content->len,
		&response, err) != CA_OK)
		return false;
	for (size_t i = 0; i < known->count && !good; i++)
		good = ca_response_verify(&response, "", &known->list[i],
			   err) == CA_OK;
	ca_response_clear(&response);
	return good;
}

static bool (*const forms[])(const struct look *look, struct ca_error *err) = {
	is_der,
	is_pem,
	is_export,
	is_fingerprint,
	is_cloud_request,
	is_response,
};

/* CONTENT with `\n` turned into newlines, as JSON has them. *RET is new. */
static enum ca_code
unescape(const struct ca_bytes *content, struct ca_bytes *ret,
    struct ca_error *err)
{
	enum ca_code rc =
	    ca_bytes_append(ret, content->data, content->len, err);
	size_t len = 0;

	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < content->len; i++) {
		bool newline = content->data[i] == '\\' &&
		    i + 1 < content->len && content->data[i + 1] == 'n';

		ret->data[len++] = newline ? '\n' : content->data[i];
		i += newline;
	}
	ret->len = len;
	return CA_OK;
}

/* Appends CERTIFICATE, taking it over, unless an equal one is there. */
static enum ca_code
add(struct ca_certificates *list, struct ca_certificate *certificate,
    struct ca_error *err)
{
	if (ca_certificates_has(list, certificate)) {
		ca_certificate_free(certificate);
		return CA_OK;
	}
	return ca_certificates_add(list, certificate, err);
}

/* Takes the certificates out of CONTENT, whatever is around them. */
static enum ca_code
extract(const struct ca_bytes *content, struct ca_certificates *found,
    struct ca_error *err)
{
	const char *at = (const char *)content->data;
	const char *end = at + content->len;
	enum ca_code rc = CA_OK;

	while (rc == CA_OK && found->count < CA_CERTIFICATES_MAX &&
	    (at = memmem(at, (size_t)(end - at), BEGIN_CERTIFICATE,
		 strlen(BEGIN_CERTIFICATE))) != NULL) {
		const char *stop = memmem(at, (size_t)(end - at),
		    END_CERTIFICATE, strlen(END_CERTIFICATE));
		struct ca_certificates one = { 0 };
		struct ca_error ignored;

		if (stop == NULL)
			break;
		stop += strlen(END_CERTIFICATE);
		if (ca_certificates_parse("", at, (size_t)(stop - at), &one,
			&ignored) == CA_OK) {
			rc = add(found, one.item[0], err);
			one.item[0] = NULL;
		}
		ca_certificates_clear(&one);
		at = stop;
	}
	return rc;
}

/* A cluster's id where our exports have one. */
static void
find_cluster_id(struct look *look)
{
	static const char *const before[] = { BEFORE_CLUSTER_ID, "/clusters/" };
	const char *data = (const char *)look->content->data;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *at = memmem(data, look->content->len, before[i],
		    strlen(before[i]));

		if (at == NULL)
			continue;
		at += strlen(before[i]);
		if (data + look->content->len - at < CA_CLUSTER_ID_LEN)
			continue;
		memcpy(look->cluster_id, at, CA_CLUSTER_ID_LEN);
		look->cluster_id[CA_CLUSTER_ID_LEN] = '\0';
		if (ca_cluster_id_valid(look->cluster_id))
			return;
		look->cluster_id[0] = '\0';
	}
}

bool
ca_exit_is_made(const struct ca_bytes *content,
    const struct ca_exit_known *known)
{
	for (size_t i = 0; known != NULL && i < known->made_count; i++)
		if (ca_bytes_equal(content, &known->made[i]))
			return true;
	return false;
}

enum ca_code
ca_exit_recognise(const struct ca_bytes *content,
    const struct ca_exit_known *known, bool *ret_known, struct ca_error *err)
{
	struct look look = { .content = content, .known = known };
	struct ca_bytes plain = { 0 };
	bool is = false;
	enum ca_code rc;

	rc = unescape(content, &plain, err);
	if (rc == CA_OK)
		rc = extract(&plain, &look.found, err);
	find_cluster_id(&look);
	for (size_t i = 0;
	     rc == CA_OK && !is && i < sizeof(forms) / sizeof(forms[0]); i++)
		is = forms[i](&look, err);
	if (rc == CA_OK)
		*ret_known = is;
	ca_certificates_clear(&look.found);
	ca_bytes_free(&plain);
	return rc;
}
