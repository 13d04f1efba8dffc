/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

/* "\u{10FFFF}" */
#define ESCAPE_MAX 10

/*
 * Whether a terminal or a reader could be misled by a character: controls
 * (Cc), format characters such as bidirectional and zero-width ones (Cf),
 * line and paragraph separators (Zl, Zp), surrogates, private use and
 * unassigned ones.
 */
static bool
misleads(ucs4_t c)
{
	/* Nearly all that is ever asked about: printable ASCII. */
	if (c >= ' ' && c <= '~')
		return false;
	return uc_is_general_category(c, UC_CONTROL) ||
	    uc_is_general_category(c, UC_FORMAT) ||
	    uc_is_general_category(c, UC_LINE_SEPARATOR) ||
	    uc_is_general_category(c, UC_PARAGRAPH_SEPARATOR) ||
	    uc_is_general_category(c, UC_SURROGATE) ||
	    uc_is_general_category(c, UC_PRIVATE_USE) ||
	    uc_is_general_category(c, UC_UNASSIGNED) ||
	    uc_is_property(c, UC_PROPERTY_DEFAULT_IGNORABLE_CODE_POINT);
}

static size_t
escape_byte(char *out, unsigned byte)
{
	return (size_t)snprintf(out, ESCAPE_MAX + 1, "\\x%02X", byte);
}

static size_t
escape_character(char *out, ucs4_t c)
{
	if (c < 0x80)
		return escape_byte(out, c);
	return (size_t)snprintf(out, ESCAPE_MAX + 1, "\\u{%04X}", (unsigned)c);
}

static enum ca_code
escape(const void *data, size_t len, bool ascii, char **ret_text,
    struct ca_error *err)
{
	const uint8_t *in = data;
	char *text = NULL, *out;

	/* The worst case: every byte becomes one escape. */
	if (len > CA_TEXT_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "a text of more than %zu bytes", CA_TEXT_MAX);
	text = malloc(len * ESCAPE_MAX + 1);
	if (text == NULL)
		return ca_fail_memory(err);
	out = text;
	while (len > 0) {
		ucs4_t c = 0;
		int used = u8_mbtoucr(&c, in, len);

		if (used <= 0) {
			out += escape_byte(out, *in);
			used = 1;
		} else if (misleads(c) || (ascii && c >= 0x80)) {
			out += escape_character(out, c);
		} else {
			memcpy(out, in, (size_t)used);
			out += used;
		}
		in += used;
		len -= (size_t)used;
	}
	*out = '\0';
	*ret_text = text;
	return CA_OK;
}

enum ca_code
ca_text_escape(const void *data, size_t len, char **ret_text,
    struct ca_error *err)
{
	return escape(data, len, false, ret_text, err);
}

enum ca_code
ca_text_escape_ascii(const void *data, size_t len, char **ret_text,
    struct ca_error *err)
{
	return escape(data, len, true, ret_text, err);
}

enum ca_code
ca_text_format(char **ret_text, struct ca_error *err, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		return ca_fail_memory(err);
	*ret_text = text;
	return CA_OK;
}

void
ca_hex(const uint8_t *data, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * len] = '\0';
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strchr(digits, tolower((unsigned char)c));

	return c == '\0' || p == NULL ? -1 : (int)(p - digits);
}

enum ca_code
ca_hex_parse(const char *text, uint8_t *ret, size_t len, struct ca_error *err)
{
	if (strlen(text) != 2 * len)
		return ca_fail(err, CA_ERR_INPUT, "not %zu hex digits",
		    2 * len);
	for (size_t i = 0; i < 2 * len; i++)
		if (hex_digit(text[i]) < 0)
			return ca_fail(err, CA_ERR_INPUT, "not %zu hex digits",
			    2 * len);
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)(hex_digit(text[2 * i]) * 16 +
		    hex_digit(text[2 * i + 1]));
	return CA_OK;
}
