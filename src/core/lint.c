/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/lint.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "coldca/name.h"
#include "coldca/profile.h"
#include "coldca/tenant.h"
#include "core/lint_ocsp.h"

/* What the rules look at, read once. */
struct subject {
	const struct ca_certificate *cert;
	X509 *x509; /* OpenSSL caches what it reads */
	bool is_ca;
	bool self_issued;
	uint32_t key_usage; /* UINT32_MAX: there is no such extension */
	uint32_t extended;  /* UINT32_MAX: there is no such extension */
};

static int
extension_at(const struct subject *s, int nid)
{
	return X509_get_ext_by_NID(s->x509, nid, -1);
}

static bool
has_critical(const struct subject *s, int nid, bool critical)
{
	int at = extension_at(s, nid);

	return at < 0 ||
	    (X509_EXTENSION_get_critical(X509_get_ext(s->x509, at)) != 0) ==
	    critical;
}

static bool
is_version_3(const struct subject *s)
{
	return X509_get_version(s->x509) == X509_VERSION_3;
}

static bool
serial_fits(const struct subject *s)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(s->x509);
	size_t len;
	const uint8_t *octets = ca_certificate_serial(s->cert, &len);
	size_t zeros = 0;

	while (zeros < len && octets[zeros] == 0)
		zeros++;
	/* A set high bit costs DER one octet more. */
	return ASN1_STRING_type(serial) == V_ASN1_INTEGER && zeros < len &&
	    len + (octets[0] >> 7) <= CA_SERIAL_MAX;
}

static bool
algorithms_agree(const struct subject *s)
{
	const X509_ALGOR *outer = NULL;

	X509_get0_signature(NULL, &outer, s->x509);
	return X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(s->x509)) == 0;
}

static bool
dates_in_order(const struct subject *s)
{
	return ca_certificate_not_before(s->cert) <
	    ca_certificate_not_after(s->cert);
}

/* 2050-01-01T00:00:00Z */
#define YEAR_2050 INT64_C(2524608000)

static bool
dates_well_formed(const struct subject *s)
{
	const ASN1_TIME *times[] = { X509_get0_notBefore(s->x509),
		X509_get0_notAfter(s->x509) };
	int64_t seconds[] = { ca_certificate_not_before(s->cert),
		ca_certificate_not_after(s->cert) };

	for (int i = 0; i < 2; i++) {
		int type = seconds[i] < YEAR_2050 ? V_ASN1_UTCTIME
						  : V_ASN1_GENERALIZEDTIME;

		if (ASN1_STRING_type(times[i]) != type)
			return false;
	}
	return true;
}

static bool
names_not_empty(const struct subject *s)
{
	return X509_NAME_entry_count(X509_get_subject_name(s->x509)) > 0 &&
	    X509_NAME_entry_count(X509_get_issuer_name(s->x509)) > 0;
}

static bool
one_common_name(const struct subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	int first = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

	return first >= 0 &&
	    X509_NAME_get_index_by_NID(name, NID_commonName, first) < 0;
}

static bool
subject_strings(const struct subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);

	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		int type = ASN1_STRING_type(
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));

		if (type != V_ASN1_PRINTABLESTRING && type != V_ASN1_UTF8STRING)
			return false;
	}
	return true;
}

static bool
no_unique_ids(const struct subject *s)
{
	const ASN1_BIT_STRING *issuer = NULL, *subject = NULL;

	X509_get0_uids(s->x509, &issuer, &subject);
	return issuer == NULL && subject == NULL;
}

static bool
extensions_once(const struct subject *s)
{
	for (int i = 0; i < X509_get_ext_count(s->x509); i++) {
		const ASN1_OBJECT *object =
		    X509_EXTENSION_get_object(X509_get_ext(s->x509, i));

		if (X509_get_ext_by_OBJ(s->x509, object, i) >= 0)
			return false;
	}
	return true;
}

/* The only extensions that any profile contains. */
static const int known_extensions[] = { NID_key_usage, NID_ext_key_usage,
	NID_basic_constraints, NID_subject_key_identifier,
	NID_authority_key_identifier, NID_subject_alt_name, NID_info_access,
	NID_id_pkix_OCSP_noCheck };

static bool
extensions_known(const struct subject *s)
{
	for (int i = 0; i < X509_get_ext_count(s->x509); i++) {
		int nid = OBJ_obj2nid(
		    X509_EXTENSION_get_object(X509_get_ext(s->x509, i)));
		bool known = false;

		for (size_t k = 0; k < sizeof(known_extensions) / sizeof(int);
		     k++)
			known = known || known_extensions[k] == nid;
		if (!known)
			return false;
	}
	return true;
}

static bool
extensions_well_formed(const struct subject *s)
{
	return (X509_get_extension_flags(s->x509) & EXFLAG_INVALID) == 0;
}

static bool
constraints_critical(const struct subject *s)
{
	return !s->is_ca || has_critical(s, NID_basic_constraints, true);
}

static bool
path_length_zero(const struct subject *s)
{
	return !s->is_ca || X509_get_pathlen(s->x509) == 0;
}

static bool
usage_present(const struct subject *s)
{
	return s->key_usage != UINT32_MAX &&
	    has_critical(s, NID_key_usage, true);
}

static bool
usage_fits_ca(const struct subject *s)
{
	const uint32_t signs = KU_KEY_CERT_SIGN | KU_CRL_SIGN;

	return (s->key_usage & signs) == (s->is_ca ? signs : 0);
}

static bool
usage_fits_key(const struct subject *s)
{
	const uint32_t enciphers = KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT;
	enum ca_key_kind kind = ca_certificate_key_info(s->cert)->kind;

	return ca_key_kind_enciphers(kind) || (s->key_usage & enciphers) == 0;
}

static bool
ca_does_not_encipher(const struct subject *s)
{
	const uint32_t enciphers = KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT;

	return !s->is_ca || (s->key_usage & enciphers) == 0;
}

static bool
leaf_has_purpose(const struct subject *s)
{
	const uint32_t ours = XKU_SSL_SERVER | XKU_SSL_CLIENT;

	/* A responder is nothing else. */
	if (!s->is_ca && s->extended == XKU_OCSP_SIGN)
		return true;
	return s->is_ca ? s->extended == UINT32_MAX
			: s->extended != UINT32_MAX && s->extended != 0 &&
		(s->extended & ~ours) == 0;
}

static bool
subject_key_id_present(const struct subject *s)
{
	return ca_certificate_key_id(s->cert)->len > 0 &&
	    has_critical(s, NID_subject_key_identifier, false);
}

static bool
authority_key_id_present(const struct subject *s)
{
	return (s->self_issued && s->is_ca) ||
	    (X509_get0_authority_key_id(s->x509) != NULL &&
		has_critical(s, NID_authority_key_identifier, false));
}

static bool
server_has_names(const struct subject *s)
{
	return s->extended == UINT32_MAX ||
	    (s->extended & XKU_SSL_SERVER) == 0 ||
	    ca_certificate_names(s->cert)->count > 0;
}

static bool
names_are_hosts(const struct subject *s)
{
	const struct ca_names *names = ca_certificate_names(s->cert);

	for (size_t i = 0; i < names->count; i++) {
		struct ca_name host = { 0 };
		struct ca_error err;
		bool same;

		if (names->item[i].kind == CA_NAME_URI)
			continue; /* scopes_fit() */
		if (names->item[i].kind != CA_NAME_DNS &&
		    names->item[i].kind != CA_NAME_IP)
			return false;
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

/*
 * One crdb URI, and CockroachDB looks at no other name: only a user's own, in
 * a certificate that is for nothing but logging in.
 */
static bool
scopes_fit(const struct subject *s)
{
	const struct ca_names *names = ca_certificate_names(s->cert);
	const char *user = ca_certificate_common_name(s->cert);

	for (size_t i = 0; i < names->count; i++)
		if (names->item[i].kind == CA_NAME_URI &&
		    (s->extended != XKU_SSL_CLIENT || user == NULL ||
			!ca_scope_is_for_user(names->item[i].text, user)))
			return false;
	return true;
}

/* Whether entry AT of NAME is TEXT. */
static bool
is_entry(const X509_NAME *name, int at, const char *text)
{
	const ASN1_STRING *value =
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));

	return (size_t)ASN1_STRING_length(value) == strlen(text) &&
	    memcmp(ASN1_STRING_get0_data(value), text, strlen(text)) == 0;
}

/* OU=Tenants makes a tenant's server of it, and the common name its number. */
static bool
unit_fits(const struct subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	int nid = NID_organizationalUnitName;
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const char *tenant = ca_certificate_common_name(s->cert);
	struct ca_error err;
	uint64_t number;

	if (at < 0)
		return true;
	return X509_NAME_get_index_by_NID(name, nid, at) < 0 && !s->is_ca &&
	    is_entry(name, at, CA_TENANTS_UNIT) && tenant != NULL &&
	    ca_tenant_parse(tenant, &number, &err) == CA_OK &&
	    s->extended == (XKU_SSL_SERVER | XKU_SSL_CLIENT);
}

static bool
no_check_fits(const struct subject *s)
{
	return ca_lint_no_check_fits(s->cert);
}

static bool
ocsp_fits(const struct subject *s)
{
	return ca_lint_ocsp_fits(s->cert);
}

static const struct {
	const char *name;
	const char *source;
	bool (*holds)(const struct subject *s);
	const char *otherwise;
} rules[] = {
	{ "lint-version", "RFC 5280 section 4.1.2.1", is_version_3,
	    "the version is not 3" },
	{ "lint-serial", "RFC 5280 section 4.1.2.2", serial_fits,
	    "the serial is not a positive number of at most 20 octets" },
	{ "lint-algorithm", "RFC 5280 section 4.1.1.2", algorithms_agree,
	    "the two signature algorithms differ" },
	{ "lint-dates", "RFC 5280 section 4.1.2.5", dates_in_order,
	    "it ends before it begins" },
	{ "lint-date-form", "RFC 5280 section 4.1.2.5", dates_well_formed,
	    "UTCTime from 2050 on, or GeneralizedTime before" },
	{ "lint-names", "RFC 5280 section 4.1.2.4", names_not_empty,
	    "the issuer or the subject is empty" },
	{ "lint-common-name", "CockroachDB principals", one_common_name,
	    "not exactly one common name" },
	{ "lint-strings", "RFC 5280 section 4.1.2.6", subject_strings,
	    "a subject string is neither PrintableString nor UTF8String" },
	{ "lint-unique-ids", "RFC 5280 section 4.1.2.8", no_unique_ids,
	    "it has unique identifiers" },
	{ "lint-extension-twice", "RFC 5280 section 4.2", extensions_once,
	    "an extension is there twice" },
	{ "lint-extension-unknown", "coldca profiles", extensions_known,
	    "it has an extension that no profile contains" },
	{ "lint-extension-form", "RFC 5280 section 4.2", extensions_well_formed,
	    "an extension can not be read" },
	{ "lint-constraints", "RFC 5280 section 4.2.1.9", constraints_critical,
	    "the basic constraints of a CA are not critical" },
	{ "lint-path-length", "RFC 5280 section 4.2.1.9", path_length_zero,
	    "the path length of a CA is not 0" },
	{ "lint-key-usage", "RFC 5280 section 4.2.1.3", usage_present,
	    "the key usage is missing or not critical" },
	{ "lint-key-usage-ca", "RFC 5280 section 4.2.1.3", usage_fits_ca,
	    "keyCertSign and cRLSign do not go with what it is" },
	{ "lint-key-usage-key", "RFC 8813 section 3", usage_fits_key,
	    "a key that can not encipher has keyEncipherment" },
	{ "lint-key-usage-mixed", "RFC 3279 section 2.3.1",
	    ca_does_not_encipher, "a CA has keyEncipherment" },
	{ "lint-purpose", "RFC 5280 section 4.2.1.12", leaf_has_purpose,
	    "the extended key usage does not go with what it is" },
	{ "lint-subject-key-id", "RFC 5280 section 4.2.1.2",
	    subject_key_id_present,
	    "the subject key identifier is missing or critical" },
	{ "lint-authority-key-id", "RFC 5280 section 4.2.1.1",
	    authority_key_id_present,
	    "the authority key identifier is missing or critical" },
	{ "lint-server-names", "RFC 5280 section 4.2.1.6", server_has_names,
	    "a server has no subject alternative name" },
	{ "lint-host-names", "RFC 5280 section 4.2.1.6", names_are_hosts,
	    "a subject alternative name is not a host" },
	{ "lint-scopes", "CockroachDB principals", scopes_fit,
	    "a URI is no tenant scope of the certificate's user" },
	{ "lint-tenants", "CockroachDB principals", unit_fits,
	    "the subject has an organizational unit that does not go with it" },
	{ "lint-ocsp", "RFC 5280 section 4.2.2.1", ocsp_fits,
	    "the authority information access is not one http URL for OCSP that ends with the serial number" },
	{ "lint-no-check", "RFC 6960 section 4.2.2.2.1", no_check_fits,
	    "id-pkix-ocsp-nocheck does not go with what it is" },
};

void
ca_lint(const struct ca_certificate *certificate, struct ca_findings *findings)
{
	X509 *x509 = ca_certificate_x509(certificate);
	struct subject s = { .cert = certificate,
		.x509 = x509,
		.is_ca = ca_certificate_is_ca(certificate),
		.self_issued =
		    ca_bytes_equal(ca_certificate_subject(certificate),
			ca_certificate_issuer(certificate)),
		.key_usage = X509_get_key_usage(x509),
		.extended = X509_get_extended_key_usage(x509) };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!rules[i].holds(&s))
			ca_findings_add(findings, rules[i].name, CA_ERR_POLICY,
			    "%s: %s", rules[i].source, rules[i].otherwise);
}
