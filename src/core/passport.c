/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/passport.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define VERSION_LINE "coldca-passport=1\n"
#define KEY "passport-key"
#define USAGE "passport-usage"
#define TOKEN "passport-token"
#define CHANGED "passport-changed"

/* One field but for the attributes; in the order of the text. */
struct field {
	const char *name; /* in the text */
	const char *what; /* for people */
	size_t offset;
	bool is_hash;
	const char *rule; /* of a difference */
	enum ca_code code;
};

#define AT(member) offsetof(struct ca_passport, member)

static const struct field fields[] = {
	{ "spki-sha256", "the key's public half", AT(spki_sha256), true, KEY,
	    CA_ERR_TOKEN },
	{ "key-id", "the key's CKA_ID", AT(key_id), false, CHANGED,
	    CA_ERR_POLICY },
	{ "key-label", "the key's label", AT(key_label), false, CHANGED,
	    CA_ERR_POLICY },
	{ "token-label", "the token's label", AT(token_label), false, CHANGED,
	    CA_ERR_POLICY },
	{ "token-serial", "the token's serial number", AT(token_serial), false,
	    TOKEN, CA_ERR_TOKEN },
	{ "token-manufacturer", "the token's manufacturer",
	    AT(token_manufacturer), false, TOKEN, CA_ERR_TOKEN },
	{ "token-model", "the token's model", AT(token_model), false, TOKEN,
	    CA_ERR_TOKEN },
	{ "token-firmware", "the token's firmware", AT(token_firmware), false,
	    CHANGED, CA_ERR_POLICY },
	{ "module-path", "the module's path", AT(module_path), false, CHANGED,
	    CA_ERR_POLICY },
	{ "module-sha256", "the module's file", AT(module_sha256), true,
	    CHANGED, CA_ERR_POLICY },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const struct {
	const char *name;
	enum ca_attribute_value made_with; /* of a key that coldca makes */
	const char *rule;                  /* of a difference */
	enum ca_code code;
} attributes[CA_ATTRIBUTES] = {
	[CA_ATTRIBUTE_PRIVATE] = { "CKA_PRIVATE", CA_VALUE_TRUE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_SENSITIVE] = { "CKA_SENSITIVE", CA_VALUE_TRUE, KEY,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_ALWAYS_SENSITIVE] = { "CKA_ALWAYS_SENSITIVE",
	    CA_VALUE_TRUE, KEY, CA_ERR_TOKEN },
	[CA_ATTRIBUTE_EXTRACTABLE] = { "CKA_EXTRACTABLE", CA_VALUE_FALSE, KEY,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_NEVER_EXTRACTABLE] = { "CKA_NEVER_EXTRACTABLE",
	    CA_VALUE_TRUE, KEY, CA_ERR_TOKEN },
	[CA_ATTRIBUTE_LOCAL] = { "CKA_LOCAL", CA_VALUE_TRUE, KEY,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_SIGN] = { "CKA_SIGN", CA_VALUE_TRUE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_SIGN_RECOVER] = { "CKA_SIGN_RECOVER", CA_VALUE_FALSE,
	    USAGE, CA_ERR_TOKEN },
	[CA_ATTRIBUTE_DECRYPT] = { "CKA_DECRYPT", CA_VALUE_FALSE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_UNWRAP] = { "CKA_UNWRAP", CA_VALUE_FALSE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_DERIVE] = { "CKA_DERIVE", CA_VALUE_FALSE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_MODIFIABLE] = { "CKA_MODIFIABLE", CA_VALUE_FALSE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_COPYABLE] = { "CKA_COPYABLE", CA_VALUE_FALSE, USAGE,
	    CA_ERR_TOKEN },
	[CA_ATTRIBUTE_ALWAYS_AUTHENTICATE] = { "CKA_ALWAYS_AUTHENTICATE",
	    CA_VALUE_FALSE, CHANGED, CA_ERR_POLICY },
};

static const char *const values[] = {
	[CA_VALUE_UNKNOWN] = "unknown",
	[CA_VALUE_FALSE] = "false",
	[CA_VALUE_TRUE] = "true",
};

#define VALUES (sizeof(values) / sizeof(values[0]))

const char *
ca_key_attribute_name(enum ca_key_attribute attribute)
{
	return attributes[attribute].name;
}

static const uint8_t *
hash_of(const struct ca_passport *passport, const struct field *field)
{
	return (const uint8_t *)passport + field->offset;
}

static const char *
text_of(const struct ca_passport *passport, const struct field *field)
{
	const char *text;

	memcpy(&text, (const char *)passport + field->offset, sizeof(text));
	return text != NULL ? text : "";
}

static enum ca_code
append_text(struct ca_bytes *out, const char *text, struct ca_error *err)
{
	return ca_bytes_append(out, text, strlen(text), err);
}

static enum ca_code
append_escaped(struct ca_bytes *out, const char *text, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (; rc == CA_OK && *text != '\0'; text++) {
		uint8_t octet = (uint8_t)*text;
		char escape[] = "%XX";

		ca_hex(&octet, 1, escape + 1);
		if (octet > ' ' && octet <= '~' && octet != '%')
			rc = ca_bytes_append(out, text, 1, err);
		else
			rc = append_text(out, escape, err);
	}
	return rc;
}

static enum ca_code
append_field(struct ca_bytes *out, const struct ca_passport *passport,
    const struct field *field, struct ca_error *err)
{
	char hex[2 * CA_PASSPORT_SHA256_SIZE + 1];
	enum ca_code rc;

	rc = append_text(out, field->name, err);
	if (rc == CA_OK)
		rc = append_text(out, "=", err);
	if (rc == CA_OK && field->is_hash) {
		ca_hex(hash_of(passport, field), CA_PASSPORT_SHA256_SIZE, hex);
		rc = append_text(out, hex, err);
	} else if (rc == CA_OK) {
		rc = append_escaped(out, text_of(passport, field), err);
	}
	if (rc == CA_OK)
		rc = append_text(out, "\n", err);
	return rc;
}

static enum ca_code
append_attribute(struct ca_bytes *out, const struct ca_passport *passport,
    size_t i, struct ca_error *err)
{
	char *line = NULL;
	enum ca_code rc;

	rc = ca_text_format(&line, err, "%s=%s\n", attributes[i].name,
	    values[passport->attribute[i]]);
	if (rc == CA_OK)
		rc = append_text(out, line, err);
	free(line);
	return rc;
}

enum ca_code
ca_passport_to_text(const struct ca_passport *passport, struct ca_bytes *ret,
    struct ca_error *err)
{
	struct ca_bytes out = { 0 };
	enum ca_code rc;

	rc = append_text(&out, VERSION_LINE, err);
	for (size_t i = 0; rc == CA_OK && i < FIELDS; i++)
		rc = append_field(&out, passport, &fields[i], err);
	for (size_t i = 0; rc == CA_OK && i < CA_ATTRIBUTES; i++)
		rc = append_attribute(&out, passport, i, err);
	if (rc == CA_OK && out.len > CA_PASSPORT_SIZE_MAX)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "passport: longer than %zu bytes", CA_PASSPORT_SIZE_MAX);
	if (rc != CA_OK) {
		ca_bytes_free(&out);
		return rc;
	}
	*ret = out;
	return CA_OK;
}

/* A text that is being read. */
struct reader {
	char *at; /* the line that comes next; NUL-terminated */
	struct ca_error *err;
};

static enum ca_code
fail_line(const struct reader *reader, const char *name, const char *what)
{
	return ca_fail(reader->err, CA_ERR_INPUT, "passport: %s: %s", name,
	    what);
}

/* The value of the next line, which must be NAME's. */
static enum ca_code
next_value(struct reader *reader, const char *name, char **ret)
{
	size_t len = strlen(name);
	char *line = reader->at, *end = strchr(line, '\n');

	if (end == NULL || strncmp(line, name, len) != 0 || line[len] != '=')
		return fail_line(reader, name, "is not where it must be");
	*end = '\0';
	reader->at = end + 1;
	*ret = line + len + 1;
	return CA_OK;
}

/* Undoes append_escaped() in place. */
static enum ca_code
unescape(const struct reader *reader, const char *name, char *text)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++) {
		char digits[3] = "";
		uint8_t octet = (uint8_t)*in;

		if (*in == '%') {
			memcpy(digits, in + 1, strnlen(in + 1, 2));
			if (ca_hex_parse(digits, &octet, 1, reader->err) !=
				CA_OK ||
			    octet == 0)
				return fail_line(reader, name,
				    "a wrong escape");
			in += 2;
		}
		*out++ = (char)octet;
	}
	*out = '\0';
	return CA_OK;
}

static enum ca_code
read_field(struct reader *reader, const struct field *field,
    struct ca_passport *passport)
{
	char none[] = "", *value = none, *copy;
	enum ca_code rc;

	rc = next_value(reader, field->name, &value);
	if (rc != CA_OK)
		return rc;
	if (field->is_hash) {
		if (ca_hex_parse(value, (uint8_t *)passport + field->offset,
			CA_PASSPORT_SHA256_SIZE, reader->err) != CA_OK)
			return fail_line(reader, field->name, "no SHA-256");
		return CA_OK;
	}
	rc = unescape(reader, field->name, value);
	if (rc != CA_OK)
		return rc;
	copy = strdup(value);
	if (copy == NULL)
		return ca_fail_memory(reader->err);
	memcpy((char *)passport + field->offset, &copy, sizeof(copy));
	return CA_OK;
}

static enum ca_code
read_attribute(struct reader *reader, size_t attribute,
    struct ca_passport *passport)
{
	const char *name = attributes[attribute].name;
	char none[] = "", *value = none;
	enum ca_code rc;

	rc = next_value(reader, name, &value);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < VALUES; i++)
		if (strcmp(value, values[i]) == 0) {
			passport->attribute[attribute] =
			    (enum ca_attribute_value)i;
			return CA_OK;
		}
	return fail_line(reader, name, "neither true, false nor unknown");
}

static enum ca_code
read_lines(struct reader *reader, struct ca_passport *passport)
{
	const size_t len = strlen(VERSION_LINE);
	enum ca_code rc = CA_OK;

	if (strncmp(reader->at, VERSION_LINE, len) != 0)
		return fail_line(reader, "coldca-passport",
		    "not of a version that this coldca reads");
	reader->at += len;
	for (size_t i = 0; rc == CA_OK && i < FIELDS; i++)
		rc = read_field(reader, &fields[i], passport);
	for (size_t i = 0; rc == CA_OK && i < CA_ATTRIBUTES; i++)
		rc = read_attribute(reader, i, passport);
	if (rc == CA_OK && *reader->at != '\0')
		rc = fail_line(reader, "end", "more than there should be");
	return rc;
}

/* One passport has one text: any other spelling was not written by us. */
static enum ca_code
check_canonical(const struct ca_passport *passport, const char *text,
    size_t len, struct ca_error *err)
{
	struct ca_bytes again = { 0 };
	enum ca_code rc = ca_passport_to_text(passport, &again, err);

	if (rc == CA_OK &&
	    (again.len != len || memcmp(again.data, text, len) != 0))
		rc =
		    ca_fail(err, CA_ERR_INPUT, "passport: not in its one form");
	ca_bytes_free(&again);
	return rc;
}

enum ca_code
ca_passport_parse(const char *text, size_t len, struct ca_passport *ret,
    struct ca_error *err)
{
	struct ca_passport passport = { 0 };
	struct reader reader = { .err = err };
	char *copy;
	enum ca_code rc;

	if (len > CA_PASSPORT_SIZE_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "passport: longer than %zu bytes", CA_PASSPORT_SIZE_MAX);
	copy = calloc(1, len + 1);
	if (copy == NULL)
		return ca_fail_memory(err);
	memcpy(copy, text, len);
	reader.at = copy;
	rc = read_lines(&reader, &passport);
	free(copy);
	if (rc == CA_OK)
		rc = check_canonical(&passport, text, len, err);
	if (rc != CA_OK) {
		ca_passport_clear(&passport);
		return rc;
	}
	*ret = passport;
	return CA_OK;
}

static void
compare_field(const struct field *field, const struct ca_passport *then,
    const struct ca_passport *now, struct ca_findings *findings)
{
	char was[2 * CA_PASSPORT_SHA256_SIZE + 1];
	char is[2 * CA_PASSPORT_SHA256_SIZE + 1];
	const char *a = was, *b = is;

	if (field->is_hash) {
		ca_hex(hash_of(then, field), CA_PASSPORT_SHA256_SIZE, was);
		ca_hex(hash_of(now, field), CA_PASSPORT_SHA256_SIZE, is);
	} else {
		a = text_of(then, field);
		b = text_of(now, field);
	}
	if (strcmp(a, b) != 0)
		ca_findings_add(findings, field->rule, field->code,
		    "%s is not the one that was recorded: `%s`, was `%s`",
		    field->what, b, a);
}

static void
compare_attribute(size_t i, enum ca_attribute_value then,
    enum ca_attribute_value now, struct ca_findings *findings)
{
	bool told = then != CA_VALUE_UNKNOWN && now != CA_VALUE_UNKNOWN;
	bool weak = then == CA_VALUE_UNKNOWN && now != attributes[i].made_with;
	bool serious = told || weak;

	if (then != now)
		ca_findings_add(findings,
		    serious ? attributes[i].rule : CHANGED,
		    serious ? attributes[i].code : CA_ERR_POLICY,
		    "the key's %s is %s, was %s when it was recorded",
		    attributes[i].name, values[now], values[then]);
}

void
ca_passport_compare(const struct ca_passport *then,
    const struct ca_passport *now, struct ca_findings *findings)
{
	for (size_t i = 0; i < FIELDS; i++)
		compare_field(&fields[i], then, now, findings);
	for (size_t i = 0; i < CA_ATTRIBUTES; i++)
		compare_attribute(i, then->attribute[i], now->attribute[i],
		    findings);
}

void
ca_passport_clear(struct ca_passport *passport)
{
	if (passport == NULL)
		return;
	free(passport->key_id);
	free(passport->key_label);
	free(passport->token_label);
	free(passport->token_serial);
	free(passport->token_manufacturer);
	free(passport->token_model);
	free(passport->token_firmware);
	free(passport->module_path);
	*passport = (struct ca_passport){ 0 };
}
