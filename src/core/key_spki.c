/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a request, in the one encoding of its kind. */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "core/asn1_text.h"
#include "core/der.h"
#include "core/der_check.h"
#include "core/key_check.h"

/* What an AlgorithmIdentifier (RFC 5280 section 4.1.1.2) of a key says. */
struct spki {
	const uint8_t *bits; /* of the subjectPublicKey */
	int len;
	const ASN1_OBJECT *algorithm;
	int nid;  /* of the algorithm */
	int type; /* of its parameters, V_ASN1_ */
	const void *parameters;
};

static bool
read_parts(X509_PUBKEY *pub, struct spki *ret)
{
	ASN1_OBJECT *object = NULL;
	X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *named;

	if (X509_PUBKEY_get0_param(&object, &ret->bits, &ret->len, &algorithm,
		pub) != 1)
		return false;
	X509_ALGOR_get0(&named, &ret->type, &ret->parameters, algorithm);
	ret->algorithm = named;
	ret->nid = OBJ_obj2nid(named);
	return true;
}

static enum ca_code
refuse_encoding(const char *what, struct ca_error *err)
{
	return ca_fail_rule(err, CA_ERR_INPUT, "key-encoding", "key: %s", what);
}

static enum ca_code
refuse_kind(const ASN1_OBJECT *object, const char *more, struct ca_error *err)
{
	char word[CA_OBJECT_TEXT_SIZE];

	ca_asn1_object_text(object, word);
	(void)ca_fail_rule(err, CA_ERR_POLICY, "key-kind",
	    "key: %s is not a kind of key that coldca certifies%s", word, more);
	ca_hint(err, "kinds of key are rsa, p256, p384, p521 and ed25519");
	return CA_ERR_POLICY;
}

/* RFC 5480 section 2.1.1: namedCurve, and nothing else. */
static enum ca_code
check_curve(const struct spki *spki, struct ca_error *err)
{
	static const int curves[] = { NID_X9_62_prime256v1, NID_secp384r1,
		NID_secp521r1 };
	int nid;

	if (spki->type != V_ASN1_OBJECT)
		return ca_fail_rule(err, CA_ERR_POLICY, "key-ec-parameters",
		    "key: RFC 5480 section 2.1.1: the curve is given by explicit parameters, or not at all, and not by its name");
	nid = OBJ_obj2nid(spki->parameters);
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (curves[i] == nid)
			return CA_OK;
	return refuse_kind(spki->parameters, "", err);
}

/* One INTEGER that is not negative. */
static bool
is_natural(const uint8_t **next, const uint8_t *end, struct ca_error *err)
{
	struct ca_der_element element = { 0 };

	return ca_der_next(next, end, &element, err) == CA_OK &&
	    element.tag == CA_DER_INTEGER && (element.content[0] & 0x80) == 0;
}

/* RFC 3279 section 2.3.1: NULL parameters; RFC 8017 appendix A.1.1. */
static enum ca_code
check_rsa(const struct spki *spki, struct ca_error *err)
{
	const uint8_t *next = spki->bits, *end = next + spki->len;
	struct ca_der_element key = { 0 };
	struct ca_error ignored;

	if (spki->type != V_ASN1_NULL)
		return refuse_encoding(
		    "RFC 3279 section 2.3.1: the parameters of an RSA key are not NULL",
		    err);
	if (ca_der_check(spki->bits, (size_t)spki->len, &ignored) != CA_OK ||
	    ca_der_next(&next, end, &key, &ignored) != CA_OK)
		return refuse_encoding(
		    "RFC 8017 appendix A.1.1: the RSAPublicKey is not in DER",
		    err);
	next = key.content;
	end = next + key.len;
	if (key.tag != CA_DER_SEQUENCE || !is_natural(&next, end, &ignored) ||
	    !is_natural(&next, end, &ignored) || next != end)
		return refuse_encoding(
		    "RFC 8017 appendix A.1.1: the RSAPublicKey is not modulus and exponent",
		    err);
	return CA_OK;
}

/* RFC 8410 sections 3 and 4. */
static enum ca_code
check_ed25519(const struct spki *spki, struct ca_error *err)
{
	if (spki->type != V_ASN1_UNDEF)
		return refuse_encoding(
		    "RFC 8410 section 3: an Ed25519 key has parameters", err);
	if (spki->len != CA_ED25519_SIZE)
		return refuse_encoding(
		    "RFC 8410 section 4: an Ed25519 key is not of 32 octets",
		    err);
	if (ca_ed25519_judge(spki->bits) == CA_ED25519_NO_POINT)
		return ca_fail_rule(err, CA_ERR_INPUT, "key-ed25519-point",
		    "key: RFC 8032 section 5.1.3: not a point of the curve");
	return CA_OK;
}

/* RFC 4055 section 1.2: such a key signs by RSASSA-PSS only. */
static enum ca_code
refuse_pss(const struct spki *spki, struct ca_error *err)
{
	return refuse_kind(spki->algorithm,
	    ": neither CockroachDB nor its clients can load one", err);
}

static const struct {
	int nid;
	enum ca_code (*check)(const struct spki *spki, struct ca_error *err);
} checks[] = {
	{ NID_rsaEncryption, check_rsa },
	{ NID_rsassaPss, refuse_pss },
	{ NID_X9_62_id_ecPublicKey, check_curve },
	{ NID_ED25519, check_ed25519 },
};

static enum ca_code
check(const struct spki *spki, struct ca_error *err)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].nid == spki->nid)
			return checks[i].check(spki, err);
	return refuse_kind(spki->algorithm, "", err);
}

static enum ca_code
refuse_unreadable(const struct spki *spki, struct ca_error *err)
{
	if (spki->nid == NID_X9_62_id_ecPublicKey)
		return ca_fail_rule(err, CA_ERR_INPUT, "key-ec-point",
		    "key: SEC 1 section 2.3.4: not a point of its curve");
	return refuse_encoding("the public key can not be read", err);
}

enum ca_code
ca_key_read_spki(X509_PUBKEY *pub, const uint8_t *der, size_t len,
    EVP_PKEY **ret_key, struct ca_key_info *ret_info, struct ca_error *err)
{
	struct ca_key_info info = { 0 };
	struct spki spki = { 0 };
	EVP_PKEY *key;
	int bits;
	enum ca_code rc;

	if (!read_parts(pub, &spki))
		return refuse_encoding("the public key can not be read", err);
	rc = check(&spki, err);
	if (rc != CA_OK)
		return rc;
	key = X509_PUBKEY_get0(pub);
	if (key == NULL)
		return refuse_unreadable(&spki, err);
	rc = ca_key_find_kind(key, &info.kind, err);
	if (rc != CA_OK)
		return rc;
	bits = EVP_PKEY_get_bits(key);
	if (bits <= 0 ||
	    EVP_Digest(der, len, info.spki_sha256, NULL, EVP_sha256(), NULL) !=
		1)
		return ca_fail_memory(err);
	info.bits = (unsigned)bits;
	*ret_key = key;
	*ret_info = info;
	return CA_OK;
}
