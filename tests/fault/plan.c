/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

static const struct directive {
	const char *name;
	size_t min, max; /* words, with the name */
	bool (*read)(struct reader *r);
} directives[] = {
	{ "module", 2, 2, read_module },
	{ "log", 2, 2, read_log },
	{ "state", 2, 2, read_state },
	{ "fail", 4, 4, read_fail },
	{ "delay", 4, 4, read_delay },
	{ "hang", 3, 3, read_hang },
	{ "sign", 3, 3, read_sign },
	{ "attribute", 3, 4, read_attribute },
	{ "token-flags", 2, WORDS_MAX, read_token_flags },
	{ "slot-flags", 2, WORDS_MAX, read_slot_flags },
	{ "token-info", 3, 3, read_token_info },
	{ "mechanism", 2, WORDS_MAX, read_mechanism },
	{ "lock-after", 2, 2, read_lock },
	{ "pinpad", 2, 2, read_pinpad },
	{ "remove", 4, 4, read_remove },
	{ "back", 3, 3, read_back },
};

static bool
read_line(struct reader *r, char *line)
{
	const char *fault = words_split(line, &r->words);
	size_t i;

	if (fault != NULL)
		return reader_wrong(r, "%s", fault);
	if (r->words.count == 0)
		return true;
	for (i = 0; i < LENGTH(directives); i++) {
		const struct directive *directive = &directives[i];

		if (strcmp(reader_word(r, 0), directive->name) != 0)
			continue;
		if (r->words.count < directive->min)
			return reader_wrong(r, "%s: something is missing",
			    directive->name);
		if (r->words.count > directive->max)
			return reader_wrong(r, "%s: too much", directive->name);
		return directive->read(r);
	}
	return reader_wrong(r, "no such rule: %s", reader_word(r, 0));
}

static bool
read_lines(struct reader *r, char *text)
{
	char *next;

	for (r->line = 1; text != NULL; r->line++, text = next) {
		next = strchr(text, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (!read_line(r, text))
			return false;
	}
	r->line = r->plan->lock_line;
	if (r->line != 0 && r->plan->state[0] == '\0')
		return reader_wrong(r,
		    "lock-after needs a `state FILE` to count in");
	r->line = r->plan->back_line;
	if (r->line != 0 && r->plan->remove_line == 0)
		return reader_wrong(r,
		    "nothing is removed that could come back");
	return true;
}

/* The file at PATH, which is new and ends with a NUL; or NULL, and says why. */
static char *
read_file(const char *path)
{
	char *text = malloc(PLAN_SIZE_MAX + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = -1;

	while (text != NULL && fd >= 0 && len <= PLAN_SIZE_MAX) {
		got = read(fd, text + len, PLAN_SIZE_MAX + 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (fd >= 0)
		(void)close(fd);
	if (got == 0 && len <= PLAN_SIZE_MAX) {
		text[len] = '\0';
		if (strlen(text) == len)
			return text;
		errno = EILSEQ;
	} else if (len > PLAN_SIZE_MAX) {
		errno = EFBIG;
	}
	(void)fprintf(stderr, "fault: %s: %s\n", path, strerror(errno));
	free(text);
	return NULL;
}

bool
plan_read(const char *path, struct plan *ret)
{
	struct reader reader = { .path = path };
	char *text = read_file(path);
	bool good;

	if (text == NULL)
		return false;
	reader.plan = calloc(1, sizeof(*reader.plan));
	good = reader.plan != NULL && read_lines(&reader, text);
	if (good)
		*ret = *reader.plan;
	free(reader.plan);
	free(text);
	return good;
}

bool
plan_covers(const struct plan_range *range, unsigned long number)
{
	return range->first <= number && number <= range->last;
}
