/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys of hosts, in files of the certificate directory. */
#include "core/host_key.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/secret.h"

/* How OpenSSL makes a key of each kind. */
static const struct {
	const char *type;
	const char *group;
} makers[CA_KEY_KINDS] = {
	[CA_KEY_RSA] = { "RSA", NULL },
	[CA_KEY_P256] = { "EC", "P-256" },
	[CA_KEY_P384] = { "EC", "P-384" },
	[CA_KEY_P521] = { "EC", "P-521" },
	[CA_KEY_ED25519] = { "ED25519", NULL },
};

enum ca_code
ca_host_key_make(enum ca_key_kind kind, unsigned rsa_bits, EVP_PKEY **ret,
    struct ca_error *err)
{
	const char *type = makers[kind].type;
	EVP_PKEY *key;

	if (kind == CA_KEY_RSA)
		key = EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)rsa_bits);
	else if (makers[kind].group != NULL)
		key = EVP_PKEY_Q_keygen(NULL, NULL, type, makers[kind].group);
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, type);
	ERR_clear_error();
	if (key == NULL)
		return ca_fail(err, CA_ERR_INTERNAL, "the key can not be made");
	*ret = key;
	return CA_OK;
}

/* Without a callback OpenSSL would ask for a passphrase on the terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf, (void)size, (void)rwflag, (void)arg;
	return -1;
}

enum ca_code
ca_host_key_read_at(int dir, const char *name, const char *path, EVP_PKEY **ret,
    mode_t *ret_mode, struct ca_error *err)
{
	struct ca_bytes pem = { 0 };
	EVP_PKEY *key = NULL;
	BIO *bio = NULL;
	enum ca_code rc;

	rc = ca_file_read_at(dir, name, path, CA_HOST_KEY_MAX, &pem, ret_mode,
	    err);
	if (rc != CA_OK)
		return rc;
	bio = BIO_new_mem_buf(pem.data, (int)pem.len);
	if (bio == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	ERR_clear_error();
	if (key == NULL) {
		rc = ca_fail(err, CA_ERR_INPUT,
		    "%s: not an unencrypted private key", path);
		goto out;
	}
	*ret = key;
out:
	BIO_free_all(bio);
	ca_host_key_wipe(&pem);
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

enum ca_code
ca_host_key_pem(EVP_PKEY *key, struct ca_bytes *ret, struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int written = 0;

	if (bio != NULL)
		written = PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0,
		    NULL, NULL);
	return take_bytes(bio, written, ret, err);
}

enum ca_code
ca_host_key_der(EVP_PKEY *key, struct ca_bytes *ret, struct ca_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int written = 0;

	if (bio != NULL)
		written = i2d_PKCS8PrivateKey_bio(bio, key, NULL, NULL, 0, NULL,
		    NULL);
	return take_bytes(bio, written, ret, err);
}

void
ca_host_key_wipe(struct ca_bytes *bytes)
{
	if (bytes->data != NULL)
		ca_wipe(bytes->data, bytes->len);
	ca_bytes_free(bytes);
}
