/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module whose ECDSA is broken as it was in the PlayStation 3: every
 * signature has the same r. It is the module at REPEATING_MODULE, but for
 * P-256 signatures, which it makes itself with the key in the PEM file at
 * REPEATING_KEY and always the same k. They verify.
 */
#include <dlfcn.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HALF 32 /* bytes of r, and of s */
#define K 0x2545f491UL
#define SCRATCH_MAX 4096

static CK_FUNCTION_LIST *real;

static EVP_PKEY *
read_key(void)
{
	const char *path = getenv("REPEATING_KEY");
	FILE *file = path == NULL ? NULL : fopen(path, "re");
	EVP_PKEY *key = NULL;

	if (file != NULL) {
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		(void)fclose(file);
	}
	return key;
}

/* r = x(kG), s = (z + r d) / k, all mod n: FIPS 186-5, section 6.4.1. */
static int
make_signature(const EVP_PKEY *key, const CK_BYTE *digest, CK_ULONG len,
    CK_BYTE *ret)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
	const BIGNUM *n = group == NULL ? NULL : EC_GROUP_get0_order(group);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *k = BN_new(), *r = BN_new(), *s = BN_new(), *d = NULL;
	BIGNUM *z = BN_bin2bn(digest, (int)len, NULL);
	int ok;

	ok = point != NULL && n != NULL && ctx != NULL && k != NULL &&
	    r != NULL && s != NULL && z != NULL && BN_set_word(k, K) == 1 &&
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 &&
	    EC_POINT_mul(group, point, k, NULL, NULL, ctx) == 1 &&
	    EC_POINT_get_affine_coordinates(group, point, r, NULL, ctx) == 1 &&
	    BN_nnmod(r, r, n, ctx) == 1 && BN_mod_mul(s, r, d, n, ctx) == 1 &&
	    BN_mod_add(s, s, z, n, ctx) == 1 &&
	    BN_mod_inverse(k, k, n, ctx) != NULL &&
	    BN_mod_mul(s, s, k, n, ctx) == 1 &&
	    BN_bn2binpad(r, ret, HALF) == HALF &&
	    BN_bn2binpad(s, ret + HALF, HALF) == HALF;
	BN_free(k);
	BN_free(r);
	BN_free(s);
	BN_free(z);
	BN_clear_free(d);
	BN_CTX_free(ctx);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	return ok;
}

/* The operation of the real module is ended; what it made is not used. */
static CK_RV
repeating_sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len,
    CK_BYTE *signature, CK_ULONG *signature_len)
{
	CK_BYTE scratch[SCRATCH_MAX];
	CK_ULONG scratch_len = sizeof(scratch);
	EVP_PKEY *key;
	CK_RV rv;

	if (signature == NULL || *signature_len < 2 * HALF)
		return real->C_Sign(session, data, len, signature,
		    signature_len);
	rv = real->C_Sign(session, data, len, scratch, &scratch_len);
	if (rv != CKR_OK)
		return rv;
	key = read_key();
	if (key == NULL || scratch_len != 2 * HALF ||
	    !make_signature(key, data, len, signature))
		rv = CKR_FUNCTION_FAILED;
	EVP_PKEY_free(key);
	*signature_len = 2 * HALF;
	return rv;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	static CK_FUNCTION_LIST list;
	const char *path = getenv("REPEATING_MODULE");
	void *handle = path == NULL ? NULL : dlopen(path, RTLD_NOW);
	void *symbol =
	    handle == NULL ? NULL : dlsym(handle, "C_GetFunctionList");
	CK_C_GetFunctionList get;
	CK_RV rv;

	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &symbol, sizeof(get));
	rv = get(&real);
	if (rv != CKR_OK)
		return rv;
	list = *real;
	list.C_Sign = repeating_sign;
	*ret = &list;
	return CKR_OK;
}
