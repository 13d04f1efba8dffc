/* SPDX-License-Identifier: Apache-2.0 */
#include "core/der.h"

/* Identifier octet and length octets: one and at most five. */
#define HEADER_MAX 6

enum ca_code
ca_der_append_header(struct ca_bytes *out, unsigned tag, size_t len,
    struct ca_error *err)
{
	uint8_t header[HEADER_MAX] = { (uint8_t)tag };
	size_t used = 2;

	if (len < 0x80) {
		header[1] = (uint8_t)len;
	} else {
		unsigned octets = 1;

		while (octets < 4 && len >> (8 * octets) != 0)
			octets++;
		header[1] = (uint8_t)(0x80 | octets);
		while (octets-- > 0)
			header[used++] = (uint8_t)(len >> (8 * octets));
	}
	return ca_bytes_append(out, header, used, err);
}

enum ca_code
ca_der_append(struct ca_bytes *out, unsigned tag, const void *content,
    size_t len, struct ca_error *err)
{
	struct ca_bytes element = { 0 };
	enum ca_code rc = ca_der_append_header(&element, tag, len, err);

	if (rc == CA_OK)
		rc = ca_bytes_append(&element, content, len, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(out, element.data, element.len, err);
	ca_bytes_free(&element);
	return rc;
}
