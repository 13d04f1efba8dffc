/* SPDX-License-Identifier: Apache-2.0 */
#include "core/der_check.h"

#include <stdbool.h>
#include <string.h>

/* Identifier octets (X.690 section 8.1.2). */
#define TAG_NUMBER 0x1fU
#define TAG_CONSTRUCTED 0x20U
#define TAG_CLASS 0xc0U
#define SEQUENCE 0x10U
#define SET 0x11U

/* Length octets (X.690 section 8.1.3). */
#define LONG_FORM 0x80U
#define LENGTH_OCTETS_MAX 4U

enum ca_code
ca_der_refuse(struct ca_error *err, const char *rule, const char *section,
    const char *what)
{
	return ca_fail_rule(err, CA_ERR_INPUT, rule, "X.690 section %s: %s",
	    section, what);
}

static enum ca_code
refuse_short(struct ca_error *err)
{
	return ca_der_refuse(err, "der-cut-short", "8.1",
	    "an element is cut short");
}

/* Reads the length at *NEXT and steps over it. */
static enum ca_code
read_length(const uint8_t **next, const uint8_t *end, size_t *ret_len,
    struct ca_error *err)
{
	unsigned octets;
	size_t len = 0;

	if (*next == end)
		return refuse_short(err);
	octets = *(*next)++;
	if (octets < LONG_FORM) {
		*ret_len = octets;
		return CA_OK;
	}
	octets -= LONG_FORM;
	if (octets == 0)
		return ca_der_refuse(err, "der-indefinite", "10.1",
		    "a length is indefinite");
	if (octets > LENGTH_OCTETS_MAX)
		return ca_der_refuse(err, "der-length", "8.1",
		    "a length is out of all bounds");
	if ((size_t)(end - *next) < octets)
		return refuse_short(err);
	for (unsigned i = 0; i < octets; i++)
		len = len << 8 | (*next)[i];
	if ((*next)[0] == 0 || len < LONG_FORM)
		return ca_der_refuse(err, "der-length", "10.1",
		    "a length is not as short as can be");
	*next += octets;
	*ret_len = len;
	return CA_OK;
}

enum ca_code
ca_der_next(const uint8_t **next, const uint8_t *end,
    struct ca_der_element *ret, struct ca_error *err)
{
	struct ca_der_element element = { .whole = *next };
	enum ca_code rc;

	if (*next == end)
		return refuse_short(err);
	element.tag = *(*next)++;
	if ((element.tag & TAG_NUMBER) == TAG_NUMBER)
		return ca_der_refuse(err, "der-tag", "8.1.2.4",
		    "a tag of more than one octet");
	rc = read_length(next, end, &element.len, err);
	if (rc != CA_OK)
		return rc;
	if ((size_t)(end - *next) < element.len)
		return refuse_short(err);
	element.content = *next;
	*next += element.len;
	element.whole_len = (size_t)(*next - element.whole);
	*ret = element;
	return CA_OK;
}

static bool
may_be_constructed(unsigned tag)
{
	unsigned number = tag & TAG_NUMBER;

	return (tag & TAG_CLASS) != 0 || number == SEQUENCE || number == SET;
}

/* Universal types that are always constructed (X.690 sections 8.9 to 8.12). */
static bool
must_be_constructed(unsigned tag)
{
	return tag == SEQUENCE || tag == SET;
}

/* X.690 section 11.6: compared as octets, the shorter with zeros behind it. */
static bool
is_after(const struct ca_der_element *a, const struct ca_der_element *b)
{
	size_t len = a->whole_len < b->whole_len ? a->whole_len : b->whole_len;
	int order = memcmp(a->whole, b->whole, len);

	/* Two elements of which one begins the other are the same one. */
	return order > 0;
}

enum ca_code
ca_der_check_set(const uint8_t *content, size_t len, struct ca_error *err)
{
	const uint8_t *next = content, *end = content + len;
	struct ca_der_element element = { .whole = content }, before = element;

	while (next < end) {
		enum ca_code rc = ca_der_next(&next, end, &element, err);

		if (rc != CA_OK)
			return rc;
		if (is_after(&before, &element))
			return ca_der_refuse(err, "der-set-order", "11.6",
			    "a SET OF is out of order");
		before = element;
	}
	return CA_OK;
}

static enum ca_code check_elements(const uint8_t *next, const uint8_t *end,
    unsigned depth, struct ca_error *err);

static enum ca_code
check_element(const struct ca_der_element *element, unsigned depth,
    struct ca_error *err)
{
	enum ca_code rc;

	if ((element->tag & TAG_CONSTRUCTED) == 0) {
		if (must_be_constructed(element->tag))
			return ca_der_refuse(err, "der-constructed", "8.9.1",
			    "a SEQUENCE or SET is primitive");
		return ca_der_check_value(element, err);
	}
	if (!may_be_constructed(element->tag))
		return ca_der_refuse(err, "der-constructed", "10.2",
		    "a string is in pieces");
	rc = check_elements(element->content, element->content + element->len,
	    depth + 1, err);
	if (rc == CA_OK && element->tag == (SET | TAG_CONSTRUCTED))
		rc = ca_der_check_set(element->content, element->len, err);
	return rc;
}

/* Checks all elements from NEXT to END, DEPTH levels down. */
static enum ca_code
check_elements(const uint8_t *next, const uint8_t *end, unsigned depth,
    struct ca_error *err)
{
	struct ca_der_element element = { 0 };
	enum ca_code rc = CA_OK;

	if (depth > CA_DER_DEPTH_MAX)
		return ca_fail_rule(err, CA_ERR_INPUT, "der-depth",
		    "more than %d elements are nested", CA_DER_DEPTH_MAX);
	while (rc == CA_OK && next < end) {
		rc = ca_der_next(&next, end, &element, err);
		if (rc == CA_OK)
			rc = check_element(&element, depth, err);
	}
	return rc;
}

enum ca_code
ca_der_check(const uint8_t *der, size_t len, struct ca_error *err)
{
	const uint8_t *next = der, *end;
	struct ca_der_element element = { 0 };
	enum ca_code rc;

	if (len == 0)
		return refuse_short(err);
	end = der + len;
	rc = ca_der_next(&next, end, &element, err);
	if (rc != CA_OK)
		return rc;
	if (next < end)
		return ca_fail_rule(err, CA_ERR_INPUT, "der-trailing",
		    "%zu bytes follow its end", (size_t)(end - next));
	return check_elements(der, end, 0, err);
}
