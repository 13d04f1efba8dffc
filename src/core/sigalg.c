/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/sigalg.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

#include "coldca/key.h"
#include "core/certificate_internal.h"
#include "core/der.h"

/* The first row of a kind of key is the one its CA signs with. */
static const struct ca_sigalg algorithms[] = {
	{ "sha256WithRSAEncryption", CA_KEY_RSA, NID_sha256WithRSAEncryption,
	    "SHA256", false },
	{ "sha384WithRSAEncryption", CA_KEY_RSA, NID_sha384WithRSAEncryption,
	    "SHA384", false },
	{ "sha512WithRSAEncryption", CA_KEY_RSA, NID_sha512WithRSAEncryption,
	    "SHA512", false },
	{ "RSASSA-PSS-SHA256", CA_KEY_RSA, NID_rsassaPss, "SHA256", true },
	{ "RSASSA-PSS-SHA384", CA_KEY_RSA, NID_rsassaPss, "SHA384", true },
	{ "RSASSA-PSS-SHA512", CA_KEY_RSA, NID_rsassaPss, "SHA512", true },
	{ "ecdsa-with-SHA256", CA_KEY_P256, NID_ecdsa_with_SHA256, "SHA256",
	    false },
	{ "ecdsa-with-SHA384", CA_KEY_P384, NID_ecdsa_with_SHA384, "SHA384",
	    false },
	{ "ecdsa-with-SHA512", CA_KEY_P521, NID_ecdsa_with_SHA512, "SHA512",
	    false },
	{ "id-Ed25519", CA_KEY_ED25519, NID_ED25519, NULL, false },
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

enum ca_code
ca_sigalg_of_certificate(const struct ca_certificate *certificate,
    const struct ca_sigalg **ret_algorithm, struct ca_error *err)
{
	X509 *x509 = ca_certificate_bare_x509(certificate);
	enum ca_key_kind kind = ca_certificate_key_info(certificate)->kind;
	const struct ca_sigalg *found = NULL;
	unsigned char *der = NULL;
	int len =
	    x509 != NULL ? i2d_X509_ALGOR(X509_get0_tbs_sigalg(x509), &der) : 0;
	enum ca_code rc = CA_OK;

	if (len <= 0)
		return ca_fail_memory(err);
	/* One encoding each: what is not equal was not made by coldca. */
	for (size_t i = 0; rc == CA_OK && i < ALGORITHMS; i++) {
		struct ca_bytes ours = { 0 };

		if (algorithms[i].key != kind)
			continue;
		rc = ca_sigalg_der(&algorithms[i], &ours, err);
		if (rc == CA_OK && ours.len == (size_t)len &&
		    memcmp(ours.data, der, ours.len) == 0)
			found = &algorithms[i];
		ca_bytes_free(&ours);
	}
	OPENSSL_free(der);
	if (rc == CA_OK && found == NULL)
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: its signature algorithm is not one that coldca signs with",
		    ca_certificate_subject_text(certificate));
	if (rc == CA_OK)
		*ret_algorithm = found;
	return rc;
}

const struct ca_sigalg *
ca_sigalg_by_name(const char *name)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
}

const struct ca_sigalg *
ca_sigalg_at(size_t index)
{
	return index < ALGORITHMS ? &algorithms[index] : NULL;
}

/* Appends the OBJECT IDENTIFIER of NID. */
static enum ca_code
append_oid(struct ca_bytes *bytes, int nid, struct ca_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_OBJECT(OBJ_nid2obj(nid), &der);
	enum ca_code rc;

	if (len <= 0)
		return ca_fail_memory(err);
	rc = ca_bytes_append(bytes, der, (size_t)len, err);
	OPENSSL_free(der);
	return rc;
}

static enum ca_code
append_null(struct ca_bytes *bytes, struct ca_error *err)
{
	static const uint8_t null[] = { 0x05, 0x00 };

	return ca_bytes_append(bytes, null, sizeof(null), err);
}

/* Appends an element of TAG around what CONTENT holds, and frees CONTENT. */
static enum ca_code
append_around(struct ca_bytes *bytes, unsigned tag, struct ca_bytes *content,
    enum ca_code rc, struct ca_error *err)
{
	if (rc == CA_OK)
		rc =
		    ca_der_append(bytes, tag, content->data, content->len, err);
	ca_bytes_free(content);
	return rc;
}

static enum ca_code
append_hash(struct ca_bytes *bytes, const EVP_MD *digest, struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	enum ca_code rc;

	rc = append_oid(&content, EVP_MD_get_type(digest), err);
	if (rc == CA_OK)
		rc = append_null(&content, err);
	return append_around(bytes, CA_DER_SEQUENCE, &content, rc, err);
}

static enum ca_code
append_mgf1(struct ca_bytes *bytes, const EVP_MD *digest, struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	enum ca_code rc;

	rc = append_oid(&content, NID_mgf1, err);
	if (rc == CA_OK)
		rc = append_hash(&content, digest, err);
	return append_around(bytes, CA_DER_SEQUENCE, &content, rc, err);
}

/*
 * Appends RSASSA-PSS-params (RFC 4055 section 3.1): the hash, MGF1 over the
 * same hash, and a salt as long as the hash. The trailer field is the default
 * and therefore absent.
 */
static enum ca_code
append_pss(struct ca_bytes *bytes, const EVP_MD *digest, struct ca_error *err)
{
	const uint8_t salt = (uint8_t)EVP_MD_get_size(digest);
	struct ca_bytes params = { 0 }, part = { 0 };
	enum ca_code rc;

	rc = append_hash(&part, digest, err);
	rc = append_around(&params, CA_DER_CONTEXT(0), &part, rc, err);
	if (rc == CA_OK)
		rc = append_mgf1(&part, digest, err);
	rc = append_around(&params, CA_DER_CONTEXT(1), &part, rc, err);
	if (rc == CA_OK)
		rc = ca_der_append(&part, CA_DER_INTEGER, &salt, 1, err);
	rc = append_around(&params, CA_DER_CONTEXT(2), &part, rc, err);
	return append_around(bytes, CA_DER_SEQUENCE, &params, rc, err);
}

enum ca_code
ca_sigalg_der(const struct ca_sigalg *algorithm, struct ca_bytes *ret_der,
    struct ca_error *err)
{
	struct ca_bytes content = { 0 }, der = { 0 };
	enum ca_code rc;

	rc = append_oid(&content, algorithm->nid, err);
	/*
	 * RFC 3279 section 2.2.1: parameters of RSA are NULL. RFC 5758 section
	 * 3.2 and RFC 8410 section 3: those of ECDSA and Ed25519 are absent.
	 */
	if (rc == CA_OK && algorithm->pss)
		rc = append_pss(&content,
		    EVP_get_digestbyname(algorithm->digest), err);
	else if (rc == CA_OK && algorithm->key == CA_KEY_RSA)
		rc = append_null(&content, err);
	if (rc == CA_OK)
		rc = ca_der_append(&der, CA_DER_SEQUENCE, content.data,
		    content.len, err);
	ca_bytes_free(&content);
	if (rc == CA_OK)
		*ret_der = der;
	else
		ca_bytes_free(&der);
	return rc;
}
