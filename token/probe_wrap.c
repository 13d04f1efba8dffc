/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define WRAPPED_MAX 16384 /* bytes: an RSA key of 16384 bits needs 9300 */
#define IV_SIZE 16        /* bytes of AES's block */

#define OPENED \
	"WAY OUT: the private key was wrapped, opened outside the token, and belongs to the public key"
#define NOT_OPENED \
	"WAY OUT: the token wrapped the private key under a key that anybody who is logged in can make"

/* What opens what a mechanism of the token wraps under AES-256. */
static const struct {
	CK_MECHANISM_TYPE mechanism;
	const char *cipher;
} openers[] = {
	{ CKM_AES_KEY_WRAP, "AES-256-WRAP" },
	/* PKCS#11 2.40 left open which padding: both are out there. */
	{ CKM_AES_KEY_WRAP_PAD, "AES-256-WRAP-PAD" },
	{ CKM_AES_KEY_WRAP_PAD, "AES-256-WRAP" },
	{ CKM_AES_CBC_PAD, "AES-256-CBC" },
};

static const unsigned char zero_iv[IV_SIZE];

/*
 * Whether the bytes at DATA begin with a PrivateKeyInfo (RFC 5208 section 5)
 * of the private key of PUBLIC_KEY; padding may follow.
 */
static bool
is_private_half(const unsigned char *data, size_t len, EVP_PKEY *public_key)
{
	PKCS8_PRIV_KEY_INFO *info =
	    d2i_PKCS8_PRIV_KEY_INFO(NULL, &data, (long)len);
	EVP_PKEY *key = info == NULL ? NULL : EVP_PKCS82PKEY(info);
	bool same = key != NULL && EVP_PKEY_eq(key, public_key) == 1;

	EVP_PKEY_free(key);
	PKCS8_PRIV_KEY_INFO_free(info);
	return same;
}

/* Opens the LEN bytes at DATA by CIPHER into PLAIN, and looks inside. */
static bool
opens_with(const char *name, const struct ca_secret *value,
    const unsigned char *data, size_t len, struct ca_secret *plain,
    EVP_PKEY *public_key)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *out = (unsigned char *)plain->data;
	int out_len = 0;
	bool opened = false;

	if (cipher != NULL && ctx != NULL) {
		bool cbc = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_CBC_MODE;

		EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		opened = EVP_DecryptInit_ex2(ctx, cipher,
			     (unsigned char *)value->data, cbc ? zero_iv : NULL,
			     NULL) == 1 &&
		    /* Whatever padding there is stays behind the key. */
		    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		    EVP_DecryptUpdate(ctx, out, &out_len, data, (int)len) ==
			1 &&
		    is_private_half(out, (size_t)out_len, public_key);
	}
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	ERR_clear_error();
	return opened;
}

static bool
opens_aes(const struct ca_probe_run *run, CK_MECHANISM_TYPE mechanism,
    const struct ca_secret *wrapped, size_t len, struct ca_secret *plain,
    EVP_PKEY *public_key)
{
	size_t i;

	if (!run->wrappers.aes_known)
		return false;
	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (openers[i].mechanism == mechanism &&
		    opens_with(openers[i].cipher, &run->wrappers.aes_value,
			(const unsigned char *)wrapped->data, len, plain,
			public_key))
			return true;
	return false;
}

static bool
opens_rsa(const struct ca_probe_run *run, CK_MECHANISM_TYPE mechanism,
    const struct ca_secret *wrapped, size_t len, struct ca_secret *plain,
    EVP_PKEY *public_key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(run->wrappers.rsa_key, NULL);
	int padding = mechanism == CKM_RSA_PKCS ? RSA_PKCS1_PADDING
						: RSA_PKCS1_OAEP_PADDING;
	unsigned char *out = (unsigned char *)plain->data;
	size_t out_len = plain->capacity;
	bool opened;

	opened = ctx != NULL && EVP_PKEY_decrypt_init(ctx) > 0 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0 &&
	    EVP_PKEY_decrypt(ctx, out, &out_len,
		(const unsigned char *)wrapped->data, len) > 0 &&
	    is_private_half(out, out_len, public_key);
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return opened;
}

/* One way to wrap: WITH a mechanism UNDER a key, and how that is opened. */
struct wrapping {
	CK_MECHANISM with;
	CK_OBJECT_HANDLE under;
	CK_RV why_not; /* where there is no such key */
	const char *no_key;
	bool (*opens)(const struct ca_probe_run *run,
	    CK_MECHANISM_TYPE mechanism, const struct ca_secret *wrapped,
	    size_t len, struct ca_secret *plain, EVP_PKEY *public_key);
};

/*
 * Has the token wrap TARGET. What comes out may be the CA's key: it is looked
 * at in locked memory, never shown, and wiped.
 */
static enum ca_code
wrap(struct ca_probe_run *run, const struct ca_probe_target *target,
    struct wrapping *wrapping, struct ca_probe_outcome *ret,
    struct ca_error *err)
{
	struct ca_secret wrapped = { NULL, 0 }, plain = { NULL, 0 };
	CK_ULONG len = WRAPPED_MAX;
	enum ca_code rc;
	CK_RV rv;

	if (wrapping->under == CK_INVALID_HANDLE) {
		*ret = (struct ca_probe_outcome){ wrapping->why_not,
			CA_PROBE_UNKNOWN, wrapping->no_key };
		if (wrapping->why_not == CKR_FUNCTION_NOT_SUPPORTED) {
			ret->verdict = CA_PROBE_SAFE;
			ret->meaning = "the token wraps nothing";
		}
		return CA_OK;
	}
	rc = ca_secret_new(WRAPPED_MAX, &wrapped, err);
	if (rc == CA_OK)
		rc = ca_secret_new(WRAPPED_MAX, &plain, err);
	if (rc != CA_OK)
		goto out;
	rv = run->token.p11->C_WrapKey(run->token.session, &wrapping->with,
	    wrapping->under, target->object, (CK_BYTE *)wrapped.data, &len);
	if (rv != CKR_OK) {
		rc = ca_probe_judge(run, "C_WrapKey", rv, ret, err);
		goto out;
	}
	*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNSAFE, NOT_OPENED };
	if (len <= WRAPPED_MAX &&
	    wrapping->opens(run, wrapping->with.mechanism, &wrapped, len,
		&plain, target->public_key))
		ret->meaning = OPENED;
out:
	ca_secret_free(&plain);
	ca_secret_free(&wrapped);
	return rc;
}

enum ca_code
ca_probe_wrap_aes(struct ca_probe_run *run,
    const struct ca_probe_target *target, CK_MECHANISM_TYPE mechanism,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_BYTE iv[IV_SIZE] = { 0 };
	struct wrapping wrapping = {
		.with = { .mechanism = mechanism },
		.under = run->wrappers.aes,
		.why_not = run->wrappers.aes_rv,
		.no_key =
		    "neither C_CreateObject nor C_GenerateKey gives a session key to wrap under",
		.opens = opens_aes,
	};

	if (mechanism == CKM_AES_CBC_PAD) {
		wrapping.with.pParameter = iv;
		wrapping.with.ulParameterLen = sizeof(iv);
	}
	return wrap(run, target, &wrapping, ret, err);
}

enum ca_code
ca_probe_wrap_rsa(struct ca_probe_run *run,
    const struct ca_probe_target *target, CK_MECHANISM_TYPE mechanism,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = {
		.hashAlg = CKM_SHA_1,
		.mgf = CKG_MGF1_SHA1,
		.source = CKZ_DATA_SPECIFIED,
	};
	struct wrapping wrapping = {
		.with = { .mechanism = mechanism },
		.under = run->wrappers.rsa,
		.why_not = run->wrappers.rsa_rv,
		.no_key = "C_CreateObject gives no session key to wrap under",
		.opens = opens_rsa,
	};

	if (mechanism == CKM_RSA_PKCS_OAEP) {
		wrapping.with.pParameter = &oaep;
		wrapping.with.ulParameterLen = sizeof(oaep);
	}
	return wrap(run, target, &wrapping, ret, err);
}
