/* SPDX-License-Identifier: Apache-2.0 */
#include "token/mechanism.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#define PREFIX_SIZE 19 /* bytes of a DigestInfo before its hash */
#define DIGESTS 3

enum family { PKCS1, PSS, ECDSA, EDDSA, FAMILIES };

/* RFC 8017 section 9.2, note 1: the DER of a DigestInfo up to its hash. */
#define DIGEST_INFO(total, arc, len)                                         \
	{                                                                    \
		0x30, total, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, \
		    0x65, 0x03, 0x04, 0x02, arc, 0x05, 0x00, 0x04, len       \
	}

static const struct digest {
	const char *name; /* as in struct ca_sigalg */
	CK_ULONG size;    /* bytes */
	CK_MECHANISM_TYPE mechanism;
	CK_RSA_PKCS_MGF_TYPE mgf;
	uint8_t prefix[PREFIX_SIZE];
} digests[DIGESTS] = {
	{ "SHA256", 32, CKM_SHA256, CKG_MGF1_SHA256,
	    DIGEST_INFO(0x31, 0x01, 0x20) },
	{ "SHA384", 48, CKM_SHA384, CKG_MGF1_SHA384,
	    DIGEST_INFO(0x41, 0x02, 0x30) },
	{ "SHA512", 64, CKM_SHA512, CKG_MGF1_SHA512,
	    DIGEST_INFO(0x51, 0x03, 0x40) },
};

/* HASHED is by the index in digests; 0 where there is none. */
static const struct {
	CK_MECHANISM_TYPE plain;
	enum ca_input input; /* of plain */
	CK_MECHANISM_TYPE hashed[DIGESTS];
} families[FAMILIES] = {
	[PKCS1] = { CKM_RSA_PKCS, CA_INPUT_DIGEST_INFO,
	    { CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS } },
	[PSS] = { CKM_RSA_PKCS_PSS, CA_INPUT_HASH,
	    { CKM_SHA256_RSA_PKCS_PSS, CKM_SHA384_RSA_PKCS_PSS,
		CKM_SHA512_RSA_PKCS_PSS } },
	[ECDSA] = { CKM_ECDSA, CA_INPUT_HASH,
	    { CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512 } },
	[EDDSA] = { CKM_EDDSA, CA_INPUT_WHOLE, { 0, 0, 0 } },
};

static enum family
find_family(const struct ca_sigalg *algorithm)
{
	if (algorithm->digest == NULL)
		return EDDSA;
	if (algorithm->pss)
		return PSS;
	return algorithm->key == CA_KEY_RSA ? PKCS1 : ECDSA;
}

/* The row of ALGORITHM's digest; NULL where it has none. */
static const struct digest *
find_digest(const struct ca_sigalg *algorithm)
{
	size_t i;

	for (i = 0; i < DIGESTS; i++)
		if (algorithm->digest != NULL &&
		    strcmp(digests[i].name, algorithm->digest) == 0)
			return &digests[i];
	return NULL;
}

size_t
ca_ways_find(const struct ca_sigalg *algorithm, bool hashed,
    struct ca_way ret[CA_WAYS_MAX])
{
	enum family family = find_family(algorithm);
	const struct digest *digest = find_digest(algorithm);
	struct ca_way way = { .input = CA_INPUT_WHOLE };
	size_t count = 0;

	if (digest != NULL && family == PSS) {
		way.has_params = true;
		way.params.hashAlg = digest->mechanism;
		way.params.mgf = digest->mgf;
		/* RFC 4055 section 3.1 recommends this length. */
		way.params.sLen = digest->size;
	}
	if (!hashed || digest == NULL) {
		way.type = families[family].plain;
		way.input = families[family].input;
		ret[count++] = way;
	}
	if (digest != NULL) {
		way.type = families[family].hashed[digest - digests];
		way.input = CA_INPUT_WHOLE;
		ret[count++] = way;
	}
	return count;
}

enum ca_code
ca_way_input(const struct ca_way *way, const struct ca_sigalg *algorithm,
    const uint8_t *tbs, size_t len, struct ca_bytes *ret, struct ca_error *err)
{
	const struct digest *digest = find_digest(algorithm);
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct ca_bytes input = { NULL, 0 };
	enum ca_code rc = CA_OK;

	if (digest == NULL || way->input == CA_INPUT_WHOLE ||
	    EVP_Digest(tbs, len, hash, NULL, EVP_get_digestbyname(digest->name),
		NULL) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "%s: can not be computed",
		    algorithm->name);
	if (way->input == CA_INPUT_DIGEST_INFO)
		rc = ca_bytes_append(&input, digest->prefix, PREFIX_SIZE, err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&input, hash, digest->size, err);
	if (rc != CA_OK) {
		ca_bytes_free(&input);
		return rc;
	}
	*ret = input;
	return CA_OK;
}

/*
 * PKCS#11 2.40 section 2.3.1: r and s, each as long as the other. RFC 3279
 * section 2.2.3: Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }.
 */
static enum ca_code
encode_ecdsa(const struct ca_bytes *raw, struct ca_bytes *ret,
    struct ca_error *err)
{
	int half = (int)(raw->len / 2);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw->data, half, NULL);
	BIGNUM *s = BN_bin2bn(raw->data + half, half, NULL);
	unsigned char *der = NULL;
	enum ca_code rc;
	int len;

	if (pair == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(pair);
		return ca_fail_memory(err);
	}
	len = i2d_ECDSA_SIG(pair, &der);
	rc = len > 0 ? ca_bytes_append(ret, der, (size_t)len, err)
		     : ca_fail_memory(err);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return rc;
}

enum ca_code
ca_way_output(const struct ca_sigalg *algorithm, const struct ca_bytes *raw,
    struct ca_bytes *ret, struct ca_error *err)
{
	bool ecdsa = find_family(algorithm) == ECDSA;

	if (raw->len == 0 || (ecdsa && raw->len % 2 != 0))
		return ca_fail(err, CA_ERR_TOKEN,
		    "%zu bytes are no signature of %s", raw->len,
		    algorithm->name);
	return ecdsa ? encode_ecdsa(raw, ret, err)
		     : ca_bytes_append(ret, raw->data, raw->len, err);
}
