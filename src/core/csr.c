/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/csr.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/csr_asks.h"
#include "core/csr_pem.h"
#include "core/der_check.h"

#define DER_SEQUENCE 0x30 /* the first octet of every request in DER */

struct ca_csr {
	char *name;
	X509_REQ *req;
	EVP_PKEY *key; /* borrowed from req */
	struct ca_key_info info;
	struct ca_bytes der;
	struct ca_asks asks;
};

/* Digests of signatures over requests that prove anything. */
static const int digests[] = { NID_sha256, NID_sha384, NID_sha512 };

/* Sets csr->der from PEM or DER. */
static enum ca_code
read_der(struct ca_csr *csr, const uint8_t *data, size_t len,
    struct ca_error *err)
{
	if (len > CA_CSR_SIZE_MAX)
		return ca_fail(err, CA_ERR_INPUT, "larger than %zu bytes",
		    CA_CSR_SIZE_MAX);
	if (len == 0)
		return ca_fail(err, CA_ERR_INPUT, "is empty");
	if (data[0] == DER_SEQUENCE)
		return ca_bytes_append(&csr->der, data, len, err);
	return ca_csr_pem_read(data, len, &csr->der, err);
}

static enum ca_code
read_req(struct ca_csr *csr, struct ca_error *err)
{
	const unsigned char *next = csr->der.data;
	enum ca_code rc;

	rc = ca_der_check(csr->der.data, csr->der.len, err);
	if (rc != CA_OK)
		return rc;
	csr->req = d2i_X509_REQ(NULL, &next, (long)csr->der.len);
	if (csr->req == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 2986 section 4: not a certificate request");
	if (X509_REQ_get_version(csr->req) != X509_REQ_VERSION_1)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 2986 section 4.1: the version is not 0");
	return CA_OK;
}

static enum ca_code
read_key(struct ca_csr *csr, struct ca_error *err)
{
	csr->key = X509_REQ_get0_pubkey(csr->req);
	if (csr->key == NULL)
		return ca_fail(err, CA_ERR_INPUT,
		    "RFC 2986 section 4.1: the public key can not be read");
	return ca_key_describe(csr->key, &csr->info, err);
}

/* The hash that RSASSA-PSS parameters name (RFC 4055 section 3.1). */
static int
pss_digest(const X509_ALGOR *algorithm)
{
	const X509_ALGOR *hash;
	const ASN1_OBJECT *object;
	RSA_PSS_PARAMS *params;
	int nid = NID_sha1;

	params = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
	    algorithm->parameter);
	if (params == NULL)
		return NID_undef;
	hash = params->hashAlgorithm;
	if (hash != NULL) {
		X509_ALGOR_get0(&object, NULL, NULL, hash);
		nid = OBJ_obj2nid(object);
	}
	RSA_PSS_PARAMS_free(params);
	return nid;
}

static bool
is_strong(const X509_ALGOR *algorithm, int nid)
{
	int digest = NID_undef;

	/* Ed25519 has its own digest, SHA-512 (RFC 8032 section 5.1). */
	if (nid == NID_ED25519)
		return true;
	if (nid == NID_rsassaPss)
		digest = pss_digest(algorithm);
	else
		(void)OBJ_find_sigid_algs(nid, &digest, NULL);
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		if (digests[i] == digest)
			return true;
	return false;
}

/* Proof that the requester holds the private key. */
static enum ca_code
check_signature(struct ca_csr *csr, struct ca_error *err)
{
	const X509_ALGOR *algorithm = NULL;
	int nid = X509_REQ_get_signature_nid(csr->req);

	X509_REQ_get0_signature(csr->req, NULL, &algorithm);
	if (!is_strong(algorithm, nid)) {
		(void)ca_fail(err, CA_ERR_POLICY,
		    "RFC 6194: the signature is %s, not over SHA-256, SHA-384 or SHA-512",
		    nid == NID_undef ? "of an unknown algorithm"
				     : OBJ_nid2ln(nid));
		ca_hint(err, "make the request again, with SHA-256");
		return CA_ERR_POLICY;
	}
	if (X509_REQ_verify(csr->req, csr->key) != 1)
		return ca_fail(err, CA_ERR_POLICY,
		    "RFC 2986 section 4.2: the signature does not verify");
	return CA_OK;
}

static enum ca_code
read_asks(struct ca_csr *csr, struct ca_error *err)
{
	return ca_asks_read(csr->req, &csr->asks, err);
}

enum ca_code
ca_csr_parse(const char *name, const void *data, size_t len,
    struct ca_csr **ret_csr, struct ca_error *err)
{
	static enum ca_code (*const steps[])(struct ca_csr * csr,
	    struct ca_error * err) = { read_req, read_key, read_asks,
		check_signature };
	struct ca_csr *csr = calloc(1, sizeof(*csr));
	enum ca_code rc;

	ERR_clear_error();
	if (csr == NULL || (csr->name = strdup(name)) == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	rc = read_der(csr, data, len, err);
	for (size_t i = 0; rc == CA_OK && i < sizeof(steps) / sizeof(steps[0]);
	     i++)
		rc = steps[i](csr, err);
	if (rc != CA_OK) {
		(void)ca_error_prefix(err, "%s", name);
		goto out;
	}
	*ret_csr = csr;
	csr = NULL;
out:
	ca_csr_free(csr);
	ERR_clear_error();
	return rc;
}

const char *
ca_csr_name(const struct ca_csr *csr)
{
	return csr->name;
}

EVP_PKEY *
ca_csr_key(const struct ca_csr *csr)
{
	return csr->key;
}

const struct ca_key_info *
ca_csr_key_info(const struct ca_csr *csr)
{
	return &csr->info;
}

const uint8_t *
ca_csr_der(const struct ca_csr *csr, size_t *ret_len)
{
	*ret_len = csr->der.len;
	return csr->der.data;
}

const struct ca_names *
ca_csr_names(const struct ca_csr *csr)
{
	return &csr->asks.names;
}

const struct ca_ask *
ca_csr_asks(const struct ca_csr *csr, size_t *ret_count)
{
	*ret_count = csr->asks.count;
	return csr->asks.item;
}

void
ca_csr_free(struct ca_csr *csr)
{
	if (csr == NULL)
		return;
	free(csr->name);
	X509_REQ_free(csr->req);
	ca_bytes_free(&csr->der);
	ca_asks_clear(&csr->asks);
	free(csr);
}
