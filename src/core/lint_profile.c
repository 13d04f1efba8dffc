/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: what coldca's own profiles promise beyond all standards. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "coldca/profile.h"
#include "core/draft_extensions.h"
#include "core/lint_internal.h"
#include "core/lint_ocsp.h"

#define SOURCE "coldca profiles"

static bool
common_name_present(const struct ca_lint_subject *s)
{
	return ca_certificate_common_name(s->cert) != NULL;
}

/* CockroachDB compares distinguished names attribute for attribute. */
static bool
attributes_alone(const struct ca_lint_subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);

	for (int i = 0; i < X509_NAME_entry_count(name); i++)
		if (X509_NAME_ENTRY_set(X509_NAME_get_entry(name, i)) != i)
			return false;
	return true;
}

static const int attributes[] = { NID_organizationName,
	NID_organizationalUnitName, NID_commonName };

static bool
attributes_known(const struct ca_lint_subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);

	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		int nid = OBJ_obj2nid(
		    X509_NAME_ENTRY_get_object(X509_NAME_get_entry(name, i)));
		bool known = false;

		for (size_t k = 0; k < sizeof(attributes) / sizeof(int); k++)
			known = known || attributes[k] == nid;
		if (!known)
			return false;
	}
	return true;
}

/* Organizational units are for tenants: lint-tenants has the rest. */
static bool
unit_of_tenant(const struct ca_lint_subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	int nid = NID_organizationalUnitName;
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const ASN1_STRING *unit;

	if (at < 0)
		return true;
	unit = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	return X509_NAME_get_index_by_NID(name, nid, at) < 0 &&
	    (size_t)ASN1_STRING_length(unit) == strlen(CA_TENANTS_UNIT) &&
	    memcmp(ASN1_STRING_get0_data(unit), CA_TENANTS_UNIT,
		strlen(CA_TENANTS_UNIT)) == 0;
}

/* 126 random bits, the first octet neither 0 nor above 0x7f. */
static bool
serial_random(const struct ca_lint_subject *s)
{
	size_t len;
	const uint8_t *serial = ca_certificate_serial(s->cert, &len);

	return len == CA_SERIAL_SIZE && (serial[0] & 0xc0) == 0x40;
}

/* The only extensions that any profile contains. */
static const int extensions[] = { NID_key_usage, NID_ext_key_usage,
	NID_basic_constraints, NID_subject_key_identifier,
	NID_authority_key_identifier, NID_subject_alt_name, NID_info_access,
	NID_id_pkix_OCSP_noCheck };

static bool
extensions_known(const struct ca_lint_subject *s)
{
	for (int i = 0; i < X509_get_ext_count(s->x509); i++) {
		int nid = OBJ_obj2nid(
		    X509_EXTENSION_get_object(X509_get_ext(s->x509, i)));
		bool known = false;

		for (size_t k = 0; k < sizeof(extensions) / sizeof(int); k++)
			known = known || extensions[k] == nid;
		if (!known)
			return false;
	}
	return true;
}

static bool
path_length_zero(const struct ca_lint_subject *s)
{
	return X509_get_pathlen(s->x509) == 0;
}

static bool
leaf_without_constraints(const struct ca_lint_subject *s)
{
	return !ca_lint_has(s, NID_basic_constraints);
}

static bool
leaf_usage_present(const struct ca_lint_subject *s)
{
	return s->key_usage != UINT32_MAX;
}

static bool
ca_signs_crls(const struct ca_lint_subject *s)
{
	return (s->key_usage & KU_CRL_SIGN) != 0;
}

static bool
leaf_signs_no_crls(const struct ca_lint_subject *s)
{
	return s->key_usage == UINT32_MAX || (s->key_usage & KU_CRL_SIGN) == 0;
}

static bool
leaf_purpose_present(const struct ca_lint_subject *s)
{
	return s->extended != UINT32_MAX;
}

/* A responder is nothing else. */
static bool
leaf_purpose_ours(const struct ca_lint_subject *s)
{
	return s->extended == UINT32_MAX || s->extended == XKU_OCSP_SIGN ||
	    (s->extended & ~(uint32_t)CA_LINT_TLS) == 0;
}

static bool
ca_without_purpose(const struct ca_lint_subject *s)
{
	return s->extended == UINT32_MAX;
}

static bool
leaf_has_key_id(const struct ca_lint_subject *s)
{
	return ca_lint_has(s, NID_subject_key_identifier);
}

/* Others than those named would be shut out, by readers that know no better. */
static bool
purpose_not_critical(const struct ca_lint_subject *s)
{
	return !ca_lint_has_critical(s, NID_ext_key_usage);
}

/* RFC 7093 section 2, method 1. */
static bool
key_id_of_key(const struct ca_lint_subject *s)
{
	const struct ca_bytes *id = ca_certificate_key_id(s->cert);
	uint8_t digest[CA_SHA256_SIZE];
	const unsigned char *bits = NULL;
	int len = 0;

	if (id->len == 0)
		return true;
	return X509_PUBKEY_get0_param(NULL, &bits, &len, NULL,
		   X509_get_X509_PUBKEY(s->x509)) == 1 &&
	    ca_sha256_of(bits, (size_t)len, digest) &&
	    id->len == CA_KEY_ID_SIZE &&
	    memcmp(id->data, digest, CA_KEY_ID_SIZE) == 0;
}

static bool
names_are_hosts(const struct ca_lint_subject *s)
{
	const struct ca_names *names = ca_certificate_names(s->cert);

	for (size_t i = 0; i < names->count; i++) {
		struct ca_name host = { 0 };
		struct ca_error err;
		bool same;

		if (names->item[i].kind == CA_NAME_URI)
			continue; /* uris_are_scopes() */
		/* ca_host_parse() knows the syntax and the reserved words. */
		if (ca_host_parse(names->item[i].text, &host, &err) != CA_OK)
			return false;
		same = host.kind == names->item[i].kind &&
		    strcmp(host.text, names->item[i].text) == 0;
		ca_name_clear(&host);
		if (!same)
			return false;
	}
	return true;
}

static bool
is_scope(const struct ca_name *name)
{
	return strncmp(name->text, "crdb:", strlen("crdb:")) == 0;
}

static bool
uris_are_scopes(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_URI, is_scope);
}

static bool
authority_by_key_id(const struct ca_lint_subject *s)
{
	return X509_get0_authority_issuer(s->x509) == NULL;
}

static bool
no_check_fits(const struct ca_lint_subject *s)
{
	return ca_lint_no_check_fits(s->cert);
}

static bool
ocsp_fits(const struct ca_lint_subject *s)
{
	return ca_lint_ocsp_fits(s->cert);
}

const struct ca_lint_rule ca_lint_profile_rules[] = {
	{ "lint-common-name", SOURCE, CA_LINT_ALL, common_name_present,
	    "there is no common name" },
	{ "lint-rdn", SOURCE, CA_LINT_ALL, attributes_alone,
	    "a relative distinguished name has several attributes" },
	{ "lint-attribute-unknown", SOURCE, CA_LINT_ALL, attributes_known,
	    "the subject has an attribute that no profile contains" },
	{ "lint-unit", SOURCE, CA_LINT_ALL, unit_of_tenant,
	    "the subject has an organizational unit other than Tenants" },
	{ "lint-serial-random", SOURCE, CA_LINT_ALL, serial_random,
	    "the serial is not 16 octets with 126 random bits" },
	{ "lint-extension-unknown", SOURCE, CA_LINT_ALL, extensions_known,
	    "it has an extension that no profile contains" },
	{ "lint-path-length", SOURCE, CA_LINT_CA, path_length_zero,
	    "the path length of a CA is not 0" },
	{ "lint-leaf-constraints", SOURCE, CA_LINT_LEAF,
	    leaf_without_constraints, "a leaf has basic constraints" },
	{ "lint-key-usage", SOURCE, CA_LINT_LEAF, leaf_usage_present,
	    "a leaf has no key usage" },
	{ "lint-crl-sign", SOURCE, CA_LINT_CA, ca_signs_crls,
	    "a CA has no cRLSign: nothing can be revoked" },
	{ "lint-leaf-crl-sign", SOURCE, CA_LINT_LEAF, leaf_signs_no_crls,
	    "a leaf has cRLSign" },
	{ "lint-purpose", SOURCE, CA_LINT_LEAF, leaf_purpose_present,
	    "a leaf has no extended key usage" },
	{ "lint-purpose-unknown", SOURCE, CA_LINT_LEAF, leaf_purpose_ours,
	    "a leaf has a purpose that goes with no profile" },
	{ "lint-purpose-critical", SOURCE, CA_LINT_ALL, purpose_not_critical,
	    "the extended key usage is critical" },
	{ "lint-purpose-ca", SOURCE, CA_LINT_CA, ca_without_purpose,
	    "a CA has an extended key usage" },
	{ "lint-subject-key-id", SOURCE, CA_LINT_LEAF, leaf_has_key_id,
	    "a leaf has no subject key identifier" },
	{ "lint-key-id-hash", SOURCE, CA_LINT_ALL, key_id_of_key,
	    "the subject key identifier is not that of RFC 7093" },
	{ "lint-authority-issuer", SOURCE, CA_LINT_ALL, authority_by_key_id,
	    "the authority key identifier names issuer and serial number" },
	{ "lint-host-names", SOURCE, CA_LINT_ALL, names_are_hosts,
	    "a subject alternative name is not a host as coldca writes it" },
	{ "lint-uris", SOURCE, CA_LINT_ALL, uris_are_scopes,
	    "a URI is no tenant scope" },
	{ "lint-ocsp", SOURCE, CA_LINT_ALL, ocsp_fits,
	    "the authority information access is not one http URL for OCSP that ends with the serial number" },
	{ "lint-no-check", SOURCE, CA_LINT_ALL, no_check_fits,
	    "id-pkix-ocsp-nocheck does not go with what it is" },
	{ .name = NULL },
};
