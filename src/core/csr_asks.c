/* SPDX-License-Identifier: Apache-2.0 */
#include "core/csr_asks.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

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
		return ca_fail_rule(err, CA_ERR_INPUT, "csr-too-much",
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
read_subject(const struct ca_csr_parts *parts, struct ca_asks *asks,
    struct ca_error *err)
{
	const unsigned char *next = parts->subject.whole;
	X509_NAME *subject =
	    d2i_X509_NAME(NULL, &next, (long)parts->subject.whole_len);
	int common_names = 0;
	enum ca_code rc = CA_OK;

	if (subject == NULL)
		return ca_csr_refuse_form(err);
	for (int i = 0; rc == CA_OK && i < X509_NAME_entry_count(subject);
	     i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, i);

		rc = read_subject_entry(entry, asks, err);
		if (rc == CA_OK &&
		    asks->item[asks->count - 1].kind == CA_ASK_CN &&
		    ++common_names > 1)
			rc = ca_fail_rule(err, CA_ERR_INPUT, "csr-two-names",
			    "subject: more than one common name, and readers differ in which one they take");
	}
	X509_NAME_free(subject);
	return rc;
}

enum ca_code
ca_asks_read(const struct ca_csr_parts *parts, struct ca_asks *ret,
    struct ca_findings *notices, struct ca_error *err)
{
	struct ca_asks asks = { 0 };
	enum ca_code rc;

	rc = read_subject(parts, &asks, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_asks_read_attributes(parts, &asks, notices, err);
	if (rc != CA_OK)
		goto out;
	*ret = asks;
	asks = (struct ca_asks){ 0 };
	rc = CA_OK;
out:
	ca_asks_clear(&asks);
	return rc;
}
