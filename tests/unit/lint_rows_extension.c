/* SPDX-License-Identifier: Apache-2.0 */
/* Bad extensions, usages and keys. */
#include <openssl/core_names.h>

#include "unit/lint_rows.h"

/* Adds a second key usage. */
static void
extension_twice(X509 *x)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	(void)ASN1_OCTET_STRING_set(value,
	    (const unsigned char *)"\x03\x02\x07\x80", 4);
	ext = X509_EXTENSION_create_by_NID(NULL, NID_key_usage, 1, value);
	(void)X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
}

#define KEY_USAGE(bits) .nid = NID_key_usage, .critical = 1, LINT_DER(bits)
#define PURPOSE(list) .nid = NID_ext_key_usage, LINT_DER(list)
#define CONSTRAINTS(value) .nid = NID_basic_constraints, LINT_DER(value)
#define IS_CRITICAL .critical = 1

const struct lint_row lint_extension_rows[] = {
	{ "lint-extension-twice", .spoil = extension_twice },
	{ "lint-extension-der", KEY_USAGE("\x03\x02\x07\x80\x05") },
	{ "lint-extension-der", .nid = NID_netscape_comment,
	    LINT_DER("\x36\x80\x16\x01x\0\0") },
	{ "lint-extension-default",
	    LINT_TO("\x55\x1d\x0f\x01\x01\xff", "\x55\x1d\x0f\x01\x01\x00") },
	{ "lint-extension-default", CONSTRAINTS("\x30\x03\x01\x01\x00") },
	{ "lint-extension-form", KEY_USAGE("\x04\x01x") },
	{ "lint-extension-form", .nid = NID_info_access, LINT_DER("\x04\0") },
	{ "lint-extension-form", CONSTRAINTS("\x30\x03\x02\x01\xff") },
	{ "lint-extension-critical", .nid = NID_netscape_comment, IS_CRITICAL,
	    LINT_DER("\x16\x01x") },
	{ "lint-extension-critical", .nid = NID_policy_constraints, IS_CRITICAL,
	    .conf = "requireExplicitPolicy:0" },
	{ "lint-constraints", LINT_CA,
	    CONSTRAINTS("\x30\x06\x01\x01\xff\x02\x01\x00") },
	{ "lint-key-usage-critical", .nid = NID_key_usage,
	    LINT_DER("\x03\x02\x07\x80") },
	{ "lint-name-constraints-critical", LINT_CA,
	    .nid = NID_name_constraints, .conf = "permitted;DNS:a" },
	{ "lint-subject-key-id-critical", .nid = NID_subject_key_identifier,
	    IS_CRITICAL, LINT_DER("\x04\x01x") },
	{ "lint-authority-key-id-critical", .nid = NID_authority_key_identifier,
	    IS_CRITICAL, LINT_DER("\x30\x03\x80\x01x") },
	{ "lint-access-critical", .nid = NID_info_access, IS_CRITICAL,
	    .conf = "OCSP;URI:http://a/" },
	{ "lint-crl-points-critical", .nid = NID_crl_distribution_points,
	    IS_CRITICAL, .conf = "URI:http://a/" },
	{ "lint-issuer-names-critical", .nid = NID_issuer_alt_name, IS_CRITICAL,
	    .conf = "DNS:a" },
	{ "lint-names-critical", .nid = NID_subject_alt_name, IS_CRITICAL,
	    .conf = "DNS:a.example.com" },
	{ "lint-no-check-critical", LINT_RESPONDER,
	    .nid = NID_id_pkix_OCSP_noCheck, IS_CRITICAL,
	    LINT_DER("\x05\x00") },
	{ .rule = NULL },
};

#define ID_KP "\x06\x08\x2b\x06\x01\x05\x05\x07\x03"
#define SERVER_AUTH ID_KP "\x01"
#define CLIENT_AUTH ID_KP "\x02"

const struct lint_row lint_usage_rows[] = {
	{ "lint-ca-key-usage", LINT_CA, .nid = NID_key_usage },
	{ "lint-key-usage-empty", KEY_USAGE("\x03\x01\x00") },
	{ "lint-key-usage-bits", KEY_USAGE("\x03\x02\x00\x80") },
	{ "lint-key-usage-bits", KEY_USAGE("\x03\x02\x06\x80") },
	{ "lint-key-usage-bits", KEY_USAGE("\x03\x03\x07\x80\x00") },
	{ "lint-ca-cert-sign", LINT_CA, KEY_USAGE("\x03\x02\x01\x02") },
	{ "lint-leaf-cert-sign", KEY_USAGE("\x03\x02\x02\x84") },
	{ "lint-cert-sign-constraints", KEY_USAGE("\x03\x02\x02\x84") },
	{ "lint-path-length-leaf", CONSTRAINTS("\x30\x03\x02\x01\x00") },
	{ "lint-key-usage-key", KEY_USAGE("\x03\x02\x05\xa0") },
	{ "lint-key-usage-key", KEY_USAGE("\x03\x02\x04\x90") },
	{ "lint-key-usage-key", LINT_CLIENT, KEY_USAGE("\x03\x02\x05\xa0") },
	{ "lint-key-usage-key", LINT_UI, KEY_USAGE("\x03\x02\x05\xa0") },
	{ "lint-key-usage-ed25519", LINT_ED25519,
	    KEY_USAGE("\x03\x02\x05\xa0") },
	{ "lint-key-usage-ed25519", LINT_ED25519,
	    KEY_USAGE("\x03\x02\x04\x90") },
	{ "lint-key-usage-ed25519", LINT_ED25519,
	    KEY_USAGE("\x03\x02\x03\x88") },
	{ "lint-key-usage-rsa", LINT_RSA, KEY_USAGE("\x03\x02\x03\x88") },
	{ "lint-key-usage-only", KEY_USAGE("\x03\x02\x00\x81") },
	{ "lint-key-usage-only", KEY_USAGE("\x03\x03\x07\x80\x80") },
	{ "lint-key-usage-mixed", LINT_RSA_CA, KEY_USAGE("\x03\x02\x01\x26") },
	{ "lint-key-usage-mixed", LINT_RSA_CA, KEY_USAGE("\x03\x02\x01\x16") },
	{ "lint-server-usage", LINT_UI, KEY_USAGE("\x03\x02\x06\x40") },
	{ "lint-client-usage", LINT_CLIENT, KEY_USAGE("\x03\x02\x06\x40") },
	{ "lint-responder-usage", LINT_RESPONDER,
	    KEY_USAGE("\x03\x02\x03\x08") },
	{ "lint-purpose-empty", PURPOSE("\x30\x00") },
	{ "lint-purpose-twice", PURPOSE("\x30\x14" SERVER_AUTH SERVER_AUTH) },
	{ "lint-purpose-any", PURPOSE("\x30\x06\x06\x04\x55\x1d\x25\x00") },
	{ .rule = NULL },
};

static void
rsa_key_without_null(X509 *x)
{
	X509_ALGOR *algor = NULL;

	(void)X509_PUBKEY_get0_param(NULL, NULL, NULL, &algor,
	    X509_get_X509_PUBKEY(x));
	(void)X509_ALGOR_set0(algor, OBJ_nid2obj(NID_rsaEncryption),
	    V_ASN1_UNDEF, NULL);
}

static void
compressed_point(X509 *x)
{
	EVP_PKEY *key = EVP_PKEY_dup(X509_get0_pubkey(x));

	(void)EVP_PKEY_set_utf8_string_param(key,
	    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
	(void)X509_set_pubkey(x, key);
	EVP_PKEY_free(key);
}

#define KEY_ID(value) .nid = NID_subject_key_identifier, LINT_DER(value)
#define AUTHORITY(value) .nid = NID_authority_key_identifier, LINT_DER(value)

const struct lint_row lint_key_rows[] = {
	{ "lint-key-parameters", LINT_RSA, .spoil = rsa_key_without_null },
	{ "lint-key-point", .spoil = compressed_point },
	{ "lint-ca-key-id", LINT_CA, .nid = NID_subject_key_identifier },
	{ "lint-key-id-empty", KEY_ID("\x04\x00") },
	{ "lint-authority-key-id", .nid = NID_authority_key_identifier },
	{ "lint-authority-key-id-form", AUTHORITY("\x30\x00") },
	{ "lint-authority-pair", AUTHORITY("\x30\x05\xa1\x03\x82\x01x") },
	{ "lint-authority-pair", AUTHORITY("\x30\x03\x82\x01\x05") },
	{ "lint-authority-self", LINT_CA, AUTHORITY("\x30\x03\x80\x01x") },
	{ .rule = NULL },
};
