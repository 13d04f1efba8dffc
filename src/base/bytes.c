/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/bytes.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define LARGE 4096 /* bytes, of what grows by more than it must */

/* How many bytes are had for LEN: to move a large text at each line is dear. */
static size_t
room_for(size_t len)
{
	return len > LARGE ? len + len / 4 : len;
}

enum ca_code
ca_bytes_append(struct ca_bytes *bytes, const void *data, size_t len,
    struct ca_error *err)
{
	uint8_t *grown = bytes->data;

	if (len == 0)
		return CA_OK;
	if (len > CA_BYTES_MAX || bytes->len > CA_BYTES_MAX - len)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "more than %zu bytes in one object", CA_BYTES_MAX);
	if (grown == NULL || malloc_usable_size(grown) < bytes->len + len)
		grown = realloc(bytes->data, room_for(bytes->len + len));
	if (grown == NULL)
		return ca_fail_memory(err);
	memcpy(grown + bytes->len, data, len);
	bytes->data = grown;
	bytes->len += len;
	return CA_OK;
}

bool
ca_bytes_equal(const struct ca_bytes *a, const struct ca_bytes *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

void
ca_bytes_free(struct ca_bytes *bytes)
{
	if (bytes == NULL)
		return;
	free(bytes->data);
	bytes->data = NULL;
	bytes->len = 0;
}
