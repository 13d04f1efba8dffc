/* SPDX-License-Identifier: Apache-2.0 */
#include "token/public_key.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "token/attribute.h"

#define GROUP_NAME_SIZE 64 /* bytes, longer than any curve's name of ours */

/* The DER of the OIDs of RFC 5480 section 2.1.1.1 and RFC 8410 section 3. */
static const CK_BYTE p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };
static const CK_BYTE p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const CK_BYTE p521[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 };
static const CK_BYTE ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };

/* PKCS#11 3.0 section 2.3.10: the curve as PrintableString "edwards25519". */
static const CK_BYTE edwards25519[] = { 0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
	'd', 's', '2', '5', '5', '1', '9' };

static const struct ca_kind kinds[] = {
	{ CA_KEY_RSA, CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA", NULL, NULL, 0,
	    0 },
	{ CA_KEY_P256, CKK_EC, CKM_EC_KEY_PAIR_GEN, "EC", "prime256v1", p256,
	    sizeof(p256), 32 },
	{ CA_KEY_P384, CKK_EC, CKM_EC_KEY_PAIR_GEN, "EC", "secp384r1", p384,
	    sizeof(p384), 48 },
	{ CA_KEY_P521, CKK_EC, CKM_EC_KEY_PAIR_GEN, "EC", "secp521r1", p521,
	    sizeof(p521), 66 },
	{ CA_KEY_ED25519, CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN,
	    "ED25519", NULL, ed25519, sizeof(ed25519), 32 },
	{ CA_KEY_ED25519, CKK_EC_EDWARDS, CKM_EC_EDWARDS_KEY_PAIR_GEN,
	    "ED25519", NULL, edwards25519, sizeof(edwards25519), 32 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct ca_kind *
ca_kind_find(enum ca_key_kind kind)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

const struct ca_kind *
ca_kind_next(const struct ca_kind *row)
{
	return row < &kinds[KINDS - 1] && row[1].kind == row->kind ? row + 1
								   : NULL;
}

static const struct ca_kind *
kind_by_params(CK_KEY_TYPE type, const struct ca_bytes *params)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (kinds[i].key_type == type &&
		    (kinds[i].params == NULL ||
			(kinds[i].params_len == params->len &&
			    memcmp(kinds[i].params, params->data,
				params->len) == 0)))
			return &kinds[i];
	return NULL;
}

static const struct ca_kind *
kind_by_key(const EVP_PKEY *key)
{
	char group[GROUP_NAME_SIZE] = "";
	size_t i, len;

	(void)EVP_PKEY_get_group_name(key, group, sizeof(group), &len);
	for (i = 0; i < KINDS; i++)
		if (EVP_PKEY_is_a(key, kinds[i].algorithm) &&
		    (kinds[i].group == NULL ||
			strcmp(kinds[i].group, group) == 0))
			return &kinds[i];
	return NULL;
}

static enum ca_code
fail_key(const struct ca_token *token, const char *fault, struct ca_error *err)
{
	return ca_fail(err, CA_ERR_TOKEN, "%s: a public key: %s", token->name,
	    fault);
}

/* A software key of ALGORITHM from the public values in BUILD. */
static enum ca_code
import_key(const struct ca_token *token, const char *algorithm,
    OSSL_PARAM_BLD *build, EVP_PKEY **ret_key, struct ca_error *err)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;
	enum ca_code rc = CA_OK;

	if (params == NULL || ctx == NULL)
		rc = ca_fail_memory(err);
	else if (EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		rc = fail_key(token, "its values make no key", err);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	if (rc == CA_OK)
		*ret_key = key;
	return rc;
}

static enum ca_code
read_rsa(struct ca_token *token, CK_OBJECT_HANDLE object, EVP_PKEY **ret_key,
    struct ca_error *err)
{
	struct ca_bytes modulus = { NULL, 0 }, exponent = { NULL, 0 };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = NULL, *e = NULL;
	enum ca_code rc;

	rc = ca_attribute_read(token, object, CKA_MODULUS, CA_NUMBER_MAX,
	    &modulus, err);
	if (rc == CA_OK)
		rc = ca_attribute_read(token, object, CKA_PUBLIC_EXPONENT,
		    CA_NUMBER_MAX, &exponent, err);
	if (rc != CA_OK)
		goto out;
	if (modulus.len == 0 || exponent.len == 0) {
		rc =
		    fail_key(token, "the token does not tell its modulus", err);
		goto out;
	}
	n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
	e = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
	if (build == NULL || n == NULL || e == NULL ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e)) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = import_key(token, "RSA", build, ret_key, err);
out:
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(build);
	ca_bytes_free(&modulus);
	ca_bytes_free(&exponent);
	return rc;
}

/*
 * CKA_EC_POINT is the DER of an OCTET STRING (PKCS#11 2.40, section 2.3.3);
 * some tokens give its content alone, which begins with the same byte.
 */
static bool
unwrap_point(const struct ca_kind *kind, const struct ca_bytes *value,
    const uint8_t **ret, size_t *ret_len)
{
	const unsigned char *p = value->data;
	size_t bare = kind->group == NULL ? kind->field : 2 * kind->field + 1;
	int tag, class, flags;
	long len;

	*ret = value->data;
	*ret_len = value->len;
	if (value->len == bare)
		return true;
	flags = ASN1_get_object(&p, &len, &tag, &class, (long)value->len);
	*ret = p;
	*ret_len = (size_t)len;
	return flags == 0 && tag == V_ASN1_OCTET_STRING &&
	    class == V_ASN1_UNIVERSAL && p + len == value->data + value->len;
}

static enum ca_code
read_point(struct ca_token *token, CK_OBJECT_HANDLE object,
    const struct ca_kind *kind, EVP_PKEY **ret_key, struct ca_error *err)
{
	struct ca_bytes value = { NULL, 0 };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	const uint8_t *point;
	size_t len;
	enum ca_code rc;

	rc = ca_attribute_read(token, object, CKA_EC_POINT, CA_POINT_MAX,
	    &value, err);
	if (rc != CA_OK)
		goto out;
	if (value.len == 0 || !unwrap_point(kind, &value, &point, &len)) {
		rc = fail_key(token, "the token does not tell its point", err);
		goto out;
	}
	if (build == NULL ||
	    (kind->group != NULL &&
		!OSSL_PARAM_BLD_push_utf8_string(build,
		    OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0)) ||
	    !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
		point, len)) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = import_key(token, kind->algorithm, build, ret_key, err);
out:
	OSSL_PARAM_BLD_free(build);
	ca_bytes_free(&value);
	return rc;
}

enum ca_code
ca_public_key_read(struct ca_token *token, CK_OBJECT_HANDLE object,
    EVP_PKEY **ret_key, enum ca_key_kind *ret_kind, struct ca_error *err)
{
	struct ca_bytes type = { NULL, 0 }, params = { NULL, 0 };
	const struct ca_kind *kind = NULL;
	CK_KEY_TYPE key_type;
	enum ca_code rc;

	rc = ca_attribute_read(token, object, CKA_KEY_TYPE, sizeof(key_type),
	    &type, err);
	if (rc == CA_OK)
		rc = ca_attribute_read(token, object, CKA_EC_PARAMS,
		    CA_POINT_MAX, &params, err);
	if (rc == CA_OK && type.len == sizeof(key_type)) {
		memcpy(&key_type, type.data, sizeof(key_type));
		kind = kind_by_params(key_type, &params);
	}
	if (rc == CA_OK && kind == NULL)
		rc =
		    fail_key(token, "not a kind of key that coldca knows", err);
	if (rc == CA_OK && kind != NULL) {
		rc = kind->kind == CA_KEY_RSA
		    ? read_rsa(token, object, ret_key, err)
		    : read_point(token, object, kind, ret_key, err);
		if (rc == CA_OK)
			*ret_kind = kind->kind;
	}
	ERR_clear_error();
	ca_bytes_free(&type);
	ca_bytes_free(&params);
	return rc;
}

static enum ca_code
read_certificate(struct ca_token *token, CK_OBJECT_HANDLE object,
    EVP_PKEY **ret_key, enum ca_key_kind *ret_kind, struct ca_error *err)
{
	struct ca_bytes value = { NULL, 0 };
	const struct ca_kind *kind;
	const unsigned char *p;
	X509 *certificate;
	EVP_PKEY *key;
	enum ca_code rc;

	rc = ca_attribute_read(token, object, CKA_VALUE, CA_VALUE_MAX, &value,
	    err);
	if (rc != CA_OK)
		return rc;
	p = value.data;
	certificate =
	    value.len == 0 ? NULL : d2i_X509(NULL, &p, (long)value.len);
	key = certificate == NULL ? NULL : X509_get_pubkey(certificate);
	kind = key == NULL ? NULL : kind_by_key(key);
	if (kind == NULL) {
		EVP_PKEY_free(key);
		rc = fail_key(token, "its certificate can not be read", err);
	} else {
		*ret_key = key;
		*ret_kind = kind->kind;
	}
	X509_free(certificate);
	ca_bytes_free(&value);
	ERR_clear_error();
	return rc;
}

static const struct source {
	CK_OBJECT_CLASS class;
	enum ca_code (*read)(struct ca_token *token, CK_OBJECT_HANDLE object,
	    EVP_PKEY **ret_key, enum ca_key_kind *ret_kind,
	    struct ca_error *err);
} sources[] = {
	{ CKO_PUBLIC_KEY, ca_public_key_read },
	{ CKO_CERTIFICATE, read_certificate }, /* many cards have only this */
};

/* Reads every object in FOUND; all must hold the same key. */
static enum ca_code
read_all(struct ca_token *token, const struct source *source,
    const struct ca_objects *found, EVP_PKEY **ret_key,
    enum ca_key_kind *ret_kind, struct ca_error *err)
{
	EVP_PKEY *key = NULL, *other = NULL;
	enum ca_key_kind kind = CA_KEY_KINDS;
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < found->count && rc == CA_OK; i++) {
		rc = source->read(token, found->item[i], &other, &kind, err);
		if (rc != CA_OK)
			break;
		if (key != NULL && EVP_PKEY_eq(key, other) != 1)
			rc = fail_key(token, "another one has the same CKA_ID",
			    err);
		EVP_PKEY_free(key);
		key = other;
		other = NULL;
	}
	if (rc != CA_OK) {
		EVP_PKEY_free(key);
		return rc;
	}
	*ret_key = key;
	*ret_kind = kind;
	return CA_OK;
}

enum ca_code
ca_public_key_find(struct ca_token *token, const uint8_t *id, size_t len,
    EVP_PKEY **ret_key, enum ca_key_kind *ret_kind, struct ca_error *err)
{
	struct ca_objects found = { NULL, 0 };
	CK_ATTRIBUTE template[2];
	enum ca_code rc;
	size_t i;

	/* An empty id would pair keys that have nothing to do with each other. */
	if (len == 0)
		return fail_key(token, "its private key has no CKA_ID", err);
	template[1] = ca_attribute(CKA_ID, id, len);
	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		template[0] = ca_attribute(CKA_CLASS, &sources[i].class,
		    sizeof(sources[i].class));
		rc = ca_objects_find(token, template, 2, &found, err);
		if (rc == CA_OK && found.count > 0)
			rc = read_all(token, &sources[i], &found, ret_key,
			    ret_kind, err);
		free(found.item);
		if (rc != CA_OK || found.count > 0)
			return rc;
		found.item = NULL;
	}
	return fail_key(token,
	    "neither it nor a certificate has the private key's CKA_ID", err);
}
