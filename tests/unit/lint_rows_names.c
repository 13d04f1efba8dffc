/* SPDX-License-Identifier: Apache-2.0 */
/* Bad alternative names, and what points elsewhere. */
#include "unit/lint_rows.h"

#define NAMES(value) .nid = NID_subject_alt_name, LINT_DER(value)
#define NAME(value) .nid = NID_subject_alt_name, .conf = (value)
#define TEN_ZEROS "\0\0\0\0\0\0\0\0\0\0"

/* A DNS name of 255 octets in four labels. */
static void
long_dns_name(X509 *x)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	char dns[256];

	for (size_t i = 0; i < sizeof(dns) - 1; i++)
		dns[i] = i % 64 == 63 ? '.' : 'a';
	dns[255] = '\0';
	(void)ASN1_STRING_set(text, dns, -1);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	(void)sk_GENERAL_NAME_push(names, name);
	(void)X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0,
	    X509V3_ADD_REPLACE);
	GENERAL_NAMES_free(names);
}

static void
common_name_of_a_host(X509 *x)
{
	(void)X509_NAME_add_entry_by_NID(X509_get_subject_name(x),
	    NID_commonName, V_ASN1_UTF8STRING,
	    (const unsigned char *)"other.example.com", -1, -1, 0);
}

const struct lint_row lint_name_rows[] = {
	{ "lint-names-empty", NAMES("\x30\x00") },
	{ "lint-names-twice", NAME("DNS:a.example.com,DNS:a.example.com") },
	{ "lint-names-twice", NAME("IP:10.0.0.1,DNS:a,IP:10.0.0.1") },
	{ "lint-server-names", .nid = NID_subject_alt_name },
	{ "lint-server-names", LINT_UI, .nid = NID_subject_alt_name },
	{ "lint-server-common-name", LINT_UI, .spoil = common_name_of_a_host },
	{ "lint-ip-length", NAMES("\x30\x05\x87\x03xyz") },
	{ "lint-ip-length", NAMES("\x30\x0a\x87\x08\x0a\0\0\0\xff\0\0\0") },
	{ "lint-ip-mapped",
	    NAMES("\x30\x12\x87\x10" TEN_ZEROS "\xff\xff\x0a\0\0\1") },
	{ "lint-ip-host", NAME("IP:0.0.0.0") },
	{ "lint-ip-host", NAME("IP:224.0.0.1") },
	{ "lint-ip-host", NAME("IP:255.255.255.255") },
	{ "lint-ip-host", NAME("IP:ff02::1") },
	{ "lint-ip-host", NAME("IP:::") },
	{ "lint-uri-absolute", NAME("URI:a/b") },
	{ "lint-uri-absolute", NAME("URI:://b") },
	{ "lint-uri-absolute", NAME("URI:1http://b") },
	{ "lint-uri-absolute", NAME("URI:http:") },
	{ "lint-uri-absolute", NAMES("\x30\x02\x86\x00") },
	{ "lint-uri-character", NAME("URI:http://a b") },
	{ "lint-uri-character", NAMES("\x30\x08\x86\x06http:\n") },
	{ "lint-uri-character", NAMES("\x30\x08\x86\x06http:\x7f") },
	{ "lint-uri-character", NAMES("\x30\x09\x86\x07http:\xc3\xbc") },
	{ "lint-uri-character", NAME("URI:http:<a>") },
	{ "lint-email", NAME("email:a") },
	{ "lint-email", NAME("email:@a") },
	{ "lint-email", NAME("email:a@") },
	{ "lint-email", NAME("email:a@b@c") },
	{ "lint-email", NAME("email:a b@c") },
	{ "lint-dns-character", NAME("DNS:a_b.example.com") },
	{ "lint-dns-character", NAME("DNS:a b") },
	{ "lint-dns-character", NAME("DNS:[fe80..1]") },
	{ "lint-dns-character",
	    NAMES("\x30\x05\x82\x03"
		  "a\0b") },
	{ "lint-dns-character", NAMES("\x30\x04\x82\x02\xc3\xbc") },
	{ "lint-dns-label-empty", NAME("DNS:a..b") },
	{ "lint-dns-label-empty", NAME("DNS:.a") },
	{ "lint-dns-label-empty", NAMES("\x30\x02\x82\x00") },
	{ "lint-dns-label-length",
	    NAME("DNS:x."
		 "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggg"
		 "hhhhhhhh") },
	{ "lint-dns-hyphen", NAME("DNS:-a.example.com") },
	{ "lint-dns-hyphen", NAME("DNS:a.example-.com") },
	{ "lint-dns-length", .spoil = long_dns_name },
	{ "lint-dns-dot", NAME("DNS:a.example.com.") },
	{ "lint-dns-wildcard", NAME("DNS:a*.example.com") },
	{ "lint-dns-wildcard", NAME("DNS:a.*.example.com") },
	{ "lint-dns-wildcard", NAME("DNS:*") },
	{ "lint-dns-wildcard", NAME("DNS:*.*.example.com") },
	{ "lint-dns-number", NAME("DNS:127.1") },
	{ "lint-dns-number", NAME("DNS:0x7f.1") },
	{ "lint-dns-number", NAME("DNS:0x7F000001") },
	{ "lint-dns-number", NAME("DNS:2130706433") },
	{ "lint-dns-number", NAME("DNS:0177.0.0.1") },
	{ "lint-dns-number", NAME("DNS:10.0.0.1") },
	{ "lint-dns-number", NAME("DNS:10.0.0.1.") },
	{ "lint-dns-number", NAME("DNS:a.0X1f") },
	{ "lint-dns-reserved", NAME("DNS:ab--c.example.com") },
	{ "lint-dns-a-label", NAME("DNS:xn--a.example.com") },
	{ "lint-dns-a-label", NAME("DNS:x.xn--zzzz9999.example.com") },
	{ .rule = NULL },
};

#define POLICY "\x06\x02\x2a\x03"
#define USER_NOTICE "\x06\x08\x2b\x06\x01\x05\x05\x07\x02\x02"
#define POLICIES(value) .nid = NID_certificate_policies, LINT_DER(value)
#define HTTP_A "\x86\x09http://a/"

/* A user notice of 201 characters. */
static void
long_notice(X509 *x)
{
	CERTIFICATEPOLICIES *list = CERTIFICATEPOLICIES_new();
	POLICYINFO *policy = POLICYINFO_new();
	POLICYQUALINFO *qualifier = POLICYQUALINFO_new();
	USERNOTICE *notice = USERNOTICE_new();

	notice->exptext = ASN1_UTF8STRING_new();
	(void)ASN1_STRING_set(notice->exptext, LINT_LETTERS(201), -1);
	qualifier->pqualid = OBJ_nid2obj(NID_id_qt_unotice);
	qualifier->d.usernotice = notice;
	policy->policyid = OBJ_txt2obj("1.2.3", 1);
	policy->qualifiers = sk_POLICYQUALINFO_new_null();
	(void)sk_POLICYQUALINFO_push(policy->qualifiers, qualifier);
	(void)sk_POLICYINFO_push(list, policy);
	(void)X509_add1_ext_i2d(x, NID_certificate_policies, list, 0,
	    X509V3_ADD_APPEND);
	CERTIFICATEPOLICIES_free(list);
}

const struct lint_row lint_pointer_rows[] = {
	{ "lint-crl-point", .nid = NID_crl_distribution_points,
	    LINT_DER("\x30\x02\x30\x00") },
	{ "lint-crl-point-reasons", .nid = NID_crl_distribution_points,
	    LINT_DER(
		"\x30\x15\x30\x13\xa0\x0d\xa0\x0b" HTTP_A "\x81\x02\x01\x06") },
	{ "lint-crl-point-uri", .nid = NID_crl_distribution_points,
	    .conf = "URI:https://a/" },
	{ "lint-crl-point-uri", .nid = NID_crl_distribution_points,
	    .conf = "URI:http://" },
	{ "lint-crl-point-uri", .nid = NID_crl_distribution_points,
	    .conf = "DNS:a" },
	{ "lint-access-empty", .nid = NID_info_access, LINT_DER("\x30\x00") },
	{ "lint-access-uri", .nid = NID_info_access,
	    .conf = "OCSP;URI:ftp://a/" },
	{ "lint-access-uri", .nid = NID_info_access,
	    .conf = "OCSP;URI:http://a/,caIssuers;DNS:a" },
	{ "lint-access-uri", .nid = NID_info_access,
	    .conf = "OCSP;DNS:http://a/" },
	{ "lint-policies-empty", POLICIES("\x30\x00") },
	{ "lint-policy-twice",
	    POLICIES("\x30\x0c\x30\x04" POLICY "\x30\x04" POLICY) },
	{ "lint-policy-qualifier",
	    POLICIES(
		"\x30\x10\x30\x0e" POLICY "\x30\x08\x30\x06\x06\x02\x2a\x05"
		"\x05\x00") },
	{ "lint-notice-type", /* VisibleString */
	    POLICIES("\x30\x19\x30\x17" POLICY "\x30\x11\x30\x0f" USER_NOTICE
		     "\x30\x03\x1a\x01x") },
	{ "lint-notice-type", /* BMPString */
	    POLICIES("\x30\x1a\x30\x18" POLICY "\x30\x12\x30\x10" USER_NOTICE
		     "\x30\x04\x1e\x02\0x") },
	{ "lint-notice-length", .spoil = long_notice },
	{ "lint-name-constraints-leaf", .nid = NID_name_constraints,
	    .critical = 1, .conf = "permitted;DNS:a" },
	{ "lint-name-constraints-empty", LINT_CA, .nid = NID_name_constraints,
	    .critical = 1, LINT_DER("\x30\x00") },
	{ "lint-policies-leaf", .nid = NID_policy_constraints,
	    .conf = "requireExplicitPolicy:0" },
	{ "lint-policies-leaf", .nid = NID_policy_mappings,
	    LINT_DER("\x30\x0a\x30\x08\x06\x02\x2a\x03\x06\x02\x2a\x04") },
	{ "lint-stapling", .nid = NID_tlsfeature, .conf = "status_request" },
	{ .rule = NULL },
};
