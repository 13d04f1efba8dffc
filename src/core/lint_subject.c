/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lint: the distinguished names of issuer and subject. What is not even text
 * of its type is no certificate for OpenSSL.
 */
#include <openssl/objects.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/lint_internal.h"

/* Whether HOLDS of each attribute of NAME. */
static bool
each_in(const X509_NAME *name, bool (*holds)(int nid, const ASN1_STRING *value))
{
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

		if (!holds(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)),
			X509_NAME_ENTRY_get_data(entry)))
			return false;
	}
	return true;
}

static bool
each_attribute(const struct ca_lint_subject *s,
    bool (*holds)(int nid, const ASN1_STRING *value))
{
	return each_in(X509_get_subject_name(s->x509), holds) &&
	    each_in(X509_get_issuer_name(s->x509), holds);
}

static bool
issuer_named(const struct ca_lint_subject *s)
{
	return X509_NAME_entry_count(X509_get_issuer_name(s->x509)) > 0;
}

static bool
ca_named(const struct ca_lint_subject *s)
{
	return X509_NAME_entry_count(X509_get_subject_name(s->x509)) > 0;
}

static bool
leaf_named(const struct ca_lint_subject *s)
{
	return X509_NAME_entry_count(X509_get_subject_name(s->x509)) > 0 ||
	    ca_lint_has_critical(s, NID_subject_alt_name);
}

/* Attributes that are no DirectoryString (RFC 5280 appendix A.1). */
static const struct {
	int nid;
	int type;
} types[] = {
	{ NID_countryName, V_ASN1_PRINTABLESTRING },
	{ NID_serialNumber, V_ASN1_PRINTABLESTRING },
	{ NID_dnQualifier, V_ASN1_PRINTABLESTRING },
	{ NID_domainComponent, V_ASN1_IA5STRING },
	{ NID_pkcs9_emailAddress, V_ASN1_IA5STRING },
};

static bool
is_right_type(int nid, const ASN1_STRING *value)
{
	int type = ASN1_STRING_type(value);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].nid == nid)
			return type == types[i].type;
	return type == V_ASN1_PRINTABLESTRING || type == V_ASN1_UTF8STRING;
}

static bool
strings_right_type(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_right_type);
}

static bool
is_printable(int nid, const ASN1_STRING *value)
{
	(void)nid;
	return ASN1_STRING_type(value) != V_ASN1_PRINTABLESTRING ||
	    ASN1_PRINTABLE_type(ASN1_STRING_get0_data(value),
		ASN1_STRING_length(value)) == V_ASN1_PRINTABLESTRING;
}

static bool
strings_printable(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_printable);
}

static bool
is_filled(int nid, const ASN1_STRING *value)
{
	(void)nid;
	return ASN1_STRING_length(value) > 0;
}

static bool
strings_filled(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_filled);
}

/* Upper bounds in characters (RFC 5280 appendix A.1). */
static const struct {
	int nid;
	size_t characters;
} bounds[] = {
	{ NID_commonName, CA_CN_MAX },
	{ NID_organizationName, 64 },
	{ NID_organizationalUnitName, 64 },
	{ NID_localityName, 128 },
	{ NID_stateOrProvinceName, 128 },
	{ NID_serialNumber, 64 },
	{ NID_title, 64 },
	{ NID_pkcs9_emailAddress, 255 },
};

static bool
is_within_bounds(int nid, const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	size_t characters = 0;

	for (int i = 0; i < len; i++)
		characters += (utf8[i] & 0xc0) != 0x80;
	OPENSSL_free(utf8);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		if (bounds[i].nid == nid && characters > bounds[i].characters)
			return false;
	return true;
}

static bool
strings_within_bounds(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_within_bounds);
}

/* Names compare as if these were not there, so that two look like one. */
static bool
is_visible(int nid, const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	char *shown = NULL;
	struct ca_error ignored;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	bool same = true;

	(void)nid;
	if (len >= 0 &&
	    ca_text_escape(utf8, (size_t)len, &shown, &ignored) == CA_OK)
		same = strlen(shown) == (size_t)len;
	free(shown);
	OPENSSL_free(utf8);
	return same;
}

static bool
strings_visible(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_visible);
}

static bool
is_trimmed(int nid, const ASN1_STRING *value)
{
	const unsigned char *data = ASN1_STRING_get0_data(value);
	int len = ASN1_STRING_length(value);

	(void)nid;
	return len == 0 || (data[0] != ' ' && data[len - 1] != ' ');
}

static bool
strings_trimmed(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_trimmed);
}

static bool
is_country(int nid, const ASN1_STRING *value)
{
	const unsigned char *data = ASN1_STRING_get0_data(value);

	return nid != NID_countryName ||
	    (ASN1_STRING_length(value) == 2 && data[0] >= 'A' &&
		data[0] <= 'Z' && data[1] >= 'A' && data[1] <= 'Z');
}

static bool
countries_coded(const struct ca_lint_subject *s)
{
	return each_attribute(s, is_country);
}

/* X509_NAME_ENTRY_set() is the number of the RDN that an attribute is in. */
static bool
types_once_in(const X509_NAME *name)
{
	int count = X509_NAME_entry_count(name);

	for (int i = 0; i < count; i++) {
		const X509_NAME_ENTRY *a = X509_NAME_get_entry(name, i);

		for (int k = i + 1; k < count; k++) {
			const X509_NAME_ENTRY *b = X509_NAME_get_entry(name, k);

			if (X509_NAME_ENTRY_set(a) == X509_NAME_ENTRY_set(b) &&
			    OBJ_cmp(X509_NAME_ENTRY_get_object(a),
				X509_NAME_ENTRY_get_object(b)) == 0)
				return false;
		}
	}
	return true;
}

static bool
types_once(const struct ca_lint_subject *s)
{
	return types_once_in(X509_get_subject_name(s->x509)) &&
	    types_once_in(X509_get_issuer_name(s->x509));
}

const struct ca_lint_rule ca_lint_subject_rules[] = {
	{ "lint-issuer-empty", "RFC 5280 section 4.1.2.4", CA_LINT_ALL,
	    issuer_named, "the issuer is empty" },
	{ "lint-ca-subject", "RFC 5280 section 4.1.2.6", CA_LINT_CA, ca_named,
	    "the subject of a CA is empty" },
	{ "lint-leaf-subject", "RFC 5280 section 4.1.2.6", CA_LINT_LEAF,
	    leaf_named,
	    "the subject is empty and the subject alternative name not critical" },
	{ "lint-strings", "RFC 5280 section 4.1.2.4", CA_LINT_ALL,
	    strings_right_type,
	    "an attribute is neither PrintableString nor UTF8String, or not of the type of its own" },
	{ "lint-printable", "X.680 section 41.4", CA_LINT_ALL,
	    strings_printable,
	    "a PrintableString has a character that it can not have" },
	{ "lint-attribute-empty", "RFC 5280 appendix A.1", CA_LINT_ALL,
	    strings_filled, "an attribute is empty" },
	{ "lint-attribute-length", "RFC 5280 appendix A.1", CA_LINT_ALL,
	    strings_within_bounds, "an attribute has too many characters" },
	{ "lint-attribute-hidden", "RFC 4518 section 2.2", CA_LINT_ALL,
	    strings_visible,
	    "an attribute has a control, bidirectional or zero-width character" },
	{ "lint-attribute-blank", "RFC 4518 section 2.6.1", CA_LINT_ALL,
	    strings_trimmed, "an attribute begins or ends with a blank" },
	{ "lint-country", "X.520 section 6.3.1", CA_LINT_ALL, countries_coded,
	    "a country is not two capital letters" },
	{ "lint-rdn-type", "X.501 section 9.3", CA_LINT_ALL, types_once,
	    "a relative distinguished name has one type twice" },
	{ .name = NULL },
};
