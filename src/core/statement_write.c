/* SPDX-License-Identifier: Apache-2.0 */
/* Signed texts are written. */
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "coldca/sigalg.h"
#include "core/statement_internal.h"

static enum ca_code
append_text(struct ca_bytes *text, const char *more, struct ca_error *err)
{
	return ca_bytes_append(text, more, strlen(more), err);
}

enum ca_code
ca_statement_begin(const struct ca_statement_form *form, struct ca_bytes *text,
    struct ca_error *err)
{
	enum ca_code rc = append_text(text, form->title, err);

	return rc == CA_OK ? append_text(text, "\n", err) : rc;
}

static enum ca_code
append_line(struct ca_bytes *text, const char *name, const char *value,
    struct ca_error *err)
{
	char *line = NULL;
	enum ca_code rc;

	rc = ca_text_format(&line, err, "%s %s\n", name, value);
	if (rc == CA_OK)
		rc = append_text(text, line, err);
	free(line);
	return rc;
}

enum ca_code
ca_statement_add(struct ca_bytes *text, const char *name, const char *value,
    struct ca_error *err)
{
	if (!ca_statement_value_is_good(value, strlen(value)))
		return ca_fail(err, CA_ERR_INPUT,
		    "%s: is not printable ASCII of 1 to %zu octets without a blank at its ends",
		    name, CA_STATEMENT_VALUE_MAX);
	return append_line(text, name, value, err);
}

enum ca_code
ca_statement_add_hex(struct ca_bytes *text, const char *name,
    const uint8_t *data, size_t len, struct ca_error *err)
{
	char *hex = malloc(2 * len + 1);
	enum ca_code rc;

	if (hex == NULL)
		return ca_fail_memory(err);
	ca_hex(data, len, hex);
	rc = ca_statement_add(text, name, hex, err);
	free(hex);
	return rc;
}

enum ca_code
ca_statement_add_time(struct ca_bytes *text, const char *name, int64_t time,
    struct ca_error *err)
{
	char value[CA_TIME_TEXT_SIZE];

	ca_time_format(time, value);
	return ca_statement_add(text, name, value, err);
}

enum ca_code
ca_statement_add_number(struct ca_bytes *text, const char *name, int64_t number,
    struct ca_error *err)
{
	char value[32];

	(void)snprintf(value, sizeof(value), "%" PRId64, number);
	return ca_statement_add(text, name, value, err);
}

enum ca_code
ca_statement_add_signature(struct ca_bytes *text, const uint8_t *signature,
    size_t len, struct ca_error *err)
{
	char base64[2 * CA_STATEMENT_SIGNATURE_MAX];

	if (len == 0 || len > CA_STATEMENT_SIGNATURE_MAX)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "a signature of %zu octets", len);
	(void)EVP_EncodeBlock((uint8_t *)base64, signature, (int)len);
	return append_line(text, CA_STATEMENT_SIGNATURE, base64, err);
}

/* One-shot, as Ed25519 wants it (RFC 8032 section 8.5). */
static bool
make_signature(EVP_PKEY *key, const struct ca_sigalg *algorithm,
    const struct ca_bytes *text, uint8_t *signature, size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL &&
	    EVP_DigestSignInit_ex(ctx, NULL, algorithm->digest, NULL, NULL, key,
		NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, len, text->data, text->len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

enum ca_code
ca_statement_sign(struct ca_bytes *text, EVP_PKEY *key, struct ca_error *err)
{
	uint8_t signature[CA_STATEMENT_SIGNATURE_MAX];
	size_t len = sizeof(signature);
	const struct ca_sigalg *algorithm = NULL;
	enum ca_code rc = ca_sigalg_for_key(key, &algorithm, err);

	if (rc != CA_OK)
		return rc;
	if (!make_signature(key, algorithm, text, signature, &len))
		return ca_fail(err, CA_ERR_INTERNAL,
		    "this key does not sign: is it a private key?");
	return ca_statement_add_signature(text, signature, len, err);
}

enum ca_code
ca_statement_sign_with(struct ca_bytes *text, struct ca_signer *signer,
    struct ca_error *err)
{
	const struct ca_sigalg *usual = NULL;
	struct ca_bytes signature = { 0 };
	enum ca_code rc;

	/* Who verifies knows the key alone, and so the algorithm by it. */
	rc = ca_sigalg_for_key(signer->public_key, &usual, err);
	if (rc == CA_OK && usual != signer->algorithm)
		rc = ca_fail(err, CA_ERR_POLICY, "a signature by %s is wanted",
		    usual->name);
	if (rc == CA_OK)
		rc = signer->sign(signer, text->data, text->len, &signature,
		    err);
	if (rc == CA_OK &&
	    !ca_sigalg_verifies(usual, signer->public_key, text->data,
		text->len, signature.data, signature.len))
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "the signature that the token made does not verify");
	if (rc == CA_OK)
		rc = ca_statement_add_signature(text, signature.data,
		    signature.len, err);
	ca_bytes_free(&signature);
	return rc;
}
