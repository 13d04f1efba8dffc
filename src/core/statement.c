/* SPDX-License-Identifier: Apache-2.0 */
/* Signed texts are read: strictly, so that there is one text for one meaning. */
#include "coldca/statement.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "coldca/sigalg.h"
#include "core/statement_internal.h"

#define NUMBER_DIGITS ((size_t)19) /* of INT64_MAX */

/* The lines of one key. */
struct lines {
	size_t first; /* index in value */
	size_t count;
};

struct ca_statement {
	const struct ca_statement_form *form;
	char *what;
	struct ca_bytes text;      /* the octets, each line ended by a NUL */
	struct ca_bytes signed_;   /* the octets that are signed */
	struct ca_bytes signature; /* empty: bare */
	const char **value;        /* into text */
	size_t values;
	struct lines *lines; /* of each key of the form */
};

/* What is being read. */
struct reader {
	struct ca_statement *statement;
	char *at; /* the line that is next */
	char *end;
	size_t line; /* its number: 1, 2, ... */
	struct ca_error *err;
};

static enum ca_code
fail_line(const struct reader *reader, const char *why)
{
	return ca_fail(reader->err, CA_ERR_INPUT, "%s: line %zu: %s",
	    reader->statement->what, reader->line, why);
}

static bool
is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

bool
ca_statement_value_is_good(const char *value, size_t len)
{
	if (len == 0 || len > CA_STATEMENT_VALUE_MAX || value[0] == ' ' ||
	    value[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_printable(value[i]))
			return false;
	return true;
}

/* Ends the next line by a NUL; *RET is NULL at the end of the text. */
static enum ca_code
next_line(struct reader *reader, char **ret)
{
	char *line = reader->at, *feed;

	*ret = NULL;
	reader->line++;
	if (line == reader->end)
		return CA_OK;
	if (reader->line > CA_STATEMENT_LINES)
		return fail_line(reader, "more lines than are permitted");
	feed = memchr(line, '\n', (size_t)(reader->end - line));
	if (feed == NULL)
		return fail_line(reader, "is not ended by a line feed");
	/* Behind one nobody would look. */
	if (memchr(line, '\0', (size_t)(feed - line)) != NULL)
		return fail_line(reader, "has an octet of zero");
	*feed = '\0';
	reader->at = feed + 1;
	*ret = line;
	return CA_OK;
}

/* Gives the next line back, to be read again. */
static void
unread(struct reader *reader, char *line)
{
	if (line != NULL)
		reader->at[-1] = '\n';
	reader->at = line != NULL ? line : reader->at;
	reader->line--;
}

/* The value of LINE if its key is NAME, or NULL. */
static const char *
value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (line == NULL || strncmp(line, name, len) != 0 || line[len] != ' ')
		return NULL;
	return line + len + 1;
}

static enum ca_code
keep_value(struct reader *reader, const char *value)
{
	struct ca_statement *statement = reader->statement;

	if (!ca_statement_value_is_good(value, strlen(value)))
		return fail_line(reader,
		    "a value is printable ASCII of at most 4096 octets without a blank at its ends");
	statement->value[statement->values++] = value;
	return CA_OK;
}

/* The lines of the key of INDEX. */
static enum ca_code
read_key(struct reader *reader, size_t index)
{
	const struct ca_statement_key *key =
	    &reader->statement->form->key[index];
	struct lines *lines = &reader->statement->lines[index];
	enum ca_code rc = CA_OK;
	char why[128];

	lines->first = reader->statement->values;
	while (rc == CA_OK && lines->count < key->most) {
		const char *value = NULL;
		char *line = NULL;

		rc = next_line(reader, &line);
		if (rc == CA_OK)
			value = value_of(line, key->name);
		if (rc == CA_OK && value == NULL) {
			unread(reader, line);
			break;
		}
		if (rc == CA_OK)
			rc = keep_value(reader, value);
		lines->count++;
	}
	if (rc != CA_OK || lines->count >= key->least)
		return rc;
	reader->line++;
	(void)snprintf(why, sizeof(why), "\"%s\" and a value are wanted here",
	    key->name);
	return fail_line(reader, why);
}

/* Base64 without line breaks, in the one form that encodes its octets. */
static enum ca_code
decode(struct reader *reader, const char *text)
{
	uint8_t octets[CA_STATEMENT_SIGNATURE_MAX + 3];
	char again[2 * sizeof(octets)];
	size_t len = strlen(text), padding = 0;
	int count;

	if (len == 0 || len % 4 != 0 ||
	    len / 4 * 3 > CA_STATEMENT_SIGNATURE_MAX)
		return fail_line(reader, "the signature is not base64");
	count = EVP_DecodeBlock(octets, (const uint8_t *)text, (int)len);
	while (padding < 2 && text[len - 1 - padding] == '=')
		padding++;
	if (count < 0 || (size_t)count < padding)
		return fail_line(reader, "the signature is not base64");
	(void)EVP_EncodeBlock((uint8_t *)again, octets, count - (int)padding);
	if (strcmp(again, text) != 0)
		return fail_line(reader, "the signature is not base64");
	return ca_bytes_append(&reader->statement->signature, octets,
	    (size_t)count - padding, reader->err);
}

/* What comes behind the keys: the signature, and nothing more. */
static enum ca_code
read_end(struct reader *reader)
{
	struct ca_statement *statement = reader->statement;
	const char *value;
	char *line = NULL;
	enum ca_code rc = CA_OK;

	statement->signed_.len =
	    (size_t)(reader->at - (char *)statement->text.data);
	if (!statement->form->bare) {
		rc = next_line(reader, &line);
		if (rc != CA_OK)
			return rc;
		value = value_of(line, CA_STATEMENT_SIGNATURE);
		if (value == NULL)
			return fail_line(reader,
			    "not a line that may stand here; a signature is wanted");
		rc = decode(reader, value);
	}
	if (rc == CA_OK && reader->at != reader->end) {
		reader->line++;
		rc = fail_line(reader, "there is more than may be");
	}
	return rc;
}

static enum ca_code
read_all(struct reader *reader)
{
	const struct ca_statement_form *form = reader->statement->form;
	char *line = NULL;
	char why[128];
	enum ca_code rc;

	rc = next_line(reader, &line);
	if (rc == CA_OK && (line == NULL || strcmp(line, form->title) != 0)) {
		(void)snprintf(why, sizeof(why), "is not \"%s\"", form->title);
		rc = fail_line(reader, why);
	}
	for (size_t i = 0; rc == CA_OK && i < form->count; i++)
		rc = read_key(reader, i);
	return rc == CA_OK ? read_end(reader) : rc;
}

/* An empty one, with room for all that LEN octets may hold; NULL: no memory. */
static struct ca_statement *
new_statement(const struct ca_statement_form *form, const char *what,
    const void *data, size_t len, struct ca_error *err)
{
	struct ca_statement *statement = calloc(1, sizeof(*statement));
	size_t lines = 1;

	if (statement == NULL)
		return NULL;
	statement->form = form;
	for (size_t i = 0; i < len; i++)
		if (((const char *)data)[i] == '\n')
			lines++;
	if (lines > CA_STATEMENT_LINES + 1)
		lines = CA_STATEMENT_LINES + 1;
	statement->value = calloc(lines, sizeof(char *));
	statement->lines = calloc(form->count + 1, sizeof(struct lines));
	if (statement->value != NULL && statement->lines != NULL &&
	    ca_text_format(&statement->what, err, "%s", what) == CA_OK &&
	    ca_bytes_append(&statement->text, data, len, err) == CA_OK &&
	    ca_bytes_append(&statement->signed_, data, len, err) == CA_OK)
		return statement;
	ca_statement_free(statement);
	return NULL;
}

enum ca_code
ca_statement_parse(const struct ca_statement_form *form, const char *what,
    const void *data, size_t len, struct ca_statement **ret,
    struct ca_error *err)
{
	struct ca_statement *statement;
	struct reader reader = { .err = err };
	enum ca_code rc;

	if (len == 0)
		return ca_fail(err, CA_ERR_INPUT, "%s: is empty", what);
	if (len > CA_STATEMENT_MAX)
		return ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu octets",
		    what, CA_STATEMENT_MAX);
	statement = new_statement(form, what, data, len, err);
	if (statement == NULL)
		return ca_fail_memory(err);
	reader.statement = statement;
	reader.at = (char *)statement->text.data;
	reader.end = reader.at + len;
	rc = read_all(&reader);
	if (rc == CA_OK)
		*ret = statement;
	else
		ca_statement_free(statement);
	return rc;
}

bool
ca_statement_is(const struct ca_statement_form *form, const void *data,
    size_t len)
{
	size_t title = strlen(form->title);

	return len > title && memcmp(data, form->title, title) == 0 &&
	    ((const char *)data)[title] == '\n';
}

size_t
ca_statement_count(const struct ca_statement *statement, size_t key)
{
	return statement->lines[key].count;
}

const char *
ca_statement_value(const struct ca_statement *statement, size_t key,
    size_t index)
{
	const struct lines *lines = &statement->lines[key];

	return index < lines->count ? statement->value[lines->first + index]
				    : NULL;
}

static enum ca_code
fail_value(const struct ca_statement *statement, size_t key, const char *why,
    struct ca_error *err)
{
	return ca_fail(err, CA_ERR_INPUT, "%s: %s: %s", statement->what,
	    statement->form->key[key].name, why);
}

enum ca_code
ca_statement_hex(const struct ca_statement *statement, size_t key, size_t index,
    uint8_t *ret, size_t len, struct ca_error *err)
{
	const char *value = ca_statement_value(statement, key, index);
	struct ca_error ignored;

	if (value == NULL || strspn(value, "0123456789abcdef") != 2 * len ||
	    ca_hex_parse(value, ret, len, &ignored) != CA_OK)
		return fail_value(statement, key,
		    "not as many hex digits in small letters as it must have",
		    err);
	return CA_OK;
}

enum ca_code
ca_statement_time(const struct ca_statement *statement, size_t key,
    int64_t *ret, struct ca_error *err)
{
	const char *value = ca_statement_value(statement, key, 0);
	char again[CA_TIME_TEXT_SIZE];
	struct ca_error ignored;
	int64_t time = 0;

	if (value == NULL ||
	    ca_time_parse(value, false, &time, &ignored) != CA_OK)
		return fail_value(statement, key, "not a time", err);
	ca_time_format(time, again);
	if (strcmp(again, value) != 0)
		return fail_value(statement, key, "not a time", err);
	*ret = time;
	return CA_OK;
}

enum ca_code
ca_statement_number(const struct ca_statement *statement, size_t key,
    int64_t *ret, struct ca_error *err)
{
	const char *value = ca_statement_value(statement, key, 0);
	uint64_t number = 0;
	size_t digits;

	if (value == NULL)
		return fail_value(statement, key, "not a number", err);
	digits = strspn(value, "0123456789");
	if (digits == 0 || digits > NUMBER_DIGITS || value[digits] != '\0' ||
	    (digits > 1 && value[0] == '0'))
		return fail_value(statement, key, "not a number", err);
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(value[i] - '0');
	if (number > INT64_MAX)
		return fail_value(statement, key, "not a number", err);
	*ret = (int64_t)number;
	return CA_OK;
}

struct ca_bytes
ca_statement_signed(const struct ca_statement *statement)
{
	return statement->signed_;
}

bool
ca_statement_verifies(const struct ca_statement *statement, EVP_PKEY *key)
{
	const struct ca_sigalg *algorithm = NULL;
	struct ca_error ignored;

	return ca_sigalg_for_key(key, &algorithm, &ignored) == CA_OK &&
	    ca_statement_verifies_by(statement, algorithm, key);
}

bool
ca_statement_verifies_by(const struct ca_statement *statement,
    const struct ca_sigalg *algorithm, EVP_PKEY *key)
{
	return !statement->form->bare &&
	    ca_sigalg_verifies(algorithm, key, statement->signed_.data,
		statement->signed_.len, statement->signature.data,
		statement->signature.len);
}

void
ca_statement_free(struct ca_statement *statement)
{
	if (statement == NULL)
		return;
	ca_bytes_free(&statement->text);
	ca_bytes_free(&statement->signed_);
	ca_bytes_free(&statement->signature);
	free(statement->value);
	free(statement->lines);
	free(statement->what);
	free(statement);
}
