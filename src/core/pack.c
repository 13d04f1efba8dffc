/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pack.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX /* in the place of a length: NULL */

enum ca_code
ca_pack(struct ca_bytes *packed, const void *data, size_t len,
    struct ca_error *err)
{
	uint32_t header = data != NULL ? (uint32_t)len : NONE;
	enum ca_code rc;

	if (len > CA_BYTES_MAX)
		return ca_fail(err, CA_ERR_INTERNAL, "too large to be packed");
	rc = ca_bytes_append(packed, &header, sizeof(header), err);
	if (rc != CA_OK || data == NULL || len == 0)
		return rc;
	return ca_bytes_append(packed, data, len, err);
}

enum ca_code
ca_pack_number(struct ca_bytes *packed, int64_t number, struct ca_error *err)
{
	return ca_pack(packed, &number, sizeof(number), err);
}

enum ca_code
ca_pack_text(struct ca_bytes *packed, const char *text, struct ca_error *err)
{
	return ca_pack(packed, text, text != NULL ? strlen(text) : 0, err);
}

const void *
ca_unpack(struct ca_unpack *unpack, size_t *ret_len)
{
	const uint8_t *data = NULL;
	uint32_t len = NONE;

	*ret_len = 0;
	if (unpack->failed ||
	    (size_t)(unpack->end - unpack->at) < sizeof(len)) {
		unpack->failed = true;
		return NULL;
	}
	memcpy(&len, unpack->at, sizeof(len));
	unpack->at += sizeof(len);
	if (len == NONE)
		return NULL;
	if ((size_t)(unpack->end - unpack->at) < len) {
		unpack->failed = true;
		return NULL;
	}
	data = unpack->at;
	unpack->at += len;
	*ret_len = len;
	return data;
}

void
ca_unpack_into(struct ca_unpack *unpack, void *ret, size_t len)
{
	size_t got = 0;
	const void *data = ca_unpack(unpack, &got);

	if (data == NULL || got != len)
		unpack->failed = true;
	else
		memcpy(ret, data, len);
}

int64_t
ca_unpack_number(struct ca_unpack *unpack)
{
	int64_t number = 0;

	ca_unpack_into(unpack, &number, sizeof(number));
	return number;
}

char *
ca_unpack_text(struct ca_unpack *unpack)
{
	size_t len = 0;
	const char *data = ca_unpack(unpack, &len);
	char *text;

	if (data == NULL)
		return NULL;
	text = malloc(len + 1);
	if (text == NULL) {
		unpack->failed = true;
		return NULL;
	}
	memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

void
ca_unpack_bytes(struct ca_unpack *unpack, struct ca_bytes *ret)
{
	struct ca_error ignored;
	size_t len = 0;
	const void *data = ca_unpack(unpack, &len);

	if (data != NULL && len > 0 &&
	    ca_bytes_append(ret, data, len, &ignored) != CA_OK)
		unpack->failed = true;
}
