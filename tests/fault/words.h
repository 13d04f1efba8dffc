/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_WORDS_H
#define FAULT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 64 /* words of one line */

struct word {
	char *text; /* with a NUL behind it */
	size_t len; /* a quoted word may hold NUL */
	bool quoted;
};

struct words {
	struct word item[WORDS_MAX];
	size_t count;
};

/*
 * Cuts LINE into words at blanks and tabs, in place. A word in double quotes
 * may hold blanks, and \" \\ and \xNN; # begins a comment. NULL, or what is
 * wrong with the line.
 */
const char *words_split(char *line, struct words *ret);

#endif
