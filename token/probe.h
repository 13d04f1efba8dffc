/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_PROBE_H
#define COLDCA_TOKEN_PROBE_H

#include <openssl/types.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#include "base/secret.h"
#include "coldca/token.h"
#include "token/attribute.h"
#include "token/session.h"

#define CA_PROBE_LABEL_SIZE 32 /* bytes of the throw-away's label, with NUL */
#define CA_PROBE_VAGUE_SIZE 96 /* bytes of a meaning that names a call */

/* What is attacked: an object that holds the private half of PUBLIC_KEY. */
struct ca_probe_target {
	CK_OBJECT_HANDLE object;
	EVP_PKEY *public_key; /* borrowed */
};

/*
 * The throw-away key: of the same kind and template as the CA's. Where the
 * token makes none, WHY_NOT says so.
 */
struct ca_probe_spare {
	struct ca_token_key key;
	char label[CA_PROBE_LABEL_SIZE];
	char *why_not;
	/*
	 * It was made with the same CKA_MODIFIABLE and CKA_COPYABLE as the
	 * CA's key: what may be done to the one may be done to the other.
	 */
	bool stands;
};

/*
 * Keys that others are wrapped under, made for this probe alone; none where
 * the token wraps nothing (CKR_FUNCTION_NOT_SUPPORTED).
 */
struct ca_probe_wrappers {
	CK_OBJECT_HANDLE aes; /* CK_INVALID_HANDLE: the token takes none */
	CK_RV aes_rv;         /* why not */
	bool aes_known;       /* its value is in AES_VALUE */
	struct ca_secret aes_value;
	CK_OBJECT_HANDLE rsa;
	CK_RV rsa_rv;
	EVP_PKEY *rsa_key; /* both halves */
};

/* One probe under way. */
struct ca_probe_run {
	/*
	 * The caller's token with a session of the probe's own: operations that
	 * an attempt leaves behind, and session objects, end with it.
	 */
	struct ca_token token;
	struct ca_token *caller;
	const struct ca_token_key *key;
	struct ca_probe_spare spare;
	struct ca_probe_wrappers wrappers;
	struct ca_probe *probe;
	char vague[CA_PROBE_VAGUE_SIZE]; /* what the last UNKNOWN means */
	bool weak; /* attributes do not hold, or were not made to */
};

/* How one attempt ended. */
struct ca_probe_outcome {
	CK_RV rv;
	enum ca_probe_verdict verdict;
	const char *meaning; /* borrowed, until the next one is judged */
};

/* Appends a row. NAME and WHAT are static; the rest of OUTCOME is copied. */
CA_CHECKED enum ca_code ca_probe_add(struct ca_probe_run *run, const char *name,
    const char *what, const struct ca_probe_outcome *outcome,
    struct ca_error *err);

/*
 * What it means that CALL, which should be refused, ended with RV, not CKR_OK:
 * a refusal is CA_PROBE_SAFE, an answer to some other question
 * CA_PROBE_UNKNOWN.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  no answer: the token, the session or the login is
 *                           lost
 */
CA_CHECKED enum ca_code ca_probe_judge(struct ca_probe_run *run,
    const char *call, CK_RV rv, struct ca_probe_outcome *ret,
    struct ca_error *err);

/* Whether RV says that the token, the session or the login is lost. */
bool ca_probe_is_lost(CK_RV rv);

/* Rows for the attributes that the key must have. */
CA_CHECKED enum ca_code ca_probe_attributes(struct ca_probe_run *run,
    struct ca_error *err);

/* Rows for each way to take the key out: reading and wrapping. */
CA_CHECKED enum ca_code ca_probe_ways(struct ca_probe_run *run,
    struct ca_error *err);

/*
 * Tries those ways on TARGET. *RET_WAY is what the first one that works does,
 * static; NULL where none does.
 */
CA_CHECKED enum ca_code ca_probe_escape(struct ca_probe_run *run,
    const struct ca_probe_target *target, const char **ret_way,
    struct ca_error *err);

/* Rows for rewriting attributes, and for weaker copies. */
CA_CHECKED enum ca_code ca_probe_changes(struct ca_probe_run *run,
    struct ca_error *err);
CA_CHECKED enum ca_code ca_probe_copies(struct ca_probe_run *run,
    struct ca_error *err);

/* The row for a signature after the logout, which this does: the last one. */
CA_CHECKED enum ca_code ca_probe_logout(struct ca_probe_run *run,
    struct ca_error *err);

/*
 * Makes the throw-away key as far as the token can.
 *
 * CA_ERR_TOKEN  the token is lost, or one that was half made could not be
 *               removed
 */
CA_CHECKED enum ca_code ca_probe_spare_make(struct ca_probe_run *run,
    struct ca_error *err);

/* Destroys it, with everything else that has its label. */
CA_CHECKED enum ca_code ca_probe_spare_destroy(struct ca_probe_run *run,
    struct ca_error *err);

bool ca_probe_has_spare(const struct ca_probe_run *run);

/* Wraps TARGET under AES or RSA with MECHANISM, and opens what comes out. */
CA_CHECKED enum ca_code ca_probe_wrap_aes(struct ca_probe_run *run,
    const struct ca_probe_target *target, CK_MECHANISM_TYPE mechanism,
    struct ca_probe_outcome *ret, struct ca_error *err);
CA_CHECKED enum ca_code ca_probe_wrap_rsa(struct ca_probe_run *run,
    const struct ca_probe_target *target, CK_MECHANISM_TYPE mechanism,
    struct ca_probe_outcome *ret, struct ca_error *err);

/*
 * Brings the keys to wrap under onto the token, under the throw-away's label;
 * and takes them away again.
 */
CA_CHECKED enum ca_code ca_probe_wrappers_bring(struct ca_probe_run *run,
    struct ca_error *err);
void ca_probe_wrappers_clear(struct ca_probe_run *run);

#endif
