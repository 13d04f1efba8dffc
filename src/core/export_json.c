/* SPDX-License-Identifier: Apache-2.0 */
/* The exports that are JSON: ASCII, indented, with a newline at the end. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "core/export_internal.h"

#define COLON_HEX_SIZE (3 * CA_SERIAL_MAX + 1)

/* 8-4-4-4-12 and the NUL */
#define UUID_SIZE (CA_CLUSTER_ID_LEN + 1)

/* Takes VALUE; NULL, where memory ran out, is accepted. */
static enum ca_code
dump(json_t *value, struct ca_bytes *ret, struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc;

	if (value != NULL)
		text = json_dumps(value, JSON_ENSURE_ASCII | JSON_INDENT(2));
	json_decref(value);
	if (text == NULL)
		return ca_fail_memory(err);
	rc = ca_bytes_append(ret, text, strlen(text), err);
	if (rc == CA_OK)
		rc = ca_bytes_append(ret, "\n", 1, err);
	free(text);
	return rc;
}

static json_t *
json_time(int64_t time)
{
	char text[CA_TIME_TEXT_SIZE];

	ca_time_format(time, text);
	return json_string(text);
}

static json_t *
json_key(const struct ca_key_info *key)
{
	char digest[2 * CA_SHA256_SIZE + 1];

	ca_hex(key->spki_sha256, CA_SHA256_SIZE, digest);
	return json_pack("{s:s,s:i,s:s}", "kind", ca_key_kind_name(key->kind),
	    "bits", (int)key->bits, "spki_sha256", digest);
}

/* The PEM of COUNT certificates from the first on. */
static json_t *
json_pem(const struct ca_certificates *certificates, size_t count,
    const char *separator)
{
	const struct ca_certificates some = { certificates->item, count };
	struct ca_bytes pem = { 0 };
	struct ca_error ignored;
	json_t *value = NULL;

	if (ca_export_pem_all(&some, separator, &pem, &ignored) == CA_OK)
		value = json_stringn((const char *)pem.data, pem.len);
	ca_bytes_free(&pem);
	return value;
}

static json_t *
json_certificate(struct ca_certificate *certificate)
{
	const struct ca_certificates one = { &certificate, 1 };
	char digest[2 * CA_SHA256_SIZE + 1];

	ca_hex(ca_certificate_sha256(certificate), CA_SHA256_SIZE, digest);
	return json_pack("{s:s,s:s,s:o,s:o,s:o,s:s,s:o}", "subject",
	    ca_certificate_subject_text(certificate), "serial",
	    ca_certificate_serial_text(certificate), "not_before",
	    json_time(ca_certificate_not_before(certificate)), "not_after",
	    json_time(ca_certificate_not_after(certificate)), "key",
	    json_key(ca_certificate_key_info(certificate)), "sha256", digest,
	    "pem", json_pem(&one, 1, ""));
}

enum ca_code
ca_export_json(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err)
{
	json_t *list = json_array();

	(void)cluster_id;
	for (size_t i = 0; i < certificates->count && list != NULL; i++)
		if (json_array_append_new(list,
			json_certificate(certificates->item[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	return dump(list, ret, err);
}

/* As Vault writes a serial number: "0a:1b:2c", without a leading zero octet. */
static void
colon_hex(const struct ca_certificate *certificate, char text[COLON_HEX_SIZE])
{
	size_t len = 0, used = 0;
	const uint8_t *serial = ca_certificate_serial(certificate, &len);

	text[0] = '\0';
	for (size_t i = 0; i < len && i < CA_SERIAL_MAX; i++) {
		if (serial[i] == 0 && used == 0 && i + 1 < len)
			continue;
		used += (size_t)snprintf(text + used, COLON_HEX_SIZE - used,
		    "%s%02x", used == 0 ? "" : ":", serial[i]);
	}
}

/*
 * Vault names each request by a UUID. This one is of version 8 (RFC 9562
 * section 5.8), made of the certificate's digest: the same export is the same
 * text.
 */
static void
request_id(const struct ca_certificate *certificate, char text[UUID_SIZE])
{
	uint8_t id[16];
	char hex[2 * sizeof(id) + 1];

	memcpy(id, ca_certificate_sha256(certificate), sizeof(id));
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x80);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	ca_hex(id, sizeof(id), hex);
	(void)snprintf(text, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

/* As json_pem(), without the last newline: Vault has none there. */
static json_t *
json_vault_pem(const struct ca_certificates *certificates, size_t count)
{
	json_t *pem = json_pem(certificates, count, ""), *shorter = NULL;

	if (pem != NULL)
		shorter = json_stringn(json_string_value(pem),
		    json_string_length(pem) - 1);
	json_decref(pem);
	return shorter;
}

/*
 * What `vault write PATH/root/generate/internal --format=json` answers. Its
 * `certificate` is what the documentation makes ca.crt of, so it holds every
 * CA certificate; the other fields are of the newest.
 */
enum ca_code
ca_export_vault(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err)
{
	const struct ca_certificate *newest = certificates->item[0];
	char serial[COLON_HEX_SIZE], id[UUID_SIZE];
	json_t *data;

	(void)cluster_id;
	colon_hex(newest, serial);
	request_id(newest, id);
	data = json_pack("{s:o,s:I,s:o,s:s}", "certificate",
	    json_vault_pem(certificates, certificates->count), "expiration",
	    (json_int_t)ca_certificate_not_after(newest), "issuing_ca",
	    json_vault_pem(certificates, 1), "serial_number", serial);
	return dump(json_pack("{s:s,s:s,s:b,s:i,s:o,s:n,s:n,s:n}", "request_id",
			id, "lease_id", "", "renewable", 0, "lease_duration", 0,
			"data", data, "wrap_info", "warnings", "auth"),
	    ret, err);
}

/* The Cloud API asks for a blank line between certificates. */
enum ca_code
ca_export_cloud_api(const struct ca_certificates *certificates,
    const char *cluster_id, struct ca_bytes *ret, struct ca_error *err)
{
	(void)cluster_id;
	return dump(json_pack("{s:o}", "x509_pem_cert",
			json_pem(certificates, certificates->count, "\n")),
	    ret, err);
}
