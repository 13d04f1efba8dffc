/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csr_parts.h"

#include "core/der.h"

enum ca_code
ca_csr_refuse_form(struct ca_error *err)
{
	return ca_fail_rule(err, CA_ERR_INPUT, "csr-form",
	    "RFC 2986 section 4: not a certificate request");
}

/* Steps over the element at *NEXT, which must have TAG. */
static enum ca_code
take(const uint8_t **next, const uint8_t *end, unsigned tag,
    struct ca_der_element *ret, struct ca_error *err)
{
	enum ca_code rc;

	if (*next == end)
		return ca_csr_refuse_form(err);
	rc = ca_der_next(next, end, ret, err);
	return rc == CA_OK && ret->tag != tag ? ca_csr_refuse_form(err) : rc;
}

/* RFC 5280 section 4.1.2.4: an RDN is a SET of one attribute or more. */
static enum ca_code
check_subject(const struct ca_der_element *subject, struct ca_error *err)
{
	const uint8_t *next = subject->content, *end = next + subject->len;
	struct ca_der_element rdn = { 0 };
	enum ca_code rc = CA_OK;

	while (rc == CA_OK && next < end) {
		rc = ca_der_next(&next, end, &rdn, err);
		if (rc == CA_OK && rdn.len == 0)
			rc = ca_fail_rule(err, CA_ERR_INPUT, "csr-subject",
			    "RFC 5280 section 4.1.2.4: an RDN of the subject is empty");
	}
	return rc;
}

/* CertificationRequestInfo: version, subject, subjectPKInfo, attributes. */
static enum ca_code
read_info(const struct ca_der_element *info, struct ca_csr_parts *ret,
    struct ca_error *err)
{
	const uint8_t *next = info->content, *end = next + info->len;
	enum ca_code rc;

	rc = take(&next, end, CA_DER_INTEGER, &ret->version, err);
	if (rc == CA_OK)
		rc = take(&next, end, CA_DER_SEQUENCE, &ret->subject, err);
	if (rc == CA_OK)
		rc = check_subject(&ret->subject, err);
	if (rc == CA_OK)
		rc = take(&next, end, CA_DER_SEQUENCE, &ret->spki, err);
	ret->has_attributes = next < end;
	if (rc != CA_OK || !ret->has_attributes)
		return rc;
	rc = take(&next, end, CA_DER_CONTEXT(0), &ret->attributes, err);
	if (rc == CA_OK)
		rc = ca_der_check_set(ret->attributes.content,
		    ret->attributes.len, err);
	return rc == CA_OK && next != end ? ca_csr_refuse_form(err) : rc;
}

enum ca_code
ca_csr_parts_read(const uint8_t *der, size_t len, struct ca_csr_parts *ret,
    struct ca_error *err)
{
	const uint8_t *next = der, *end = der + len;
	struct ca_der_element whole = { 0 };
	struct ca_csr_parts parts = { 0 };
	enum ca_code rc;

	rc = take(&next, end, CA_DER_SEQUENCE, &whole, err);
	if (rc != CA_OK)
		return rc;
	next = whole.content;
	end = next + whole.len;
	rc = take(&next, end, CA_DER_SEQUENCE, &parts.info, err);
	if (rc == CA_OK)
		rc = read_info(&parts.info, &parts, err);
	if (rc == CA_OK)
		rc = take(&next, end, CA_DER_SEQUENCE, &parts.algorithm, err);
	if (rc == CA_OK)
		rc = take(&next, end, CA_DER_BIT_STRING, &parts.signature, err);
	if (rc == CA_OK && next != end)
		rc = ca_csr_refuse_form(err);
	if (rc == CA_OK)
		*ret = parts;
	return rc;
}
