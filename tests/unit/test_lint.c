/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/lint.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_signer.h"
#include "unit/test.h"

/* Good certificates of each kind, and a key to sign spoiled copies with. */
struct fixture {
	struct ca_signer *signer;
	struct ca_certificate *ca;
	struct ca_certificate *node;
	EVP_PKEY *key;
};

static int
setup(void **state)
{
	static struct fixture f;
	struct ca_grant grant;

	f.signer = soft_signer(NULL);
	f.ca = soft_ca(f.signer, SOFT_NOW);
	f.key = soft_key(CA_KEY_P256);
	grant = soft_grant(CA_PROFILE_NODE, "n1.example.com", f.key, 0);
	f.node = soft_leaf(f.signer, f.ca, &grant, SOFT_NOW);
	ca_grant_clear(&grant);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ca_certificate_free(f->ca);
	ca_certificate_free(f->node);
	EVP_PKEY_free(f->key);
	ca_signer_free(f->signer);
	return 0;
}

static void
drop(X509 *x509, int nid)
{
	X509_EXTENSION_free(
	    X509_delete_ext(x509, X509_get_ext_by_NID(x509, nid, -1)));
}

/* Adds an extension from the raw DER of its value. */
static void
add_raw(X509 *x509, int nid, int critical, const char *der, size_t len)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	assert_int_equal(ASN1_OCTET_STRING_set(value,
			     (const unsigned char *)der, (int)len),
	    1);
	ext = X509_EXTENSION_create_by_NID(NULL, nid, critical, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x509, ext, -1), 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
}

#define REPLACE(x509, nid, critical, der)                           \
	do {                                                        \
		drop(x509, nid);                                    \
		add_raw(x509, nid, critical, der, sizeof(der) - 1); \
	} while (0)

static void
version_2(X509 *x)
{
	(void)X509_set_version(x, 1);
}

static void
serial_0(X509 *x)
{
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 0);
}

static void
serial_negative(X509 *x)
{
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), -5);
}

static void
serial_21_octets(X509 *x)
{
	BIGNUM *big = BN_new();

	(void)BN_set_bit(big, 20 * 8 - 1);
	(void)BN_to_ASN1_INTEGER(big, X509_get_serialNumber(x));
	BN_free(big);
}

static void
ends_before_it_begins(X509 *x)
{
	(void)ASN1_TIME_set(X509_getm_notAfter(x), SOFT_NOW - 864000);
}

static void
generalized_time_before_2050(X509 *x)
{
	(void)ASN1_GENERALIZEDTIME_set(X509_getm_notAfter(x),
	    SOFT_NOW + 864000);
}

static void
empty_issuer(X509 *x)
{
	X509_NAME *name = X509_NAME_new();

	(void)X509_set_issuer_name(x, name);
	X509_NAME_free(name);
}

static void
two_common_names(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	(void)X509_NAME_add_entry_by_NID(name, NID_commonName,
	    V_ASN1_UTF8STRING, (const unsigned char *)"root", -1, -1, 0);
}

static void
teletex_string(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	(void)X509_NAME_add_entry_by_NID(name, NID_localityName,
	    V_ASN1_T61STRING, (const unsigned char *)"x", -1, -1, 0);
}

static void
organizational_unit(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	(void)X509_NAME_add_entry_by_NID(name, NID_organizationalUnitName,
	    V_ASN1_UTF8STRING, (const unsigned char *)"Tenants", -1, -1, 0);
}

static void
extension_twice(X509 *x)
{
	add_raw(x, NID_key_usage, 1, "\x03\x02\x07\x80", 4);
}

static void
unknown_extension(X509 *x)
{
	add_raw(x, NID_netscape_comment, 0, "\x16\x01x", 3);
}

static void
broken_extension(X509 *x)
{
	REPLACE(x, NID_key_usage, 1, "\x04\x01x");
}

static void
constraints_not_critical(X509 *x)
{
	REPLACE(x, NID_basic_constraints, 0,
	    "\x30\x06\x01\x01\xff\x02\x01\x00");
}

static void
path_length_1(X509 *x)
{
	REPLACE(x, NID_basic_constraints, 1,
	    "\x30\x06\x01\x01\xff\x02\x01\x01");
}

static void
no_key_usage(X509 *x)
{
	drop(x, NID_key_usage);
}

static void
leaf_signs_certificates(X509 *x)
{
	REPLACE(x, NID_key_usage, 1, "\x03\x02\x02\x84");
}

static void
ec_key_enciphers(X509 *x)
{
	REPLACE(x, NID_key_usage, 1, "\x03\x02\x05\xa0");
}

static void
any_purpose(X509 *x)
{
	REPLACE(x, NID_ext_key_usage, 0, "\x30\x06\x06\x04\x55\x1d\x25\x00");
}

static void
no_purpose(X509 *x)
{
	drop(x, NID_ext_key_usage);
}

static void
ca_with_purpose(X509 *x)
{
	add_raw(x, NID_ext_key_usage, 0,
	    "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01", 12);
}

static void
no_subject_key_id(X509 *x)
{
	drop(x, NID_subject_key_identifier);
}

static void
no_authority_key_id(X509 *x)
{
	drop(x, NID_authority_key_identifier);
}

static void
no_names(X509 *x)
{
	drop(x, NID_subject_alt_name);
}

static void
name_root(X509 *x)
{
	REPLACE(x, NID_subject_alt_name, 0, "\x30\x06\x82\x04root");
}

static void
name_uri(X509 *x)
{
	REPLACE(x, NID_subject_alt_name, 0,
	    "\x30\x0b\x86\x09"
	    "crdb://te");
}

static void
name_upper_case(X509 *x)
{
	REPLACE(x, NID_subject_alt_name, 0,
	    "\x30\x05\x82\x03"
	    "A.b");
}

static void
ca_enciphers(X509 *x)
{
	REPLACE(x, NID_key_usage, 1, "\x03\x02\x01\x26");
}

/* An authority information access with METHOD and URI. */
static void
add_access(X509 *x, int method, const char *uri, int critical)
{
	AUTHORITY_INFO_ACCESS *access = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *one = ACCESS_DESCRIPTION_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	assert_int_equal(ASN1_STRING_set(text, uri, -1), 1);
	one->method = OBJ_nid2obj(method);
	GENERAL_NAME_set0_value(one->location, GEN_URI, text);
	assert_true(sk_ACCESS_DESCRIPTION_push(access, one) > 0);
	assert_int_equal(X509_add1_ext_i2d(x, NID_info_access, access, critical,
			     X509V3_ADD_APPEND),
	    1);
	AUTHORITY_INFO_ACCESS_free(access);
}

/* The same with the serial number of X at the end of BASE. */
static void
add_access_to(X509 *x, int method, const char *base, int critical)
{
	BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = BN_bn2hex(serial);
	char uri[256];

	for (char *p = hex; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	(void)snprintf(uri, sizeof(uri), "%s%s", base, hex);
	add_access(x, method, uri, critical);
	OPENSSL_free(hex);
	BN_free(serial);
}

static void
ocsp_is_right(X509 *x)
{
	add_access_to(x, NID_ad_OCSP, "http://ocsp.example.com/c/", 0);
}

static void
ocsp_of_another(X509 *x)
{
	add_access(x, NID_ad_OCSP,
	    "http://ocsp.example.com/40000000000000000000000000000000", 0);
}

static void
ocsp_by_https(X509 *x)
{
	add_access_to(x, NID_ad_OCSP, "https://ocsp.example.com/c/", 0);
}

static void
ocsp_without_slash(X509 *x)
{
	add_access_to(x, NID_ad_OCSP, "http://ocsp.example.com/c", 0);
}

static void
ocsp_critical(X509 *x)
{
	add_access_to(x, NID_ad_OCSP, "http://ocsp.example.com/c/", 1);
}

static void
access_to_issuers(X509 *x)
{
	add_access_to(x, NID_ad_ca_issuers, "http://ocsp.example.com/c/", 0);
}

static void
node_without_check(X509 *x)
{
	add_raw(x, NID_id_pkix_OCSP_noCheck, 0, "\x05\x00", 2);
}

static void
responder_with_check(X509 *x)
{
	drop(x, NID_subject_alt_name);
	/* id-kp-OCSPSigning */
	REPLACE(x, NID_ext_key_usage, 0,
	    "\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x09");
}

static void
responder_that_serves(X509 *x)
{
	/* id-kp-serverAuth and id-kp-OCSPSigning */
	REPLACE(x, NID_ext_key_usage, 0,
	    "\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01\x06\x08"
	    "\x2b\x06\x01\x05\x05\x07\x03\x09");
}

static const struct {
	const char *rule;
	bool ca;
	void (*spoil)(X509 *x509);
} rows[] = {
	{ "lint-version", false, version_2 },
	{ "lint-serial", false, serial_0 },
	{ "lint-serial", false, serial_negative },
	{ "lint-serial", false, serial_21_octets },
	{ "lint-dates", false, ends_before_it_begins },
	{ "lint-date-form", false, generalized_time_before_2050 },
	{ "lint-names", false, empty_issuer },
	{ "lint-common-name", false, two_common_names },
	{ "lint-strings", false, teletex_string },
	{ "lint-tenants", false, organizational_unit },
	{ "lint-extension-twice", false, extension_twice },
	{ "lint-extension-unknown", false, unknown_extension },
	{ "lint-extension-form", false, broken_extension },
	{ "lint-constraints", true, constraints_not_critical },
	{ "lint-path-length", true, path_length_1 },
	{ "lint-key-usage", false, no_key_usage },
	{ "lint-key-usage-ca", false, leaf_signs_certificates },
	{ "lint-key-usage-key", false, ec_key_enciphers },
	{ "lint-key-usage-mixed", true, ca_enciphers },
	{ "lint-purpose", false, any_purpose },
	{ "lint-purpose", false, no_purpose },
	{ "lint-purpose", true, ca_with_purpose },
	{ "lint-subject-key-id", false, no_subject_key_id },
	{ "lint-authority-key-id", false, no_authority_key_id },
	{ "lint-server-names", false, no_names },
	{ "lint-host-names", false, name_root },
	{ "lint-scopes", false, name_uri },
	{ "lint-host-names", false, name_upper_case },
	{ "lint-ocsp", false, ocsp_of_another },
	{ "lint-ocsp", false, ocsp_by_https },
	{ "lint-ocsp", false, ocsp_without_slash },
	{ "lint-ocsp", false, ocsp_critical },
	{ "lint-ocsp", false, access_to_issuers },
	{ "lint-ocsp", true, ocsp_is_right },
	{ "lint-no-check", false, node_without_check },
	{ "lint-no-check", false, responder_with_check },
	{ "lint-purpose", false, responder_that_serves },
};

/* A copy of CERT, spoiled, signed again and read back; findings of lint. */
static void
lint_spoiled(struct fixture *f, const struct ca_certificate *cert,
    void (*spoil)(X509 *x509), struct ca_findings *findings)
{
	const struct ca_bytes *der = ca_certificate_der(cert);
	const unsigned char *p = der->data;
	X509 *x509 = d2i_X509(NULL, &p, (long)der->len);
	struct ca_certificate *spoiled = NULL;
	unsigned char *again = NULL;
	struct ca_error err;
	int len;

	assert_non_null(x509);
	spoil(x509);
	assert_true(X509_sign(x509, f->key, EVP_sha256()) > 0);
	len = i2d_X509(x509, &again);
	assert_true(len > 0);
	assert_ok(ca_certificate_parse(again, (size_t)len, &spoiled, &err),
	    &err);
	ca_lint(spoiled, findings);
	ca_certificate_free(spoiled);
	OPENSSL_free(again);
	X509_free(x509);
}

static void
each_rule_finds_its_fault(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ca_findings findings = { 0 };
		bool found = false;

		lint_spoiled(f, rows[i].ca ? f->ca : f->node, rows[i].spoil,
		    &findings);
		for (size_t k = 0; k < findings.count; k++)
			found = found ||
			    strcmp(findings.item[k].rule, rows[i].rule) == 0;
		if (!found)
			fail_msg("row %zu: %s found nothing", i, rows[i].rule);
		ca_findings_clear(&findings);
	}
}

static void
finds_two_different_signature_algorithms(void **state)
{
	struct fixture *f = *state;
	const struct ca_bytes *der = ca_certificate_der(f->node);
	struct ca_certificate *spoiled = NULL;
	struct ca_findings findings = { 0 };
	uint8_t *copy = malloc(der->len);
	struct ca_error err;
	size_t tbs_len, at;

	(void)ca_certificate_tbs(f->node, &tbs_len);
	assert_non_null(copy);
	memcpy(copy, der->data, der->len);
	/* The last octet of the outer OID: ecdsa-with-SHA256 becomes 384. */
	at = 4 + tbs_len + 11;
	assert_int_equal(copy[at], 2);
	copy[at] = 3;
	assert_ok(ca_certificate_parse(copy, der->len, &spoiled, &err), &err);
	ca_lint(spoiled, &findings);
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.item[0].rule, "lint-algorithm");
	ca_findings_clear(&findings);
	ca_certificate_free(spoiled);
	free(copy);
}

static void
finds_nothing_in_good_certificates(void **state)
{
	struct fixture *f = *state;
	struct ca_findings findings = { 0 };

	ca_lint(f->ca, &findings);
	ca_lint(f->node, &findings);
	lint_spoiled(f, f->node, ocsp_is_right, &findings);
	assert_int_equal(findings.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_finds_its_fault),
		cmocka_unit_test(finds_two_different_signature_algorithms),
		cmocka_unit_test(finds_nothing_in_good_certificates),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
