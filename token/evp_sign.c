/* SPDX-License-Identifier: Apache-2.0 */
#include "token/evp_sign.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/spki.h"
#include "token/ckr.h"

#define POOL_SIZE 16 /* sessions that libp11 0.4.12 opens on a slot */
#define OURS 2       /* sessions that are open beside libp11's */

enum ca_code
ca_evp_check(const struct ca_signing *signing, struct ca_error *err)
{
	bool hashed = false;
	enum ca_code rc;

	if (signing->algorithm->digest == NULL)
		return ca_signing_refuse(signing,
		    "libp11 0.4.12 does not sign with Ed25519 keys", err);
	rc = ca_signing_is_hashed(signing, &hashed, err);
	if (rc == CA_OK && hashed)
		return ca_signing_refuse(signing,
		    "this token hashes what its RSA keys sign by itself, which libp11 0.4.12 does not let it",
		    err);
	return rc;
}

enum ca_code
ca_evp_new(const struct ca_signing *signing, struct ca_evp **ret,
    struct ca_error *err)
{
	struct ca_evp *evp = calloc(1, sizeof(*evp));

	if (evp == NULL)
		return ca_fail_memory(err);
	evp->asks = signing->key->always_authenticate;
	evp->ui.call = "C_Sign";
	evp->ui.pin = (struct ca_context_pin){
		.token = signing->token,
		.fn = signing->options->pin,
		.arg = signing->options->pin_arg,
	};
	*ret = evp;
	return CA_OK;
}

void
ca_evp_free(struct ca_evp *evp)
{
	if (evp == NULL)
		return;
	EVP_PKEY_free(evp->key);
	if (evp->ctx != NULL)
		(void)PKCS11_set_ui_method(evp->ctx,
		    evp->ui.pin.token->module->ui, NULL);
	free(evp);
}

/* RFC 4055 section 3.1: MGF1 with the same hash, salt as long as it. */
static bool
begin(EVP_MD_CTX *ctx, const struct ca_sigalg *algorithm, EVP_PKEY *key)
{
	const EVP_MD *digest = EVP_get_digestbyname(algorithm->digest);
	EVP_PKEY_CTX *pctx = NULL;

	if (digest == NULL ||
	    EVP_DigestSignInit(ctx, &pctx, digest, NULL, key) != 1)
		return false;
	return !algorithm->pss ||
	    (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
		    RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* One call, so that the token is asked once. */
static bool
sign(struct ca_evp *evp, const struct ca_sigalg *algorithm, const uint8_t *tbs,
    size_t len, uint8_t *signature, size_t *size)
{
	bool pinpad = evp->asks && evp->ui.pin.token->info.pinpad;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct ca_watch own, *watch = evp->asks ? &evp->ui.watch : &own;
	bool ok;

	ERR_clear_error();
	ca_watch_begin(watch, evp->ui.call, pinpad ? 0 : 1);
	ok = ctx != NULL && begin(ctx, algorithm, evp->key) &&
	    EVP_DigestSign(ctx, signature, size, tbs, len) == 1;
	ca_watch_end(watch);
	EVP_MD_CTX_free(ctx);
	return ok;
}

/*
 * After a PIN that failed, libp11 leaves its session in the middle of the
 * signature: that signer is of no use any more.
 */
static enum ca_code
prepare(struct ca_evp *evp, struct ca_error *err)
{
	struct ca_token *token = evp->ui.pin.token;

	evp->ui.err = err;
	evp->ui.rc = CA_OK;
	evp->ui.given = false;
	if (evp->ui.pin.refused)
		return ca_fail(err, CA_ERR_PIN,
		    "%s: a PIN was refused before: no other is tried",
		    token->name);
	return token->info.pinpad ? ca_pin_check(token, err) : CA_OK;
}

static enum ca_code
evp_sign(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	struct ca_evp *evp = signer->impl;
	size_t size = (size_t)EVP_PKEY_get_size(evp->key);
	enum ca_code rc = evp->asks ? prepare(evp, err) : CA_OK;
	uint8_t *signature;

	if (rc != CA_OK)
		return rc;
	signature = malloc(size);
	if (signature == NULL)
		return ca_fail_memory(err);
	if (sign(evp, signer->algorithm, tbs, len, signature, &size)) {
		ret_signature->data = signature;
		ret_signature->len = size;
		return CA_OK;
	}
	free(signature);
	evp->ui.pin.refused = evp->asks;
	rc = evp->asks ? evp->ui.rc : CA_OK;
	if (rc == CA_OK)
		rc = ca_ckr_fail_libp11(err, evp->ui.pin.token->name,
		    evp->asks ? "C_SignInit, C_Login or C_Sign"
			      : "C_SignInit or C_Sign");
	ERR_clear_error();
	return rc;
}

static void
evp_release(struct ca_signer *signer)
{
	ca_evp_free(signer->impl);
}

/* Whether both have the same SubjectPublicKeyInfo. */
static bool
is_same_public_key(EVP_PKEY *a, EVP_PKEY *b)
{
	struct ca_bytes a_der = { NULL, 0 }, b_der = { NULL, 0 };
	struct ca_error ignored;
	bool same = ca_spki_encode(a, &a_der, &ignored) == CA_OK &&
	    ca_spki_encode(b, &b_der, &ignored) == CA_OK &&
	    ca_bytes_equal(&a_der, &b_der);

	ca_bytes_free(&a_der);
	ca_bytes_free(&b_der);
	return same;
}

/* libp11 opens a session for a thread that needs one, up to its own limit. */
static unsigned
count_sessions(const struct ca_signing *signing)
{
	CK_ULONG limit = signing->token->view.token.ulMaxRwSessionCount;
	CK_ULONG sessions = signing->options->sessions;

	if (sessions > POOL_SIZE)
		sessions = POOL_SIZE;
	if (limit != CK_EFFECTIVELY_INFINITE &&
	    limit != CK_UNAVAILABLE_INFORMATION && sessions + OURS > limit)
		sessions = limit > OURS ? limit - OURS : 1;
	return sessions == 0 || signing->key->always_authenticate
	    ? 1
	    : (unsigned)sessions;
}

enum ca_code
ca_evp_signer(const struct ca_signing *signing, struct ca_evp *evp,
    const char *kind, struct ca_signer *signer, struct ca_error *err)
{
	if (!is_same_public_key(evp->key, signing->key->public_key))
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: libp11 sees another public key",
		    signing->token->name, signing->key->label);
	signer->kind = kind;
	signer->impl = evp;
	signer->sessions = count_sessions(signing);
	signer->sign = evp_sign;
	signer->release = evp_release;
	return CA_OK;
}
