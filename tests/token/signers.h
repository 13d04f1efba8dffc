/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_TOKEN_SIGNERS_H
#define COLDCA_TESTS_TOKEN_SIGNERS_H

#include "token/fixture.h"

/* Whether SIGNATURE of the LEN bytes at TBS verifies, by OpenSSL alone. */
bool signing_verifies(const struct ca_signer *signer, const void *tbs,
    size_t len, const struct ca_bytes *signature);

/* A signer of KIND for KEY with the algorithm NAME; NULL: its first. */
struct ca_signer *signing_make(struct fixture *f,
    const struct ca_token_key *key, enum ca_signer_kind kind, const char *name,
    unsigned sessions);

/* Signs and verifies, that a bit more or less fails too. */
void signing_works(struct fixture *f, struct ca_signer *signer);

/* Asserts that there is no such signer, and that the error says WORD. */
void signing_refused(struct fixture *f, const struct ca_token_key *key,
    enum ca_signer_kind kind, const char *name, const char *word);

/* The key LABEL as the program finds it. */
struct ca_token_key signing_find(struct fixture *f, const char *label);

/* A P-256 key "a" that wants its PIN for each signature, past coldca. */
struct ca_token_key signing_asking_key(struct fixture *f);

#endif
