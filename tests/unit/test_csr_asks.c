/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for: subject, extensions, attributes. */
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "support/csr_check.h"
#include "support/csr_maker.h"
#include "support/soft_signer.h"
#include "unit/test.h"

static void
refuses_two_common_names(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_subject(maker, "CN", "maxroach");
	csr_maker_subject(maker, "O", "Acme");
	csr_maker_subject(maker, "CN", "root");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than one common name");
}

static void
refuses_an_extension_twice(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_ext(maker, "subjectAltName", "DNS:a.example.com");
	csr_maker_ext(maker, "keyUsage", "digitalSignature");
	csr_maker_ext(maker, "subjectAltName", "DNS:b.example.com");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extension subjectAltName is there twice");
}

static void
refuses_an_unknown_extension_twice(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_ext_der(maker, "1.2.3.4.5", false, "\x05\x00", 2);
	csr_maker_ext_der(maker, "1.2.3.4.5", true, "\x05\x00", 2);
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extension 1.2.3.4.5 is there twice");
}

/* OpenSSL makes no attribute twice, so that another one is renamed. */
static struct ca_bytes
with_attribute_renamed(struct csr_maker *maker, EVP_PKEY *key, const char *from,
    const char *to)
{
	struct ca_bytes der = csr_maker_der(maker);
	ASN1_OBJECT *old = OBJ_txt2obj(from, 0), *new = OBJ_txt2obj(to, 0);
	uint8_t *at;

	assert_non_null(old);
	assert_non_null(new);
	assert_int_equal(OBJ_length(old), OBJ_length(new));
	at = memmem(der.data, der.len, OBJ_get0_data(old), OBJ_length(old));
	assert_non_null(at);
	memcpy(at, OBJ_get0_data(new), OBJ_length(new));
	ASN1_OBJECT_free(old);
	ASN1_OBJECT_free(new);
	csr_sign_again(&der, key);
	return der;
}

static void
refuses_two_extension_requests(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct csr_maker *maker = csr_maker_new(key);

	(void)state;
	csr_maker_ext(maker, "keyUsage", "digitalSignature");
	csr_maker_attribute_der(maker, "unstructuredName", "\x30\x00", 2);
	csr_assert_refused(with_attribute_renamed(maker, key,
			       "unstructuredName", "extReq"),
	    CA_ERR_INPUT, "attribute extReq is there twice");
	EVP_PKEY_free(key);
}

static void
counts_microsofts_extension_request_as_the_same(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_ext(maker, "keyUsage", "digitalSignature");
	csr_maker_extension_request(maker, "msExtReq");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "twice");
}

static void
refuses_an_attribute_twice(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct csr_maker *maker = csr_maker_new(key);

	(void)state;
	csr_maker_attribute(maker, "challengePassword", "a");
	csr_maker_attribute(maker, "unstructuredName", "b");
	csr_assert_refused(with_attribute_renamed(maker, key,
			       "unstructuredName", "challengePassword"),
	    CA_ERR_INPUT, "attribute challengePassword is there twice");
	EVP_PKEY_free(key);
}

static void
refuses_an_extension_request_that_is_no_sequence(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_attribute(maker, "extReq", "subjectAltName");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "no SEQUENCE");
}

static void
refuses_an_extension_request_of_other_things(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	/* A SEQUENCE of an INTEGER, and nothing at all. */
	csr_maker_attribute_der(maker, "extReq", "\x30\x03\x02\x01\x00", 5);
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extensionRequest can not be read");
}

static void
refuses_an_extension_request_of_two_values(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_attribute_der(maker, "extReq", "\x30\x00\x30\x00", 4);
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "not exactly one value");
	maker = csr_maker_new(NULL);
	csr_maker_attribute_der(maker, "extReq", "", 0);
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "has no value");
}

static void
refuses_known_extensions_that_it_can_not_read(void **state)
{
	static const char *const known[] = { "subjectAltName",
		"basicConstraints", "keyUsage", "extendedKeyUsage",
		"subjectKeyIdentifier" };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		csr_assert_refused(csr_with_ext_der(known[i], "\x0a\x01\x05",
				       3),
		    CA_ERR_INPUT, "can not be read");
		csr_assert_refused(csr_with_ext_der(known[i], "", 0),
		    CA_ERR_INPUT, "cut short");
	}
}

static void
refuses_trailing_bytes_in_a_known_extension(void **state)
{
	(void)state;
	csr_assert_refused(csr_with_ext_der("basicConstraints",
			       "\x30\x00\x05\x00", 4),
	    CA_ERR_INPUT, "extension basicConstraints: 2 bytes follow its end");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x03\x82\x01\x61\x30\x00", 7),
	    CA_ERR_INPUT, "extension subjectAltName: 2 bytes follow its end");
	csr_assert_refused(csr_with_ext_der("keyUsage", "\x03\x02\x07\x80\x00",
			       5),
	    CA_ERR_INPUT, "extension keyUsage: 1 bytes follow its end");
}

static void
refuses_known_extensions_that_are_empty(void **state)
{
	(void)state;
	csr_assert_refused(csr_with_ext_der("subjectAltName", "\x30\x00", 2),
	    CA_ERR_INPUT, "no name");
	csr_assert_refused(csr_with_ext_der("extendedKeyUsage", "\x30\x00", 2),
	    CA_ERR_INPUT, "no purpose");
}

static void
refuses_key_usage_bits_that_do_not_exist(void **state)
{
	(void)state;
	csr_assert_refused(csr_with_ext_der("keyUsage", "\x03\x03\x06\x80\x40",
			       5),
	    CA_ERR_INPUT, "there is no bit 9");
	csr_assert_refused(csr_with_ext_der("keyUsage",
			       "\x03\x05\x00\x80\x00\x00\x01", 7),
	    CA_ERR_INPUT, "there is no bit 31");
}

static void
refuses_more_things_than_the_limits(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	char oid[64], names[32 * (CA_NAMES_MAX + 1)] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i <= CA_CSR_ASKS_MAX; i++)
		csr_maker_subject(maker, "OU", "x");
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 things");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_CSR_ASKS_MAX; i++) {
		(void)snprintf(oid, sizeof(oid), "1.2.3.4.%d", i);
		csr_maker_ext_der(maker, oid, false, "\x05\x00", 2);
	}
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 extensions");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_CSR_ASKS_MAX; i++) {
		(void)snprintf(oid, sizeof(oid), "1.2.3.9.%d", i);
		(void)OBJ_create(oid, NULL, NULL);
		csr_maker_attribute(maker, oid, "x");
	}
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 attributes");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_NAMES_MAX; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%sDNS:n%d.example.com", i > 0 ? "," : "", i);
	csr_maker_ext(maker, "subjectAltName", names);
	csr_assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extension subjectAltName: more than 100 names");
}

static void
shows_control_characters_escaped(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr;
	const struct ca_ask *ask;

	(void)state;
	csr_maker_dns(maker, "root\0.example.com", 17);
	csr_maker_subject(maker, "CN", "a\x1b[2J\r\n");
	csr_maker_subject_raw(maker, "O", V_ASN1_BMPSTRING, "\x20\x2e\0A",
	    4); /* U+202E */
	csr_maker_subject_raw(maker, "OU", V_ASN1_T61STRING, "\xe9", 1);
	csr = csr_parse(csr_maker_der(maker));
	assert_int_equal(ca_csr_names(csr)->count, 1);
	assert_int_equal(ca_csr_names(csr)->item[0].kind, CA_NAME_DNS);
	assert_string_equal(ca_csr_names(csr)->item[0].text,
	    "root\\x00.example.com");
	ask = csr_find_ask(csr, "CN=a\\x1B[2J\\x0D\\x0A");
	assert_non_null(ask);
	assert_string_equal(ask->text, "a\\x1B[2J\\x0D\\x0A");
	assert_non_null(csr_find_ask(csr, "subject O=\\u{202E}A"));
	assert_non_null(csr_find_ask(csr, "subject OU=\xc3\xa9"));
	ca_csr_free(csr);
}

static void
lists_every_form_of_name(void **state)
{
	static const struct {
		enum ca_name_kind kind;
		const char *text;
	} expected[] = {
		{ CA_NAME_DNS, "Node1.example.com" },
		{ CA_NAME_IP, "10.0.0.1" },
		{ CA_NAME_IP, "2001:db8::1" },
		{ CA_NAME_URI, "crdb://tenant/1/user/root" },
		{ CA_NAME_EMAIL, "a@example.com" },
		{ CA_NAME_OTHER, "registeredID:1.2.3.4" },
		{ CA_NAME_OTHER, "otherName:1.2.3.4.5" },
	};
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr;
	const struct ca_names *names;

	(void)state;
	csr_maker_ext(maker, "subjectAltName",
	    "DNS:Node1.example.com,IP:10.0.0.1,IP:2001:db8::1,"
	    "URI:crdb://tenant/1/user/root,email:a@example.com,RID:1.2.3.4,"
	    "otherName:1.2.3.4.5;UTF8:x");
	csr = csr_parse(csr_maker_der(maker));
	names = ca_csr_names(csr);
	assert_int_equal(names->count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < names->count; i++) {
		assert_int_equal(names->item[i].kind, expected[i].kind);
		assert_string_equal(names->item[i].text, expected[i].text);
	}
	assert_int_equal(names->item[1].ip_len, 4);
	assert_memory_equal(names->item[1].ip, "\x0a\x00\x00\x01", 4);
	ca_csr_free(csr);
}

static void
lists_directory_names_as_other(void **state)
{
	/* directoryName CN=x; x400Address; ediPartyName. */
	static const uint8_t der[] = { 0x30, 0x19, 0xa4, 0x0e, 0x30, 0x0c, 0x31,
		0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01,
		0x1b, 0xa3, 0x00, 0xa5, 0x05, 0xa1, 0x03, 0x0c, 0x01, 0x78 };
	const struct ca_names *names;
	struct ca_csr *csr;

	(void)state;
	csr = csr_parse(csr_with_ext_der("subjectAltName", der, sizeof(der)));
	names = ca_csr_names(csr);
	assert_int_equal(names->count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(names->item[i].kind, CA_NAME_OTHER);
	assert_string_equal(names->item[0].text, "directoryName:CN=\\x1B");
	assert_string_equal(names->item[1].text, "x400Address");
	assert_string_equal(names->item[2].text, "ediPartyName");
	ca_csr_free(csr);
}

/* RFC 3986 section 3.1: what a scheme is made of. */
static void
takes_a_scheme_of_all_that_may_be_in_one(void **state)
{
	struct ca_csr *csr = csr_parse(csr_with_ext_der("subjectAltName",
	    "\x30\x0b\x86\x09"
	    "a.b-c+1:x",
	    13));

	(void)state;
	assert_int_equal(ca_csr_names(csr)->count, 1);
	assert_string_equal(ca_csr_names(csr)->item[0].text, "a.b-c+1:x");
	ca_csr_free(csr);
}

static void
refuses_alternative_names_of_a_wrong_form(void **state)
{
	(void)state;
	/* iPAddress of 5 octets; U+00FC in a dNSName; nothing in one. */
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x07\x87\x05\x01\x02\x03\x04\x05", 9),
	    CA_ERR_INPUT, "not of 4 or 16 octets");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x05\x82\x03\xc3\xbc\x61", 7),
	    CA_ERR_INPUT, "dNSName: is no IA5String");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x02\x82\x00", 4),
	    CA_ERR_INPUT, "dNSName: is empty");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x04\x86\x02:a", 6),
	    CA_ERR_INPUT, "not absolute");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x07\x86\x05"
			       "a/b:c",
			       9),
	    CA_ERR_INPUT, "not absolute");
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x07\x86\x05"
			       "a\0b:c",
			       9),
	    CA_ERR_INPUT, "not absolute");
	ca_csr_free(csr_parse(csr_with_ext_der("subjectAltName",
	    "\x30\x07\x86\x05"
	    "a+b:c",
	    9)));
	csr_assert_refused(csr_with_ext_der("subjectAltName",
			       "\x30\x04\x86\x02/a", 6),
	    CA_ERR_INPUT, "not absolute");
}

static void
lists_everything_that_is_asked_for(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr;
	size_t count = 0;

	(void)state;
	csr_maker_subject(maker, "O", "Acme");
	csr_maker_subject(maker, "CN", "node");
	csr_maker_ext(maker, "basicConstraints", "critical,CA:TRUE");
	csr_maker_ext(maker, "keyUsage",
	    "digitalSignature,keyCertSign,decipherOnly");
	csr_maker_ext(maker, "extendedKeyUsage",
	    "serverAuth,codeSigning,1.2.3.4.6");
	csr_maker_ext(maker, "nameConstraints",
	    "critical,permitted;DNS:example.com");
	csr_maker_ext_der(maker, "subjectKeyIdentifier", false, "\x04\x01\xaa",
	    3);
	csr_maker_ext_der(maker, "1.2.3.4.5", false, "junk", 4);
	csr_maker_attribute(maker, "challengePassword", "hunter2");
	csr = csr_parse(csr_maker_der(maker));
	csr_assert_asks(csr, "subject O=Acme", CA_ASK_SUBJECT,
	    NID_organizationName);
	csr_assert_asks(csr, "CN=node", CA_ASK_CN, NID_commonName);
	csr_assert_asks(csr, "basicConstraints CA:TRUE", CA_ASK_CA, 0);
	csr_assert_asks(csr, "keyUsage digitalSignature", CA_ASK_KEY_USAGE,
	    KU_DIGITAL_SIGNATURE);
	csr_assert_asks(csr, "keyUsage keyCertSign", CA_ASK_KEY_USAGE,
	    KU_KEY_CERT_SIGN);
	csr_assert_asks(csr, "keyUsage decipherOnly", CA_ASK_KEY_USAGE,
	    KU_DECIPHER_ONLY);
	csr_assert_asks(csr, "extKeyUsage serverAuth", CA_ASK_EKU,
	    NID_server_auth);
	csr_assert_asks(csr, "extKeyUsage codeSigning", CA_ASK_EKU,
	    NID_code_sign);
	csr_assert_asks(csr, "extKeyUsage 1.2.3.4.6", CA_ASK_EKU, NID_undef);
	csr_assert_asks(csr, "extension nameConstraints (critical)",
	    CA_ASK_EXTENSION, 0);
	csr_assert_asks(csr, "subjectKeyIdentifier", CA_ASK_KEY_ID, 0);
	csr_assert_asks(csr, "extension 1.2.3.4.5", CA_ASK_EXTENSION, 0);
	csr_assert_asks(csr, "attribute challengePassword", CA_ASK_ATTRIBUTE,
	    0);
	(void)ca_csr_asks(csr, &count);
	assert_int_equal(count, 13);
	ca_csr_free(csr);
}

static void
never_shows_a_challenge_password(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr;
	const struct ca_ask *asks;
	size_t count = 0;

	(void)state;
	csr_maker_attribute(maker, "challengePassword", "hunter2");
	csr = csr_parse(csr_maker_der(maker));
	asks = ca_csr_asks(csr, &count);
	for (size_t i = 0; i < count; i++) {
		assert_null(strstr(asks[i].what, "hunter2"));
		assert_null(asks[i].text);
	}
	ca_csr_free(csr);
}

static void
reads_microsofts_extension_request(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);
	struct ca_csr *csr;

	(void)state;
	csr_maker_request_oid(maker, "msExtReq");
	csr_maker_ext(maker, "subjectAltName", "DNS:a.example.com");
	csr_maker_ext(maker, "basicConstraints", "CA:FALSE");
	csr = csr_parse(csr_maker_der(maker));
	assert_int_equal(ca_csr_names(csr)->count, 1);
	csr_assert_asks(csr, "basicConstraints CA:FALSE", CA_ASK_NOT_CA, 0);
	ca_csr_free(csr);
}

/* How many notices of RULE there are about the request with the extension. */
static int
count_notices(const char *rule, const char *oid, const char *der, size_t len)
{
	struct ca_csr *csr = csr_parse(csr_with_ext_der(oid, der, len));
	const struct ca_findings *notices = ca_csr_notices(csr);
	int count = 0;

	for (size_t i = 0; i < notices->count; i++)
		count += strcmp(notices->item[i].rule, rule) == 0;
	ca_csr_free(csr);
	return count;
}

static void
notices_a_default_where_it_is_spelled_and_nowhere_else(void **state)
{
	static const struct {
		const char *oid, *der;
		size_t len;
		int count;
	} rows[] = {
		{ "basicConstraints", "\x30\x03\x01\x01\x00", 5, 1 },
		{ "basicConstraints", "\x30\x00", 2, 0 },
		{ "basicConstraints", "\x30\x06\x01\x01\xff\x02\x01\x00", 8,
		    0 },
		{ "subjectKeyIdentifier", "\x04\x03\x01\x01\x00", 5, 0 },
		{ "1.2.3.4.5", "\x00\x01", 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(count_notices("csr-default-value", rows[i].oid,
				     rows[i].der, rows[i].len),
		    rows[i].count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_two_common_names),
		cmocka_unit_test(refuses_an_extension_twice),
		cmocka_unit_test(refuses_an_unknown_extension_twice),
		cmocka_unit_test(refuses_two_extension_requests),
		cmocka_unit_test(
		    counts_microsofts_extension_request_as_the_same),
		cmocka_unit_test(refuses_an_attribute_twice),
		cmocka_unit_test(
		    refuses_an_extension_request_that_is_no_sequence),
		cmocka_unit_test(refuses_an_extension_request_of_other_things),
		cmocka_unit_test(refuses_an_extension_request_of_two_values),
		cmocka_unit_test(refuses_known_extensions_that_it_can_not_read),
		cmocka_unit_test(refuses_trailing_bytes_in_a_known_extension),
		cmocka_unit_test(refuses_known_extensions_that_are_empty),
		cmocka_unit_test(refuses_key_usage_bits_that_do_not_exist),
		cmocka_unit_test(refuses_more_things_than_the_limits),
		cmocka_unit_test(shows_control_characters_escaped),
		cmocka_unit_test(lists_every_form_of_name),
		cmocka_unit_test(lists_directory_names_as_other),
		cmocka_unit_test(takes_a_scheme_of_all_that_may_be_in_one),
		cmocka_unit_test(refuses_alternative_names_of_a_wrong_form),
		cmocka_unit_test(lists_everything_that_is_asked_for),
		cmocka_unit_test(never_shows_a_challenge_password),
		cmocka_unit_test(reads_microsofts_extension_request),
		cmocka_unit_test(
		    notices_a_default_where_it_is_spelled_and_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
