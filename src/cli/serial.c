/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/serial.h"

#include "base/text.h"

enum ca_code
cli_serial_parse(const char *word, uint8_t ret_serial[CA_SERIAL_SIZE],
    struct ca_error *err)
{
	char digits[CA_SERIAL_TEXT_SIZE];
	size_t len = 0;

	for (const char *p = word; *p != '\0'; p++)
		if (*p != ':' && len < sizeof(digits) - 1)
			digits[len++] = *p;
	digits[len] = '\0';
	if (ca_hex_parse(digits, ret_serial, CA_SERIAL_SIZE, err) == CA_OK)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INPUT,
	    "serial %s: not one of this CA, which have %d hex digits", word,
	    2 * CA_SERIAL_SIZE);
	ca_hint(err, "coldca ledger list");
	return CA_ERR_INPUT;
}
