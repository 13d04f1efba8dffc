/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/csr.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/csr_maker.h"
#include "support/soft_signer.h"
#include "unit/test.h"

#define PEM_LABEL "CERTIFICATE REQUEST"

static void
append(struct ca_bytes *bytes, const void *data, size_t len)
{
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(bytes, data, len, &err), &err);
}

static void
append_text(struct ca_bytes *bytes, const char *text)
{
	append(bytes, text, strlen(text));
}

/* Fails unless INPUT is refused with CODE and a message with WHY; frees it. */
static void
assert_refused(struct ca_bytes input, enum ca_code code, const char *why)
{
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;
	enum ca_code rc;

	rc = ca_csr_parse("web1.csr", input.data, input.len, &csr, &err);
	if (rc != code)
		fail_msg("ended with %d, not %d: %s", (int)rc, (int)code,
		    err.message);
	assert_null(csr);
	if (strncmp(err.message, "web1.csr: ", 10) != 0 ||
	    strstr(err.message, why) == NULL)
		fail_msg("says \"%s\", not \"%s\"", err.message, why);
	ca_bytes_free(&input);
}

/* The request in INPUT, which is freed. */
static struct ca_csr *
parse(struct ca_bytes input)
{
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;

	assert_ok(ca_csr_parse("web1.csr", input.data, input.len, &csr, &err),
	    &err);
	ca_bytes_free(&input);
	return csr;
}

/* The ask of CSR whose `what` is WHAT, or NULL. */
static const struct ca_ask *
find_ask(const struct ca_csr *csr, const char *what)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(asks[i].what, what) == 0)
			return &asks[i];
	return NULL;
}

static void
assert_asks(const struct ca_csr *csr, const char *what, enum ca_ask_kind kind,
    int value)
{
	const struct ca_ask *ask = find_ask(csr, what);

	if (ask == NULL)
		fail_msg("does not ask for \"%s\"", what);
	assert_int_equal(ask->kind, kind);
	assert_int_equal(ask->value, value);
}

static struct ca_bytes
simple_der(void)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_subject(maker, "CN", "node");
	return csr_maker_der(maker);
}

static struct ca_bytes
simple_pem(void)
{
	struct ca_bytes der = simple_der();
	struct ca_bytes pem = csr_pem(&der, PEM_LABEL);

	ca_bytes_free(&der);
	return pem;
}

static struct ca_bytes
with_ext_der(const char *oid, const void *der, size_t len)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	csr_maker_ext_der(maker, oid, false, der, len);
	return csr_maker_der(maker);
}

static void
refuses_input_of_65_kib(void **state)
{
	struct ca_bytes pem = simple_pem();

	(void)state;
	while (pem.len <= CA_CSR_SIZE_MAX)
		append_text(&pem, "\n");
	assert_int_equal(pem.len, CA_CSR_SIZE_MAX + 1);
	assert_refused(pem, CA_ERR_INPUT, "larger than 65536 bytes");
}

static void
reads_input_of_exactly_64_kib(void **state)
{
	struct ca_bytes pem = simple_pem();

	(void)state;
	while (pem.len < CA_CSR_SIZE_MAX)
		append_text(&pem, "\n");
	ca_csr_free(parse(pem));
}

static void
refuses_what_is_no_request(void **state)
{
	struct ca_bytes input = { 0 };

	(void)state;
	assert_refused(input, CA_ERR_INPUT, "is empty");
	append_text(&input, "hello\n");
	assert_refused(input, CA_ERR_INPUT, "neither PEM nor DER");
	input = (struct ca_bytes){ 0 };
	append(&input, "\x30\x03\x02\x01\x00", 5);
	assert_refused(input, CA_ERR_INPUT, "not a certificate request");
	input = (struct ca_bytes){ 0 };
	append_text(&input,
	    "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n");
	assert_refused(input, CA_ERR_INPUT, "");
	input = (struct ca_bytes){ 0 };
	append(&input, "0", 1);
	assert_refused(input, CA_ERR_INPUT, "cut short");
}

static void
refuses_pem_of_another_type(void **state)
{
	struct ca_bytes der = simple_der();

	(void)state;
	assert_refused(csr_pem(&der, "CERTIFICATE"), CA_ERR_INPUT,
	    "of type CERTIFICATE");
	assert_refused(csr_pem(&der, "X CERTIFICATE REQUEST"), CA_ERR_INPUT,
	    "of type X CERTIFICATE REQUEST");
	assert_refused(csr_pem(&der, "PRIVATE KEY"), CA_ERR_INPUT,
	    "of type PRIVATE KEY");
	ca_bytes_free(&der);
}

static void
refuses_a_private_key_in_front_of_the_request(void **state)
{
	struct ca_bytes der = simple_der();
	struct ca_bytes input = csr_pem(&der, "EC PRIVATE KEY");
	struct ca_bytes pem = csr_pem(&der, PEM_LABEL);
	struct ca_error err = { 0 };
	struct ca_csr *csr = NULL;

	(void)state;
	append(&input, pem.data, pem.len);
	assert_int_equal(ca_csr_parse("x", input.data, input.len, &csr, &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.hint, "has left its host"));
	ca_bytes_free(&input);
	ca_bytes_free(&der);
	ca_bytes_free(&pem);
}

static void
refuses_two_pem_blocks(void **state)
{
	struct ca_bytes pem = simple_pem(), second = simple_pem();

	(void)state;
	append(&pem, second.data, second.len);
	ca_bytes_free(&second);
	assert_refused(pem, CA_ERR_INPUT, "more than one PEM block");
}

static void
refuses_anything_behind_the_pem_block(void **state)
{
	struct ca_bytes pem = simple_pem();

	(void)state;
	append_text(&pem, "\n \nx\n");
	assert_refused(pem, CA_ERR_INPUT, "something follows");
	pem = simple_pem();
	append(&pem, "\0", 1);
	assert_refused(pem, CA_ERR_INPUT, "something follows");
}

static void
refuses_pem_with_headers(void **state)
{
	struct ca_bytes pem = simple_pem(), changed = { 0 };
	char *body = memchr(pem.data, '\n', pem.len);
	size_t head;

	(void)state;
	assert_non_null(body);
	head = (size_t)(body + 1 - (char *)pem.data);
	append(&changed, pem.data, head);
	append_text(&changed, "Proc-Type: 4,CLEAR\n\n");
	append(&changed, pem.data + head, pem.len - head);
	ca_bytes_free(&pem);
	assert_refused(changed, CA_ERR_INPUT, "headers");
}

static void
refuses_damaged_pem(void **state)
{
	struct ca_bytes pem = simple_pem();

	(void)state;
	pem.data[60] = '!';
	assert_refused(pem, CA_ERR_INPUT, "damaged PEM");
	pem = simple_pem();
	pem.len -= 10;
	assert_refused(pem, CA_ERR_INPUT, "damaged PEM");
}

static void
refuses_trailing_bytes(void **state)
{
	struct ca_bytes der = simple_der(), pem;

	(void)state;
	append(&der, "\x05\x00", 2);
	pem = csr_pem(&der, PEM_LABEL);
	assert_refused(der, CA_ERR_INPUT, "2 bytes follow its end");
	assert_refused(pem, CA_ERR_INPUT, "2 bytes follow its end");
}

static void
refuses_a_request_that_is_cut_short(void **state)
{
	struct ca_bytes der = simple_der();

	(void)state;
	for (size_t len = 1; len < der.len; len++) {
		struct ca_bytes head = { 0 };

		append(&head, der.data, len);
		assert_refused(head, CA_ERR_INPUT, "cut short");
	}
	ca_bytes_free(&der);
}

static void
refuses_encodings_that_are_not_distinguished(void **state)
{
	struct ca_bytes der = simple_der(), ber = { 0 };

	(void)state;
	/* The outer SEQUENCE of a small request: 30 81 xx, or 30 82 xx xx. */
	assert_int_equal(der.data[1], 0x81);
	append(&ber, "\x30\x80", 2);
	append(&ber, der.data + 3, der.len - 3);
	append(&ber, "\x00\x00", 2);
	assert_refused(ber, CA_ERR_INPUT, "indefinite");
	ber = (struct ca_bytes){ 0 };
	append(&ber, "\x30\x82\x00", 3);
	append(&ber, der.data + 2, der.len - 2);
	assert_refused(ber, CA_ERR_INPUT, "not as short as can be");
	ca_bytes_free(&der);
}

static void
refuses_values_that_are_not_distinguished(void **state)
{
	(void)state;
	/* cA TRUE as 01. */
	assert_refused(with_ext_der("basicConstraints", "\x30\x03\x01\x01\x01",
			   5),
	    CA_ERR_INPUT, "BOOLEAN");
	/* pathLenConstraint 0 in two octets, in none. */
	assert_refused(with_ext_der("basicConstraints",
			   "\x30\x07\x01\x01\xff\x02\x02\x00\x00", 9),
	    CA_ERR_INPUT, "INTEGER");
	assert_refused(with_ext_der("basicConstraints",
			   "\x30\x05\x01\x01\xff\x02\x00", 7),
	    CA_ERR_INPUT, "INTEGER is empty");
	/* An OCTET STRING in pieces. */
	assert_refused(with_ext_der("subjectKeyIdentifier",
			   "\x24\x03\x04\x01\xaa", 5),
	    CA_ERR_INPUT, "in pieces");
	/* A tag number over 30. */
	assert_refused(with_ext_der("subjectAltName",
			   "\x30\x04\x9f\x1f\x01\x61", 6),
	    CA_ERR_INPUT, "tag of more than one octet");
}

static void
refuses_bottomless_nesting(void **state)
{
	uint8_t der[2 * 60];

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		der[2 * i] = 0x30;
		der[2 * i + 1] = (uint8_t)(sizeof(der) - 2 * i - 2);
	}
	assert_refused(with_ext_der("basicConstraints", der, sizeof(der)),
	    CA_ERR_INPUT, "nested");
}

static void
refuses_a_version_other_than_0(void **state)
{
	static const long versions[] = { 1, 2, -1, 0x7fffffff };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct csr_maker *maker = csr_maker_new(NULL);

		csr_maker_version(maker, versions[i]);
		assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
		    "RFC 2986 section 4.1: the version is not 0");
	}
}

static void
refuses_a_signature_with_a_flipped_bit(void **state)
{
	struct ca_bytes der = simple_der();

	(void)state;
	der.data[der.len - 1] ^= 1;
	assert_refused(der, CA_ERR_POLICY,
	    "RFC 2986 section 4.2: the signature does not verify");
}

static void
refuses_a_subject_changed_after_signing(void **state)
{
	struct ca_bytes der = simple_der();
	uint8_t *cn = memmem(der.data, der.len, "node", 4);

	(void)state;
	assert_non_null(cn);
	cn[0] = 'm';
	assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_a_key_that_did_not_sign(void **state)
{
	struct ca_bytes der = simple_der(), other = simple_der();
	static const uint8_t head[] = { 0x03, 0x42, 0x00, 0x04 };
	uint8_t *to = memmem(der.data, der.len, head, sizeof(head));
	uint8_t *from = memmem(other.data, other.len, head, sizeof(head));

	(void)state;
	assert_non_null(to);
	assert_non_null(from);
	memcpy(to, from, 68);
	ca_bytes_free(&other);
	assert_refused(der, CA_ERR_POLICY, "does not verify");
}

static void
refuses_weak_digests(void **state)
{
	static const char *const weak[] = { "SHA1", "MD5", "SHA224" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		EVP_PKEY *key = soft_key(CA_KEY_RSA);
		struct csr_maker *maker = csr_maker_new(key);

		EVP_PKEY_free(key);
		csr_maker_digest(maker, weak[i]);
		assert_refused(csr_maker_der(maker), CA_ERR_POLICY,
		    "not over SHA-256");
	}
}

static void
refuses_weak_digests_with_ecdsa(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_digest(maker, "SHA1");
	assert_refused(csr_maker_der(maker), CA_ERR_POLICY, "ecdsa-with-SHA1");
}

/* DER signed by RSASSA-PSS over DIGEST. */
static struct ca_bytes
pss_der(const char *digest)
{
	EVP_PKEY *key = soft_key(CA_KEY_RSA);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context = NULL;
	X509_REQ *req = X509_REQ_new();
	struct ca_bytes der = { 0 };
	int len;

	assert_non_null(req);
	assert_non_null(context);
	assert_int_equal(X509_REQ_set_pubkey(req, key), 1);
	assert_int_equal(EVP_DigestSignInit_ex(context, &key_context, digest,
			     NULL, NULL, key, NULL),
	    1);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(key_context,
			RSA_PKCS1_PSS_PADDING) > 0);
	assert_true(X509_REQ_sign_ctx(req, context) > 0);
	len = i2d_X509_REQ(req, &der.data);
	assert_true(len > 0);
	der.len = (size_t)len;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	X509_REQ_free(req);
	return der;
}

static void
judges_the_digest_of_a_pss_signature(void **state)
{
	(void)state;
	assert_refused(pss_der("SHA1"), CA_ERR_POLICY, "not over SHA-256");
	assert_refused(pss_der("SHA224"), CA_ERR_POLICY, "not over SHA-256");
	ca_csr_free(parse(pss_der("SHA256")));
	ca_csr_free(parse(pss_der("SHA512")));
}

static void
refuses_a_key_of_an_unknown_kind(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("secp256k1");

	(void)state;
	assert_refused(csr_maker_der(csr_maker_new(key)), CA_ERR_POLICY,
	    "key: secp256k1 is not a kind of key");
	EVP_PKEY_free(key);
}

static void
refuses_a_key_that_can_not_be_read(void **state)
{
	struct ca_bytes der = simple_der();
	static const uint8_t id_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
		0x01 };
	static const uint8_t head[] = { 0x03, 0x42, 0x00, 0x04 };
	uint8_t *at = memmem(der.data, der.len, id_ec, sizeof(id_ec));

	(void)state;
	/* An algorithm that nobody has heard of. */
	assert_non_null(at);
	at[6] = 0x55;
	assert_refused(der, CA_ERR_POLICY, "1.2.840.10045.2.85 is not a kind");
	/* A point that is not on the curve. */
	der = simple_der();
	at = memmem(der.data, der.len, head, sizeof(head));
	assert_non_null(at);
	memset(at + 4, 0x11, 64);
	assert_refused(der, CA_ERR_INPUT, "not a point of its curve");
}

static void
refuses_two_common_names(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_subject(maker, "CN", "maxroach");
	csr_maker_subject(maker, "O", "Acme");
	csr_maker_subject(maker, "CN", "root");
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
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
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extension subjectAltName is there twice");
}

static void
refuses_an_unknown_extension_twice(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_ext_der(maker, "1.2.3.4.5", false, "\x05\x00", 2);
	csr_maker_ext_der(maker, "1.2.3.4.5", true, "\x05\x00", 2);
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
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
	assert_refused(with_attribute_renamed(maker, key, "unstructuredName",
			   "extReq"),
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
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "twice");
}

static void
refuses_an_attribute_twice(void **state)
{
	EVP_PKEY *key = soft_key(CA_KEY_P256);
	struct csr_maker *maker = csr_maker_new(key);

	(void)state;
	csr_maker_attribute(maker, "challengePassword", "a");
	csr_maker_attribute(maker, "unstructuredName", "b");
	assert_refused(with_attribute_renamed(maker, key, "unstructuredName",
			   "challengePassword"),
	    CA_ERR_INPUT, "attribute challengePassword is there twice");
	EVP_PKEY_free(key);
}

static void
refuses_an_extension_request_that_is_no_sequence(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_attribute(maker, "extReq", "subjectAltName");
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "no SEQUENCE");
}

static void
refuses_an_extension_request_of_other_things(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	/* A SEQUENCE of an INTEGER, and nothing at all. */
	csr_maker_attribute_der(maker, "extReq", "\x30\x03\x02\x01\x00", 5);
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extensionRequest can not be read");
}

static void
refuses_an_extension_request_of_two_values(void **state)
{
	struct csr_maker *maker = csr_maker_new(NULL);

	(void)state;
	csr_maker_attribute_der(maker, "extReq", "\x30\x00\x30\x00", 4);
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "not exactly one value");
	maker = csr_maker_new(NULL);
	csr_maker_attribute_der(maker, "extReq", "", 0);
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT, "has no value");
}

static void
refuses_known_extensions_that_it_can_not_read(void **state)
{
	static const char *const known[] = { "subjectAltName",
		"basicConstraints", "keyUsage", "extendedKeyUsage",
		"subjectKeyIdentifier" };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_refused(with_ext_der(known[i], "\x0a\x01\x05", 3),
		    CA_ERR_INPUT, "can not be read");
		assert_refused(with_ext_der(known[i], "", 0), CA_ERR_INPUT,
		    "cut short");
	}
}

static void
refuses_trailing_bytes_in_a_known_extension(void **state)
{
	(void)state;
	assert_refused(with_ext_der("basicConstraints", "\x30\x00\x05\x00", 4),
	    CA_ERR_INPUT, "extension basicConstraints: 2 bytes follow its end");
	assert_refused(with_ext_der("subjectAltName",
			   "\x30\x03\x82\x01\x61\x30\x00", 7),
	    CA_ERR_INPUT, "extension subjectAltName: 2 bytes follow its end");
	assert_refused(with_ext_der("keyUsage", "\x03\x02\x07\x80\x00", 5),
	    CA_ERR_INPUT, "extension keyUsage: 1 bytes follow its end");
}

static void
refuses_known_extensions_that_are_empty(void **state)
{
	(void)state;
	assert_refused(with_ext_der("subjectAltName", "\x30\x00", 2),
	    CA_ERR_INPUT, "no name");
	assert_refused(with_ext_der("extendedKeyUsage", "\x30\x00", 2),
	    CA_ERR_INPUT, "no purpose");
}

static void
refuses_key_usage_bits_that_do_not_exist(void **state)
{
	(void)state;
	assert_refused(with_ext_der("keyUsage", "\x03\x03\x06\x80\x40", 5),
	    CA_ERR_INPUT, "there is no bit 9");
	assert_refused(with_ext_der("keyUsage", "\x03\x05\x00\x80\x00\x00\x01",
			   7),
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
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 things");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_CSR_ASKS_MAX; i++) {
		(void)snprintf(oid, sizeof(oid), "1.2.3.4.%d", i);
		csr_maker_ext_der(maker, oid, false, "\x05\x00", 2);
	}
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 extensions");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_CSR_ASKS_MAX; i++) {
		(void)snprintf(oid, sizeof(oid), "1.2.3.9.%d", i);
		(void)OBJ_create(oid, NULL, NULL);
		csr_maker_attribute(maker, oid, "x");
	}
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "more than 100 attributes");

	maker = csr_maker_new(NULL);
	for (int i = 0; i <= CA_NAMES_MAX; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%sDNS:n%d.example.com", i > 0 ? "," : "", i);
	csr_maker_ext(maker, "subjectAltName", names);
	assert_refused(csr_maker_der(maker), CA_ERR_INPUT,
	    "extension subjectAltName: more than 100 names");
}

static void
leaves_no_errors_in_openssls_queue(void **state)
{
	(void)state;
	refuses_damaged_pem(NULL);
	refuses_a_signature_with_a_flipped_bit(NULL);
	refuses_a_key_that_can_not_be_read(NULL);
	assert_int_equal(ERR_peek_error(), 0);
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
	csr = parse(csr_maker_der(maker));
	assert_int_equal(ca_csr_names(csr)->count, 1);
	assert_int_equal(ca_csr_names(csr)->item[0].kind, CA_NAME_DNS);
	assert_string_equal(ca_csr_names(csr)->item[0].text,
	    "root\\x00.example.com");
	ask = find_ask(csr, "CN=a\\x1B[2J\\x0D\\x0A");
	assert_non_null(ask);
	assert_string_equal(ask->text, "a\\x1B[2J\\x0D\\x0A");
	assert_non_null(find_ask(csr, "subject O=\\u{202E}A"));
	assert_non_null(find_ask(csr, "subject OU=\xc3\xa9"));
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
	csr = parse(csr_maker_der(maker));
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
	/* directoryName CN=x; x400Address. */
	static const uint8_t der[] = { 0x30, 0x12, 0xa4, 0x0e, 0x30, 0x0c, 0x31,
		0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01,
		0x1b, 0xa3, 0x00 };
	const struct ca_names *names;
	struct ca_csr *csr;

	(void)state;
	csr = parse(with_ext_der("subjectAltName", der, sizeof(der)));
	names = ca_csr_names(csr);
	assert_int_equal(names->count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(names->item[i].kind, CA_NAME_OTHER);
	assert_string_equal(names->item[0].text, "directoryName:CN=\\x1B");
	assert_string_equal(names->item[1].text, "x400Address");
	ca_csr_free(csr);
}

static void
refuses_alternative_names_of_a_wrong_form(void **state)
{
	(void)state;
	/* iPAddress of 5 octets; U+00FC in a dNSName; nothing in one. */
	assert_refused(with_ext_der("subjectAltName",
			   "\x30\x07\x87\x05\x01\x02\x03\x04\x05", 9),
	    CA_ERR_INPUT, "not of 4 or 16 octets");
	assert_refused(with_ext_der("subjectAltName",
			   "\x30\x05\x82\x03\xc3\xbc\x61", 7),
	    CA_ERR_INPUT, "dNSName: is no IA5String");
	assert_refused(with_ext_der("subjectAltName", "\x30\x02\x82\x00", 4),
	    CA_ERR_INPUT, "dNSName: is empty");
	assert_refused(with_ext_der("subjectAltName", "\x30\x04\x86\x02/a", 6),
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
	csr = parse(csr_maker_der(maker));
	assert_asks(csr, "subject O=Acme", CA_ASK_SUBJECT,
	    NID_organizationName);
	assert_asks(csr, "CN=node", CA_ASK_CN, NID_commonName);
	assert_asks(csr, "basicConstraints CA:TRUE", CA_ASK_CA, 0);
	assert_asks(csr, "keyUsage digitalSignature", CA_ASK_KEY_USAGE,
	    KU_DIGITAL_SIGNATURE);
	assert_asks(csr, "keyUsage keyCertSign", CA_ASK_KEY_USAGE,
	    KU_KEY_CERT_SIGN);
	assert_asks(csr, "keyUsage decipherOnly", CA_ASK_KEY_USAGE,
	    KU_DECIPHER_ONLY);
	assert_asks(csr, "extKeyUsage serverAuth", CA_ASK_EKU, NID_server_auth);
	assert_asks(csr, "extKeyUsage codeSigning", CA_ASK_EKU, NID_code_sign);
	assert_asks(csr, "extKeyUsage 1.2.3.4.6", CA_ASK_EKU, NID_undef);
	assert_asks(csr, "extension nameConstraints (critical)",
	    CA_ASK_EXTENSION, 0);
	assert_asks(csr, "subjectKeyIdentifier", CA_ASK_KEY_ID, 0);
	assert_asks(csr, "extension 1.2.3.4.5", CA_ASK_EXTENSION, 0);
	assert_asks(csr, "attribute challengePassword", CA_ASK_ATTRIBUTE, 0);
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
	csr = parse(csr_maker_der(maker));
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
	csr = parse(csr_maker_der(maker));
	assert_int_equal(ca_csr_names(csr)->count, 1);
	assert_asks(csr, "basicConstraints CA:FALSE", CA_ASK_NOT_CA, 0);
	ca_csr_free(csr);
}

static void
reads_every_kind_of_key(void **state)
{
	(void)state;
	for (int kind = 0; kind < CA_KEY_KINDS; kind++) {
		EVP_PKEY *key = soft_key((enum ca_key_kind)kind);
		struct ca_csr *csr = parse(csr_maker_der(csr_maker_new(key)));

		assert_int_equal(ca_csr_key_info(csr)->kind, kind);
		assert_int_equal(EVP_PKEY_eq(ca_csr_key(csr), key), 1);
		ca_csr_free(csr);
		EVP_PKEY_free(key);
	}
}

static void
gives_der_and_pem_as_the_same_request(void **state)
{
	struct ca_bytes der = simple_der(), pem = csr_pem(&der, PEM_LABEL);
	struct ca_csr *csr = parse(pem);
	size_t len = 0;
	const uint8_t *data = ca_csr_der(csr, &len);

	(void)state;
	assert_int_equal(len, der.len);
	assert_memory_equal(data, der.data, len);
	assert_string_equal(ca_csr_name(csr), "web1.csr");
	ca_csr_free(csr);
	csr = parse(der);
	assert_asks(csr, "CN=node", CA_ASK_CN, NID_commonName);
	ca_csr_free(csr);
}

static void
ignores_text_before_the_block_and_carriage_returns(void **state)
{
	struct ca_bytes pem = simple_pem(), crlf = { 0 };

	(void)state;
	append_text(&crlf,
	    "\xef\xbb\xbf"
	    "Certificate Request:\r\n    Data:\r\n\r\n");
	for (size_t i = 0; i < pem.len; i++) {
		if (pem.data[i] == '\n')
			append_text(&crlf, "\r");
		append(&crlf, pem.data + i, 1);
	}
	append_text(&crlf, "\r\n \t\r\n");
	ca_bytes_free(&pem);
	ca_csr_free(parse(crlf));
}

static void
reads_a_block_right_behind_a_byte_order_mark(void **state)
{
	struct ca_bytes pem = simple_pem(), marked = { 0 };

	(void)state;
	append_text(&marked, "\xef\xbb\xbf");
	append(&marked, pem.data, pem.len);
	ca_bytes_free(&pem);
	ca_csr_free(parse(marked));
}

static void
reads_what_other_programs_make(void **state)
{
	static const struct {
		const char *file;
		enum ca_key_kind kind;
		size_t names, asks;
	} vectors[] = {
		{ "openssl-rsa-text.pem", CA_KEY_RSA, 2, 6 },
		{ "openssl-ed25519.der", CA_KEY_ED25519, 0, 1 },
		{ "openssl-pss.pem", CA_KEY_RSA, 0, 1 },
		{ "gnutls-p256-text.pem", CA_KEY_P256, 2, 7 },
		{ "java-p384.pem", CA_KEY_P384, 1, 3 },
		{ "nss-p256-text.pem", CA_KEY_P256, 1, 2 },
		{ "nss-rsa.der", CA_KEY_RSA, 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct ca_error err = { 0 };
		struct ca_bytes input = { 0 };
		struct ca_csr *csr;
		char path[CA_PATH_MAX];
		size_t count = 0;

		(void)snprintf(path, sizeof(path), "%s/csr/%s", COLDCA_VECTORS,
		    vectors[i].file);
		assert_ok(ca_file_read(path, CA_CSR_SIZE_MAX, &input, &err),
		    &err);
		csr = parse(input);
		assert_int_equal(ca_csr_key_info(csr)->kind, vectors[i].kind);
		assert_int_equal(ca_csr_names(csr)->count, vectors[i].names);
		(void)ca_csr_asks(csr, &count);
		assert_int_equal(count, vectors[i].asks);
		ca_csr_free(csr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_input_of_65_kib),
		cmocka_unit_test(reads_input_of_exactly_64_kib),
		cmocka_unit_test(refuses_what_is_no_request),
		cmocka_unit_test(refuses_pem_of_another_type),
		cmocka_unit_test(refuses_a_private_key_in_front_of_the_request),
		cmocka_unit_test(refuses_two_pem_blocks),
		cmocka_unit_test(refuses_anything_behind_the_pem_block),
		cmocka_unit_test(refuses_pem_with_headers),
		cmocka_unit_test(refuses_damaged_pem),
		cmocka_unit_test(refuses_trailing_bytes),
		cmocka_unit_test(refuses_a_request_that_is_cut_short),
		cmocka_unit_test(refuses_encodings_that_are_not_distinguished),
		cmocka_unit_test(refuses_values_that_are_not_distinguished),
		cmocka_unit_test(refuses_bottomless_nesting),
		cmocka_unit_test(refuses_a_version_other_than_0),
		cmocka_unit_test(refuses_a_signature_with_a_flipped_bit),
		cmocka_unit_test(refuses_a_subject_changed_after_signing),
		cmocka_unit_test(refuses_a_key_that_did_not_sign),
		cmocka_unit_test(refuses_weak_digests),
		cmocka_unit_test(refuses_weak_digests_with_ecdsa),
		cmocka_unit_test(judges_the_digest_of_a_pss_signature),
		cmocka_unit_test(refuses_a_key_of_an_unknown_kind),
		cmocka_unit_test(refuses_a_key_that_can_not_be_read),
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
		cmocka_unit_test(leaves_no_errors_in_openssls_queue),
		cmocka_unit_test(shows_control_characters_escaped),
		cmocka_unit_test(lists_every_form_of_name),
		cmocka_unit_test(lists_directory_names_as_other),
		cmocka_unit_test(refuses_alternative_names_of_a_wrong_form),
		cmocka_unit_test(lists_everything_that_is_asked_for),
		cmocka_unit_test(never_shows_a_challenge_password),
		cmocka_unit_test(reads_microsofts_extension_request),
		cmocka_unit_test(reads_every_kind_of_key),
		cmocka_unit_test(gives_der_and_pem_as_the_same_request),
		cmocka_unit_test(
		    ignores_text_before_the_block_and_carriage_returns),
		cmocka_unit_test(reads_a_block_right_behind_a_byte_order_mark),
		cmocka_unit_test(reads_what_other_programs_make),
	};

	ca_csr_free(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
