/* SPDX-License-Identifier: Apache-2.0 */
#include "core/der_check.h"

#include <stdbool.h>

/* Identifier octets (X.690 section 8.1.2). */
#define TAG_NUMBER 0x1fU
#define TAG_CONSTRUCTED 0x20U
#define TAG_CLASS 0xc0U
#define BOOLEAN 0x01U
#define INTEGER 0x02U
#define SEQUENCE 0x10U
#define SET 0x11U

/* Length octets (X.690 section 8.1.3). */
#define LONG_FORM 0x80U
#define LENGTH_OCTETS_MAX 4U

struct element {
	unsigned tag;
	const uint8_t *content;
	size_t len;
};

static enum ca_code
refuse(struct ca_error *err, const char *section, const char *what)
{
	return ca_fail(err, CA_ERR_INPUT, "X.690 section %s: %s", section,
	    what);
}

/* Reads the length at *NEXT and steps over it. */
static enum ca_code
read_length(const uint8_t **next, const uint8_t *end, size_t *ret_len,
    struct ca_error *err)
{
	unsigned octets;
	size_t len = 0;

	if (*next == end)
		return refuse(err, "8.1", "an element is cut short");
	octets = *(*next)++;
	if (octets < LONG_FORM) {
		*ret_len = octets;
		return CA_OK;
	}
	octets -= LONG_FORM;
	if (octets == 0)
		return refuse(err, "10.1", "a length is indefinite");
	if (octets > LENGTH_OCTETS_MAX)
		return refuse(err, "8.1", "a length is out of all bounds");
	if ((size_t)(end - *next) < octets)
		return refuse(err, "8.1", "an element is cut short");
	for (unsigned i = 0; i < octets; i++)
		len = len << 8 | (*next)[i];
	if ((*next)[0] == 0 || len < LONG_FORM)
		return refuse(err, "10.1",
		    "a length is not as short as can be");
	*next += octets;
	*ret_len = len;
	return CA_OK;
}

/* Reads the element at *NEXT and steps over it. */
static enum ca_code
read_element(const uint8_t **next, const uint8_t *end, struct element *ret,
    struct ca_error *err)
{
	struct element element = { 0 };
	enum ca_code rc;

	if (*next == end)
		return refuse(err, "8.1", "an element is cut short");
	element.tag = *(*next)++;
	if ((element.tag & TAG_NUMBER) == TAG_NUMBER)
		return refuse(err, "8.1.2.4", "a tag of more than one octet");
	rc = read_length(next, end, &element.len, err);
	if (rc != CA_OK)
		return rc;
	if ((size_t)(end - *next) < element.len)
		return refuse(err, "8.1", "an element is cut short");
	element.content = *next;
	*next += element.len;
	*ret = element;
	return CA_OK;
}

/* Whether the first nine bits are equal, which one octet less would say. */
static bool
has_spare_octet(const struct element *integer)
{
	const uint8_t *octet = integer->content;

	return integer->len > 1 &&
	    ((octet[0] == 0x00 && octet[1] < 0x80) ||
		(octet[0] == 0xff && octet[1] >= 0x80));
}

static enum ca_code
check_primitive(const struct element *element, struct ca_error *err)
{
	if (element->tag == BOOLEAN &&
	    (element->len != 1 ||
		(element->content[0] != 0x00 && element->content[0] != 0xff)))
		return refuse(err, "11.1", "a BOOLEAN is neither 00 nor FF");
	if (element->tag == INTEGER && element->len == 0)
		return refuse(err, "8.3.1", "an INTEGER is empty");
	if (element->tag == INTEGER && has_spare_octet(element))
		return refuse(err, "8.3.2",
		    "an INTEGER is not as short as can be");
	return CA_OK;
}

static bool
may_be_constructed(unsigned tag)
{
	unsigned number = tag & TAG_NUMBER;

	return (tag & TAG_CLASS) != 0 || number == SEQUENCE || number == SET;
}

/* Checks all elements from NEXT to END, DEPTH levels down. */
static enum ca_code
check_elements(const uint8_t *next, const uint8_t *end, unsigned depth,
    struct ca_error *err)
{
	struct element element = { 0 };
	enum ca_code rc = CA_OK;

	if (depth > CA_DER_DEPTH_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "more than %d elements are nested", CA_DER_DEPTH_MAX);
	while (rc == CA_OK && next < end) {
		rc = read_element(&next, end, &element, err);
		if (rc != CA_OK)
			return rc;
		if ((element.tag & TAG_CONSTRUCTED) == 0)
			rc = check_primitive(&element, err);
		else if (!may_be_constructed(element.tag))
			rc = refuse(err, "10.2", "a string is in pieces");
		else
			rc = check_elements(element.content,
			    element.content + element.len, depth + 1, err);
	}
	return rc;
}

enum ca_code
ca_der_check(const uint8_t *der, size_t len, struct ca_error *err)
{
	const uint8_t *next = der, *end;
	struct element element;
	enum ca_code rc;

	if (len == 0)
		return refuse(err, "8.1", "an element is cut short");
	end = der + len;
	rc = read_element(&next, end, &element, err);
	if (rc != CA_OK)
		return rc;
	if (next < end)
		return ca_fail(err, CA_ERR_INPUT, "%zu bytes follow its end",
		    (size_t)(end - next));
	return check_elements(der, end, 0, err);
}
