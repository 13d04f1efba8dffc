/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "token/ckr.h"

#define AES_SIZE 32   /* bytes of the AES key */
#define RSA_BITS 2048 /* enough to wrap any key on a curve, and no RSA key */
#define RSA_SIZE (RSA_BITS / 8)

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static const CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY;
static const CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
static const CK_KEY_TYPE aes_type = CKK_AES, rsa_type = CKK_RSA;
static const CK_ULONG aes_size = AES_SIZE;

/* The value is chosen here: what is wrapped under it can be opened here. */
static CK_RV
create_aes(struct ca_probe_run *run)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_VALUE, w->aes_value.data, AES_SIZE),
		ca_attribute(CKA_CLASS, &secret_class, sizeof(secret_class)),
		ca_attribute(CKA_KEY_TYPE, &aes_type, sizeof(aes_type)),
		ca_attribute(CKA_TOKEN, &no, sizeof(no)),
		ca_attribute(CKA_LABEL, run->spare.label,
		    strlen(run->spare.label)),
		ca_attribute(CKA_WRAP, &yes, sizeof(yes)),
	};
	CK_RV rv = run->token.p11->C_CreateObject(run->token.session, template,
	    sizeof(template) / sizeof(template[0]), &w->aes);

	w->aes_known = rv == CKR_OK;
	return rv;
}

/*
 * For tokens that take no secret key in the clear. OPEN asks for one whose
 * value can be read back.
 */
static CK_RV
generate_aes(struct ca_probe_run *run, bool open)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	CK_MECHANISM mechanism = { .mechanism = CKM_AES_KEY_GEN };
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_VALUE_LEN, &aes_size, sizeof(aes_size)),
		ca_attribute(CKA_TOKEN, &no, sizeof(no)),
		ca_attribute(CKA_LABEL, run->spare.label,
		    strlen(run->spare.label)),
		ca_attribute(CKA_WRAP, &yes, sizeof(yes)),
		ca_attribute(CKA_SENSITIVE, &no, sizeof(no)),
		ca_attribute(CKA_EXTRACTABLE, &yes, sizeof(yes)),
	};
	CK_ATTRIBUTE value =
	    ca_attribute(CKA_VALUE, w->aes_value.data, AES_SIZE);
	CK_RV rv = run->token.p11->C_GenerateKey(run->token.session, &mechanism,
	    template, open ? 6 : 4, &w->aes);

	w->aes_known = rv == CKR_OK &&
	    run->token.p11->C_GetAttributeValue(run->token.session, w->aes,
		&value, 1) == CKR_OK &&
	    value.ulValueLen == AES_SIZE;
	return rv;
}

static enum ca_code
fail(const struct ca_probe_run *run, const char *call, CK_RV rv,
    struct ca_error *err)
{
	return ca_ckr_fail(err, run->token.name, call, rv);
}

static enum ca_code
bring_aes(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	enum ca_code rc = ca_secret_new(AES_SIZE, &w->aes_value, err);

	if (rc != CA_OK)
		return rc;
	if (RAND_bytes((unsigned char *)w->aes_value.data, AES_SIZE) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random bytes");
	w->aes_rv = create_aes(run);
	if (ca_probe_is_lost(w->aes_rv))
		return fail(run, "C_CreateObject", w->aes_rv, err);
	if (w->aes_rv != CKR_OK)
		w->aes_rv = generate_aes(run, true);
	if (w->aes_rv != CKR_OK && !ca_probe_is_lost(w->aes_rv))
		w->aes_rv = generate_aes(run, false);
	if (w->aes_rv != CKR_OK)
		w->aes = CK_INVALID_HANDLE;
	return ca_probe_is_lost(w->aes_rv)
	    ? fail(run, "C_GenerateKey", w->aes_rv, err)
	    : CA_OK;
}

/* Writes the number NAME of KEY; false where it is not there or too large. */
static bool
number_of(const EVP_PKEY *key, const char *name, CK_BYTE number[RSA_SIZE],
    size_t *ret_len)
{
	BIGNUM *bn = NULL;
	bool fits = EVP_PKEY_get_bn_param(key, name, &bn) == 1 &&
	    BN_num_bytes(bn) <= RSA_SIZE;

	if (fits)
		*ret_len = (size_t)BN_bn2bin(bn, number);
	BN_free(bn);
	return fits;
}

static CK_RV
create_rsa(struct ca_probe_run *run, const struct ca_bytes *modulus,
    const struct ca_bytes *exponent)
{
	CK_ATTRIBUTE template[] = {
		ca_attribute(CKA_CLASS, &public_class, sizeof(public_class)),
		ca_attribute(CKA_KEY_TYPE, &rsa_type, sizeof(rsa_type)),
		ca_attribute(CKA_TOKEN, &no, sizeof(no)),
		ca_attribute(CKA_LABEL, run->spare.label,
		    strlen(run->spare.label)),
		ca_attribute(CKA_PRIVATE, &no, sizeof(no)),
		ca_attribute(CKA_WRAP, &yes, sizeof(yes)),
		ca_attribute(CKA_MODULUS, modulus->data, modulus->len),
		ca_attribute(CKA_PUBLIC_EXPONENT, exponent->data,
		    exponent->len),
	};

	return run->token.p11->C_CreateObject(run->token.session, template,
	    sizeof(template) / sizeof(template[0]), &run->wrappers.rsa);
}

static enum ca_code
bring_rsa(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	CK_BYTE n[RSA_SIZE], e[RSA_SIZE];
	struct ca_bytes modulus = { n, 0 }, exponent = { e, 0 };

	w->rsa_key = EVP_RSA_gen(RSA_BITS);
	if (w->rsa_key == NULL ||
	    !number_of(w->rsa_key, OSSL_PKEY_PARAM_RSA_N, n, &modulus.len) ||
	    !number_of(w->rsa_key, OSSL_PKEY_PARAM_RSA_E, e, &exponent.len))
		return ca_fail(err, CA_ERR_INTERNAL, "no RSA key can be made");
	w->rsa_rv = create_rsa(run, &modulus, &exponent);
	if (w->rsa_rv != CKR_OK)
		w->rsa = CK_INVALID_HANDLE;
	return ca_probe_is_lost(w->rsa_rv)
	    ? fail(run, "C_CreateObject", w->rsa_rv, err)
	    : CA_OK;
}

/*
 * A token that wraps nothing at all says so to a handle of nothing; of the
 * others some say of that handle what they say of a lost one.
 */
static enum ca_code
wraps(struct ca_probe_run *run, bool *ret_wraps, struct ca_error *err)
{
	CK_MECHANISM mechanism = { .mechanism = CKM_AES_KEY_WRAP };
	CK_BYTE nowhere[1];
	CK_ULONG len = sizeof(nowhere);
	CK_RV rv = run->token.p11->C_WrapKey(run->token.session, &mechanism,
	    CK_INVALID_HANDLE, run->key->handle, nowhere, &len);

	if (ca_probe_is_lost(rv) && rv != CKR_KEY_HANDLE_INVALID &&
	    rv != CKR_OBJECT_HANDLE_INVALID)
		return fail(run, "C_WrapKey", rv, err);
	*ret_wraps = rv != CKR_FUNCTION_NOT_SUPPORTED;
	return CA_OK;
}

enum ca_code
ca_probe_wrappers_bring(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	bool any = false;
	enum ca_code rc;

	w->aes_rv = w->rsa_rv = CKR_FUNCTION_NOT_SUPPORTED;
	rc = wraps(run, &any, err);
	if (rc == CA_OK && any)
		rc = bring_aes(run, err);
	if (rc == CA_OK && any)
		rc = bring_rsa(run, err);
	return rc;
}

void
ca_probe_wrappers_clear(struct ca_probe_run *run)
{
	struct ca_probe_wrappers *w = &run->wrappers;
	CK_OBJECT_HANDLE objects[] = { w->aes, w->rsa };
	size_t i;

	/* OpenSC keeps session objects beyond the session. */
	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (objects[i] != CK_INVALID_HANDLE)
			(void)run->token.p11
			    ->C_DestroyObject(run->token.session, objects[i]);
	ca_secret_free(&w->aes_value);
	EVP_PKEY_free(w->rsa_key);
	*w = (struct ca_probe_wrappers){ .rsa_key = NULL };
	ERR_clear_error();
}
