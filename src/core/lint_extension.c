/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: extensions as such, whatever they say. */
#include "core/der_check.h"
#include "core/lint_internal.h"

#define BOOLEAN_SIZE 3 /* octets of one in DER */

/* Whether HOLDS of each extension. */
static bool
each(const struct ca_lint_subject *s, bool (*holds)(X509_EXTENSION *extension))
{
	for (int i = 0; i < X509_get_ext_count(s->x509); i++)
		if (!holds(X509_get_ext(s->x509, i)))
			return false;
	return true;
}

static bool
extensions_once(const struct ca_lint_subject *s)
{
	for (int i = 0; i < X509_get_ext_count(s->x509); i++) {
		const ASN1_OBJECT *object =
		    X509_EXTENSION_get_object(X509_get_ext(s->x509, i));

		if (X509_get_ext_by_OBJ(s->x509, object, i) >= 0)
			return false;
	}
	return true;
}

static bool
is_der(X509_EXTENSION *extension)
{
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
	struct ca_error ignored;

	return ca_der_check(ASN1_STRING_get0_data(value),
		   (size_t)ASN1_STRING_length(value), &ignored) == CA_OK;
}

static bool
extensions_der(const struct ca_lint_subject *s)
{
	return each(s, is_der);
}

static bool
is_readable(X509_EXTENSION *extension)
{
	const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
	void *value;

	if (method == NULL || method->it == NULL)
		return true;
	value = X509V3_EXT_d2i(extension);
	if (value == NULL)
		return false;
	ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
	return true;
}

/* X.690 section 11.5, which ca_der_check() leaves out: `critical` FALSE. */
static bool
is_flag_right(X509_EXTENSION *extension)
{
	int content =
	    i2d_ASN1_OBJECT(X509_EXTENSION_get_object(extension), NULL) +
	    i2d_ASN1_OCTET_STRING(X509_EXTENSION_get_data(extension), NULL);

	if (X509_EXTENSION_get_critical(extension))
		content += BOOLEAN_SIZE;
	return i2d_X509_EXTENSION(extension, NULL) ==
	    ASN1_object_size(1, content, V_ASN1_SEQUENCE);
}

/* And cA FALSE: what is not written is what OpenSSL leaves out as well. */
static bool
is_value_right(X509_EXTENSION *extension)
{
	const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
	void *value = NULL;
	bool same = true;

	if (method != NULL && method->it != NULL)
		value = X509V3_EXT_d2i(extension);
	if (value != NULL) {
		same = ASN1_item_i2d(value, NULL, ASN1_ITEM_ptr(method->it)) ==
		    ASN1_STRING_length(X509_EXTENSION_get_data(extension));
		ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
	}
	return same;
}

static bool
no_defaults(const struct ca_lint_subject *s)
{
	return each(s, is_flag_right) && each(s, is_value_right);
}

/* The flag: what OpenSSL reads and finds no sense in. */
static bool
extensions_readable(const struct ca_lint_subject *s)
{
	return (X509_get_extension_flags(s->x509) & EXFLAG_INVALID) == 0 &&
	    each(s, is_readable);
}

/* What Go's crypto/x509 can act on; all else must not be critical. */
static const int handled[] = { NID_key_usage, NID_ext_key_usage,
	NID_basic_constraints, NID_subject_alt_name, NID_name_constraints,
	NID_certificate_policies, NID_crl_distribution_points,
	NID_authority_key_identifier, NID_subject_key_identifier,
	NID_info_access };

static bool
is_handled(X509_EXTENSION *extension)
{
	int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));

	if (X509_EXTENSION_get_critical(extension) == 0)
		return true;
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		if (handled[i] == nid)
			return true;
	return false;
}

static bool
critical_handled(const struct ca_lint_subject *s)
{
	return each(s, is_handled);
}

/* Whether NID, where it is there, is critical; or, is not. */
static bool
critical(const struct ca_lint_subject *s, int nid)
{
	return !ca_lint_has(s, nid) || ca_lint_has_critical(s, nid);
}

static bool
not_critical(const struct ca_lint_subject *s, int nid)
{
	return !ca_lint_has_critical(s, nid);
}

static bool
constraints_critical(const struct ca_lint_subject *s)
{
	return critical(s, NID_basic_constraints);
}

static bool
key_usage_critical(const struct ca_lint_subject *s)
{
	return critical(s, NID_key_usage);
}

static bool
name_constraints_critical(const struct ca_lint_subject *s)
{
	return critical(s, NID_name_constraints);
}

static bool
subject_key_id_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_subject_key_identifier);
}

static bool
authority_key_id_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_authority_key_identifier);
}

static bool
access_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_info_access);
}

static bool
crl_points_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_crl_distribution_points);
}

static bool
issuer_names_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_issuer_alt_name);
}

/* Critical only where the subject is empty: lint-leaf-subject. */
static bool
names_not_critical(const struct ca_lint_subject *s)
{
	return X509_NAME_entry_count(X509_get_subject_name(s->x509)) == 0 ||
	    not_critical(s, NID_subject_alt_name);
}

static bool
no_check_not_critical(const struct ca_lint_subject *s)
{
	return not_critical(s, NID_id_pkix_OCSP_noCheck);
}

const struct ca_lint_rule ca_lint_extension_rules[] = {
	{ "lint-extension-twice", "RFC 5280 section 4.2", CA_LINT_ALL,
	    extensions_once, "an extension is there twice" },
	{ "lint-extension-der", "RFC 5280 section 4.2", CA_LINT_ALL,
	    extensions_der, "an extension is not one element in DER" },
	{ "lint-extension-default", "X.690 section 11.5", CA_LINT_ALL,
	    no_defaults, "an extension has a default value written out" },
	{ "lint-extension-form", "RFC 5280 section 4.2", CA_LINT_ALL,
	    extensions_readable, "an extension can not be read" },
	{ "lint-extension-critical", "Go crypto/x509", CA_LINT_ALL,
	    critical_handled,
	    "a critical extension is not one that CockroachDB handles" },
	{ "lint-constraints", "RFC 5280 section 4.2.1.9", CA_LINT_CA,
	    constraints_critical,
	    "the basic constraints of a CA are not critical" },
	{ "lint-key-usage-critical", "RFC 5280 section 4.2.1.3", CA_LINT_ALL,
	    key_usage_critical, "the key usage is not critical" },
	{ "lint-name-constraints-critical", "RFC 5280 section 4.2.1.10",
	    CA_LINT_ALL, name_constraints_critical,
	    "the name constraints are not critical" },
	{ "lint-subject-key-id-critical", "RFC 5280 section 4.2.1.2",
	    CA_LINT_ALL, subject_key_id_not_critical,
	    "the subject key identifier is critical" },
	{ "lint-authority-key-id-critical", "RFC 5280 section 4.2.1.1",
	    CA_LINT_ALL, authority_key_id_not_critical,
	    "the authority key identifier is critical" },
	{ "lint-access-critical", "RFC 5280 section 4.2.2.1", CA_LINT_ALL,
	    access_not_critical,
	    "the authority information access is critical" },
	{ "lint-crl-points-critical", "RFC 5280 section 4.2.1.13", CA_LINT_ALL,
	    crl_points_not_critical,
	    "the CRL distribution points are critical" },
	{ "lint-issuer-names-critical", "RFC 5280 section 4.2.1.7", CA_LINT_ALL,
	    issuer_names_not_critical,
	    "the issuer alternative name is critical" },
	{ "lint-names-critical", "RFC 5280 section 4.2.1.6", CA_LINT_ALL,
	    names_not_critical,
	    "the subject alternative name is critical beside a subject" },
	{ "lint-no-check-critical", "RFC 6960 section 4.2.2.2.1", CA_LINT_ALL,
	    no_check_not_critical, "id-pkix-ocsp-nocheck is critical" },
	{ .name = NULL },
};
