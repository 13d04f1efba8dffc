/* SPDX-License-Identifier: Apache-2.0 */
/* What is near to a fault, and is none: the rule must say nothing. */
#include <openssl/rsa.h>

#include "unit/lint_rows.h"

#define KEY_USAGE(bits) .nid = NID_key_usage, .critical = 1, LINT_DER(bits)
#define NAMES(value) .nid = NID_subject_alt_name, LINT_DER(value)
#define NAME(value) .nid = NID_subject_alt_name, .conf = (value)
#define POINTS(value) .nid = NID_crl_distribution_points, LINT_DER(value)
#define POLICIES(value) .nid = NID_certificate_policies, LINT_DER(value)
#define AUTHORITY(value) .nid = NID_authority_key_identifier, LINT_DER(value)
#define POLICY "\x06\x02\x2a\x03"
#define ID_QT "\x06\x08\x2b\x06\x01\x05\x05\x07\x02"
#define PRINTABLE(nid, string) LINT_ADD(nid, V_ASN1_PRINTABLESTRING, string)
#define LINT_32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LINT_127 LINT_32 LINT_32 LINT_32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UTF8(nid, string) LINT_ADD(nid, V_ASN1_UTF8STRING, string)

static int
sign_ed25519(X509 *x, EVP_PKEY *key)
{
	EVP_PKEY *other = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	int rc = X509_sign(x, other, NULL);

	(void)key;
	EVP_PKEY_free(other);
	return rc;
}

static int
sign_pss(X509 *x, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	int rc;

	(void)EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, key);
	(void)EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
	(void)EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, 32);
	rc = X509_sign_ctx(x, ctx);
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int
sign_md5(X509 *x, EVP_PKEY *key)
{
	return X509_sign(x, key, EVP_md5());
}

static void
no_key_id(X509 *x)
{
	lint_drop(x, NID_subject_key_identifier);
}

static void
no_purpose(X509 *x)
{
	lint_drop(x, NID_ext_key_usage);
}

static void
empty_subject(X509 *x)
{
	lint_empty_name(x, 0);
}

static void
authority_is_own(X509 *x)
{
	AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();

	authority->keyid = ASN1_OCTET_STRING_dup(X509_get0_subject_key_id(x));
	(void)X509_add1_ext_i2d(x, NID_authority_key_identifier, authority, 0,
	    X509V3_ADD_APPEND);
	AUTHORITY_KEYID_free(authority);
}

/* One that OpenSSL knows nothing of. */
static void
foreign_extension(X509 *x)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.2.3.4", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	(void)ASN1_OCTET_STRING_set(value, (const unsigned char *)"\x05\0", 2);
	ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, value);
	(void)X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static void
two_units_apart(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	for (int i = 0; i < 2; i++)
		(void)X509_NAME_add_entry_by_NID(name,
		    NID_organizationalUnitName, V_ASN1_UTF8STRING,
		    (const unsigned char *)"x", -1, -1, 0);
}

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

static int
sign_sha384(X509 *x, EVP_PKEY *key)
{
	return X509_sign(x, key, EVP_sha384());
}

static int
sign_sha512(X509 *x, EVP_PKEY *key)
{
	return X509_sign(x, key, EVP_sha512());
}

static void
set_constraints(X509 *x, const char *value)
{
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, value);

	lint_drop(x, NID_basic_constraints);
	(void)X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
}

static void
no_path_length(X509 *x)
{
	set_constraints(x, "critical,CA:TRUE");
}

static void
path_length_1(X509 *x)
{
	set_constraints(x, "critical,CA:TRUE,pathlen:1");
}

static void
serial_5(X509 *x)
{
	lint_set_serial(x, 5);
}

/* The issuer of another CA may count as it likes. */
static void
serial_5_of_another(X509 *x)
{
	lint_set_serial(x, 5);
	(void)X509_NAME_add_entry_by_NID(X509_get_issuer_name(x),
	    NID_localityName, V_ASN1_UTF8STRING, (const unsigned char *)"x", -1,
	    -1, 0);
}

static void
ocsp_is_right(X509 *x)
{
	lint_add_access(x, NID_ad_OCSP, "http://ocsp.example.com/c/", 0);
}

#define CRITICAL(id) "lint-extension-critical", .nid = (id), .critical = 1
#define CPS                                                         \
	POLICIES("\x30\x17\x30\x15" POLICY "\x30\x0f\x30\x0d" ID_QT \
		 "\x01\x16\x01x")

const struct lint_row lint_quiet_rows[] = {
	/* Form and names. */
	{ "lint-algorithm-hash", .sign = sign_ed25519 },
	{ "lint-pss", LINT_RSA, .sign = sign_pss },
	{ "lint-pss", LINT_RSA, .sign = sign_md5 },
	{ "lint-leaf-subject", .spoil = empty_subject, .critical = 1,
	    NAME("DNS:a") },
	{ "lint-strings", PRINTABLE(NID_countryName, "DE") },
	{ "lint-strings", UTF8(NID_localityName, "x") },
	{ "lint-printable", UTF8(NID_localityName, "a_b") },
	{ "lint-country", PRINTABLE(NID_countryName, "DE") },
	{ "lint-attribute-length", UTF8(NID_localityName, LINT_LETTERS(65)) },
	{ "lint-attribute-length",
	    UTF8(NID_localityName, "\xc3\xbc" LINT_127) },
	{ "lint-attribute-hidden",
	    LINT_ADD(NID_localityName, V_ASN1_BIT_STRING, "x") },
	{ "lint-attribute-blank", UTF8(NID_localityName, "") },
	{ "lint-rdn-type", .spoil = two_units_apart },
	{ "lint-rdn-type", UTF8(NID_localityName, "x"), .set = -1 },

	/* Extensions, usages, keys. */
	{ "lint-extension-form", .spoil = foreign_extension },
	{ "lint-extension-default", .spoil = foreign_extension },
	{ "lint-extension-form", .nid = NID_ct_precert_scts,
	    LINT_DER("\x04\x02\0\0") },
	{ "lint-extension-default", .nid = NID_ct_precert_scts,
	    LINT_DER("\x04\x02\0\0") },
	{ "lint-names-critical", .spoil = empty_subject, .critical = 1,
	    NAME("DNS:a") },
	{ "lint-key-usage-key", .nid = NID_key_usage },
	{ "lint-key-usage-bits", KEY_USAGE("\x03\x01\x00") },
	{ "lint-key-usage-bits", KEY_USAGE("\x03\x02\x08\x80") },
	{ "lint-key-usage-rsa", KEY_USAGE("\x03\x02\x03\x88") },
	{ "lint-key-usage-only", KEY_USAGE("\x03\x02\x00\x89") },
	{ "lint-server-usage", .spoil = no_purpose,
	    KEY_USAGE("\x03\x02\x06\x40") },
	{ "lint-server-usage", LINT_CLIENT, KEY_USAGE("\x03\x02\x06\x40") },
	{ "lint-client-usage", LINT_UI, KEY_USAGE("\x03\x02\x06\x40") },
	{ "lint-responder-usage", KEY_USAGE("\x03\x02\x03\x08") },
	{ "lint-key-id-empty", .nid = NID_subject_key_identifier },
	{ "lint-authority-self", LINT_CA, .spoil = authority_is_own },
	{ "lint-authority-self", LINT_CA, .spoil = no_key_id,
	    AUTHORITY("\x30\x03\x80\x01x") },
	{ "lint-authority-self", LINT_CA, .sign = sign_ed25519,
	    AUTHORITY("\x30\x03\x80\x01x") },

	/* Alternative names. */
	{ "lint-dns-label-empty", NAME("DNS:a.example.com.") },
	{ "lint-dns-dot", NAMES("\x30\x02\x82\x00") },
	{ "lint-dns-hyphen", NAME("DNS:a..b") },
	{ "lint-dns-reserved", NAME("DNS:a.--x") },
	{ "lint-dns-reserved", NAME("DNS:abc-d,DNS:ab-cd,DNS:XN--bcher-kva") },
	{ "lint-dns-a-label",
	    NAME("DNS:xn--"
		 "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggg"
		 "hhhhhhhhaaaaaaaabbbbbbbbcccccccc") },
	{ "lint-ip-length", NAME("RID:1.2.3") },
	{ "lint-email", NAME("email:a@b.example.com") },
	{ "lint-server-names", LINT_CA, .nid = NID_ext_key_usage,
	    .conf = "serverAuth,clientAuth" },
	{ "lint-server-names", LINT_CLIENT, .nid = NID_ext_key_usage },
	{ "lint-server-common-name", LINT_UI, UTF8(NID_commonName, "x") },

	/* What points elsewhere. */
	{ "lint-crl-point", .nid = NID_crl_distribution_points,
	    .conf = "URI:http://a/" },
	{ "lint-crl-point", POINTS("\x30\x07\x30\x05\xa2\x03\x82\x01x") },
	{ "lint-crl-point-reasons", .nid = NID_crl_distribution_points,
	    .conf = "URI:http://a/" },
	{ "lint-crl-point-uri", .nid = NID_crl_distribution_points,
	    .conf = "URI:http://a/" },
	{ "lint-crl-point-uri", /* relative to the issuer */
	    POINTS("\x30\x10\x30\x0e\xa0\x0c\xa1\x0a\x30\x08\x06\x03\x55\x04"
		   "\x03\x0c\x01x") },
	{ "lint-access-uri", .nid = NID_info_access,
	    .conf = "OCSP;URI:http://a/,caIssuers;URI:ldap://a/" },
	{ "lint-policies-empty", POLICIES("\x30\x06\x30\x04" POLICY) },
	{ "lint-policy-qualifier", /* CPS */
	    POLICIES("\x30\x17\x30\x15" POLICY "\x30\x0f\x30\x0d" ID_QT
		     "\x01\x16\x01x") },
	{ "lint-policy-qualifier", /* user notice, UTF8String */
	    POLICIES("\x30\x19\x30\x17" POLICY "\x30\x11\x30\x0f" ID_QT
		     "\x02\x30\x03\x0c\x01x") },
	{ "lint-notice-type",
	    POLICIES("\x30\x19\x30\x17" POLICY "\x30\x11\x30\x0f" ID_QT
		     "\x02\x30\x03\x0c\x01x") },
	{ "lint-notice-length",
	    POLICIES("\x30\x19\x30\x17" POLICY "\x30\x11\x30\x0f" ID_QT
		     "\x02\x30\x03\x0c\x01x") },
	{ "lint-notice-type", /* IA5String */
	    POLICIES("\x30\x19\x30\x17" POLICY "\x30\x11\x30\x0f" ID_QT
		     "\x02\x30\x03\x16\x01x") },

	/* Extensions that may be critical. */
	{ CRITICAL(NID_ext_key_usage), .conf = "serverAuth,clientAuth" },
	{ CRITICAL(NID_subject_alt_name), .conf = "DNS:a" },
	{ CRITICAL(NID_name_constraints), .conf = "permitted;DNS:a" },
	{ CRITICAL(NID_certificate_policies),
	    LINT_DER("\x30\x06\x30\x04" POLICY) },
	{ CRITICAL(NID_crl_distribution_points), .conf = "URI:http://a/" },
	{ CRITICAL(NID_authority_key_identifier),
	    LINT_DER("\x30\x03\x80\x01x") },
	{ CRITICAL(NID_subject_key_identifier), LINT_DER("\x04\x01x") },
	{ CRITICAL(NID_info_access), .conf = "OCSP;URI:http://a/" },

	/* Beside the issuer. */
	{ "lint-algorithm-hash", .sign = sign_sha384 },
	{ "lint-algorithm-hash", .sign = sign_sha512 },
	{ "lint-issuer-key-id", .spoil_issuer = no_key_id },
	{ "lint-issuer-path-length", LINT_CA, .issuer = LINT_CA },
	{ "lint-issuer-path-length", LINT_CA, UTF8(NID_localityName, "x"),
	    .issuer = LINT_CA, .spoil_issuer = no_path_length },
	{ "lint-issuer-path-length", LINT_CA, UTF8(NID_localityName, "x"),
	    .issuer = LINT_CA, .spoil_issuer = path_length_1 },
	{ "lint-issuer-algorithm", LINT_RSA, .sign = sign_pss },
	{ "lint-issuer-serial", .spoil = serial_5,
	    .spoil_issuer = serial_5_of_another },

	/* OCSP, and what points elsewhere. */
	{ "lint-no-check", LINT_CA, .nid = NID_ext_key_usage,
	    .conf = "OCSPSigning" },
	{ "lint-ocsp", .spoil = ocsp_is_right },
	{ "lint-access-empty", .spoil = ocsp_is_right },
	{ "lint-extension-unknown", .spoil = ocsp_is_right },
	{ "lint-access-uri", .nid = NID_info_access,
	    .conf = "OCSP;URI:https://a/" },
	{ "lint-crl-point-uri", .nid = NID_crl_distribution_points,
	    .conf = "URI:ldap://a/" },
	{ "lint-notice-type", CPS },
	{ "lint-notice-length", CPS },
	{ "lint-name-constraints-empty", .nid = NID_name_constraints,
	    .conf = "permitted;DNS:a" },
	{ "lint-name-constraints-empty", .nid = NID_name_constraints,
	    .conf = "excluded;DNS:a" },

	/* coldca's own. */
	{ "lint-unit", UTF8(NID_organizationalUnitName, "Tenants") },
	{ "lint-attribute-unknown",
	    UTF8(NID_organizationalUnitName, "Tenants") },
	{ "lint-leaf-crl-sign", .nid = NID_key_usage },
	{ "lint-purpose-unknown", .nid = NID_ext_key_usage },
	{ "lint-key-id-hash", .nid = NID_subject_key_identifier },
	{ "lint-path-length-leaf", .base = LINT_CA },
	{ "lint-path-length-leaf", .nid = NID_basic_constraints,
	    LINT_DER("\x30\x00") },

	/* CockroachDB's own. */
	{ "lint-ca-purpose", LINT_CA, .nid = NID_ext_key_usage,
	    .conf = "serverAuth,clientAuth" },
	{ "lint-ca-purpose", LINT_CA, .nid = NID_ext_key_usage,
	    .conf = "anyExtendedKeyUsage" },
	{ "lint-purpose-tls", .nid = NID_ext_key_usage },
	{ "lint-scopes", NAME("DNS:crdb:x") },
	{ "lint-scopes", NAME("URI:http://a/") },
	{ "lint-tenants", UTF8(NID_organizationalUnitName, "TenantsX") },
	{ "lint-tenants", UTF8(NID_organizationalUnitName, "Tenantz") },
	{ "lint-tenants", .spoil = tenant_five },
	{ "lint-user", LINT_CLIENT, .spoil = no_common_name },
	{ .rule = NULL },
};
