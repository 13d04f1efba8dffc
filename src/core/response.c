/* SPDX-License-Identifier: Apache-2.0 */
/* Response manifests are read. */
#include "coldca/response.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "coldca/sigalg.h"
#include "core/response_internal.h"

#define HEAD_TITLE "coldca ledger head v2"
#define NAME_PREFIX "response-"
#define NAME_SUFFIX ".txt"
#define HEX_SHA256 (2 * (size_t)CA_SHA256_SIZE)

static const struct ca_statement_key keys[CA_RESPONSE_KEYS] = {
	[CA_RESPONSE_KEY_MADE] = { "made-at", 1, 1 },
	[CA_RESPONSE_KEY_CRL] = { "crl", 0, 1 },
	[CA_RESPONSE_KEY_CERTIFICATE] = { "certificate", 0,
	    CA_STATEMENT_LINES },
	[CA_RESPONSE_KEY_FILE] = { "file", 1, CA_STATEMENT_LINES },
};

const struct ca_statement_form ca_response_form = { "coldca response v1", keys,
	CA_RESPONSE_KEYS, true };

/* The text of a head (head.h), with its signature behind it. */
static const struct ca_statement_key proof_keys[] = {
	{ "ledger", 1, 1 },
	{ "entry", 1, 1 },
	{ "hash", 1, 1 },
	{ "time", 1, 1 },
	{ "key", 1, 1 },
	{ "response", 1, 1 },
};

static const struct ca_statement_form proof_form = { HEAD_TITLE, proof_keys,
	sizeof(proof_keys) / sizeof(proof_keys[0]), false };

bool
ca_response_is_name(const char *name)
{
	size_t len = strlen(name), digits;

	if (len >= CA_RESPONSE_NAME_SIZE ||
	    strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
		return false;
	name += strlen(NAME_PREFIX);
	digits = strspn(name, "0123456789");
	return digits > 0 && strcmp(name + digits, NAME_SUFFIX) == 0;
}

/* "OTHER BUNDLE" taken apart: SIZE octets of OTHER, and what is behind. */
static const char *
behind(const char *value, size_t size)
{
	if (strlen(value) < size + 2 || value[size] != ' ')
		return NULL;
	return value + size + 1;
}

/* A name that is one step below a directory, and no other. */
static bool
is_step(const char *name, size_t len)
{
	return len > 0 && len <= CA_FILE_NAME_MAX && name[0] != '.' &&
	    memchr(name, '/', len) == NULL;
}

static enum ca_code
fail_line(const char *what, const char *value, struct ca_error *err)
{
	return ca_fail(err, CA_ERR_INPUT,
	    "%s: `%s` is not what such a line says", what, value);
}

static enum ca_code
read_file(const char *what, const char *value, struct ca_response *response,
    struct ca_error *err)
{
	struct ca_response_file *file = &response->file[response->file_count];
	const char *path = behind(value, HEX_SHA256);
	const char *slash = path != NULL ? strchr(path, '/') : NULL;
	char hex[HEX_SHA256 + 1];
	struct ca_error ignored;
	enum ca_code rc;

	if (slash == NULL || !is_step(path, (size_t)(slash - path)) ||
	    !is_step(slash + 1, strlen(slash + 1)))
		return fail_line(what, value, err);
	memcpy(hex, value, HEX_SHA256);
	hex[HEX_SHA256] = '\0';
	if (strspn(hex, "0123456789abcdef") != HEX_SHA256 ||
	    ca_hex_parse(hex, file->sha256, CA_SHA256_SIZE, &ignored) != CA_OK)
		return fail_line(what, value, err);
	response->file_count++;
	rc = ca_text_format(&file->bundle, err, "%.*s", (int)(slash - path),
	    path);
	if (rc == CA_OK)
		rc = ca_text_format(&file->name, err, "%s", slash + 1);
	return rc;
}

static enum ca_code
read_certificate(const char *what, const char *value,
    struct ca_response *response, struct ca_error *err)
{
	struct ca_response_certificate *certificate =
	    &response->certificate[response->certificate_count];
	size_t digits = strspn(value, "0123456789abcdef");
	const char *bundle = behind(value, digits);
	enum ca_code rc;

	if (digits == 0 || digits >= CA_SERIAL_TEXT_SIZE || bundle == NULL ||
	    !is_step(bundle, strlen(bundle)))
		return fail_line(what, value, err);
	response->certificate_count++;
	rc = ca_text_format(&certificate->bundle, err, "%s", bundle);
	if (rc == CA_OK)
		rc = ca_text_format(&certificate->serial, err, "%.*s",
		    (int)digits, value);
	return rc;
}

static enum ca_code
read_lists(const char *what, const struct ca_statement *body,
    struct ca_response *response, struct ca_error *err)
{
	size_t certificates =
	    ca_statement_count(body, CA_RESPONSE_KEY_CERTIFICATE);
	size_t files = ca_statement_count(body, CA_RESPONSE_KEY_FILE);
	enum ca_code rc = CA_OK;

	response->certificate =
	    calloc(certificates + 1, sizeof(*response->certificate));
	response->file = calloc(files + 1, sizeof(*response->file));
	if (response->certificate == NULL || response->file == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; rc == CA_OK && i < certificates; i++)
		rc = read_certificate(what,
		    ca_statement_value(body, CA_RESPONSE_KEY_CERTIFICATE, i),
		    response, err);
	for (size_t i = 0; rc == CA_OK && i < files; i++)
		rc = read_file(what,
		    ca_statement_value(body, CA_RESPONSE_KEY_FILE, i), response,
		    err);
	return rc;
}

static enum ca_code
read_body(const char *what, struct ca_response *response, struct ca_error *err)
{
	struct ca_statement *body = NULL;
	const char *crl;
	int64_t made;
	enum ca_code rc;

	rc = ca_statement_parse(&ca_response_form, what, response->body.data,
	    response->body.len, &body, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_statement_time(body, CA_RESPONSE_KEY_MADE, &made, err);
	crl = ca_statement_value(body, CA_RESPONSE_KEY_CRL, 0);
	if (rc == CA_OK && crl != NULL)
		rc = ca_text_format(&response->crl, err, "%s", crl);
	if (rc == CA_OK)
		rc = read_lists(what, body, response, err);
	ca_statement_free(body);
	return rc;
}

/* The head behind the body must be the one that names it. */
static enum ca_code
read_proof(const char *what, const char *text, size_t len,
    struct ca_response *response, struct ca_error *err)
{
	struct ca_bytes said;
	enum ca_code rc;

	rc = ca_statement_parse(&proof_form, what, text, len, &response->proof,
	    err);
	if (rc != CA_OK)
		return rc;
	said = ca_statement_signed(response->proof);
	rc = ca_head_read(what, text, said.len, &response->head, err);
	if (rc == CA_OK &&
	    memcmp(response->sha256, response->head.response, CA_SHA256_SIZE) !=
		0)
		rc = ca_fail_rule(err, CA_ERR_POLICY, "response-edited",
		    "%s: what it lists is not what the CA signed: it was edited",
		    what);
	return rc;
}

enum ca_code
ca_response_parse(const char *what, const void *data, size_t len,
    struct ca_response *ret, struct ca_error *err)
{
	static const char mark[] = "\n" HEAD_TITLE "\n";
	struct ca_response response = { .crl = NULL };
	const char *text = data, *end;
	enum ca_code rc;

	if (len > CA_RESPONSE_MAX)
		return ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    what, CA_RESPONSE_MAX);
	end = len == 0 ? NULL : memmem(text, len, mark, strlen(mark));
	if (end == NULL || !ca_statement_is(&ca_response_form, data, len))
		return ca_fail_rule(err, CA_ERR_INPUT, "response-malformed",
		    "%s: is not a response manifest", what);
	end++;
	rc = ca_bytes_append(&response.body, text, (size_t)(end - text), err);
	if (rc == CA_OK &&
	    !ca_sha256_of(response.body.data, response.body.len,
		response.sha256))
		rc = ca_fail_memory(err);
	if (rc == CA_OK)
		rc = read_body(what, &response, err);
	if (rc == CA_OK)
		rc = read_proof(what, end, len - (size_t)(end - text),
		    &response, err);
	if (rc == CA_ERR_INPUT && err->rule == NULL)
		err->rule = "response-malformed";
	if (rc == CA_OK) {
		*ret = response;
		response = (struct ca_response){ .crl = NULL };
	}
	ca_response_clear(&response);
	return rc;
}

enum ca_code
ca_response_verify(const struct ca_response *response, const char *what,
    const struct ca_certificates *certificates, struct ca_error *err)
{
	bool found = false;

	for (size_t i = 0; i < certificates->count; i++) {
		const struct ca_certificate *certificate =
		    certificates->item[i];
		const struct ca_sigalg *algorithm = NULL;
		struct ca_error ignored;

		if (memcmp(ca_certificate_key_info(certificate)->spki_sha256,
			response->head.spki_sha256, CA_SHA256_SIZE) != 0)
			continue;
		found = true;
		if (ca_sigalg_of_certificate(certificate, &algorithm,
			&ignored) == CA_OK &&
		    ca_statement_verifies_by(response->proof, algorithm,
			ca_certificate_key(certificate)))
			return CA_OK;
	}
	if (found)
		return ca_fail_rule(err, CA_ERR_POLICY, "response-signature",
		    "%s: the CA did not sign it so: it was edited", what);
	return ca_fail_rule(err, CA_ERR_POLICY, "response-other-ca",
	    "%s: is signed by a CA that is not trusted here", what);
}

const struct ca_response_file *
ca_response_find(const struct ca_response *response, const char *bundle,
    const char *file)
{
	for (size_t i = 0; i < response->file_count; i++)
		if (strcmp(response->file[i].name, file) == 0 &&
		    strcmp(response->file[i].bundle, bundle) == 0)
			return &response->file[i];
	return NULL;
}

size_t
ca_response_count(const struct ca_response *response, const char *bundle)
{
	size_t count = 0;

	for (size_t i = 0; i < response->file_count; i++)
		count += strcmp(response->file[i].bundle, bundle) == 0;
	return count;
}

void
ca_response_clear(struct ca_response *response)
{
	if (response == NULL)
		return;
	for (size_t i = 0; i < response->file_count; i++) {
		free(response->file[i].bundle);
		free(response->file[i].name);
	}
	for (size_t i = 0; i < response->certificate_count; i++) {
		free(response->certificate[i].bundle);
		free(response->certificate[i].serial);
	}
	free(response->file);
	free(response->certificate);
	free(response->crl);
	ca_bytes_free(&response->body);
	ca_statement_free(response->proof);
	*response = (struct ca_response){ .crl = NULL };
}
