/* SPDX-License-Identifier: Apache-2.0 */
#include "core/draft_extensions.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "core/der.h"
#include "core/der_check.h"

/*
 * Appends one extension and frees nothing. VALUE is the structure of NID; NULL
 * says that it could not be made.
 */
static enum ca_code
push(X509_EXTENSIONS **list, int nid, bool critical, void *value,
    struct ca_error *err)
{
	X509_EXTENSION *extension = NULL;

	if (*list == NULL)
		*list = sk_X509_EXTENSION_new_null();
	if (value != NULL && *list != NULL)
		extension = X509V3_EXT_i2d(nid, critical ? 1 : 0, value);
	/* Not X509v3_add_ext(), which would add a copy. */
	if (extension == NULL ||
	    sk_X509_EXTENSION_push(*list, extension) <= 0) {
		X509_EXTENSION_free(extension);
		return ca_fail_memory(err);
	}
	return CA_OK;
}

/*
 * RFC 5280 section 4.2.1.3. X509v3_KU bits: 0x80 >> n is bit n of the first
 * octet. ASN1_BIT_STRING_set_bit() leaves the trailing zero bits out, as DER
 * wants of a named bit list.
 */
static enum ca_code
push_key_usage(X509_EXTENSIONS **list, const struct ca_grant *grant,
    struct ca_error *err)
{
	const struct ca_profile *profile = grant->profile;
	uint32_t usage = profile->key_usage;
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	enum ca_code rc;

	if (ca_key_kind_enciphers(grant->key.kind))
		usage |= profile->key_usage_rsa;
	for (int i = 0; bits != NULL && i < 8; i++) {
		if ((usage & (0x80U >> i)) != 0 &&
		    ASN1_BIT_STRING_set_bit(bits, i, 1) != 1) {
			ASN1_BIT_STRING_free(bits);
			bits = NULL;
		}
	}
	rc = push(list, NID_key_usage, true, bits, err);
	ASN1_BIT_STRING_free(bits);
	return rc;
}

static const struct {
	unsigned bit;
	int nid;
} purposes[] = {
	{ CA_EKU_SERVER_AUTH, NID_server_auth },
	{ CA_EKU_CLIENT_AUTH, NID_client_auth },
	{ CA_EKU_OCSP_SIGNING, NID_OCSP_sign },
};

/* RFC 5280 section 4.2.1.12. */
static enum ca_code
push_extended(X509_EXTENSIONS **list, unsigned extended, struct ca_error *err)
{
	EXTENDED_KEY_USAGE *usage;
	enum ca_code rc;

	if (extended == 0)
		return CA_OK;
	usage = EXTENDED_KEY_USAGE_new();
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		if (usage == NULL || (extended & purposes[i].bit) == 0)
			continue;
		if (sk_ASN1_OBJECT_push(usage, OBJ_nid2obj(purposes[i].nid)) <=
		    0) {
			EXTENDED_KEY_USAGE_free(usage);
			usage = NULL;
		}
	}
	rc = push(list, NID_ext_key_usage, false, usage, err);
	EXTENDED_KEY_USAGE_free(usage);
	return rc;
}

/* RFC 5280 section 4.2.1.9: a CA under which there are only leaves. */
static enum ca_code
push_basic_constraints(X509_EXTENSIONS **list, struct ca_error *err)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	enum ca_code rc;

	if (constraints != NULL) {
		constraints->ca = 0xff;
		constraints->pathlen = ASN1_INTEGER_new();
	}
	if (constraints == NULL || constraints->pathlen == NULL ||
	    ASN1_INTEGER_set(constraints->pathlen, 0) != 1)
		rc = ca_fail_memory(err);
	else
		rc = push(list, NID_basic_constraints, true, constraints, err);
	BASIC_CONSTRAINTS_free(constraints);
	return rc;
}

/*
 * RFC 7093 section 2, method 1: the first 160 bits of SHA-256 over the
 * subjectPublicKey BIT STRING without its header.
 */
static enum ca_code
key_identifier(const struct ca_bytes *spki, uint8_t ret[CA_KEY_ID_SIZE],
    struct ca_error *err)
{
	const uint8_t *next = spki->data, *end = next + spki->len;
	struct ca_der_element whole = { 0 }, algorithm = { 0 }, bits = { 0 };
	uint8_t digest[EVP_MAX_MD_SIZE];
	enum ca_code rc = ca_der_next(&next, end, &whole, err);

	next = whole.content;
	end = next + whole.len;
	if (rc == CA_OK)
		rc = ca_der_next(&next, end, &algorithm, err);
	if (rc == CA_OK)
		rc = ca_der_next(&next, end, &bits, err);
	if (rc != CA_OK || bits.tag != CA_DER_BIT_STRING || bits.len == 0 ||
	    !ca_sha256_of(bits.content + 1, bits.len - 1, digest))
		return ca_fail(err, CA_ERR_INTERNAL,
		    "the public key can not be hashed");
	memcpy(ret, digest, CA_KEY_ID_SIZE);
	return CA_OK;
}

/* RFC 5280 section 4.2.1.2. */
static enum ca_code
push_subject_key_id(X509_EXTENSIONS **list, const struct ca_bytes *spki,
    struct ca_error *err)
{
	uint8_t id[CA_KEY_ID_SIZE];
	ASN1_OCTET_STRING *string;
	enum ca_code rc;

	rc = key_identifier(spki, id, err);
	if (rc != CA_OK)
		return rc;
	string = ASN1_OCTET_STRING_new();
	if (string != NULL &&
	    ASN1_OCTET_STRING_set(string, id, sizeof(id)) != 1) {
		ASN1_OCTET_STRING_free(string);
		string = NULL;
	}
	rc = push(list, NID_subject_key_identifier, false, string, err);
	ASN1_OCTET_STRING_free(string);
	return rc;
}

/* RFC 5280 section 4.2.1.1: the issuer's subject key identifier. */
static enum ca_code
push_authority_key_id(X509_EXTENSIONS **list,
    const struct ca_certificate *issuer, struct ca_error *err)
{
	const struct ca_bytes *id = ca_certificate_key_id(issuer);
	AUTHORITY_KEYID *authority;
	enum ca_code rc;

	if (id->len == 0)
		return ca_fail(err, CA_ERR_POLICY,
		    "RFC 5280 section 4.2.1.2: the CA certificate has no subject key identifier");
	authority = AUTHORITY_KEYID_new();
	if (authority != NULL)
		authority->keyid = ASN1_OCTET_STRING_new();
	if (authority == NULL || authority->keyid == NULL ||
	    ASN1_OCTET_STRING_set(authority->keyid, id->data, (int)id->len) !=
		1)
		rc = ca_fail_memory(err);
	else
		rc = push(list, NID_authority_key_identifier, false, authority,
		    err);
	AUTHORITY_KEYID_free(authority);
	return rc;
}

/* How each kind of name is encoded, by enum ca_name_kind; 0: it never is. */
static const struct {
	int general; /* OpenSSL's number of the choice of GeneralName */
	int string;  /* and of the type inside */
} encodings[] = {
	[CA_NAME_DNS] = { GEN_DNS, V_ASN1_IA5STRING },
	[CA_NAME_IP] = { GEN_IPADD, V_ASN1_OCTET_STRING },
	[CA_NAME_URI] = { GEN_URI, V_ASN1_IA5STRING },
	[CA_NAME_EMAIL] = { 0, 0 },
	[CA_NAME_OTHER] = { 0, 0 },
};

/* NULL: out of memory, or another kind of name. */
static GENERAL_NAME *
general_name(const struct ca_name *name)
{
	bool is_ip = name->kind == CA_NAME_IP;
	const void *data =
	    is_ip ? (const void *)name->ip : (const void *)name->text;
	size_t len = is_ip ? name->ip_len : strlen(name->text);
	GENERAL_NAME *general;
	ASN1_STRING *value;

	if (encodings[name->kind].string == 0)
		return NULL;
	general = GENERAL_NAME_new();
	value = ASN1_STRING_type_new(encodings[name->kind].string);
	if (general == NULL || value == NULL ||
	    ASN1_STRING_set(value, data, (int)len) != 1) {
		GENERAL_NAME_free(general);
		ASN1_STRING_free(value);
		return NULL;
	}
	GENERAL_NAME_set0_value(general, encodings[name->kind].general, value);
	return general;
}

enum ca_code
ca_general_names_make(const struct ca_names *names, GENERAL_NAMES **ret,
    struct ca_error *err)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();

	for (size_t i = 0; list != NULL && i < names->count; i++) {
		GENERAL_NAME *name = general_name(&names->item[i]);

		if (name == NULL || sk_GENERAL_NAME_push(list, name) <= 0) {
			GENERAL_NAME_free(name);
			GENERAL_NAMES_free(list);
			list = NULL;
		}
	}
	if (list == NULL)
		return ca_fail_memory(err);
	*ret = list;
	return CA_OK;
}

/* RFC 5280 section 4.2.1.6: not critical, as the subject is not empty. */
static enum ca_code
push_names(X509_EXTENSIONS **list, const struct ca_names *names,
    struct ca_error *err)
{
	GENERAL_NAMES *general = NULL;
	enum ca_code rc;

	if (names->count == 0)
		return CA_OK;
	rc = ca_general_names_make(names, &general, err);
	if (rc != CA_OK)
		return rc;
	rc = push(list, NID_subject_alt_name, false, general, err);
	GENERAL_NAMES_free(general);
	return rc;
}

/* RFC 6960 section 4.2.2.2.1: the value is NULL. */
static enum ca_code
push_no_check(X509_EXTENSIONS **list, struct ca_error *err)
{
	ASN1_NULL *null = ASN1_NULL_new();
	enum ca_code rc =
	    push(list, NID_id_pkix_OCSP_noCheck, false, null, err);

	ASN1_NULL_free(null);
	return rc;
}

/* RFC 5280 section 4.2.2.1: where to ask about the certificate, by OCSP. */
static AUTHORITY_INFO_ACCESS *
information_access(const char *url)
{
	AUTHORITY_INFO_ACCESS *access = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *one = ACCESS_DESCRIPTION_new();
	ASN1_IA5STRING *uri = ASN1_IA5STRING_new();

	if (access == NULL || one == NULL || uri == NULL ||
	    ASN1_STRING_set(uri, url, -1) != 1 ||
	    sk_ACCESS_DESCRIPTION_push(access, one) <= 0) {
		AUTHORITY_INFO_ACCESS_free(access);
		ACCESS_DESCRIPTION_free(one);
		ASN1_IA5STRING_free(uri);
		return NULL;
	}
	ASN1_OBJECT_free(one->method);
	one->method = OBJ_nid2obj(NID_ad_OCSP);
	GENERAL_NAME_set0_value(one->location, GEN_URI, uri);
	return access;
}

/*
 * A URL for each certificate: the server is static, and can not read which one
 * a client asks about.
 */
static enum ca_code
push_ocsp(X509_EXTENSIONS **list, const char *base,
    const uint8_t serial[CA_SERIAL_SIZE], struct ca_error *err)
{
	AUTHORITY_INFO_ACCESS *access;
	char hex[2 * CA_SERIAL_SIZE + 1];
	char *url = NULL;
	enum ca_code rc;

	ca_hex(serial, CA_SERIAL_SIZE, hex);
	rc = ca_text_format(&url, err, "%s/%s", base, hex);
	if (rc != CA_OK)
		return rc;
	access = information_access(url);
	rc = push(list, NID_info_access, false, access, err);
	AUTHORITY_INFO_ACCESS_free(access);
	free(url);
	return rc;
}

enum ca_code
ca_draft_extensions(const struct ca_grant *grant,
    const struct ca_certificate *issuer, const uint8_t serial[CA_SERIAL_SIZE],
    struct ca_bytes *ret_der, struct ca_error *err)
{
	X509_EXTENSIONS *list = NULL;
	struct ca_bytes bytes = { 0 };
	unsigned char *der = NULL;
	int len;
	enum ca_code rc;

	rc = push_key_usage(&list, grant, err);
	if (rc == CA_OK)
		rc = push_extended(&list, grant->profile->extended, err);
	if (rc == CA_OK && grant->profile->is_ca)
		rc = push_basic_constraints(&list, err);
	if (rc == CA_OK)
		rc = push_subject_key_id(&list, &grant->spki, err);
	if (rc == CA_OK && issuer != NULL)
		rc = push_authority_key_id(&list, issuer, err);
	if (rc == CA_OK)
		rc = push_names(&list, &grant->names, err);
	if (rc == CA_OK && grant->ocsp_url != NULL)
		rc = push_ocsp(&list, grant->ocsp_url, serial, err);
	if (rc == CA_OK && grant->profile->extended == CA_EKU_OCSP_SIGNING)
		rc = push_no_check(&list, err);
	if (rc != CA_OK)
		goto out;
	len = i2d_X509_EXTENSIONS(list, &der);
	if (len <= 0) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = ca_bytes_append(&bytes, der, (size_t)len, err);
	if (rc == CA_OK)
		*ret_der = bytes;
out:
	OPENSSL_free(der);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return rc;
}
