/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/der.h"
#include "core/der_check.h"
#include "unit/test.h"

static void
takes_no_element_from_behind_the_end(void **state)
{
	static const uint8_t der[] = { 0x05, 0x00, 0x05, 0x00 };
	const uint8_t *next = der + 2;
	struct ca_der_element element;
	struct ca_error err = { 0 };

	(void)state;
	assert_int_equal(ca_der_next(&next, der + 2, &element, &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.rule, "der-cut-short");
}

/* Elements in DER, or the rule and section by which they are none. */
static const struct {
	const char *der;
	size_t len;
	const char *rule; /* NULL: it is DER */
	const char *why;
} elements[] = {
	{ "", 0, "der-cut-short", "8.1" },
	{ "\x01\x01\xff", 3, NULL, NULL },
	{ "\x01\x01\x01", 3, "der-boolean", "11.1" },
	{ "\x01\x02\x00\x00", 4, "der-boolean", "11.1" },
	{ "\x02\x01\x80", 3, NULL, NULL },
	{ "\x02\x02\xff\x7f", 4, NULL, NULL },
	{ "\x02\x02\xff\x80", 4, "der-integer", "8.3.2" },
	{ "\x02\x02\x00\x80", 4, NULL, NULL },
	{ "\x02\x02\x00\x7f", 4, "der-integer", "8.3.2" },
	{ "\x0a\x02\x00\x7f", 4, "der-integer", "8.3.2" },
	{ "\x03\x01\x00", 3, NULL, NULL },
	{ "\x03\x00", 2, "der-bit-string", "8.6.2" },
	{ "\x03\x01\x01", 3, "der-bit-string", "8.6.2" },
	{ "\x03\x02\x08\x00", 4, "der-bit-string", "8.6.2" },
	{ "\x03\x02\x07\x80", 4, NULL, NULL },
	{ "\x03\x02\x07\xc0", 4, "der-bit-string", "11.2.1" },
	{ "\x03\x02\x00\xff", 4, NULL, NULL },
	{ "\x05\x01\x00", 3, "der-null", "8.8.2" },
	{ "\x06\x00", 2, "der-oid", "8.19.2" },
	{ "\x06\x04\x2a\x81\x80\x01", 6, NULL, NULL },
	{ "\x06\x03\x2a\x80\x01", 5, "der-oid", "8.19.2" },
	{ "\x06\x02\x2a\x81", 4, "der-oid", "8.19.2" },
	{ "\x0c\x02\xc3\xbc", 4, NULL, NULL },
	{ "\x0c\x01\xc3", 3, "der-utf8", "8.23.10" },
	{ "\x10\x00", 2, "der-constructed", "8.9.1" },
	{ "\x11\x00", 2, "der-constructed", "8.9.1" },
	{ "\x24\x00", 2, "der-constructed", "10.2" },
	{ "\x1f\x20\x00", 3, "der-tag", "8.1.2.4" },
	{ "\x04\x80\x00\x00", 4, "der-indefinite", "10.1" },
	{ "\x04\x85\x00\x00\x00\x00\x00", 7, "der-length", "8.1" },
	{ "\x04\x81\x7f", 3, "der-length", "10.1" },
	{ "\x04\x82\x00\x80", 4, "der-length", "10.1" },
	{ "\x04\x82\x80", 3, "der-cut-short", "8.1" },
	{ "\x04\x02\x00", 3, "der-cut-short", "8.1" },
	{ "\x05\x00\x05\x00", 4, "der-trailing", "2 bytes" },
	{ "\x31\x06\x02\x01\x01\x02\x01\x02", 8, NULL, NULL },
	{ "\x31\x06\x02\x01\x02\x02\x01\x01", 8, "der-set-order", "11.6" },
	{ "\x31\x07\x02\x01\x02\x02\x02\x01\x01", 9, NULL, NULL },
	{ "\x31\x07\x02\x02\x01\x01\x02\x01\x02", 9, "der-set-order", "11.6" },
};

static void
takes_one_encoding_of_each_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		struct ca_error err = { 0 };
		enum ca_code rc = ca_der_check((const uint8_t *)elements[i].der,
		    elements[i].len, &err);

		if (elements[i].rule == NULL) {
			if (rc != CA_OK)
				fail_msg("%zu: %s", i, err.message);
			continue;
		}
		if (rc != CA_ERR_INPUT ||
		    strcmp(err.rule, elements[i].rule) != 0 ||
		    strstr(err.message, elements[i].why) == NULL)
			fail_msg("%zu: %s: %s", i, err.rule, err.message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_no_element_from_behind_the_end),
		cmocka_unit_test(takes_one_encoding_of_each_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
