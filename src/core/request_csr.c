/* SPDX-License-Identifier: Apache-2.0 */
/* The request itself: PKCS#10 (RFC 2986). */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/draft_extensions.h"
#include "core/request_internal.h"
#include "core/subject.h"

/* What a request is signed with; NULL: the algorithm has a digest of its own */
static const char *const digests[CA_KEY_KINDS] = {
	[CA_KEY_RSA] = "SHA256",
	[CA_KEY_P256] = "SHA256",
	[CA_KEY_P384] = "SHA384",
	[CA_KEY_P521] = "SHA512",
	[CA_KEY_ED25519] = NULL,
};

/* RFC 2985 section 5.4.2: the extensions that are asked for. */
static enum ca_code
add_names(X509_REQ *req, const struct ca_names *names, struct ca_error *err)
{
	GENERAL_NAMES *general = NULL;
	X509_EXTENSIONS *list = NULL;
	X509_EXTENSION *extension = NULL;
	enum ca_code rc;

	rc = ca_general_names_make(names, &general, err);
	if (rc != CA_OK)
		return rc;
	extension = X509V3_EXT_i2d(NID_subject_alt_name, 0, general);
	if (extension == NULL || X509v3_add_ext(&list, extension, -1) == NULL ||
	    X509_REQ_add_extensions(req, list) != 1)
		rc = ca_fail_memory(err);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	X509_EXTENSION_free(extension);
	GENERAL_NAMES_free(general);
	return rc;
}

/* RFC 2986 section 4.2: the request is signed with the key it is for. */
static enum ca_code
sign_request(X509_REQ *req, EVP_PKEY *key, struct ca_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct ca_key_info info;
	enum ca_code rc;

	rc = ca_key_describe(key, &info, err);
	if (rc == CA_OK &&
	    (ctx == NULL ||
		EVP_DigestSignInit_ex(ctx, NULL, digests[info.kind], NULL, NULL,
		    key, NULL) != 1 ||
		X509_REQ_sign_ctx(req, ctx) <= 0))
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "the request can not be signed");
	ERR_clear_error();
	EVP_MD_CTX_free(ctx);
	return rc;
}

static enum ca_code
to_pem(X509_REQ *req, struct ca_bytes *ret, struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data = NULL;
	enum ca_code rc;

	if (bio == NULL || PEM_write_bio_X509_REQ(bio, req) != 1) {
		rc = ca_fail_memory(err);
	} else {
		long len = BIO_get_mem_data(bio, &data);

		rc = ca_bytes_append(ret, data, (size_t)len, err);
	}
	BIO_free_all(bio);
	return rc;
}

enum ca_code
ca_request_csr(const struct ca_request *request, const char *common_name,
    EVP_PKEY *key, struct ca_bytes *ret_pem, struct ca_error *err)
{
	X509_REQ *req = X509_REQ_new();
	X509_NAME *subject = NULL;
	enum ca_code rc;

	rc = ca_subject_name(request->profile, common_name, &subject, err);
	if (rc == CA_OK &&
	    (req == NULL ||
		X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
		X509_REQ_set_subject_name(req, subject) != 1 ||
		X509_REQ_set_pubkey(req, key) != 1))
		rc = ca_fail_memory(err);
	if (rc == CA_OK && ca_profile_takes_hosts(request->profile))
		rc = add_names(req, request->hosts, err);
	if (rc == CA_OK)
		rc = sign_request(req, key, err);
	if (rc == CA_OK)
		rc = to_pem(req, ret_pem, err);
	X509_NAME_free(subject);
	X509_REQ_free(req);
	return rc;
}
