/* SPDX-License-Identifier: Apache-2.0 */
/* What does not go with its issuer, with CockroachDB, with coldca's profiles. */
#include <openssl/bn.h>
#include <stdio.h>

#include "support/soft_ca.h"
#include "unit/lint_rows.h"

static void
signs_only_crls(X509 *ca)
{
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();

	(void)ASN1_BIT_STRING_set_bit(bits, 6, 1); /* cRLSign */
	(void)X509_add1_ext_i2d(ca, NID_key_usage, bits, 1, X509V3_ADD_REPLACE);
	ASN1_BIT_STRING_free(bits);
}

static void
is_called_otherwise(X509 *x)
{
	(void)X509_NAME_add_entry_by_NID(X509_get_subject_name(x),
	    NID_localityName, V_ASN1_UTF8STRING, (const unsigned char *)"x", -1,
	    -1, 0);
}

static void
has_another_key_id(X509 *ca)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	(void)ASN1_OCTET_STRING_set(id, (const unsigned char *)"x", 1);
	(void)X509_add1_ext_i2d(ca, NID_subject_key_identifier, id, 0,
	    X509V3_ADD_REPLACE);
	ASN1_OCTET_STRING_free(id);
}

static void
begins_later(X509 *ca)
{
	(void)ASN1_TIME_set(X509_getm_notBefore(ca), SOFT_NOW);
}

static void
ends_sooner(X509 *ca)
{
	(void)ASN1_TIME_set(X509_getm_notAfter(ca), SOFT_NOW + 864000);
}

static void
serial_5(X509 *x)
{
	lint_set_serial(x, 5);
}

/* So that the first can sign for one more CA, which has no limit. */
static void
path_length_1(X509 *ca)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();

	constraints->ca = 0xff;
	constraints->pathlen = ASN1_INTEGER_new();
	(void)ASN1_INTEGER_set(constraints->pathlen, 1);
	(void)X509_add1_ext_i2d(ca, NID_basic_constraints, constraints, 1,
	    X509V3_ADD_REPLACE);
	BASIC_CONSTRAINTS_free(constraints);
}

#define CONSTRAINTS(value) \
	.nid = NID_basic_constraints, .critical = 1, LINT_DER(value)

const struct lint_row lint_issuer_rows[] = {
	{ "lint-issuer-ca", .issuer_is_leaf = 1 },
	{ "lint-issuer-usage", .spoil_issuer = signs_only_crls },
	{ "lint-issuer-name", .spoil_issuer = is_called_otherwise },
	{ "lint-issuer-key-id", .spoil_issuer = has_another_key_id },
	{ "lint-issuer-begin", .spoil_issuer = begins_later },
	{ "lint-issuer-end", .spoil_issuer = ends_sooner },
	{ "lint-issuer-path-length", LINT_CA, .spoil = is_called_otherwise,
	    .issuer = LINT_CA },
	{ "lint-issuer-path-length", LINT_CA, .spoil = is_called_otherwise,
	    CONSTRAINTS("\x30\x06\x01\x01\xff\x02\x01\x01"), .issuer = LINT_CA,
	    .spoil_issuer = path_length_1 },
	{ "lint-issuer-path-length", LINT_CA, .spoil = is_called_otherwise,
	    CONSTRAINTS("\x30\x03\x01\x01\xff"), .issuer = LINT_CA,
	    .spoil_issuer = path_length_1 },
	{ "lint-issuer-algorithm", .issuer = LINT_RSA_CA },
	{ "lint-issuer-algorithm", LINT_RSA, .issuer = LINT_CA },
	{ "lint-issuer-signature", .issuer = LINT_RSA_CA },
	{ "lint-issuer-serial", .spoil = serial_5, .spoil_issuer = serial_5 },
	{ .rule = NULL },
};

#define NAME(value) .nid = NID_subject_alt_name, .conf = (value)
#define KEY_USAGE(bits) .nid = NID_key_usage, .critical = 1, LINT_DER(bits)
#define PURPOSE(value) .nid = NID_ext_key_usage, .conf = (value)
#define UTF8(nid, string) LINT_ADD(nid, V_ASN1_UTF8STRING, string)

static void
no_common_name(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	X509_NAME_ENTRY_free(X509_NAME_delete_entry(name,
	    X509_NAME_get_index_by_NID(name, NID_commonName, -1)));
}

static void
add_text(X509 *x, int nid, const char *text)
{
	(void)X509_NAME_add_entry_by_NID(X509_get_subject_name(x), nid,
	    V_ASN1_UTF8STRING, (const unsigned char *)text, -1, -1, 0);
}

/* The subject of tenant 5. */
static void
tenant_five(X509 *x)
{
	no_common_name(x);
	add_text(x, NID_organizationalUnitName, "Tenants");
	add_text(x, NID_commonName, "5");
}

static void
unit_of_tenants(X509 *x)
{
	add_text(x, NID_organizationalUnitName, "Tenants");
}

const struct lint_row lint_cockroach_rows[] = {
	{ "lint-common-names", UTF8(NID_commonName, "root") },
	{ "lint-principals", NAME("DNS:root") },
	{ "lint-principals", NAME("DNS:a.example.com,DNS:NODE") },
	{ "lint-scopes", NAME("URI:crdb://tenant/1/user/root") },
	{ "lint-scopes", NAME("URI:CRDB:x") },
	{ "lint-scopes", LINT_CLIENT, NAME("URI:crdb://tenant/1/user/root") },
	{ "lint-scopes", LINT_CLIENT, NAME("URI:crdb://te") },
	{ "lint-scopes", NAME("URI:crdb://tenant/1/user/node") },
	{ "lint-scopes", LINT_CLIENT, .spoil = no_common_name,
	    NAME("URI:crdb://tenant/1/user/maxroach") },
	{ "lint-tenants", UTF8(NID_organizationalUnitName, "Tenants") },
	{ "lint-tenants", LINT_CA,
	    UTF8(NID_organizationalUnitName, "Tenants") },
	{ "lint-tenants", .spoil = unit_of_tenants,
	    UTF8(NID_organizationalUnitName, "x") },
	{ "lint-tenants", .spoil = no_common_name,
	    UTF8(NID_organizationalUnitName, "Tenants") },
	{ "lint-tenants", LINT_CA, .spoil = tenant_five,
	    PURPOSE("serverAuth,clientAuth") },
	{ "lint-tenants", .spoil = tenant_five, PURPOSE("clientAuth") },
	{ "lint-user", LINT_CLIENT, UTF8(NID_commonName, "Max") },
	{ "lint-user", LINT_CLIENT, UTF8(NID_commonName, "e\xcc\x81") },
	{ "lint-user", LINT_CLIENT, UTF8(NID_commonName, "\xc4\xb1") },
	{ "lint-ca-purpose", LINT_CA, PURPOSE("serverAuth") },
	{ "lint-ca-purpose", LINT_CA, PURPOSE("clientAuth,codeSigning") },
	{ "lint-purpose-tls", PURPOSE("codeSigning") },
	{ "lint-purpose-tls", PURPOSE("1.2.3.4") },
	{ .rule = NULL },
};

/* 16 octets, of which the first has no random bits. */
static void
serial_high(X509 *x)
{
	BIGNUM *big = BN_new();

	(void)BN_set_bit(big, 16 * 8 - 3);
	(void)BN_to_ASN1_INTEGER(big, X509_get_serialNumber(x));
	BN_free(big);
}

void
lint_add_access(X509 *x, int method, const char *base, int critical)
{
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	AUTHORITY_INFO_ACCESS *access = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *one = ACCESS_DESCRIPTION_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	char *hex = BN_bn2hex(serial);
	char uri[256];

	for (char *p = hex; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	(void)snprintf(uri, sizeof(uri), "%s%s", base, hex);
	(void)ASN1_STRING_set(text, uri, -1);
	one->method = OBJ_nid2obj(method);
	GENERAL_NAME_set0_value(one->location, GEN_URI, text);
	(void)sk_ACCESS_DESCRIPTION_push(access, one);
	(void)X509_add1_ext_i2d(x, NID_info_access, access, critical,
	    X509V3_ADD_APPEND);
	AUTHORITY_INFO_ACCESS_free(access);
	OPENSSL_free(hex);
	BN_free(serial);
}

static void
ocsp_is_right(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "http://ocsp.example.com/c/", 0);
}

static void
ocsp_by_https(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "https://ocsp.example.com/c/", 0);
}

static void
ocsp_without_slash(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "http://ocsp.example.com/c", 0);
}

static void
ocsp_critical(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "http://ocsp.example.com/c/", 1);
}

static void
access_to_issuers(X509 *x)
{
	lint_add_access(x, NID_ad_ca_issuers, "http://ocsp.example.com/c/", 0);
}

static void
ocsp_without_host(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "http://", 0);
}

static void
ocsp_by_any_name(X509 *x)
{
	AUTHORITY_INFO_ACCESS *access;

	ocsp_is_right(x);
	access = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	sk_ACCESS_DESCRIPTION_value(access, 0)->location->type = GEN_DNS;
	(void)X509_add1_ext_i2d(x, NID_info_access, access, 0,
	    X509V3_ADD_REPLACE);
	AUTHORITY_INFO_ACCESS_free(access);
}

static void
serial_of_one_octet(X509 *x)
{
	lint_set_serial(x, 0x41);
}

static void
key_id_and_more(X509 *x)
{
	ASN1_OCTET_STRING *id =
	    X509_get_ext_d2i(x, NID_subject_key_identifier, NULL, NULL);
	unsigned char longer[64] = { 0 };
	int len = ASN1_STRING_length(id);

	memcpy(longer, ASN1_STRING_get0_data(id), (size_t)len);
	(void)ASN1_OCTET_STRING_set(id, longer, len + 1);
	(void)X509_add1_ext_i2d(x, NID_subject_key_identifier, id, 0,
	    X509V3_ADD_REPLACE);
	ASN1_OCTET_STRING_free(id);
}

#define OTHER_SERIAL "40000000000000000000000000000000"

const struct lint_row lint_profile_rows[] = {
	{ "lint-common-name", .spoil = no_common_name },
	{ "lint-rdn", UTF8(NID_organizationalUnitName, "Tenants"), .set = -1 },
	{ "lint-attribute-unknown", UTF8(NID_localityName, "x") },
	{ "lint-unit", UTF8(NID_organizationalUnitName, "x") },
	{ "lint-unit", UTF8(NID_organizationalUnitName, "Tenantz") },
	{ "lint-unit", UTF8(NID_organizationalUnitName, "TenantsX") },
	{ "lint-unit", .spoil = unit_of_tenants,
	    UTF8(NID_organizationalUnitName, "x") },
	{ "lint-serial-random", .spoil = serial_of_one_octet },
	{ "lint-key-id-hash", .spoil = key_id_and_more },
	{ "lint-host-names", NAME("email:a.example.com") },
	{ "lint-ocsp", .spoil = ocsp_without_host },
	{ "lint-ocsp", .spoil = ocsp_by_any_name },
	{ "lint-ocsp", .spoil = ocsp_is_right, LINT_TO("ple.com", "ple\0com") },
	{ "lint-no-check", LINT_RESPONDER, .nid = NID_id_pkix_OCSP_noCheck,
	    .critical = 1, LINT_DER("\x05\x00") },
	{ "lint-serial-random", .spoil = serial_5 },
	{ "lint-serial-random", .spoil = serial_high },
	{ "lint-extension-unknown", .nid = NID_netscape_comment,
	    LINT_DER("\x16\x01x") },
	{ "lint-path-length", LINT_CA, .spoil = path_length_1 },
	{ "lint-path-length", LINT_CA, CONSTRAINTS("\x30\x03\x01\x01\xff") },
	{ "lint-leaf-constraints", CONSTRAINTS("\x30\x00") },
	{ "lint-key-usage", .nid = NID_key_usage },
	{ "lint-crl-sign", LINT_CA, KEY_USAGE("\x03\x02\x02\x84") },
	{ "lint-leaf-crl-sign", KEY_USAGE("\x03\x02\x01\x82") },
	{ "lint-purpose", .nid = NID_ext_key_usage },
	{ "lint-purpose-unknown", PURPOSE("serverAuth,codeSigning") },
	{ "lint-purpose-unknown", PURPOSE("serverAuth,1.2.3.4") },
	{ "lint-purpose-unknown", PURPOSE("serverAuth,OCSPSigning") },
	{ "lint-purpose-critical", PURPOSE("serverAuth,clientAuth"),
	    .critical = 1 },
	{ "lint-purpose-ca", LINT_CA, PURPOSE("serverAuth,clientAuth") },
	{ "lint-subject-key-id", .nid = NID_subject_key_identifier },
	{ "lint-key-id-hash", .spoil = has_another_key_id },
	{ "lint-key-id-hash", .nid = NID_subject_key_identifier,
	    LINT_DER("\x04\x14"
		     "12345678901234567890") },
	{ "lint-authority-issuer", .nid = NID_authority_key_identifier,
	    LINT_DER("\x30\x0b\x80\x01x\xa1\x03\x82\x01x\x82\x01\x05") },
	{ "lint-host-names", NAME("DNS:A.example.com") },
	{ "lint-host-names", NAME("DNS:root") },
	{ "lint-host-names", NAME("email:a@b") },
	{ "lint-host-names", NAME("IP:fe80::1") },
	{ "lint-uris", NAME("URI:http://a.example.com/") },
	{ "lint-ocsp", .nid = NID_info_access,
	    .conf = "OCSP;URI:http://ocsp.example.com/" OTHER_SERIAL },
	{ "lint-ocsp", .nid = NID_info_access,
	    .conf = "OCSP;URI:http://a/" OTHER_SERIAL
		    ",OCSP;URI:http://a/" OTHER_SERIAL },
	{ "lint-ocsp", .spoil = ocsp_by_https },
	{ "lint-ocsp", .spoil = ocsp_without_slash },
	{ "lint-ocsp", .spoil = ocsp_critical },
	{ "lint-ocsp", .spoil = access_to_issuers },
	{ "lint-ocsp", LINT_CA, .spoil = ocsp_is_right },
	{ "lint-no-check", .nid = NID_id_pkix_OCSP_noCheck,
	    LINT_DER("\x05\x00") },
	{ "lint-no-check", LINT_RESPONDER, .nid = NID_id_pkix_OCSP_noCheck },
	{ .rule = NULL },
};
