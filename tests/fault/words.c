/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

#include <string.h>

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Reads what stands behind a backslash at *AT, and moves *AT behind it. */
static bool
unescape(const char **at, char *ret)
{
	int high, low;

	if (**at == '"' || **at == '\\') {
		*ret = *(*at)++;
		return true;
	}
	if (**at != 'x')
		return false;
	high = hex_digit((*at)[1]);
	low = high < 0 ? -1 : hex_digit((*at)[2]);
	if (low < 0)
		return false;
	*ret = (char)(high * 16 + low);
	*at += 3;
	return true;
}

/* The quoted word at *AT, behind the first quote. */
static const char *
read_quoted(char **at, struct word *word)
{
	const char *from = *at;
	char *to = *at;

	while (*from != '"') {
		if (*from == '\0')
			return "a quote that nothing closes";
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		from++;
		if (!unescape(&from, to))
			return "behind a backslash stands \", \\ or xNN (lower case)";
		to++;
	}
	word->text = *at;
	word->len = (size_t)(to - *at);
	word->quoted = true;
	*at += from + 1 - *at;
	*to = '\0';
	return NULL;
}

/* The word without quotes at *AT. */
static const char *
read_plain(char **at, struct word *word)
{
	word->text = *at;
	word->len = strcspn(*at, " \t\"#");
	word->quoted = false;
	*at += word->len;
	return **at == '"' ? "a quote inside a word" : NULL;
}

const char *
words_split(char *line, struct words *ret)
{
	const char *wrong = NULL;
	struct word *word;
	char *at = line, end;

	ret->count = 0;
	for (;;) {
		at += strspn(at, " \t");
		if (*at == '\0' || *at == '#')
			return NULL;
		if (ret->count == WORDS_MAX)
			return "too many words";
		word = &ret->item[ret->count++];
		if (*at == '"') {
			at++;
			wrong = read_quoted(&at, word);
		} else {
			wrong = read_plain(&at, word);
		}
		if (wrong != NULL)
			return wrong;
		end = *at;
		if (strchr(" \t#", end) == NULL)
			return "no blank between two words";
		word->text[word->len] = '\0';
		if (end == '\0' || end == '#')
			return NULL;
		at++;
	}
}
