/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/blocked_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define DIGITS ((size_t)2 * CA_SHA256_SIZE) /* of one key */
#define LINE (DIGITS + 1)                   /* bytes, with the line feed */
#define CHUNK_LINES ((size_t)4096)          /* read at once */
#define SIZE_MAX_OF_LIST (CA_BLOCKED_HEAD_MAX + CA_BLOCKED_KEYS_MAX * LINE)

struct ca_blocked_keys {
	int fd;
	char *path;
	size_t start; /* bytes of the comments */
	size_t head;  /* lines of them */
	size_t count; /* keys */
};

static enum ca_code
refuse(const struct ca_blocked_keys *list, size_t line, const char *why,
    struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_INPUT, "blocked-keys",
	    "%s: line %zu: %s", list->path, line, why);
	ca_hint(err,
	    "comments at the top, then lines of 64 lower-case hex digits as `LC_ALL=C sort -u` orders them");
	return CA_ERR_INPUT;
}

static enum ca_code
refuse_size(const struct ca_blocked_keys *list, struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_INPUT, "blocked-keys",
	    "%s: has more than %zu keys", list->path, CA_BLOCKED_KEYS_MAX);
	ca_hint(err,
	    "keys that no host can have, such as those of sizes that policy refuses, need not be in it");
	return CA_ERR_INPUT;
}

/* Reads LEN bytes from OFFSET on; less only where ret_len says so. */
static enum ca_code
read_at(const struct ca_blocked_keys *list, size_t offset, void *buf,
    size_t len, size_t *ret_len, struct ca_error *err)
{
	size_t used = 0;

	while (used < len) {
		ssize_t n = pread(list->fd, (char *)buf + used, len - used,
		    (off_t)(offset + used));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ca_fail(err, CA_ERR_FILE, "%s: %s", list->path,
			    strerror(errno));
		if (n == 0)
			break;
		used += (size_t)n;
	}
	*ret_len = used;
	return CA_OK;
}

/* Finds where the comments end. */
static enum ca_code
read_head(struct ca_blocked_keys *list, struct ca_error *err)
{
	char *text = malloc(CA_BLOCKED_HEAD_MAX);
	size_t len = 0;
	enum ca_code rc;

	if (text == NULL)
		return ca_fail_memory(err);
	rc = read_at(list, 0, text, CA_BLOCKED_HEAD_MAX, &len, err);
	while (rc == CA_OK && list->start < len &&
	    (text[list->start] == '#' || text[list->start] == '\n')) {
		const char *line = text + list->start;
		const char *end = memchr(line, '\n', len - list->start);

		if (end == NULL) {
			rc = refuse(list, list->head + 1,
			    "the comments have no end", err);
			break;
		}
		list->start += (size_t)(end + 1 - line);
		list->head++;
	}
	free(text);
	return rc;
}

static bool
is_line(const char *line)
{
	for (size_t i = 0; i < DIGITS; i++)
		if (!((line[i] >= '0' && line[i] <= '9') ||
			(line[i] >= 'a' && line[i] <= 'f')))
			return false;
	return line[DIGITS] == '\n';
}

/* Checks the lines in the LEN bytes at TEXT; BEFORE is the last one so far. */
static enum ca_code
check_lines(const struct ca_blocked_keys *list, const char *text, size_t len,
    size_t first, char *before, struct ca_error *err)
{
	for (size_t at = 0; at < len; at += LINE) {
		const char *line = text + at;
		size_t number = list->head + first + at / LINE + 1;

		if (len - at < LINE || !is_line(line))
			return refuse(list, number,
			    "not 64 lower-case hex digits and a line feed",
			    err);
		if (memcmp(before, line, DIGITS) > 0)
			return refuse(list, number,
			    "is out of order: less than the line before", err);
		memcpy(before, line, DIGITS);
	}
	return CA_OK;
}

static enum ca_code
check_all(struct ca_blocked_keys *list, struct ca_error *err)
{
	char *chunk = malloc(CHUNK_LINES * LINE);
	char before[DIGITS] = { 0 };
	size_t len = 0;
	enum ca_code rc;

	if (chunk == NULL)
		return ca_fail_memory(err);
	do {
		rc = read_at(list, list->start + list->count * LINE, chunk,
		    CHUNK_LINES * LINE, &len, err);
		if (rc == CA_OK)
			rc = check_lines(list, chunk, len, list->count, before,
			    err);
		list->count += len / LINE;
	} while (rc == CA_OK && len == CHUNK_LINES * LINE);
	free(chunk);
	return rc;
}

enum ca_code
ca_blocked_keys_open(int dir, const char *name, const char *path,
    struct ca_blocked_keys **ret, mode_t *ret_mode, struct ca_error *err)
{
	struct ca_blocked_keys *list = calloc(1, sizeof(*list));
	off_t size = 0;
	mode_t mode = 0;
	enum ca_code rc;

	if (list == NULL)
		return ca_fail_memory(err);
	list->fd = -1;
	rc = ca_text_format(&list->path, err, "%s", path);
	if (rc == CA_OK)
		rc = ca_file_open_at(dir, name, path, &list->fd, &size, &mode,
		    err);
	if (rc == CA_OK && (uintmax_t)size > SIZE_MAX_OF_LIST)
		rc = refuse_size(list, err);
	if (rc == CA_OK)
		rc = read_head(list, err);
	if (rc == CA_OK)
		rc = check_all(list, err);
	if (rc == CA_OK) {
		*ret = list;
		*ret_mode = mode;
		list = NULL;
	}
	ca_blocked_keys_free(list);
	return rc;
}

size_t
ca_blocked_keys_count(const struct ca_blocked_keys *list)
{
	return list->count;
}

enum ca_code
ca_blocked_keys_find(const struct ca_blocked_keys *list,
    const uint8_t spki_sha256[CA_SHA256_SIZE], bool *ret_found,
    struct ca_error *err)
{
	char wanted[DIGITS + 1], line[DIGITS];
	size_t low = 0, high = list->count, len = 0;

	ca_hex(spki_sha256, CA_SHA256_SIZE, wanted);
	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order;
		enum ca_code rc = read_at(list, list->start + middle * LINE,
		    line, DIGITS, &len, err);

		if (rc == CA_OK && len < DIGITS)
			rc = ca_fail(err, CA_ERR_FILE,
			    "%s: became shorter while it was read", list->path);
		if (rc != CA_OK)
			return rc;
		order = memcmp(wanted, line, DIGITS);
		if (order == 0) {
			*ret_found = true;
			return CA_OK;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return CA_OK;
}

void
ca_blocked_keys_free(struct ca_blocked_keys *list)
{
	if (list == NULL)
		return;
	if (list->fd >= 0)
		(void)close(list->fd);
	free(list->path);
	free(list);
}
