/* SPDX-License-Identifier: Apache-2.0 */
#include "support/csr_maker.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "support/soft_signer.h"
#include "unit/test.h"

struct csr_maker {
	X509_REQ *req;
	EVP_PKEY *key;
	const char *digest;
	STACK_OF(X509_EXTENSION) * extensions;
	const char *request_oid;
};

struct csr_maker *
csr_maker_new(EVP_PKEY *key)
{
	struct csr_maker *maker = calloc(1, sizeof(*maker));

	assert_non_null(maker);
	if (key != NULL)
		assert_int_equal(EVP_PKEY_up_ref(key), 1);
	maker->key = key != NULL ? key : soft_key(CA_KEY_P256);
	maker->digest = "SHA256";
	if (EVP_PKEY_get_base_id(maker->key) == EVP_PKEY_ED25519)
		maker->digest = NULL;
	maker->request_oid = "extReq";
	maker->req = X509_REQ_new();
	assert_non_null(maker->req);
	maker->extensions = sk_X509_EXTENSION_new_null();
	assert_non_null(maker->extensions);
	return maker;
}

void
csr_maker_subject_raw(struct csr_maker *maker, const char *field, int type,
    const void *value, size_t len)
{
	X509_NAME *name = X509_REQ_get_subject_name(maker->req);
	X509_NAME_ENTRY *entry =
	    X509_NAME_ENTRY_create_by_txt(NULL, field, type, value, (int)len);

	assert_non_null(entry);
	assert_int_equal(X509_NAME_add_entry(name, entry, -1, 0), 1);
	X509_NAME_ENTRY_free(entry);
}

void
csr_maker_subject(struct csr_maker *maker, const char *field, const char *value)
{
	csr_maker_subject_raw(maker, field, V_ASN1_UTF8STRING, value,
	    strlen(value));
}

void
csr_maker_ext(struct csr_maker *maker, const char *name, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_nconf(NULL, NULL, name, value);

	assert_non_null(extension);
	assert_true(sk_X509_EXTENSION_push(maker->extensions, extension) > 0);
}

void
csr_maker_ext_der(struct csr_maker *maker, const char *oid, bool critical,
    const void *der, size_t len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 0);
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_non_null(object);
	assert_non_null(octets);
	assert_int_equal(ASN1_OCTET_STRING_set(octets, der, (int)len), 1);
	extension =
	    X509_EXTENSION_create_by_OBJ(NULL, object, critical, octets);
	assert_non_null(extension);
	assert_true(sk_X509_EXTENSION_push(maker->extensions, extension) > 0);
	ASN1_OCTET_STRING_free(octets);
	ASN1_OBJECT_free(object);
}

void
csr_maker_dns(struct csr_maker *maker, const void *name, size_t len)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *general = GENERAL_NAME_new();
	ASN1_IA5STRING *string = ASN1_IA5STRING_new();
	unsigned char *der = NULL;
	int der_len;

	assert_non_null(names);
	assert_non_null(general);
	assert_non_null(string);
	assert_int_equal(ASN1_STRING_set(string, name, (int)len), 1);
	GENERAL_NAME_set0_value(general, GEN_DNS, string);
	assert_true(sk_GENERAL_NAME_push(names, general) > 0);
	der_len = i2d_GENERAL_NAMES(names, &der);
	assert_true(der_len > 0);
	csr_maker_ext_der(maker, "subjectAltName", false, der, (size_t)der_len);
	OPENSSL_free(der);
	GENERAL_NAMES_free(names);
}

void
csr_maker_attribute(struct csr_maker *maker, const char *oid, const char *text)
{
	assert_int_equal(X509_REQ_add1_attr_by_txt(maker->req, oid,
			     V_ASN1_UTF8STRING, (const unsigned char *)text,
			     (int)strlen(text)),
	    1);
}

void
csr_maker_attribute_der(struct csr_maker *maker, const char *oid,
    const void *der, size_t len)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 0);
	uint8_t attribute[128], *end = attribute + 2;
	const unsigned char *next = attribute;
	X509_ATTRIBUTE *made;

	/* SEQUENCE { OID, SET { DER } }, all of less than 128 bytes. */
	assert_non_null(object);
	assert_true(i2d_ASN1_OBJECT(object, NULL) + (int)len < 100);
	assert_true(i2d_ASN1_OBJECT(object, &end) > 0);
	*end++ = 0x31;
	*end++ = (uint8_t)len;
	memcpy(end, der, len);
	end += len;
	attribute[0] = 0x30;
	attribute[1] = (uint8_t)(end - attribute - 2);
	made = d2i_X509_ATTRIBUTE(NULL, &next, end - attribute);
	assert_non_null(made);
	assert_int_equal(X509_REQ_add1_attr(maker->req, made), 1);
	X509_ATTRIBUTE_free(made);
	ASN1_OBJECT_free(object);
}

void
csr_maker_request_oid(struct csr_maker *maker, const char *oid)
{
	maker->request_oid = oid;
}

void
csr_maker_extension_request(struct csr_maker *maker, const char *oid)
{
	assert_int_equal(X509_REQ_add_extensions_nid(maker->req,
			     maker->extensions, OBJ_txt2nid(oid)),
	    1);
}

void
csr_maker_version(struct csr_maker *maker, long version)
{
	assert_int_equal(X509_REQ_set_version(maker->req, version), 1);
}

void
csr_maker_digest(struct csr_maker *maker, const char *digest)
{
	maker->digest = digest;
}

struct ca_bytes
csr_maker_der(struct csr_maker *maker)
{
	struct ca_bytes der = { 0 };
	const EVP_MD *digest = NULL;
	int len;

	if (maker->digest != NULL) {
		digest = EVP_get_digestbyname(maker->digest);
		assert_non_null(digest);
	}
	if (sk_X509_EXTENSION_num(maker->extensions) > 0)
		csr_maker_extension_request(maker, maker->request_oid);
	assert_int_equal(X509_REQ_set_pubkey(maker->req, maker->key), 1);
	assert_true(X509_REQ_sign(maker->req, maker->key, digest) > 0);
	len = i2d_X509_REQ(maker->req, &der.data);
	assert_true(len > 0);
	der.len = (size_t)len;
	sk_X509_EXTENSION_pop_free(maker->extensions, X509_EXTENSION_free);
	EVP_PKEY_free(maker->key);
	X509_REQ_free(maker->req);
	free(maker);
	return der;
}

void
csr_sign_again(struct ca_bytes *der, EVP_PKEY *key)
{
	const unsigned char *next = der->data;
	X509_REQ *req = d2i_X509_REQ(NULL, &next, (long)der->len);
	int len;

	assert_non_null(req);
	assert_true(X509_REQ_sign(req, key, EVP_sha256()) > 0);
	ca_bytes_free(der);
	len = i2d_X509_REQ(req, &der->data);
	assert_true(len > 0);
	der->len = (size_t)len;
	X509_REQ_free(req);
}

struct ca_bytes
csr_pem(const struct ca_bytes *der, const char *label)
{
	struct ca_bytes pem = { 0 };
	struct ca_error err = { 0 };
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	assert_non_null(bio);
	assert_true(
	    PEM_write_bio(bio, label, "", der->data, (long)der->len) > 0);
	len = BIO_get_mem_data(bio, &text);
	assert_ok(ca_bytes_append(&pem, text, (size_t)len, &err), &err);
	BIO_free_all(bio);
	return pem;
}
