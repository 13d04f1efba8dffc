/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/request.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "core/draft_extensions.h"
#include "core/profile_file.h"
#include "core/subject.h"

/* How OpenSSL makes a key of each kind, and what the request is signed with. */
static const struct {
	const char *type;
	const char *group;
	const char *digest; /* NULL: the algorithm has its own */
} makers[CA_KEY_KINDS] = {
	[CA_KEY_RSA] = { "RSA", NULL, "SHA256" },
	[CA_KEY_P256] = { "EC", "P-256", "SHA256" },
	[CA_KEY_P384] = { "EC", "P-384", "SHA384" },
	[CA_KEY_P521] = { "EC", "P-521", "SHA512" },
	[CA_KEY_ED25519] = { "ED25519", NULL, NULL },
};

static EVP_PKEY *
make_key(enum ca_key_kind kind, unsigned rsa_bits)
{
	const char *type = makers[kind].type;

	if (kind == CA_KEY_RSA)
		return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)rsa_bits);
	if (makers[kind].group != NULL)
		return EVP_PKEY_Q_keygen(NULL, NULL, type, makers[kind].group);
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

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
sign_request(X509_REQ *req, EVP_PKEY *key, enum ca_key_kind kind,
    struct ca_error *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum ca_code rc = CA_OK;

	if (ctx == NULL ||
	    EVP_DigestSignInit_ex(ctx, NULL, makers[kind].digest, NULL, NULL,
		key, NULL) != 1 ||
	    X509_REQ_sign_ctx(req, ctx) <= 0)
		rc = ca_fail(err, CA_ERR_INTERNAL,
		    "the request can not be signed");
	EVP_MD_CTX_free(ctx);
	return rc;
}

static enum ca_code
make_request(const struct ca_request *request, const char *common_name,
    EVP_PKEY *key, X509_REQ **ret, struct ca_error *err)
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
		rc = sign_request(req, key, request->key_kind, err);
	if (rc == CA_OK) {
		*ret = req;
		req = NULL;
	}
	X509_NAME_free(subject);
	X509_REQ_free(req);
	return rc;
}

/* Takes what was written to BIO, wipes it there, and frees BIO. */
static enum ca_code
take_bytes(BIO *bio, int written, struct ca_bytes *ret, struct ca_error *err)
{
	char *data = NULL;
	long len = bio == NULL ? 0 : BIO_get_mem_data(bio, &data);
	enum ca_code rc;

	if (written != 1 || len <= 0) {
		rc = ca_fail_memory(err);
	} else {
		rc = ca_bytes_append(ret, data, (size_t)len, err);
		ca_wipe(data, (size_t)len);
	}
	BIO_free_all(bio);
	return rc;
}

static enum ca_code
to_pem(EVP_PKEY *key, X509_REQ *req, struct ca_bytes *key_pem,
    struct ca_bytes *csr_pem, struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int written = 0;
	enum ca_code rc;

	if (bio != NULL)
		written = PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0,
		    NULL, NULL);
	rc = take_bytes(bio, written, key_pem, err);
	if (rc != CA_OK)
		return rc;
	bio = BIO_new(BIO_s_mem());
	if (bio != NULL)
		written = PEM_write_bio_X509_REQ(bio, req);
	return take_bytes(bio, written, csr_pem, err);
}

static enum ca_code
write_files(const char *path, const struct ca_request_files *names,
    const struct ca_bytes *key_pem, const struct ca_bytes *csr_pem,
    struct ca_error *err)
{
	const struct ca_file_new files[] = {
		{ names->key, key_pem, 0600, false },
		{ names->csr, csr_pem, 0644, false },
	};
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0700, &fd, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_files_write_at(fd, path, files, 2, err);
	if (rc == CA_ERR_FILE && err->hint[0] != '\0')
		ca_hint(err,
		    "a key is never overwritten: move both files away, or send the request that is there");
	(void)close(fd);
	return rc;
}

enum ca_code
ca_request_make(const char *path, const struct ca_request *request,
    struct ca_request_files *ret, struct ca_error *err)
{
	const struct ca_profile *profile = request->profile;
	bool user = profile->names == CA_NAMES_USER;
	const char *common_name = user ? request->user : profile->common_name;
	struct ca_bytes key_pem = { 0 }, csr_pem = { 0 };
	struct ca_request_files names = { 0 };
	X509_REQ *req = NULL;
	EVP_PKEY *key = NULL;
	enum ca_code rc;

	if (common_name == NULL || (!user && request->hosts->count == 0))
		return ca_fail(err, CA_ERR_INPUT, "%s: no names to ask for",
		    profile->name);
	rc = ca_profile_file(profile, common_name, ".key", &names.key, err);
	if (rc == CA_OK)
		rc = ca_profile_file(profile, common_name, ".csr", &names.csr,
		    err);
	if (rc != CA_OK)
		goto out;
	key = make_key(request->key_kind, request->rsa_bits);
	if (key == NULL) {
		rc = ca_fail(err, CA_ERR_INTERNAL, "the key can not be made");
		goto out;
	}
	rc = make_request(request, common_name, key, &req, err);
	if (rc == CA_OK)
		rc = to_pem(key, req, &key_pem, &csr_pem, err);
	if (rc == CA_OK)
		rc = write_files(path, &names, &key_pem, &csr_pem, err);
	if (rc == CA_OK) {
		*ret = names;
		names = (struct ca_request_files){ 0 };
	}
out:
	if (key_pem.data != NULL)
		ca_wipe(key_pem.data, key_pem.len);
	ca_bytes_free(&key_pem);
	ca_bytes_free(&csr_pem);
	free(names.key);
	free(names.csr);
	X509_REQ_free(req);
	EVP_PKEY_free(key);
	return rc;
}
