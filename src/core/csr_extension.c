/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/asn1t.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/asn1_text.h"
#include "core/csr_asks.h"
#include "core/der_check.h"
#include "core/general_name.h"

/* What is wrong with the value of an extension; the caller names it. */
#define RULE "csr-extension-value"

/* An extension that coldca knows, and how to list what it asks for. */
struct reader {
	int nid;
	ASN1_ITEM_EXP *item;
	enum ca_code (*read)(const void *value, struct ca_asks *asks,
	    struct ca_error *err);
};

/* Bits of KeyUsage in the order of RFC 5280 section 4.2.1.3. */
static const struct {
	const char *word;
	int mask;
} usages[] = {
	{ "digitalSignature", KU_DIGITAL_SIGNATURE },
	{ "nonRepudiation", KU_NON_REPUDIATION },
	{ "keyEncipherment", KU_KEY_ENCIPHERMENT },
	{ "dataEncipherment", KU_DATA_ENCIPHERMENT },
	{ "keyAgreement", KU_KEY_AGREEMENT },
	{ "keyCertSign", KU_KEY_CERT_SIGN },
	{ "cRLSign", KU_CRL_SIGN },
	{ "encipherOnly", KU_ENCIPHER_ONLY },
	{ "decipherOnly", KU_DECIPHER_ONLY },
};

#define USAGES ((int)(sizeof(usages) / sizeof(usages[0])))

static enum ca_code
read_names(const void *value, struct ca_asks *asks, struct ca_error *err)
{
	const GENERAL_NAMES *names = value;

	if (sk_GENERAL_NAME_num(names) == 0)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.6: no name");
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		enum ca_code rc =
		    ca_general_name_check(sk_GENERAL_NAME_value(names, i), err);

		if (rc != CA_OK)
			return rc;
	}
	return ca_general_names_read(names, &asks->names, err);
}

static enum ca_code
read_constraints(const void *value, struct ca_asks *asks, struct ca_error *err)
{
	const BASIC_CONSTRAINTS *constraints = value;
	bool ca = constraints->ca != 0;
	struct ca_ask ask = { .kind = ca ? CA_ASK_CA : CA_ASK_NOT_CA };

	if (!ca && constraints->pathlen != NULL)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.9: a path length, and no CA");
	if (constraints->pathlen != NULL &&
	    ASN1_STRING_type(constraints->pathlen) == V_ASN1_NEG_INTEGER)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.9: a negative path length");
	return ca_asks_add(asks, &ask, err, "basicConstraints CA:%s",
	    ca ? "TRUE" : "FALSE");
}

static int
count_bits(const ASN1_BIT_STRING *bits)
{
	return 8 * ASN1_STRING_length(bits) - (int)(bits->flags & 7);
}

/* The number of the last bit that is set; -1: there is none. */
static int
last_bit(const ASN1_BIT_STRING *bits)
{
	int bit = 8 * ASN1_STRING_length(bits) - 1;

	while (bit >= 0 && ASN1_BIT_STRING_get_bit(bits, bit) == 0)
		bit--;
	return bit;
}

static enum ca_code
read_usage(const void *value, struct ca_asks *asks, struct ca_error *err)
{
	const ASN1_BIT_STRING *bits = value;
	struct ca_ask ask = { .kind = CA_ASK_KEY_USAGE };
	int last = last_bit(bits);
	enum ca_code rc = CA_OK;

	if (last < 0)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.3: no bit is set");
	if (last >= USAGES)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.3: there is no bit %d", last);
	if (last != count_bits(bits) - 1)
		return ca_der_refuse(err, "der-bit-string", "11.2.2",
		    "a list of named bits has zeros at its end");
	for (int i = 0; rc == CA_OK && i < USAGES; i++) {
		ask.value = usages[i].mask;
		if (ASN1_BIT_STRING_get_bit(bits, i) != 0)
			rc = ca_asks_add(asks, &ask, err, "keyUsage %s",
			    usages[i].word);
	}
	return rc;
}

static enum ca_code
read_purposes(const void *value, struct ca_asks *asks, struct ca_error *err)
{
	const EXTENDED_KEY_USAGE *purposes = value;
	struct ca_ask ask = { .kind = CA_ASK_EKU };
	char word[CA_OBJECT_TEXT_SIZE];
	enum ca_code rc = CA_OK;

	if (sk_ASN1_OBJECT_num(purposes) == 0)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "RFC 5280 section 4.2.1.12: no purpose");
	for (int i = 0; rc == CA_OK && i < sk_ASN1_OBJECT_num(purposes); i++) {
		const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(purposes, i);

		ask.value = OBJ_obj2nid(purpose);
		ca_asn1_object_text(purpose, word);
		rc = ca_asks_add(asks, &ask, err, "extKeyUsage %s", word);
	}
	return rc;
}

static enum ca_code
read_key_id(const void *value, struct ca_asks *asks, struct ca_error *err)
{
	struct ca_ask ask = { .kind = CA_ASK_KEY_ID };

	(void)value;
	return ca_asks_add(asks, &ask, err, "subjectKeyIdentifier");
}

static const struct reader readers[] = {
	{ NID_subject_alt_name, ASN1_ITEM_ref(GENERAL_NAMES), read_names },
	{ NID_basic_constraints, ASN1_ITEM_ref(BASIC_CONSTRAINTS),
	    read_constraints },
	{ NID_key_usage, ASN1_ITEM_ref(ASN1_BIT_STRING), read_usage },
	{ NID_ext_key_usage, ASN1_ITEM_ref(EXTENDED_KEY_USAGE), read_purposes },
	{ NID_subject_key_identifier, ASN1_ITEM_ref(ASN1_OCTET_STRING),
	    read_key_id },
};

static enum ca_code
read_known(const struct reader *reader, const ASN1_OCTET_STRING *octets,
    struct ca_asks *asks, struct ca_error *err)
{
	const unsigned char *der = ASN1_STRING_get0_data(octets);
	int len = ASN1_STRING_length(octets);
	const ASN1_ITEM *item = ASN1_ITEM_ptr(reader->item);
	ASN1_VALUE *value = NULL;
	enum ca_code rc;

	/* That there is nothing behind the value is checked here as well. */
	rc = ca_der_check(der, (size_t)len, err);
	if (rc != CA_OK)
		return rc;
	value = ASN1_item_d2i(NULL, &der, len, item);
	if (value == NULL)
		return ca_fail_rule(err, CA_ERR_INPUT, RULE,
		    "its value can not be read");
	rc = reader->read(value, asks, err);
	ASN1_item_free(value, item);
	return rc;
}

/* `cA FALSE` is the default, which DER leaves out: 30 xx 01 01 00. */
static bool
spells_no_ca(const ASN1_OCTET_STRING *octets)
{
	static const uint8_t spelled[] = { 0x01, 0x01, 0x00 };

	return ASN1_STRING_length(octets) >= 2 + (int)sizeof(spelled) &&
	    memcmp(ASN1_STRING_get0_data(octets) + 2, spelled,
		sizeof(spelled)) == 0;
}

enum ca_code
ca_asks_read_extension(X509_EXTENSION *extension, struct ca_asks *asks,
    struct ca_findings *notices, struct ca_error *err)
{
	const ASN1_OBJECT *object = X509_EXTENSION_get_object(extension);
	const ASN1_OCTET_STRING *octets = X509_EXTENSION_get_data(extension);
	struct ca_ask ask = { .kind = CA_ASK_EXTENSION };
	int nid = OBJ_obj2nid(object);
	char word[CA_OBJECT_TEXT_SIZE];

	ca_asn1_object_text(object, word);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i].nid != nid)
			continue;
		if (read_known(&readers[i], octets, asks, err) != CA_OK)
			return ca_error_prefix(err, "extension %s", word);
		if (nid == NID_basic_constraints && spells_no_ca(octets))
			ca_findings_add(notices, "csr-default-value", CA_OK,
			    "X.690 section 11.5: basicConstraints spells the default cA FALSE");
		return CA_OK;
	}
	return ca_asks_add(asks, &ask, err, "extension %s%s", word,
	    X509_EXTENSION_get_critical(extension) > 0 ? " (critical)" : "");
}
