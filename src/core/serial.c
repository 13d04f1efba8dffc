/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/rand.h>
#include <string.h>

#include "coldca/draft.h"

enum ca_code
ca_serial_make(const uint8_t *extra, size_t len,
    uint8_t ret_serial[CA_SERIAL_SIZE], struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];

	if (RAND_bytes(serial, sizeof(serial)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random numbers");
	/* Either generator alone would do; a weak one can not spoil both. */
	for (size_t i = 0; i < sizeof(serial) && i < len; i++)
		serial[i] ^= extra[i];
	/*
	 * RFC 5280 section 4.1.2.2: positive. The second highest bit is set so
	 * that DER never shortens it.
	 */
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
	memcpy(ret_serial, serial, sizeof(serial));
	return CA_OK;
}
