/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define GROUP_NAME_SIZE 64 /* bytes of a curve's name, with the NUL */
#define FORMAT_SIZE 32     /* bytes of a word of OpenSSL's, with the NUL */

/*
 * RSA exponents: SP 800-89 section 5.3.3 from below; from above what Go's
 * crypto/rsa, and so CockroachDB, can read.
 */
#define RSA_EXPONENT_MIN 65537
#define RSA_EXPONENT_BITS_MAX 31

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

static enum ca_code
find_kind(EVP_PKEY *key, enum ca_key_kind *ret_kind, struct ca_error *err)
{
	int type = EVP_PKEY_get_base_id(key);
	const char *word = EVP_PKEY_get0_type_name(key);
	char group[GROUP_NAME_SIZE] = "";

	if (type == EVP_PKEY_EC) {
		if (has_explicit_parameters(key))
			return ca_fail(err, CA_ERR_POLICY,
			    "key: RFC 5480 section 2.1.1: the curve is given by explicit parameters, not by its name");
		if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) !=
		    1)
			group[0] = '\0';
		word = group[0] != '\0' ? group : "an unnamed curve";
	}
	for (size_t i = 0; i < CA_KEY_KINDS; i++) {
		if (kinds[i].type == type &&
		    (kinds[i].group == NULL ||
			strcmp(kinds[i].group, group) == 0)) {
			*ret_kind = (enum ca_key_kind)i;
			return CA_OK;
		}
	}
	(void)ca_fail(err, CA_ERR_POLICY,
	    "key: %s is not a kind of key that coldca certifies",
	    word != NULL ? word : "its algorithm");
	ca_hint(err, "kinds of key are rsa, p256, p384, p521 and ed25519");
	return CA_ERR_POLICY;
}

enum ca_code
ca_key_describe(EVP_PKEY *key, struct ca_key_info *ret_info,
    struct ca_error *err)
{
	struct ca_key_info info = { 0 };
	unsigned char *spki = NULL;
	int len = 0, bits = EVP_PKEY_get_bits(key);
	enum ca_code rc = find_kind(key, &info.kind, err);

	if (rc != CA_OK)
		goto out;
	len = i2d_PUBKEY(key, &spki);
	if (len <= 0 || bits <= 0 ||
	    EVP_Digest(spki, (size_t)len, info.spki_sha256, NULL, EVP_sha256(),
		NULL) != 1) {
		rc = ca_fail(err, CA_ERR_INTERNAL, "key: can not be encoded");
		goto out;
	}
	info.bits = (unsigned)bits;
	*ret_info = info;
out:
	OPENSSL_free(spki);
	ERR_clear_error();
	return rc;
}

static void
check_exponent(EVP_PKEY *key, struct ca_findings *findings)
{
	BIGNUM *e = NULL;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: the RSA exponent can not be read");
	else if (!BN_is_odd(e) || BN_num_bits(e) < 17)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: SP 800-89 section 5.3.3: the RSA exponent is even or less than %d",
		    RSA_EXPONENT_MIN);
	else if (BN_num_bits(e) > RSA_EXPONENT_BITS_MAX)
		ca_findings_add(findings, "key-rsa-exponent", CA_ERR_POLICY,
		    "key: the RSA exponent has over %d bits, more than CockroachDB can read",
		    RSA_EXPONENT_BITS_MAX);
	BN_free(e);
}

/* Whether OpenSSL's own validation of public keys finds no fault with KEY. */
static bool
is_valid_public(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	bool valid = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return valid;
}

static void
check_rsa(EVP_PKEY *key, struct ca_findings *findings)
{
	int bits = EVP_PKEY_get_bits(key);

	check_exponent(key, findings);
	if (bits < CA_RSA_BITS_MIN)
		ca_findings_add(findings, "key-rsa-size", CA_ERR_POLICY,
		    "key: SP 800-131A section 3: an RSA modulus of %d bits, less than %d",
		    bits, CA_RSA_BITS_MIN);
	else if (bits > CA_RSA_BITS_MAX)
		ca_findings_add(findings, "key-rsa-size", CA_ERR_POLICY,
		    "key: an RSA modulus of %d bits, more than %d", bits,
		    CA_RSA_BITS_MAX);
	else if (!is_valid_public(key))
		ca_findings_add(findings, "key-rsa-modulus", CA_ERR_POLICY,
		    "key: SP 800-89 section 5.3.3: the RSA modulus is even, a prime, a power of one, or has a small factor");
}

static void
check_ec(EVP_PKEY *key, struct ca_findings *findings)
{
	char format[FORMAT_SIZE] = "";

	if (EVP_PKEY_get_utf8_string_param(key,
		OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, format,
		sizeof(format), NULL) != 1 ||
	    strcmp(format, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) !=
		0)
		ca_findings_add(findings, "key-ec-format", CA_ERR_POLICY,
		    "key: RFC 5480 section 2.2: the point is not in the uncompressed form, and CockroachDB can read no other");
	if (!is_valid_public(key))
		ca_findings_add(findings, "key-ec-point", CA_ERR_POLICY,
		    "key: SP 800-56A section 5.6.2.3.3: not a valid point of its curve");
}

void
ca_key_check(EVP_PKEY *key, struct ca_findings *findings)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		check_rsa(key, findings);
		break;
	case EVP_PKEY_EC:
		check_ec(key, findings);
		break;
	}
	ERR_clear_error();
}
