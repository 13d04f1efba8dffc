/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_SIGNING_H
#define COLDCA_TOKEN_SIGNING_H

#include "token/session.h"

#define CA_SESSIONS_MAX 64 /* that one signer opens */

/* What a signer is made from; all borrowed until it is freed. */
struct ca_signing {
	struct ca_token *token;
	const struct ca_token_key *key; /* borrowed while it is made only */
	const struct ca_sigalg *algorithm;
	const struct ca_signer_options *options;
};

/*
 * One maker for each kind of signer. It sets kind, impl, sessions, sign and
 * release of SIGNER, whose other members are set already.
 */
typedef enum ca_code (*ca_signer_maker)(const struct ca_signing *signing,
    struct ca_signer *signer, struct ca_error *err);

CA_CHECKED enum ca_code ca_signer_libp11(const struct ca_signing *signing,
    struct ca_signer *signer, struct ca_error *err);
CA_CHECKED enum ca_code ca_signer_engine(const struct ca_signing *signing,
    struct ca_signer *signer, struct ca_error *err);
CA_CHECKED enum ca_code ca_signer_cryptoki(const struct ca_signing *signing,
    struct ca_signer *signer, struct ca_error *err);

/* Whether the token hashes what the key signs by itself, or does not sign. */
CA_CHECKED enum ca_code ca_signing_is_hashed(const struct ca_signing *signing,
    bool *ret_hashed, struct ca_error *err);

/* Records that this kind of signer can not do it, and FAULT, the reason. */
enum ca_code ca_signing_refuse(const struct ca_signing *signing,
    const char *fault, struct ca_error *err);

#endif
