/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/digest.h"
#include "base/spki.h"
#include "core/key_check.h"

#define GROUP_NAME_SIZE 64 /* bytes of a curve's name, with the NUL */
#define FORMAT_SIZE 32     /* bytes of a word of OpenSSL's, with the NUL */

/* What OpenSSL calls each kind of key. */
static const struct kind {
	const char *word;
	const char *group; /* of EC keys */
	int type;          /* EVP_PKEY_ number */
	bool enciphers;
} kinds[CA_KEY_KINDS] = {
	[CA_KEY_RSA] = { "rsa", NULL, EVP_PKEY_RSA, true },
	[CA_KEY_P256] = { "p256", SN_X9_62_prime256v1, EVP_PKEY_EC, false },
	[CA_KEY_P384] = { "p384", SN_secp384r1, EVP_PKEY_EC, false },
	[CA_KEY_P521] = { "p521", SN_secp521r1, EVP_PKEY_EC, false },
	[CA_KEY_ED25519] = { "ed25519", NULL, EVP_PKEY_ED25519, false },
};

const char *
ca_key_kind_name(enum ca_key_kind kind)
{
	return kinds[kind].word;
}

bool
ca_key_kind_parse(const char *word, enum ca_key_kind *ret_kind)
{
	for (size_t i = 0; i < CA_KEY_KINDS; i++) {
		if (strcmp(kinds[i].word, word) == 0) {
			*ret_kind = (enum ca_key_kind)i;
			return true;
		}
	}
	return false;
}

bool
ca_key_kind_enciphers(enum ca_key_kind kind)
{
	return kinds[kind].enciphers;
}

/* RFC 5480 section 2.1.1: only namedCurve may be used. */
static bool
has_explicit_parameters(EVP_PKEY *key)
{
	char encoding[FORMAT_SIZE] = "";

	(void)EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
	    encoding, sizeof(encoding), NULL);
	return strcmp(encoding, OSSL_PKEY_EC_ENCODING_EXPLICIT) == 0;
}

enum ca_code
ca_key_find_kind(EVP_PKEY *key, enum ca_key_kind *ret_kind,
    struct ca_error *err)
{
	int type = EVP_PKEY_get_base_id(key);
	const char *word = EVP_PKEY_get0_type_name(key);
	char group[GROUP_NAME_SIZE] = "";

	if (type == EVP_PKEY_EC) {
		if (has_explicit_parameters(key))
			return ca_fail_rule(err, CA_ERR_POLICY,
			    "key-ec-parameters",
			    "key: RFC 5480 section 2.1.1: the curve is given by explicit parameters, not by its name");
		(void)EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
		word = group;
	}
	for (size_t i = 0; i < CA_KEY_KINDS; i++) {
		if (kinds[i].type == type &&
		    (kinds[i].group == NULL ||
			strcmp(kinds[i].group, group) == 0)) {
			*ret_kind = (enum ca_key_kind)i;
			return CA_OK;
		}
	}
	(void)ca_fail_rule(err, CA_ERR_POLICY, "key-kind",
	    "key: %s is not a kind of key that coldca certifies",
	    word != NULL ? word : "its algorithm");
	ca_hint(err, "kinds of key are rsa, p256, p384, p521 and ed25519");
	return CA_ERR_POLICY;
}

enum ca_code
ca_key_describe_spki(EVP_PKEY *key, const uint8_t *der, size_t len,
    struct ca_key_info *ret_info, struct ca_error *err)
{
	struct ca_key_info info = { 0 };
	int bits = EVP_PKEY_get_bits(key);
	enum ca_code rc = ca_key_find_kind(key, &info.kind, err);

	if (rc != CA_OK)
		return rc;
	if (bits <= 0 || !ca_sha256_of(der, len, info.spki_sha256))
		return ca_fail(err, CA_ERR_INTERNAL, "key: can not be encoded");
	info.bits = (unsigned)bits;
	*ret_info = info;
	return CA_OK;
}

enum ca_code
ca_key_describe(EVP_PKEY *key, struct ca_key_info *ret_info,
    struct ca_error *err)
{
	enum ca_key_kind kind;
	struct ca_bytes spki = { NULL, 0 };
	enum ca_code rc = ca_key_find_kind(key, &kind, err);

	if (rc == CA_OK)
		rc = ca_spki_encode(key, &spki, err);
	if (rc == CA_OK)
		rc = ca_key_describe_spki(key, spki.data, spki.len, ret_info,
		    err);
	ca_bytes_free(&spki);
	ERR_clear_error();
	return rc;
}

void
ca_key_check(EVP_PKEY *key, struct ca_findings *findings)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		ca_key_check_rsa(key, findings);
		break;
	case EVP_PKEY_EC:
		ca_key_check_ec(key, findings);
		break;
	case EVP_PKEY_ED25519:
		ca_key_check_ed25519(key, findings);
		break;
	}
	ERR_clear_error();
}
