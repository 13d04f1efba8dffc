/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
reader_wrong(const struct reader *r, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "fault: %s:%u: ", r->path, r->line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	return false;
}

const char *
reader_word(const struct reader *r, size_t index)
{
	return r->words.item[index].text;
}

bool
reader_number(const struct reader *r, const char *text, unsigned long max,
    unsigned long *ret)
{
	char *end;

	errno = 0;
	if (isdigit((unsigned char)text[0]) == 0)
		return reader_wrong(r, "not a number: %s", text);
	*ret = strtoul(text, &end, 10);
	if (*end != '\0' || errno != 0)
		return reader_wrong(r, "not a number: %s", text);
	if (*ret > max)
		return reader_wrong(r, "more than %lu: %s", max, text);
	return true;
}

bool
reader_range(const struct reader *r, const char *text, struct plan_range *ret)
{
	struct plan_range range = { 1, ULONG_MAX };
	char first[24];
	const char *dash = strchr(text, '-');
	size_t len = dash == NULL ? strlen(text) : (size_t)(dash - text);

	if (strcmp(text, "*") == 0) {
		*ret = range;
		return true;
	}
	if (len >= sizeof(first))
		return reader_wrong(r, "not a number: %s", text);
	memcpy(first, text, len);
	first[len] = '\0';
	if (!reader_number(r, first, ULONG_MAX - 1, &range.first))
		return false;
	if (dash == NULL)
		range.last = range.first;
	else if (strcmp(dash, "-*") != 0 &&
	    !reader_number(r, dash + 1, ULONG_MAX - 1, &range.last))
		return false;
	if (range.first == 0 || range.last < range.first)
		return reader_wrong(r, "no such calls, the first is 1: %s",
		    text);
	*ret = range;
	return true;
}

size_t
reader_find(const char *text, const char *const *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			break;
	return i;
}
