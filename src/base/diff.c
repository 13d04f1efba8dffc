/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CONTEXT ((size_t)3)                 /* lines around a change */
#define CELLS_MAX ((size_t)4 * 1024 * 1024) /* of the table of lengths */

struct line {
	const uint8_t *data;
	size_t len; /* with its newline, if it has one */
};

struct lines {
	struct line *item;
	size_t count;
};

/* One line of the result: ' ' is in both, '-' and '+' in one. */
struct edit {
	char sign;
	struct line line;
	size_t old; /* lines of each text before this one */
	size_t new;
};

struct script {
	struct edit *item;
	size_t count;
	size_t old; /* lines of each text so far */
	size_t new;
};

static enum ca_code
split(const struct ca_bytes *text, struct lines *ret, struct ca_error *err)
{
	const uint8_t *at = text->data;
	size_t left = text->len, count = 0;

	ret->item = calloc(left + 1, sizeof(*ret->item));
	if (ret->item == NULL)
		return ca_fail_memory(err);
	while (left > 0) {
		const uint8_t *end = memchr(at, '\n', left);
		size_t len = end != NULL ? (size_t)(end - at) + 1 : left;

		ret->item[count++] = (struct line){ at, len };
		at += len;
		left -= len;
	}
	ret->count = count;
	return CA_OK;
}

static bool
same(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void
put(struct script *script, char sign, const struct line *line)
{
	script->item[script->count++] = (struct edit){ .sign = sign,
		.line = *line,
		.old = script->old,
		.new = script->new };
	script->old += sign != '+';
	script->new += sign != '-';
}

/*
 * The lengths of the longest common subsequences of what follows: of A from I
 * and B from J in TABLE[I * (B_COUNT + 1) + J].
 */
static uint32_t *
measure(const struct line *a, size_t a_count, const struct line *b,
    size_t b_count)
{
	size_t width = b_count + 1;
	uint32_t *table = calloc((a_count + 1) * width, sizeof(*table));

	if (table == NULL)
		return NULL;
	for (size_t i = a_count; i-- > 0;)
		for (size_t j = b_count; j-- > 0;) {
			uint32_t below = table[(i + 1) * width + j];
			uint32_t right = table[i * width + j + 1];

			if (same(&a[i], &b[j]))
				table[i * width + j] =
				    table[(i + 1) * width + j + 1] + 1;
			else
				table[i * width + j] =
				    below >= right ? below : right;
		}
	return table;
}

/* TABLE NULL: nothing in common is looked for. */
static void
follow(const uint32_t *table, const struct line *a, size_t a_count,
    const struct line *b, size_t b_count, struct script *script)
{
	size_t width = b_count + 1, i = 0, j = 0;

	while (i < a_count || j < b_count) {
		if (table != NULL && i < a_count && j < b_count &&
		    same(&a[i], &b[j])) {
			put(script, ' ', &a[i++]);
			j++;
		} else if (i < a_count &&
		    (j == b_count || table == NULL ||
			table[(i + 1) * width + j] >=
			    table[i * width + j + 1])) {
			put(script, '-', &a[i++]);
		} else {
			put(script, '+', &b[j++]);
		}
	}
}

/* What both begin and end with needs no table. */
static enum ca_code
compare(const struct lines *a, const struct lines *b, struct script *script,
    struct ca_error *err)
{
	size_t head = 0, tail = 0, a_count, b_count;
	uint32_t *table = NULL;

	while (head < a->count && head < b->count &&
	    same(&a->item[head], &b->item[head]))
		head++;
	while (tail < a->count - head && tail < b->count - head &&
	    same(&a->item[a->count - tail - 1], &b->item[b->count - tail - 1]))
		tail++;
	a_count = a->count - head - tail;
	b_count = b->count - head - tail;
	if ((a_count + 1) <= CELLS_MAX / (b_count + 1)) {
		table =
		    measure(a->item + head, a_count, b->item + head, b_count);
		if (table == NULL)
			return ca_fail_memory(err);
	}
	for (size_t i = 0; i < head; i++)
		put(script, ' ', &a->item[i]);
	follow(table, a->item + head, a_count, b->item + head, b_count, script);
	for (size_t i = a->count - tail; i < a->count; i++)
		put(script, ' ', &a->item[i]);
	free(table);
	return CA_OK;
}

static enum ca_code
append_edit(struct ca_bytes *text, const struct edit *edit,
    struct ca_error *err)
{
	static const char no_newline[] = "\n\\ No newline at end of file\n";
	const struct line *line = &edit->line;
	enum ca_code rc;

	rc = ca_bytes_append(text, &edit->sign, 1, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(text, line->data, line->len, err);
	if (rc == CA_OK && line->data[line->len - 1] != '\n')
		rc = ca_bytes_append(text, no_newline, strlen(no_newline), err);
	return rc;
}

/* "@@ -1,4 +1,5 @@"; a range without lines names the one before it. */
static enum ca_code
append_head(struct ca_bytes *text, const struct edit *first, size_t old_count,
    size_t new_count, struct ca_error *err)
{
	char *head = NULL;
	enum ca_code rc;

	rc = ca_text_format(&head, err, "@@ -%zu,%zu +%zu,%zu @@\n",
	    first->old + (old_count > 0), old_count,
	    first->new + (new_count > 0), new_count);
	if (rc == CA_OK)
		rc = ca_bytes_append(text, head, strlen(head), err);
	free(head);
	return rc;
}

static enum ca_code
append_hunk(struct ca_bytes *text, const struct script *script, size_t begin,
    size_t end, struct ca_error *err)
{
	size_t old_count = 0, new_count = 0;
	enum ca_code rc;

	for (size_t i = begin; i < end; i++) {
		old_count += script->item[i].sign != '+';
		new_count += script->item[i].sign != '-';
	}
	rc = append_head(text, &script->item[begin], old_count, new_count, err);
	for (size_t i = begin; i < end && rc == CA_OK; i++)
		rc = append_edit(text, &script->item[i], err);
	return rc;
}

/* The index after which no change follows within twice the context. */
static size_t
end_of_hunk(const struct script *script, size_t begin)
{
	size_t end = begin + 1;

	for (size_t i = begin; i < script->count && i <= end + 2 * CONTEXT; i++)
		if (script->item[i].sign != ' ')
			end = i + 1;
	return end;
}

static enum ca_code
append_hunks(struct ca_bytes *text, const struct script *script,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	size_t i = 0;

	while (i < script->count && rc == CA_OK) {
		size_t begin, end;

		if (script->item[i].sign == ' ') {
			i++;
			continue;
		}
		begin = i > CONTEXT ? i - CONTEXT : 0;
		i = end_of_hunk(script, i);
		end = script->count - i > CONTEXT ? i + CONTEXT : script->count;
		rc = append_hunk(text, script, begin, end, err);
	}
	return rc;
}

enum ca_code
ca_diff(const struct ca_bytes *old, const struct ca_bytes *new,
    struct ca_bytes *ret_text, struct ca_diff_size *ret_size,
    struct ca_error *err)
{
	struct lines a = { 0 }, b = { 0 };
	struct script script = { 0 };
	struct ca_diff_size size = { 0 };
	struct ca_bytes text = { 0 };
	enum ca_code rc;

	rc = split(old, &a, err);
	if (rc == CA_OK)
		rc = split(new, &b, err);
	if (rc != CA_OK)
		goto out;
	script.item = calloc(a.count + b.count + 1, sizeof(*script.item));
	rc = script.item != NULL ? compare(&a, &b, &script, err)
				 : ca_fail_memory(err);
	if (rc == CA_OK && ret_text != NULL)
		rc = append_hunks(&text, &script, err);
	if (rc != CA_OK)
		goto out;
	for (size_t i = 0; i < script.count; i++) {
		size.added += script.item[i].sign == '+';
		size.removed += script.item[i].sign == '-';
	}
	*ret_size = size;
	if (ret_text != NULL)
		*ret_text = text;
	text = (struct ca_bytes){ 0 };
out:
	ca_bytes_free(&text);
	free(script.item);
	free(a.item);
	free(b.item);
	return rc;
}
