/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csr_asks.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/asn1_text.h"

enum ca_code
ca_asks_add(struct ca_asks *asks, const struct ca_ask *ask,
    struct ca_error *err, const char *fmt, ...)
{
	struct ca_ask copy = { .kind = ask->kind, .value = ask->value };
	struct ca_ask *item;
	va_list args;
	int len;

	if (asks->count >= CA_CSR_ASKS_MAX)
		return ca_fail(err, CA_ERR_INPUT,
		    "asks for more than %d things", CA_CSR_ASKS_MAX);
	item = reallocarray(asks->item, asks->count + 1, sizeof(*item));
	if (item == NULL)
		return ca_fail_memory(err);
	asks->item = item;
	va_start(args, fmt);
	len = vasprintf(&copy.what, fmt, args);
	va_end(args);
	if (len < 0)
		return ca_fail_memory(err);
	if (ask->text != NULL && (copy.text = strdup(ask->text)) == NULL) {
		free(copy.what);
		return ca_fail_memory(err);
	}
	asks->item[asks->count++] = copy;
	return CA_OK;
}

void
ca_asks_clear(struct ca_asks *asks)
{
	if (asks == NULL)
		return;
	for (size_t i = 0; i < asks->count; i++) {
		free(asks->item[i].what);
		free(asks->item[i].text);
	}
	free(asks->item);
	ca_names_clear(&asks->names);
	*asks = (struct ca_asks){ 0 };
}

static enum ca_code
read_subject_entry(const X509_NAME_ENTRY *entry, struct ca_asks *asks,
    struct ca_error *err)
{
	const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
	struct ca_ask ask = { .kind = CA_ASK_SUBJECT,
		.value = OBJ_obj2nid(object) };
	char word[CA_OBJECT_TEXT_SIZE];
	enum ca_code rc;

	rc = ca_asn1_string_text(X509_NAME_ENTRY_get_data(entry), &ask.text,
	    err);
	if (rc != CA_OK)
		return rc;
	if (ask.value == NID_commonName) {
		ask.kind = CA_ASK_CN;
		rc = ca_asks_add(asks, &ask, err, "CN=%s", ask.text);
	} else {
		ca_asn1_object_text(object, word);
		rc = ca_asks_add(asks, &ask, err, "subject %s=%s", word,
		    ask.text);
	}
	free(ask.text);
	return rc;
}

static enum ca_code
read_subject(const X509_REQ *req, struct ca_asks *asks, struct ca_error *err)
{
	const X509_NAME *subject = X509_REQ_get_subject_name(req);
	int common_names = 0;
	enum ca_code rc = CA_OK;

	for (int i = 0; rc == CA_OK && i < X509_NAME_entry_count(subject);
	     i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);

		rc = read_subject_entry(entry, asks, err);
		if (rc == CA_OK &&
		    asks->item[asks->count - 1].kind == CA_ASK_CN &&
		    ++common_names > 1)
			rc = ca_fail(err, CA_ERR_INPUT,
			    "subject: more than one common name, and readers differ in which one they take");
	}
	return rc;
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
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 5280 section 4.2: extension %s is there twice", word);
	}
	return CA_OK;
}

static enum ca_code
read_extensions(const ASN1_STRING *der, struct ca_asks *asks,
    struct ca_error *err)
{
	const unsigned char *next = ASN1_STRING_get0_data(der);
	STACK_OF(X509_EXTENSION) *extensions = NULL;
	enum ca_code rc = CA_OK;

	extensions = d2i_X509_EXTENSIONS(NULL, &next, ASN1_STRING_length(der));
	if (extensions == NULL) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    "RFC 2985 section 5.4.2: the extensionRequest can not be read");
		goto out;
	}
	if (sk_X509_EXTENSION_num(extensions) > CA_CSR_ASKS_MAX) {
		rc = ca_fail(err, CA_ERR_INPUT, "more than %d extensions",
		    CA_CSR_ASKS_MAX);
		goto out;
	}
	for (int i = 0; rc == CA_OK && i < sk_X509_EXTENSION_num(extensions);
	     i++) {
		rc = refuse_twice(extensions, i, err);
		if (rc == CA_OK)
			rc = ca_asks_read_extension(
			    sk_X509_EXTENSION_value(extensions, i), asks, err);
	}
out:
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
    struct ca_error *err)
{
	const ASN1_TYPE *value = X509_ATTRIBUTE_get0_type(attribute, 0);

	if (X509_ATTRIBUTE_count(attribute) != 1)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 2985 section 5.4.2: the extensionRequest has not exactly one value");
	if (value == NULL || ASN1_TYPE_get(value) != V_ASN1_SEQUENCE)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 2985 section 5.4.2: the extensionRequest is no SEQUENCE");
	return read_extensions(value->value.sequence, asks, err);
}

/* Both numbers of extensionRequest count as one attribute. */
static bool
is_same(X509_ATTRIBUTE *a, X509_ATTRIBUTE *b)
{
	return (is_extension_request(a) && is_extension_request(b)) ||
	    OBJ_cmp(X509_ATTRIBUTE_get0_object(a),
		X509_ATTRIBUTE_get0_object(b)) == 0;
}

static enum ca_code
read_attribute(const X509_REQ *req, int at, struct ca_asks *asks,
    struct ca_error *err)
{
	X509_ATTRIBUTE *attribute = X509_REQ_get_attr(req, at);
	struct ca_ask ask = { .kind = CA_ASK_ATTRIBUTE };
	char word[CA_OBJECT_TEXT_SIZE];

	ca_asn1_object_text(X509_ATTRIBUTE_get0_object(attribute), word);
	for (int i = 0; i < at; i++)
		if (is_same(attribute, X509_REQ_get_attr(req, i)))
			return ca_fail(err, CA_ERR_INPUT,
			    "RFC 2986 section 4.1: attribute %s is there twice",
			    word);
	if (is_extension_request(attribute))
		return read_extension_request(attribute, asks, err);
	/* The value may be a secret: a challengePassword. */
	return ca_asks_add(asks, &ask, err, "attribute %s", word);
}

enum ca_code
ca_asks_read(const X509_REQ *req, struct ca_asks *ret, struct ca_error *err)
{
	int count = X509_REQ_get_attr_count(req);
	struct ca_asks asks = { 0 };
	enum ca_code rc;

	rc = read_subject(req, &asks, err);
	if (rc != CA_OK)
		goto out;
	if (count > CA_CSR_ASKS_MAX) {
		rc = ca_fail(err, CA_ERR_INPUT, "more than %d attributes",
		    CA_CSR_ASKS_MAX);
		goto out;
	}
	for (int i = 0; i < count; i++) {
		rc = read_attribute(req, i, &asks, err);
		if (rc != CA_OK)
			goto out;
	}
	*ret = asks;
	asks = (struct ca_asks){ 0 };
	rc = CA_OK;
out:
	ca_asks_clear(&asks);
	return rc;
}
