/* SPDX-License-Identifier: Apache-2.0 */
#include "token/spki.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#define UNCOMPRESSED 0x04 /* SEC 1 section 2.3.3 */
#define POINT_MAX ((size_t)133)
#define HEAD_MAX 26
#define GROUP_NAME_SIZE 64 /* bytes, longer than any curve's name of ours */

/* All of the DER before the point: RFC 5480 section 2. */
static const struct {
	const char *group;
	size_t point; /* bytes of it */
	size_t head_len;
	uint8_t head[HEAD_MAX];
} curves[] = {
	{ "prime256v1", 65, 26,
	    { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
		0x01, 0x07, 0x03, 0x42, 0x00 } },
	{ "secp384r1", 97, 23,
	    { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03,
		0x62, 0x00 } },
	{ "secp521r1", 133, 25,
	    { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23,
		0x03, 0x81, 0x86, 0x00 } },
};

/* False: not a key on one of these curves that tells its point. */
static bool
encode(const EVP_PKEY *key, struct ca_bytes *der)
{
	unsigned char point[POINT_MAX];
	char group[GROUP_NAME_SIZE] = "";
	size_t len = 0, i = 0;
	struct ca_error ignored;

	if (!EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1)
		return false;
	while (i < sizeof(curves) / sizeof(curves[0]) &&
	    strcmp(curves[i].group, group) != 0)
		i++;
	if (i == sizeof(curves) / sizeof(curves[0]) ||
	    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
		sizeof(point), &len) != 1 ||
	    len != curves[i].point || point[0] != UNCOMPRESSED)
		return false;
	return ca_bytes_append(der, curves[i].head, curves[i].head_len,
		   &ignored) == CA_OK &&
	    ca_bytes_append(der, point, len, &ignored) == CA_OK;
}

/*
 * OpenSSL looks through all encoders that there are for the one of a key: that
 * takes as long as a signature does.
 */
enum ca_code
ca_spki_of_key(const EVP_PKEY *key, struct ca_bytes *ret, struct ca_error *err)
{
	unsigned char *spki = NULL;
	struct ca_bytes der = { NULL, 0 };
	enum ca_code rc = CA_OK;
	int len;

	if (!encode(key, &der)) {
		ca_bytes_free(&der);
		len = i2d_PUBKEY(key, &spki);
		if (len > 0)
			rc = ca_bytes_append(&der, spki, (size_t)len, err);
		else
			rc = ca_fail_memory(err);
		OPENSSL_free(spki);
	}
	ERR_clear_error();
	if (rc == CA_OK)
		*ret = der;
	return rc;
}
