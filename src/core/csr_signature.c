/* SPDX-License-Identifier: Apache-2.0 */
/* Proof of possession: RFC 2986 section 4.2, and what may prove it. */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/csr_parts.h"

#define PSS_SALT_DEFAULT 20 /* octets (RFC 4055 section 3.1) */
#define PSS_TRAILER 1       /* trailerFieldBC, the only one */

/* Digests of signatures over requests that prove anything. */
static const struct {
	int nid;
	long size; /* octets */
} digests[] = {
	{ NID_sha256, 32 },
	{ NID_sha384, 48 },
	{ NID_sha512, 64 },
};

/* Octets of the digest NID; 0: it is none of those above. */
static long
digest_size(int nid)
{
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		if (digests[i].nid == nid)
			return digests[i].size;
	return 0;
}

static enum ca_code
refuse_parameters(const char *why, struct ca_error *err)
{
	return ca_fail_rule(err, CA_ERR_INPUT, "csr-signature-parameters", "%s",
	    why);
}

static enum ca_code
refuse_digest(int nid, struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_POLICY, "csr-signature-digest",
	    "RFC 6194: the signature is %s, not over SHA-256, SHA-384 or SHA-512",
	    OBJ_nid2ln(nid));
	ca_hint(err, "make the request again, with SHA-256");
	return CA_ERR_POLICY;
}

/* How a signature is verified. */
struct method {
	const char *digest; /* NULL: the algorithm has its own */
	bool pss;
	int salt; /* octets, of RSASSA-PSS */
};

/* RFC 4055 section 5: NULL, and readers must accept that it is absent. */
static enum ca_code
check_rsa(const X509_ALGOR *algorithm, struct method *method,
    struct ca_findings *notices, struct ca_error *err)
{
	int type = V_ASN1_UNDEF;

	(void)method;
	(void)notices;
	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	if (type != V_ASN1_NULL && type != V_ASN1_UNDEF)
		return refuse_parameters(
		    "RFC 4055 section 5: the parameters of an RSA signature are not NULL",
		    err);
	return CA_OK;
}

/* RFC 5758 section 3.2: absent. Some stacks write NULL, as for RSA. */
static enum ca_code
check_ecdsa(const X509_ALGOR *algorithm, struct method *method,
    struct ca_findings *notices, struct ca_error *err)
{
	int type = V_ASN1_UNDEF;

	(void)method;
	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	if (type == V_ASN1_NULL)
		ca_findings_add(notices, "csr-ecdsa-null", CA_OK,
		    "RFC 5758 section 3.2: an ECDSA signature with NULL parameters, which should be absent");
	else if (type != V_ASN1_UNDEF)
		return refuse_parameters(
		    "RFC 5758 section 3.2: an ECDSA signature has parameters",
		    err);
	return CA_OK;
}

/* RFC 8410 section 3: absent. */
static enum ca_code
check_ed25519(const X509_ALGOR *algorithm, struct method *method,
    struct ca_findings *notices, struct ca_error *err)
{
	int type = V_ASN1_UNDEF;

	(void)method;
	(void)notices;
	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	if (type != V_ASN1_UNDEF)
		return refuse_parameters(
		    "RFC 8410 section 3: an Ed25519 signature has parameters",
		    err);
	return CA_OK;
}

static int
algorithm_nid(const X509_ALGOR *algorithm, int absent)
{
	const ASN1_OBJECT *object = NULL;

	if (algorithm == NULL)
		return absent;
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	return OBJ_obj2nid(object);
}

/* The hash of MGF1, which is the only mask generation function. */
static int
mask_digest(const X509_ALGOR *mask)
{
	X509_ALGOR *hash;
	int nid;

	if (algorithm_nid(mask, NID_undef) != NID_mgf1)
		return NID_undef;
	hash = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(X509_ALGOR),
	    mask->parameter);
	nid = algorithm_nid(hash, NID_undef);
	X509_ALGOR_free(hash);
	return nid;
}

static bool
has_number(const ASN1_INTEGER *number, long absent, long least, long most)
{
	int64_t value = absent;

	if (number != NULL && ASN1_INTEGER_get_int64(&value, number) != 1)
		return false;
	return value >= least && value <= most;
}

/*
 * A hash of SHA-2, MGF1 with the same one, and a salt as long as the hash or
 * longer (RFC 4055 section 3.1 wants it as long).
 */
static enum ca_code
check_pss(const X509_ALGOR *algorithm, struct method *method,
    struct ca_findings *notices, struct ca_error *err)
{
	RSA_PSS_PARAMS *params =
	    ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(RSA_PSS_PARAMS),
		algorithm->parameter);
	const char *why = NULL;
	int hash;
	long size;
	enum ca_code rc = CA_OK;

	(void)notices;
	if (params == NULL)
		return refuse_parameters(
		    "RFC 4055 section 3.1: the parameters of RSASSA-PSS can not be read",
		    err);
	hash = algorithm_nid(params->hashAlgorithm, NID_sha1);
	size = digest_size(hash);
	if (size == 0)
		rc = refuse_digest(hash, err);
	else if (mask_digest(params->maskGenAlgorithm) != hash)
		why = "MGF1 does not use the hash of the signature";
	else if (!has_number(params->saltLength, PSS_SALT_DEFAULT, size,
		     CA_RSA_BITS_MAX / 8))
		why = "the salt is shorter than the hash, or out of all bounds";
	else if (!has_number(params->trailerField, PSS_TRAILER, PSS_TRAILER,
		     PSS_TRAILER))
		why = "the trailer field is not 1";
	if (why != NULL)
		rc = ca_fail_rule(err, CA_ERR_POLICY, "csr-pss-parameters",
		    "RFC 4055 section 3.1: %s", why);
	if (rc == CA_OK)
		*method = (struct method){ .digest = OBJ_nid2sn(hash),
			.pss = true,
			.salt = (int)ASN1_INTEGER_get(params->saltLength) };
	RSA_PSS_PARAMS_free(params);
	return rc;
}

/* Algorithms of signatures, what they sign with, and their parameters. */
static const struct algorithm {
	int nid;
	int key;            /* EVP_PKEY_ number */
	const char *digest; /* NULL: in the parameters, or its own */
	enum ca_code (*check)(const X509_ALGOR *algorithm,
	    struct method *method, struct ca_findings *notices,
	    struct ca_error *err);
} algorithms[] = {
	{ NID_sha256WithRSAEncryption, EVP_PKEY_RSA, "SHA256", check_rsa },
	{ NID_sha384WithRSAEncryption, EVP_PKEY_RSA, "SHA384", check_rsa },
	{ NID_sha512WithRSAEncryption, EVP_PKEY_RSA, "SHA512", check_rsa },
	{ NID_rsassaPss, EVP_PKEY_RSA, NULL, check_pss },
	{ NID_ecdsa_with_SHA256, EVP_PKEY_EC, "SHA256", check_ecdsa },
	{ NID_ecdsa_with_SHA384, EVP_PKEY_EC, "SHA384", check_ecdsa },
	{ NID_ecdsa_with_SHA512, EVP_PKEY_EC, "SHA512", check_ecdsa },
	{ NID_ED25519, EVP_PKEY_ED25519, NULL, check_ed25519 },
};

static const struct algorithm *
find_algorithm(int nid)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].nid == nid)
			return &algorithms[i];
	return NULL;
}

static enum ca_code
refuse_unknown(int nid, struct ca_error *err)
{
	int digest = NID_undef;

	if (OBJ_find_sigid_algs(nid, &digest, NULL) == 1 &&
	    digest != NID_undef && digest_size(digest) == 0)
		return refuse_digest(nid, err);
	return ca_fail_rule(err, CA_ERR_POLICY, "csr-signature-algorithm",
	    "RFC 2986 section 4.2: the signature is of %s",
	    nid == NID_undef ? "an unknown algorithm" : OBJ_nid2ln(nid));
}

/* A key that is none explains best why nothing verifies with it. */
static enum ca_code
refuse_signature(EVP_PKEY *key, struct ca_error *err)
{
	struct ca_findings findings = { 0 };

	ca_key_check(key, &findings);
	if (findings.count > 0)
		(void)ca_fail_rule(err, findings.item[0].code,
		    findings.item[0].rule, "%s", findings.item[0].text);
	else
		(void)ca_fail_rule(err, CA_ERR_POLICY, "csr-signature",
		    "RFC 2986 section 4.2: the signature does not verify");
	ca_findings_clear(&findings);
	return err->code;
}

/* The hash of MGF1 is that of the signature, unless it is set. */
static bool
set_pss(EVP_PKEY_CTX *context, const struct method *method)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) ==
	    1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, method->salt) == 1;
}

static bool
verifies(const struct ca_csr_parts *parts, EVP_PKEY *key,
    const struct method *method)
{
	const struct ca_der_element *bits = &parts->signature;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_context = NULL;
	bool good;

	good = context != NULL && bits->content[0] == 0 &&
	    EVP_DigestVerifyInit_ex(context, &key_context, method->digest, NULL,
		NULL, key, NULL) == 1 &&
	    (!method->pss || set_pss(key_context, method)) &&
	    EVP_DigestVerify(context, bits->content + 1, bits->len - 1,
		parts->info.whole, parts->info.whole_len) == 1;
	EVP_MD_CTX_free(context);
	return good;
}

static enum ca_code
check_algorithm(const X509_ALGOR *algorithm, EVP_PKEY *key,
    enum ca_key_kind kind, struct method *ret_method,
    struct ca_findings *notices, struct ca_error *err)
{
	int nid = algorithm_nid(algorithm, NID_undef);
	const struct algorithm *row = find_algorithm(nid);

	if (row == NULL)
		return refuse_unknown(nid, err);
	if (row->key != EVP_PKEY_get_base_id(key))
		return ca_fail_rule(err, CA_ERR_POLICY,
		    "csr-signature-algorithm",
		    "RFC 2986 section 4.2: %s is no signature of a %s key",
		    OBJ_nid2ln(nid), ca_key_kind_name(kind));
	ret_method->digest = row->digest;
	return row->check(algorithm, ret_method, notices, err);
}

enum ca_code
ca_csr_signature_check(const struct ca_csr_parts *parts, EVP_PKEY *key,
    enum ca_key_kind kind, struct ca_findings *notices, struct ca_error *err)
{
	const unsigned char *next = parts->algorithm.whole;
	X509_ALGOR *algorithm =
	    d2i_X509_ALGOR(NULL, &next, (long)parts->algorithm.whole_len);
	struct method method = { 0 };
	enum ca_code rc;

	if (algorithm == NULL)
		return ca_csr_refuse_form(err);
	rc = check_algorithm(algorithm, key, kind, &method, notices, err);
	X509_ALGOR_free(algorithm);
	if (rc == CA_OK && !verifies(parts, key, &method))
		rc = refuse_signature(key, err);
	return rc;
}
