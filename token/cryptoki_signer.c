/* SPDX-License-Identifier: Apache-2.0 */
#include "token/signing.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "token/ckr.h"
#include "token/context_pin.h"
#include "token/mechanism.h"
#include "token/pool.h"

#define PIECE ((size_t)1024 * 1024) /* bytes that a token is given at once */

struct cryptoki {
	struct ca_token *token; /* borrowed */
	CK_OBJECT_HANDLE key;
	bool asks; /* the key wants the PIN for each signature */
	struct ca_context_pin pin;
	struct ca_way way;
	struct ca_pool pool;
};

/* What tokens say of a mechanism that they do not have, or not for this key. */
static const CK_RV way_refused[] = {
	CKR_FUNCTION_NOT_SUPPORTED,
	CKR_KEY_FUNCTION_NOT_PERMITTED,
	CKR_MECHANISM_INVALID,
	CKR_MECHANISM_PARAM_INVALID,
};

static CK_RV
begin(const struct cryptoki *impl, const struct ca_way *way,
    CK_SESSION_HANDLE session)
{
	CK_RSA_PKCS_PSS_PARAMS params = way->params;
	CK_MECHANISM mechanism = { .mechanism = way->type };

	if (way->has_params) {
		mechanism.pParameter = &params;
		mechanism.ulParameterLen = sizeof(params);
	}
	return impl->token->p11->C_SignInit(session, &mechanism, impl->key);
}

/* PKCS#11 2.40 section 4.9: the login for this one signature. */
static enum ca_code
authenticate(struct cryptoki *impl, CK_SESSION_HANDLE session,
    struct ca_error *err)
{
	struct ca_secret pin = { NULL, 0 };
	enum ca_code rc = ca_context_pin_ask(&impl->pin, &pin, err);
	CK_RV rv;

	if (rc == CA_OK) {
		rv = impl->token->p11->C_Login(session, CKU_CONTEXT_SPECIFIC,
		    (CK_UTF8CHAR *)pin.data,
		    pin.data == NULL ? 0 : strlen(pin.data));
		if (rv != CKR_OK) {
			rc = ca_ckr_fail(err, impl->token->name,
			    "C_Login for one signature", rv);
			impl->pin.refused = true;
		}
	}
	ca_secret_free(&pin);
	return rc;
}

/* What is longer than a piece goes to a token that hashes it in pieces. */
static CK_RV
sign_pieces(const struct cryptoki *impl, CK_SESSION_HANDLE session,
    const struct ca_bytes *input, struct ca_bytes *raw, CK_ULONG *len,
    const char **ret_call)
{
	CK_RV rv = CKR_OK;

	*ret_call = "C_SignUpdate";
	for (size_t at = 0; at < input->len && rv == CKR_OK; at += PIECE) {
		size_t left = input->len - at;

		rv = impl->token->p11->C_SignUpdate(session, input->data + at,
		    left < PIECE ? left : PIECE);
	}
	if (rv != CKR_OK)
		return rv;
	*ret_call = "C_SignFinal";
	return impl->token->p11->C_SignFinal(session, raw->data, len);
}

/* *SESSION is another one where its operation could not be ended. */
static enum ca_code
sign_raw(struct cryptoki *impl, CK_SESSION_HANDLE *session,
    const struct ca_bytes *input, struct ca_bytes *raw, struct ca_error *err)
{
	const char *call = "C_Sign";
	CK_ULONG len = raw->len;
	enum ca_code rc = CA_OK;
	CK_RV rv = begin(impl, &impl->way, *session);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, impl->token->name, "C_SignInit", rv);
	if (impl->asks)
		rc = authenticate(impl, *session, err);
	if (rc != CA_OK) {
		*session = ca_pool_renew(&impl->pool, *session);
		return rc;
	}
	/* Ed25519 has no pieces: PKCS#11 3.0 section 2.3.14. */
	if (input->len > PIECE && impl->way.type != CKM_EDDSA)
		rv = sign_pieces(impl, *session, input, raw, &len, &call);
	else
		rv = impl->token->p11->C_Sign(*session, input->data, input->len,
		    raw->data, &len);
	if (rv == CKR_OK && len > raw->len)
		rv = CKR_BUFFER_TOO_SMALL;
	if (rv != CKR_OK)
		return ca_ckr_fail(err, impl->token->name, call, rv);
	raw->len = len;
	return CA_OK;
}

static enum ca_code
cryptoki_sign(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	struct cryptoki *impl = signer->impl;
	struct ca_bytes hash = { NULL, 0 }, input = { NULL, 0 };
	struct ca_bytes raw = { NULL, 0 }, signature = { NULL, 0 };
	CK_SESSION_HANDLE session;
	enum ca_code rc = CA_OK;

	if (impl->way.input != CA_INPUT_WHOLE)
		rc = ca_way_input(&impl->way, signer->algorithm, tbs, len,
		    &hash, err);
	if (rc != CA_OK)
		return rc;
	/* PKCS#11 does not say const, but only reads it. */
	if (impl->way.input == CA_INPUT_WHOLE) {
		memcpy(&input.data, &tbs, sizeof(input.data));
		input.len = len;
	} else {
		input = hash;
	}
	/* r and s are never longer than their DER. */
	raw.len = (size_t)EVP_PKEY_get_size(signer->public_key);
	raw.data = malloc(raw.len);
	if (raw.data == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	session = ca_pool_take(&impl->pool);
	rc = sign_raw(impl, &session, &input, &raw, err);
	ca_pool_put(&impl->pool, session);
	if (rc == CA_OK)
		rc = ca_way_output(signer->algorithm, &raw, &signature, err);
	if (rc == CA_OK)
		*ret_signature = signature;
out:
	ca_bytes_free(&raw);
	ca_bytes_free(&hash);
	return rc;
}

static void
cryptoki_release(struct ca_signer *signer)
{
	struct cryptoki *impl = signer->impl;

	ca_pool_close(&impl->pool);
	free(impl);
}

static bool
is_way_refused(CK_RV rv)
{
	size_t i;

	for (i = 0; i < sizeof(way_refused) / sizeof(way_refused[0]); i++)
		if (way_refused[i] == rv)
			return true;
	return false;
}

/*
 * Finds out which mechanism the token takes for the key, in a session that is
 * closed again: there is no other end for a signature that is not made.
 */
static enum ca_code
choose_way(struct cryptoki *impl, const struct ca_sigalg *algorithm,
    bool hashed, struct ca_error *err)
{
	struct ca_way ways[CA_WAYS_MAX];
	size_t i, count = ca_ways_find(algorithm, hashed, ways);
	CK_SESSION_HANDLE session;
	CK_RV rv = CKR_OK, first = CKR_OK;

	for (i = 0; i < count; i++) {
		rv = ca_session_more(impl->token, &session);
		if (rv != CKR_OK)
			return ca_ckr_fail(err, impl->token->name,
			    "C_OpenSession", rv);
		rv = begin(impl, &ways[i], session);
		(void)impl->token->p11->C_CloseSession(session);
		if (i == 0)
			first = rv;
		if (!is_way_refused(rv))
			break;
	}
	if (rv != CKR_OK)
		return ca_ckr_fail(err, impl->token->name, "C_SignInit",
		    is_way_refused(rv) ? first : rv);
	impl->way = ways[i];
	return CA_OK;
}

enum ca_code
ca_signer_cryptoki(const struct ca_signing *signing, struct ca_signer *signer,
    struct ca_error *err)
{
	bool hashed = false;
	struct cryptoki *impl;
	enum ca_code rc = ca_signing_is_hashed(signing, &hashed, err);

	if (rc != CA_OK)
		return rc;
	if (hashed && signing->algorithm->pss) {
		ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: this token makes RSASSA-PSS signatures only with keys that may decrypt, too",
		    signing->token->name, signing->key->label);
		ca_hint(err, "choose another --sig-alg or --key-type");
		return err->code;
	}
	impl = calloc(1, sizeof(*impl));
	if (impl == NULL)
		return ca_fail_memory(err);
	impl->token = signing->token;
	impl->key = signing->key->handle;
	impl->asks = signing->key->always_authenticate;
	impl->pin.token = signing->token;
	impl->pin.fn = signing->options->pin;
	impl->pin.arg = signing->options->pin_arg;
	rc = choose_way(impl, signing->algorithm, hashed, err);
	if (rc == CA_OK)
		rc = ca_pool_open(&impl->pool, signing->token,
		    impl->asks ? 1 : signing->options->sessions, err);
	if (rc != CA_OK) {
		free(impl);
		return rc;
	}
	signer->kind = "cryptoki";
	signer->impl = impl;
	signer->sessions = impl->pool.count;
	signer->sign = cryptoki_sign;
	signer->release = cryptoki_release;
	return CA_OK;
}
