/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_EVP_SIGN_H
#define COLDCA_TOKEN_EVP_SIGN_H

#include "token/context_pin.h"
#include "token/signing.h"

/* What libp11 and the engine have in common: an EVP_PKEY that can sign. */
struct ca_evp {
	EVP_PKEY *key; /* theirs: never copied, never compared */
	bool asks;     /* wants the PIN for each signature */
	struct ca_context_ui ui;
	PKCS11_CTX *ctx; /* that has UI as its user data; or NULL */
};

/*
 * Refuses what libp11 0.4.12 can not do: Ed25519, and RSA where the token
 * wants to hash by itself.
 */
CA_CHECKED enum ca_code ca_evp_check(const struct ca_signing *signing,
    struct ca_error *err);

/* *RET is new, without a key; for ca_evp_free(). */
CA_CHECKED enum ca_code ca_evp_new(const struct ca_signing *signing,
    struct ca_evp **ret, struct ca_error *err);
void ca_evp_free(struct ca_evp *evp);

/*
 * Makes SIGNER from EVP, which it owns from then on, where its key is the one
 * of SIGNING. EVP stays the caller's on failure.
 */
CA_CHECKED enum ca_code ca_evp_signer(const struct ca_signing *signing,
    struct ca_evp *evp, const char *kind, struct ca_signer *signer,
    struct ca_error *err);

#endif
