/* SPDX-License-Identifier: Apache-2.0 */
/* The one form of each primitive value (X.690 sections 8 and 11). */
#include <stdbool.h>
#include <unistr.h>

#include "core/der_check.h"

#define BOOLEAN 0x01U
#define INTEGER 0x02U
#define BIT_STRING 0x03U
#define NULL_VALUE 0x05U
#define OBJECT_IDENTIFIER 0x06U
#define ENUMERATED 0x0aU
#define UTF8_STRING 0x0cU

static enum ca_code
check_boolean(const struct ca_der_element *element, struct ca_error *err)
{
	if (element->len != 1 ||
	    (element->content[0] != 0x00 && element->content[0] != 0xff))
		return ca_der_refuse(err, "der-boolean", "11.1",
		    "a BOOLEAN is neither 00 nor FF");
	return CA_OK;
}

static enum ca_code
check_integer(const struct ca_der_element *element, struct ca_error *err)
{
	const uint8_t *octet = element->content;

	if (element->len == 0)
		return ca_der_refuse(err, "der-integer", "8.3.1",
		    "an INTEGER is empty");
	/* The first nine bits are equal: one octet less would say it. */
	if (element->len > 1 &&
	    ((octet[0] == 0x00 && octet[1] < 0x80) ||
		(octet[0] == 0xff && octet[1] >= 0x80)))
		return ca_der_refuse(err, "der-integer", "8.3.2",
		    "an INTEGER is not as short as can be");
	return CA_OK;
}

static enum ca_code
check_bit_string(const struct ca_der_element *element, struct ca_error *err)
{
	unsigned unused;

	if (element->len == 0 || element->content[0] > 7 ||
	    (element->len == 1 && element->content[0] != 0))
		return ca_der_refuse(err, "der-bit-string", "8.6.2",
		    "a BIT STRING has no count of unused bits, or a wrong one");
	unused = element->content[0];
	if ((element->content[element->len - 1] & ((1U << unused) - 1)) != 0)
		return ca_der_refuse(err, "der-bit-string", "11.2.1",
		    "unused bits of a BIT STRING are not zero");
	return CA_OK;
}

static enum ca_code
check_null(const struct ca_der_element *element, struct ca_error *err)
{
	if (element->len != 0)
		return ca_der_refuse(err, "der-null", "8.8.2",
		    "a NULL has a content");
	return CA_OK;
}

static enum ca_code
check_object(const struct ca_der_element *element, struct ca_error *err)
{
	bool first = true;

	if (element->len == 0 || element->content[element->len - 1] >= 0x80)
		return ca_der_refuse(err, "der-oid", "8.19.2",
		    "an OBJECT IDENTIFIER is empty or cut short");
	for (size_t i = 0; i < element->len; i++) {
		if (first && element->content[i] == 0x80)
			return ca_der_refuse(err, "der-oid", "8.19.2",
			    "a part of an OBJECT IDENTIFIER is not as short as can be");
		first = element->content[i] < 0x80;
	}
	return CA_OK;
}

static enum ca_code
check_utf8(const struct ca_der_element *element, struct ca_error *err)
{
	if (u8_check(element->content, element->len) != NULL)
		return ca_der_refuse(err, "der-utf8", "8.23.10",
		    "a UTF8String is not UTF-8");
	return CA_OK;
}

static const struct {
	unsigned tag;
	enum ca_code (
	    *check)(const struct ca_der_element *element, struct ca_error *err);
} checks[] = {
	{ BOOLEAN, check_boolean },
	{ INTEGER, check_integer },
	{ BIT_STRING, check_bit_string },
	{ NULL_VALUE, check_null },
	{ OBJECT_IDENTIFIER, check_object },
	{ ENUMERATED, check_integer },
	{ UTF8_STRING, check_utf8 },
};

enum ca_code
ca_der_check_value(const struct ca_der_element *element, struct ca_error *err)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].tag == element->tag)
			return checks[i].check(element, err);
	return CA_OK;
}
