/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a request, in the one encoding of its kind. */
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "core/asn1_text.h"
#include "core/csr_parts.h"
#include "core/der.h"
#include "core/der_check.h"
#include "core/key_check.h"

/* A curve, and a key without a point, of which those on it are copies. */
struct curve {
	int nid;
	EVP_PKEY *parameters; /* NULL: for want of memory */
};

/* What a SubjectPublicKeyInfo (RFC 5280 section 4.1) says. Borrowed. */
struct spki {
	const struct ca_der_element *whole;
	const uint8_t *bits; /* of the subjectPublicKey */
	size_t len;
	const ASN1_OBJECT *algorithm;
	int nid;  /* of the algorithm */
	int type; /* of its parameters, V_ASN1_ */
	const void *parameters;
	const struct curve *curve;               /* of EC keys */
	struct ca_der_element modulus, exponent; /* of RSA keys */
};

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

static struct curve curves[] = {
	{ .nid = NID_X9_62_prime256v1 },
	{ .nid = NID_secp384r1 },
	{ .nid = NID_secp521r1 },
};

/* RFC 5480 section 2.1.1: namedCurve, and nothing else. */
static enum ca_code
check_curve(struct spki *spki, struct ca_error *err)
{
	int nid;

	if (spki->type != V_ASN1_OBJECT)
		return ca_fail_rule(err, CA_ERR_POLICY, "key-ec-parameters",
		    "key: RFC 5480 section 2.1.1: the curve is given by explicit parameters, or not at all, and not by its name");
	nid = OBJ_obj2nid(spki->parameters);
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (curves[i].nid == nid) {
			spki->curve = &curves[i];
			return CA_OK;
		}
	return refuse_kind(spki->parameters, "", err);
}

/* One INTEGER that is not negative. */
static bool
is_natural(const uint8_t **next, const uint8_t *end, struct ca_der_element *ret,
    struct ca_error *err)
{
	return ca_der_next(next, end, ret, err) == CA_OK &&
	    ret->tag == CA_DER_INTEGER && (ret->content[0] & 0x80) == 0;
}

/* RFC 3279 section 2.3.1: NULL parameters; RFC 8017 appendix A.1.1. */
static enum ca_code
check_rsa(struct spki *spki, struct ca_error *err)
{
	const uint8_t *next = spki->bits, *end = next + spki->len;
	struct ca_der_element key = { 0 };
	struct ca_error ignored;

	if (spki->type != V_ASN1_NULL)
		return refuse_encoding(
		    "RFC 3279 section 2.3.1: the parameters of an RSA key are not NULL",
		    err);
	if (ca_der_check(spki->bits, spki->len, &ignored) != CA_OK ||
	    ca_der_next(&next, end, &key, &ignored) != CA_OK)
		return refuse_encoding(
		    "RFC 8017 appendix A.1.1: the RSAPublicKey is not in DER",
		    err);
	next = key.content;
	end = next + key.len;
	if (key.tag != CA_DER_SEQUENCE ||
	    !is_natural(&next, end, &spki->modulus, &ignored) ||
	    !is_natural(&next, end, &spki->exponent, &ignored) || next != end)
		return refuse_encoding(
		    "RFC 8017 appendix A.1.1: the RSAPublicKey is not modulus and exponent",
		    err);
	return CA_OK;
}

/* RFC 8410 sections 3 and 4. */
static enum ca_code
check_ed25519(struct spki *spki, struct ca_error *err)
{
	if (spki->type != V_ASN1_UNDEF)
		return refuse_encoding(
		    "RFC 8410 section 3: an Ed25519 key has parameters", err);
	if (spki->len != CA_ED25519_SIZE)
		return refuse_encoding(
		    "RFC 8410 section 4: an Ed25519 key is not of 32 octets",
		    err);
	return CA_OK;
}

/* RFC 4055 section 1.2: such a key signs by RSASSA-PSS only. */
static enum ca_code
refuse_pss(struct spki *spki, struct ca_error *err)
{
	return refuse_kind(spki->algorithm,
	    ": neither CockroachDB nor its clients can load one", err);
}

static const struct {
	int nid;
	enum ca_code (*check)(struct spki *spki, struct ca_error *err);
} checks[] = {
	{ NID_rsaEncryption, check_rsa },
	{ NID_rsassaPss, refuse_pss },
	{ NID_X9_62_id_ecPublicKey, check_curve },
	{ NID_ED25519, check_ed25519 },
};

static enum ca_code
check(struct spki *spki, struct ca_error *err)
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

/*
 * A key of OpenSSL's TYPE, without its decoders: they try all that there are,
 * for longer than a signature takes to verify. NULL: it is none.
 */
static EVP_PKEY *
make_of(const char *type, int selection, OSSL_PARAM_BLD *builder)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *key = NULL;

	if (context == NULL || params == NULL ||
	    EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, selection, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
make_curves(void)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();

		if (builder != NULL &&
		    OSSL_PARAM_BLD_push_utf8_string(builder,
			OSSL_PKEY_PARAM_GROUP_NAME, OBJ_nid2sn(curves[i].nid),
			0) == 1)
			curves[i].parameters =
			    make_of("EC", EVP_PKEY_KEY_PARAMETERS, builder);
		OSSL_PARAM_BLD_free(builder);
	}
}

/*
 * A point in the one form that is certified. To make a curve from its name takes
 * OpenSSL four times as long as to copy one.
 */
static EVP_PKEY *
make_point(const struct curve *curve, const uint8_t *point, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	EVP_PKEY *key = NULL;

	/* A copy of NULL is NULL. */
	if (pthread_once(&once, make_curves) == 0)
		key = EVP_PKEY_dup(curve->parameters);
	if (key != NULL &&
	    EVP_PKEY_set1_encoded_public_key(key, point, len) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* A key that check_rsa() has found good. */
static EVP_PKEY *
make_rsa(const struct spki *spki)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n =
	    BN_bin2bn(spki->modulus.content, (int)spki->modulus.len, NULL);
	BIGNUM *e =
	    BN_bin2bn(spki->exponent.content, (int)spki->exponent.len, NULL);
	EVP_PKEY *key = NULL;

	if (builder != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = make_of("RSA", EVP_PKEY_PUBLIC_KEY, builder);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *
make_key(const struct spki *spki)
{
	const unsigned char *next = spki->whole->whole;

	if (spki->nid == NID_X9_62_id_ecPublicKey && spki->len > 0 &&
	    spki->bits[0] == POINT_CONVERSION_UNCOMPRESSED)
		return make_point(spki->curve, spki->bits, spki->len);
	if (spki->nid == NID_rsaEncryption)
		return make_rsa(spki);
	return d2i_PUBKEY(NULL, &next, (long)spki->whole->whole_len);
}

/* Finds the algorithm and the octets of the key; *RET_ALGORITHM is new. */
static enum ca_code
read_parts(struct spki *spki, X509_ALGOR **ret_algorithm, struct ca_error *err)
{
	const uint8_t *next = spki->whole->content;
	const uint8_t *end = next + spki->whole->len;
	struct ca_der_element algorithm = { 0 }, bits = { 0 };
	const unsigned char *der;
	enum ca_code rc;

	rc = ca_der_next(&next, end, &algorithm, err);
	if (rc == CA_OK)
		rc = ca_der_next(&next, end, &bits, err);
	if (rc != CA_OK || next != end || bits.tag != CA_DER_BIT_STRING)
		return ca_csr_refuse_form(err);
	der = algorithm.whole;
	*ret_algorithm = d2i_X509_ALGOR(NULL, &der, (long)algorithm.whole_len);
	if (*ret_algorithm == NULL)
		return ca_csr_refuse_form(err);
	X509_ALGOR_get0(&spki->algorithm, &spki->type, &spki->parameters,
	    *ret_algorithm);
	spki->nid = OBJ_obj2nid(spki->algorithm);
	if (bits.content[0] != 0)
		return refuse_encoding(
		    "RFC 5280 section 4.1.2.7: a public key with unused bits",
		    err);
	spki->bits = bits.content + 1;
	spki->len = bits.len - 1;
	return CA_OK;
}

enum ca_code
ca_key_read_spki(const struct ca_der_element *whole, EVP_PKEY **ret_key,
    struct ca_key_info *ret_info, struct ca_error *err)
{
	struct spki spki = { .whole = whole };
	X509_ALGOR *algorithm = NULL;
	EVP_PKEY *key = NULL;
	enum ca_code rc;

	rc = read_parts(&spki, &algorithm, err);
	if (rc == CA_OK)
		rc = check(&spki, err);
	if (rc == CA_OK) {
		key = make_key(&spki);
		rc = key != NULL ? ca_key_describe_spki(key, whole->whole,
				       whole->whole_len, ret_info, err)
				 : refuse_unreadable(&spki, err);
	}
	X509_ALGOR_free(algorithm);
	if (rc == CA_OK)
		*ret_key = key;
	else
		EVP_PKEY_free(key);
	return rc;
}

/* The key in its one encoding. False: in another, or of another kind. */
static bool
read_plain(const uint8_t *der, size_t len, EVP_PKEY **ret_key,
    struct ca_key_info *ret_info)
{
	const uint8_t *next = der;
	struct ca_der_element spki = { 0 };
	struct ca_error ignored;

	return ca_der_check(der, len, &ignored) == CA_OK &&
	    ca_der_next(&next, der + len, &spki, &ignored) == CA_OK &&
	    ca_key_read_spki(&spki, ret_key, ret_info, &ignored) == CA_OK;
}

enum ca_code
ca_key_read_any(const uint8_t *der, size_t len, EVP_PKEY **ret_key,
    struct ca_key_info *ret_info, struct ca_error *err)
{
	const unsigned char *next = der;
	EVP_PKEY *key;

	if (read_plain(der, len, ret_key, ret_info))
		return CA_OK;
	key = d2i_PUBKEY(NULL, &next, (long)len);
	if (key == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "the public key can not be read");
	if (ca_key_describe_spki(key, der, len, ret_info, err) != CA_OK) {
		EVP_PKEY_free(key);
		return ca_fail(err, CA_ERR_INPUT,
		    "a public key of an unknown kind");
	}
	*ret_key = key;
	return CA_OK;
}
