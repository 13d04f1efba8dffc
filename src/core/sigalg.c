/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/sigalg.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "coldca/key.h"

/* The first row of a kind of key is the one its CA signs with. */
static const struct ca_sigalg algorithms[] = {
	{ "sha256WithRSAEncryption", CA_KEY_RSA, NID_sha256WithRSAEncryption,
	    "SHA256" },
	{ "ecdsa-with-SHA256", CA_KEY_P256, NID_ecdsa_with_SHA256, "SHA256" },
	{ "ecdsa-with-SHA384", CA_KEY_P384, NID_ecdsa_with_SHA384, "SHA384" },
	{ "ecdsa-with-SHA512", CA_KEY_P521, NID_ecdsa_with_SHA512, "SHA512" },
	{ "id-Ed25519", CA_KEY_ED25519, NID_ED25519, NULL },
};

#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

enum ca_code
ca_sigalg_for_key(EVP_PKEY *key, const struct ca_sigalg **ret_algorithm,
    struct ca_error *err)
{
	struct ca_key_info info;
	enum ca_code rc;

	rc = ca_key_describe(key, &info, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < ALGORITHMS; i++) {
		if (algorithms[i].key == info.kind) {
			*ret_algorithm = &algorithms[i];
			return CA_OK;
		}
	}
	return ca_fail(err, CA_ERR_POLICY, "no signature algorithm for %s keys",
	    ca_key_kind_name(info.kind));
}

const struct ca_sigalg *
ca_sigalg_by_nid(int nid)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (algorithms[i].nid == nid)
			return &algorithms[i];
	return NULL;
}

enum ca_code
ca_sigalg_der(const struct ca_sigalg *algorithm, struct ca_bytes *ret_der,
    struct ca_error *err)
{
	/*
	 * RFC 3279 section 2.2.1: parameters of RSA are NULL. RFC 5758 section
	 * 3.2 and RFC 8410 section 3: those of ECDSA and Ed25519 are absent.
	 */
	int parameters =
	    algorithm->key == CA_KEY_RSA ? V_ASN1_NULL : V_ASN1_UNDEF;
	X509_ALGOR *algor = X509_ALGOR_new();
	struct ca_bytes bytes = { 0 };
	unsigned char *der = NULL;
	int len = -1;
	enum ca_code rc;

	if (algor != NULL &&
	    X509_ALGOR_set0(algor, OBJ_nid2obj(algorithm->nid), parameters,
		NULL) == 1)
		len = i2d_X509_ALGOR(algor, &der);
	if (len <= 0) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = ca_bytes_append(&bytes, der, (size_t)len, err);
	if (rc == CA_OK)
		*ret_der = bytes;
out:
	OPENSSL_free(der);
	X509_ALGOR_free(algor);
	return rc;
}
