/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/export.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "core/export_internal.h"

#define WORDS_IN_A_LINE ((size_t)4)

/* CockroachDB Cloud asks for a blank line between certificates. */
#define CLOUD_SEPARATOR "\n"

bool
ca_cluster_id_valid(const char *text)
{
	if (strlen(text) != CA_CLUSTER_ID_LEN)
		return false;
	for (size_t i = 0; i < CA_CLUSTER_ID_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-'
			 : strchr("0123456789abcdef", text[i]) == NULL)
			return false;
	}
	return true;
}

static enum ca_code
append_text(struct ca_bytes *ret, const char *text, struct ca_error *err)
{
	return ca_bytes_append(ret, text, strlen(text), err);
}

enum ca_code
ca_export_pem_all(const struct ca_certificates *certificates,
    const char *separator, struct ca_bytes *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < certificates->count && rc == CA_OK; i++) {
		if (i > 0)
			rc = append_text(ret, separator, err);
		if (rc == CA_OK)
			rc = ca_certificate_append_pem(certificates->item[i],
			    ret, err);
	}
	return rc;
}

static enum ca_code
make_pem(const struct ca_certificates *certificates, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err)
{
	(void)cluster_id;
	return ca_export_pem_all(certificates, "", ret, err);
}

static enum ca_code
make_der(const struct ca_certificates *certificates, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err)
{
	const struct ca_bytes *der = ca_certificate_der(certificates->item[0]);

	(void)cluster_id;
	return ca_bytes_append(ret, der->data, der->len, err);
}

static enum ca_code
append_printed(const struct ca_certificate *certificate, struct ca_bytes *ret,
    struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	enum ca_code rc;
	long len;

	if (bio == NULL ||
	    X509_print_ex(bio, ca_certificate_x509(certificate),
		XN_FLAG_ONELINE, 0) != 1) {
		rc = ca_fail_memory(err);
		goto out;
	}
	len = BIO_get_mem_data(bio, &text);
	rc = ca_bytes_append(ret, text, (size_t)len, err);
out:
	BIO_free_all(bio);
	return rc;
}

static enum ca_code
make_text(const struct ca_certificates *certificates, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	(void)cluster_id;
	for (size_t i = 0; i < certificates->count && rc == CA_OK; i++) {
		rc = append_printed(certificates->item[i], ret, err);
		if (rc == CA_OK)
			rc = ca_certificate_append_pem(certificates->item[i],
			    ret, err);
	}
	return rc;
}

/* A heredoc ends with the newline before its last line, as file() would. */
static enum ca_code
make_terraform(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err)
{
	static const char variable[] = "variable \"cockroach_cluster_id\" {\n"
				       "  type = string\n"
				       "}\n"
				       "\n";
	const char *quote = cluster_id != NULL ? "\"" : "";
	char *head = NULL;
	enum ca_code rc;

	rc = ca_text_format(&head, err,
	    "%sresource \"cockroach_client_ca_cert\" \"client_ca\" {\n"
	    "  id            = %s%s%s\n"
	    "  x509_pem_cert = <<EOT\n",
	    cluster_id != NULL ? "" : variable, quote,
	    cluster_id != NULL ? cluster_id : "var.cockroach_cluster_id",
	    quote);
	if (rc == CA_OK)
		rc = append_text(ret, head, err);
	if (rc == CA_OK)
		rc = ca_export_pem_all(certificates, CLOUD_SEPARATOR, ret, err);
	if (rc == CA_OK)
		rc = append_text(ret, "EOT\n}\n", err);
	free(head);
	return rc;
}

/* Four bytes in a line: hex, and the words that are read aloud. */
static enum ca_code
append_words(const uint8_t *digest, struct ca_bytes *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < CA_SHA256_SIZE && rc == CA_OK; i++) {
		char hex[2 * WORDS_IN_A_LINE + 1];
		bool first = i % WORDS_IN_A_LINE == 0;

		ca_hex(digest + i, first ? WORDS_IN_A_LINE : 1, hex);
		rc = append_text(ret, first ? "  " : " ", err);
		if (rc == CA_OK && first)
			rc = append_text(ret, hex, err);
		if (rc == CA_OK && first)
			rc = append_text(ret, "  ", err);
		if (rc == CA_OK)
			rc = append_text(ret, ca_word(digest[i], i), err);
		if (rc == CA_OK && (i + 1) % WORDS_IN_A_LINE == 0)
			rc = append_text(ret, "\n", err);
	}
	return rc;
}

static enum ca_code
append_fingerprint(const struct ca_certificate *certificate,
    struct ca_bytes *ret, struct ca_error *err)
{
	const uint8_t *digest = ca_certificate_sha256(certificate);
	char hex[2 * CA_SHA256_SIZE + 1], until[CA_TIME_TEXT_SIZE];
	char *head = NULL;
	enum ca_code rc;

	ca_hex(digest, CA_SHA256_SIZE, hex);
	ca_time_format(ca_certificate_not_after(certificate), until);
	rc = ca_text_format(&head, err,
	    "subject  %s\n"
	    "serial   %s\n"
	    "until    %s\n"
	    "sha256   %s\n",
	    ca_certificate_subject_text(certificate),
	    ca_certificate_serial_text(certificate), until, hex);
	if (rc == CA_OK)
		rc = append_text(ret, head, err);
	if (rc == CA_OK)
		rc = append_words(digest, ret, err);
	free(head);
	return rc;
}

static enum ca_code
make_fingerprint(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	(void)cluster_id;
	for (size_t i = 0; i < certificates->count && rc == CA_OK; i++) {
		if (i > 0)
			rc = append_text(ret, "\n", err);
		if (rc == CA_OK)
			rc =
			    append_fingerprint(certificates->item[i], ret, err);
	}
	return rc;
}

static const struct {
	const char *name;
	enum ca_code (*make)(const struct ca_certificates *certificates,
	    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err);
} formats[CA_EXPORT_FORMATS] = {
	[CA_EXPORT_PEM] = { "pem", make_pem },
	[CA_EXPORT_DER] = { "der", make_der },
	[CA_EXPORT_TEXT] = { "text", make_text },
	[CA_EXPORT_JSON] = { "json", ca_export_json },
	[CA_EXPORT_VAULT] = { "vault-json", ca_export_vault },
	[CA_EXPORT_CLOUD_API] = { "cloud-api", ca_export_cloud_api },
	[CA_EXPORT_TERRAFORM] = { "terraform", make_terraform },
	[CA_EXPORT_FINGERPRINT] = { "fingerprint", make_fingerprint },
};

const char *
ca_export_name(enum ca_export_format format)
{
	return formats[format].name;
}

/* Made aside, so that a failure leaves nothing in RET. */
enum ca_code
ca_export_make(enum ca_export_format format,
    const struct ca_certificates *certificates, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err)
{
	struct ca_bytes made = { 0 };
	enum ca_code rc;

	rc = formats[format].make(certificates, cluster_id, &made, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(ret, made.data, made.len, err);
	ca_bytes_free(&made);
	return rc;
}

enum ca_code
ca_export_cloud_request(bool update, const char *cluster_id,
    struct ca_bytes *ret, struct ca_error *err)
{
	char *line = NULL;
	enum ca_code rc;

	rc = ca_text_format(&line, err,
	    "%s /api/v1/clusters/%s/client-ca-cert\n",
	    update ? "PATCH" : "POST",
	    cluster_id != NULL ? cluster_id : "{cluster_id}");
	if (rc == CA_OK)
		rc = append_text(ret, line, err);
	free(line);
	return rc;
}
