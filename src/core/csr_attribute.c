/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of a request (RFC 2986 section 4.1, RFC 2985 section 5.4). */
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/asn1_text.h"
#include "core/csr_asks.h"
#include "core/der.h"
#include "core/der_check.h"

/* Types of DirectoryString, and of what RFC 2985 has beside it. */
#define STRINGS                                                          \
	(B_ASN1_UTF8STRING | B_ASN1_PRINTABLESTRING | B_ASN1_T61STRING | \
	    B_ASN1_BMPSTRING | B_ASN1_UNIVERSALSTRING | B_ASN1_IA5STRING)

static enum ca_code
refuse_request(const char *why, struct ca_error *err)
{
	return ca_fail_rule(err, CA_ERR_INPUT, "csr-extension-request",
	    "RFC 2985 section 5.4.2: the extensionRequest %s", why);
}

/* RFC 5280 section 4.2: not more than one instance of an extension. */
static enum ca_code
refuse_twice(const STACK_OF(X509_EXTENSION) * extensions, int at,
    struct ca_error *err)
{
	const ASN1_OBJECT *object =
	    X509_EXTENSION_get_object(sk_X509_EXTENSION_value(extensions, at));
	char word[CA_OBJECT_TEXT_SIZE];

	for (int i = 0; i < at; i++) {
		if (OBJ_cmp(object,
			X509_EXTENSION_get_object(
			    sk_X509_EXTENSION_value(extensions, i))) != 0)
			continue;
		ca_asn1_object_text(object, word);
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-extension-twice",
		    "RFC 5280 section 4.2: extension %s is there twice", word);
	}
	return CA_OK;
}

/*
 * `critical FALSE` is the default, which DER leaves out. OpenSSL does not say
 * whether it was spelled. DER has been checked.
 */
static enum ca_code
note_spelled_defaults(const ASN1_STRING *der, struct ca_findings *notices,
    struct ca_error *err)
{
	const uint8_t *next = ASN1_STRING_get0_data(der);
	const uint8_t *end = next + ASN1_STRING_length(der);
	struct ca_der_element all = { 0 }, one = { 0 }, part = { 0 };
	enum ca_code rc = ca_der_next(&next, end, &all, err);

	next = all.content;
	end = next + all.len;
	while (rc == CA_OK && next < end) {
		const uint8_t *inner, *inner_end;

		rc = ca_der_next(&next, end, &one, err);
		inner = one.content;
		inner_end = inner + one.len;
		if (rc == CA_OK)
			rc = ca_der_next(&inner, inner_end, &part, err);
		if (rc == CA_OK)
			rc = ca_der_next(&inner, inner_end, &part, err);
		if (rc != CA_OK || part.tag != CA_DER_BOOLEAN ||
		    part.content[0] != 0)
			continue;
		ca_findings_add(notices, "csr-default-value", CA_OK,
		    "X.690 section 11.5: an extension spells the default critical FALSE");
	}
	return rc;
}

enum ca_code
ca_asks_read_extensions(const ASN1_STRING *der, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err)
{
	const unsigned char *next = ASN1_STRING_get0_data(der);
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	int count;
	enum ca_code rc = CA_OK;

	extensions = d2i_X509_EXTENSIONS(NULL, &next, ASN1_STRING_length(der));
	count = sk_X509_EXTENSION_num(extensions);
	if (extensions == NULL)
		rc = refuse_request("can not be read", err);
	else if (count == 0)
		rc = refuse_request("has no extension", err);
	else if (count > CA_CSR_ASKS_MAX)
		rc = ca_fail_rule(err, CA_ERR_INPUT, "csr-too-much",
		    "more than %d extensions", CA_CSR_ASKS_MAX);
	for (int i = 0; rc == CA_OK && i < count; i++) {
		rc = refuse_twice(extensions, i, err);
		if (rc == CA_OK)
			rc = ca_asks_read_extension(
			    sk_X509_EXTENSION_value(extensions, i), asks,
			    notices, err);
	}
	if (rc == CA_OK)
		rc = note_spelled_defaults(der, notices, err);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	return rc;
}

/* Microsoft had a number of its own for extensionRequest (RFC 2985 5.4.2). */
static bool
is_extension_request(X509_ATTRIBUTE *attribute)
{
	int nid = OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute));

	return nid == NID_ext_req || nid == NID_ms_ext_req;
}

static enum ca_code
read_extension_request(X509_ATTRIBUTE *attribute, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err)
{
	const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);

	if (X509_ATTRIBUTE_count(attribute) != 1)
		return refuse_request("has not exactly one value", err);
	if (ASN1_TYPE_get(value) != V_ASN1_SEQUENCE)
		return refuse_request("is no SEQUENCE", err);
	return ca_asks_read_extensions(value->value.sequence, asks, notices,
	    err);
}

/* Both numbers of extensionRequest count as one attribute. */
static bool
is_same(X509_ATTRIBUTE *a, X509_ATTRIBUTE *b)
{
	return (is_extension_request(a) && is_extension_request(b)) ||
	    OBJ_cmp(X509_ATTRIBUTE_get0_object(a),
		X509_ATTRIBUTE_get0_object(b)) == 0;
}

/* RFC 2985 section 5.4.1: one string. */
static enum ca_code
check_password(X509_ATTRIBUTE *attribute, struct ca_error *err)
{
	const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);

	if (OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) !=
	    NID_pkcs9_challengePassword)
		return CA_OK;
	if (X509_ATTRIBUTE_count(attribute) != 1 ||
	    (ASN1_tag2bit(ASN1_TYPE_get(value)) & STRINGS) == 0)
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-challenge-password",
		    "RFC 2985 section 5.4.1: the challengePassword is not exactly one string");
	return CA_OK;
}

/* What holds for every attribute, whatever it is. */
static enum ca_code
check_attribute(const STACK_OF(X509_ATTRIBUTE) * all, int at,
    struct ca_error *err)
{
	X509_ATTRIBUTE *attribute = sk_X509_ATTRIBUTE_value(all, at);
	char word[CA_OBJECT_TEXT_SIZE];

	ca_asn1_object_text(X509_ATTRIBUTE_get0_object(attribute), word);
	for (int i = 0; i < at; i++)
		if (is_same(attribute, sk_X509_ATTRIBUTE_value(all, i)))
			return ca_fail_rule(err, CA_ERR_INPUT,
			    "csr-attribute-twice",
			    "RFC 2986 section 4.1: attribute %s is there twice",
			    word);
	if (X509_ATTRIBUTE_count(attribute) == 0)
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-attribute-empty",
		    "RFC 2986 section 4.1: attribute %s has no value", word);
	return check_password(attribute, err);
}

static enum ca_code
read_attribute(X509_ATTRIBUTE *attribute, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err)
{
	struct ca_ask ask = { .kind = CA_ASK_ATTRIBUTE };
	char word[CA_OBJECT_TEXT_SIZE];

	if (is_extension_request(attribute))
		return read_extension_request(attribute, asks, notices, err);
	/* The value may be a secret: a challengePassword. */
	ca_asn1_object_text(X509_ATTRIBUTE_get0_object(attribute), word);
	return ca_asks_add(asks, &ask, err, "attribute %s", word);
}

/* Appends what is in [0] to RET. */
static enum ca_code
read_list(const struct ca_der_element *list, STACK_OF(X509_ATTRIBUTE) * ret,
    struct ca_error *err)
{
	const unsigned char *next = list->content, *end = next + list->len;

	while (next < end) {
		X509_ATTRIBUTE *one;

		if (sk_X509_ATTRIBUTE_num(ret) >= CA_CSR_ASKS_MAX)
			return ca_fail_rule(err, CA_ERR_INPUT, "csr-too-much",
			    "more than %d attributes", CA_CSR_ASKS_MAX);
		one = d2i_X509_ATTRIBUTE(NULL, &next, end - next);
		if (one == NULL)
			return ca_csr_refuse_form(err);
		if (sk_X509_ATTRIBUTE_push(ret, one) <= 0) {
			X509_ATTRIBUTE_free(one);
			return ca_fail_memory(err);
		}
	}
	return CA_OK;
}

enum ca_code
ca_asks_read_attributes(const struct ca_csr_parts *parts, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err)
{
	STACK_OF(X509_ATTRIBUTE) *all = sk_X509_ATTRIBUTE_new_null();
	enum ca_code rc = CA_OK;

	if (all == NULL)
		return ca_fail_memory(err);
	if (parts->has_attributes)
		rc = read_list(&parts->attributes, all, err);
	for (int i = 0; rc == CA_OK && i < sk_X509_ATTRIBUTE_num(all); i++)
		rc = check_attribute(all, i, err);
	for (int i = 0; rc == CA_OK && i < sk_X509_ATTRIBUTE_num(all); i++)
		rc = read_attribute(sk_X509_ATTRIBUTE_value(all, i), asks,
		    notices, err);
	sk_X509_ATTRIBUTE_pop_free(all, X509_ATTRIBUTE_free);
	return rc;
}
