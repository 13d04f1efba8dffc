/* SPDX-License-Identifier: Apache-2.0 */
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "coldca/name.h"

/*
 * Bytes of a name before it is normalised. Composition shortens a name of
 * letters to a third at most, so that no valid name is longer.
 */
#define USER_TEXT_MAX ((size_t)4 * CA_USER_MAX)

#define UTF8_MAX 4 /* bytes of one code point (RFC 3629) */

#define SMALL_DOTLESS_I 0x131

/* CockroachDB adds one to Unicode's own mappings, which fold U+0130 to i. */
static ucs4_t
fold(ucs4_t c)
{
	return c == SMALL_DOTLESS_I ? 'i' : uc_tolower(c);
}

/* Lower case, code point by code point, then NFC. *RET_LEN is in bytes. */
static uint8_t *
normalise(const char *text, size_t len, size_t *ret_len)
{
	const uint8_t *next = (const uint8_t *)text, *end = next + len;
	uint8_t lower[UTF8_MAX * USER_TEXT_MAX];
	size_t lower_len = 0;

	while (next < end) {
		ucs4_t c;

		next += u8_mbtouc(&c, next, (size_t)(end - next));
		lower_len += (size_t)u8_uctomb(lower + lower_len, fold(c),
		    (ptrdiff_t)(sizeof(lower) - lower_len));
	}
	return u8_normalize(UNINORM_NFC, lower, lower_len, NULL, ret_len);
}

static bool
is_letter_or_digit(ucs4_t c)
{
	return (c >= '0' && c <= '9') || c == '_' ||
	    uc_is_general_category(c, UC_CATEGORY_Ll);
}

/* [\p{Ll}0-9_][\p{Ll}0-9_.-]* */
static bool
is_valid(const uint8_t *user, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ucs4_t c;
		int step = u8_mbtouc(&c, user + at, len - at);

		if (!is_letter_or_digit(c) &&
		    (at == 0 || (c != '-' && c != '.')))
			return false;
		at += (size_t)step;
	}
	return true;
}

/* Fit to stand in a file's name and on a terminal. */
static bool
is_harmless(const uint8_t *user, size_t len)
{
	size_t at = 0;

	if (user[0] == '.')
		return false;
	while (at < len) {
		ucs4_t c;

		at += (size_t)u8_mbtouc(&c, user + at, len - at);
		if (c == '/' ||
		    uc_is_general_category_withtable(c,
			UC_CATEGORY_MASK_C | UC_CATEGORY_MASK_Zl |
			    UC_CATEGORY_MASK_Zp))
			return false;
	}
	return true;
}

static enum ca_code
refuse(struct ca_error *err, const char *text, const char *why)
{
	(void)ca_fail(err, CA_ERR_INPUT, "user name%s%.*s: %s",
	    text[0] == '\0' ? "" : " ", CA_USER_MAX, text, why);
	ca_hint(err,
	    "a user name has 1 to %d bytes: a lower-case letter, digit or underscore, then also dashes and periods",
	    CA_USER_MAX);
	return CA_ERR_INPUT;
}

/* The name that TEXT is once it is normalised, if it IS_FIT then. */
static enum ca_code
parse(const char *text, bool (*is_fit)(const uint8_t *user, size_t len),
    char **ret_user, struct ca_error *err)
{
	size_t len = strlen(text), user_len = 0;
	uint8_t *user = NULL;
	enum ca_code rc = CA_OK;

	if (len == 0)
		return refuse(err, text, "is empty");
	if (len > USER_TEXT_MAX)
		return refuse(err, text, "is too long");
	if (u8_check((const uint8_t *)text, len) != NULL)
		return refuse(err, text, "is not UTF-8");
	user = normalise(text, len, &user_len);
	if (user == NULL)
		return ca_fail_memory(err);
	if (user_len > CA_USER_MAX)
		rc = refuse(err, text, "is too long");
	else if (!is_fit(user, user_len))
		rc = refuse(err, text, "has a character that is not allowed");
	else if ((*ret_user = strndup((const char *)user, user_len)) == NULL)
		rc = ca_fail_memory(err);
	free(user);
	return rc;
}

enum ca_code
ca_user_parse(const char *text, char **ret_user, struct ca_error *err)
{
	return parse(text, is_valid, ret_user, err);
}

enum ca_code
ca_user_parse_any(const char *text, char **ret_user, struct ca_error *err)
{
	enum ca_code rc = parse(text, is_harmless, ret_user, err);

	if (rc == CA_ERR_INPUT)
		ca_hint(err,
		    "even without its validation a name has 1 to %d bytes, no `/`, no period in front and no control characters: it becomes a file's name",
		    CA_USER_MAX);
	return rc;
}
