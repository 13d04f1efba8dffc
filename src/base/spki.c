/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spki.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#define NAME_SIZE 64 /* bytes, longer than any name that is asked for */

/* The public key as it stands in the BIT STRING; *RET is new. */
static bool
read_public(const EVP_PKEY *key, unsigned char **ret, size_t *ret_len)
{
	unsigned char *octets;
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, NULL,
		0, &len) != 1 ||
	    (octets = OPENSSL_malloc(len)) == NULL)
		return false;
	if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
		octets, len, &len) != 1) {
		OPENSSL_free(octets);
		return false;
	}
	*ret = octets;
	*ret_len = len;
	return true;
}

/* The OIDs of KEY: its algorithm, and the curve. False: it has none for us. */
static bool
find_oids(const EVP_PKEY *key, int *ret_algorithm, int *ret_curve)
{
	char name[NAME_SIZE], encoding[NAME_SIZE];

	*ret_curve = NID_undef;
	*ret_algorithm = NID_ED25519;
	if (EVP_PKEY_is_a(key, SN_ED25519))
		return true;
	*ret_algorithm = NID_X9_62_id_ecPublicKey;
	if (!EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
		encoding, sizeof(encoding), NULL) != 1 ||
	    strcmp(encoding, OSSL_PKEY_EC_ENCODING_GROUP) != 0 ||
	    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME,
		name, sizeof(name), NULL) != 1)
		return false;
	*ret_curve = OBJ_txt2nid(name);
	return *ret_curve != NID_undef;
}

/* Returns the length, as i2d_PUBKEY() does; 0 or less: it failed. */
static int
encode(const EVP_PKEY *key, unsigned char **ret)
{
	X509_PUBKEY *spki = NULL;
	unsigned char *octets = NULL;
	size_t octets_len = 0;
	int algorithm, curve, len = -1;

	if (EVP_PKEY_get0_provider(key) == NULL ||
	    !find_oids(key, &algorithm, &curve) ||
	    !read_public(key, &octets, &octets_len))
		return i2d_PUBKEY(key, ret);
	spki = X509_PUBKEY_new();
	if (spki != NULL &&
	    X509_PUBKEY_set0_param(spki, OBJ_nid2obj(algorithm),
		curve == NID_undef ? V_ASN1_UNDEF : V_ASN1_OBJECT,
		curve == NID_undef ? NULL : OBJ_nid2obj(curve), octets,
		(int)octets_len) == 1) {
		octets = NULL;
		len = i2d_X509_PUBKEY(spki, ret);
	}
	OPENSSL_free(octets);
	X509_PUBKEY_free(spki);
	return len;
}

enum ca_code
ca_spki_encode(const EVP_PKEY *key, struct ca_bytes *ret_der,
    struct ca_error *err)
{
	struct ca_bytes bytes = { NULL, 0 };
	unsigned char *der = NULL;
	int len = encode(key, &der);
	enum ca_code rc;

	ERR_clear_error();
	rc = len > 0 ? ca_bytes_append(&bytes, der, (size_t)len, err)
		     : ca_fail(err, CA_ERR_INTERNAL, "key: can not be encoded");
	OPENSSL_free(der);
	if (rc == CA_OK)
		*ret_der = bytes;
	return rc;
}
