/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_H
#define COLDCA_TOKEN_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/signer.h"

#define CA_TOKENS_MAX 64     /* slots of one module that are looked at */
#define CA_KEY_ID_MAX 255    /* bytes of CKA_ID that are read */
#define CA_KEY_LABEL_MAX 128 /* bytes of CKA_LABEL that are read or written */
#define CA_PIN_MAX 255       /* bytes; longer than any token takes */
#define CA_URI_MAX 4096      /* bytes of a PKCS#11 URI */

/*
 * A PKCS#11 URI (RFC 7512) that names a token, a key on it, or both.
 */
struct ca_uri;

/*
 * Reads TEXT by p11-kit's parser. *RET_URI is new, freed with ca_uri_free().
 *
 * CA_ERR_USAGE  not a PKCS#11 URI, an attribute that coldca does not know, a
 *               pin-value (argv and history would show it), or a pin-source
 *               that is no file
 */
CA_CHECKED enum ca_code ca_uri_parse(const char *text, struct ca_uri **ret_uri,
    struct ca_error *err);

/* Getters: borrowed; NULL where the URI does not have it. */
const char *ca_uri_module_path(const struct ca_uri *uri);
const char *ca_uri_object(const struct ca_uri *uri);     /* CKA_LABEL */
const char *ca_uri_pin_source(const struct ca_uri *uri); /* a path */

void ca_uri_free(struct ca_uri *uri);

/* State of the user PIN, as the token's flags tell. */
enum ca_pin_state {
	CA_PIN_OK,        /* or the token does not tell */
	CA_PIN_COUNT_LOW, /* a wrong PIN was tried since the last right one */
	CA_PIN_FINAL_TRY, /* the next wrong PIN locks it */
	CA_PIN_LOCKED,
	CA_PIN_NOT_SET,
};

/* One token, as its slot shows it. Texts are owned and without padding. */
struct ca_token_info {
	char *label;
	char *manufacturer;
	char *model;
	char *serial;
	char *firmware; /* "2.6" */
	unsigned long slot_id;
	bool initialized;
	bool hardware; /* neither known software, nor a slot without hardware */
	bool pinpad;   /* protected authentication path: PIN at the token */
	bool login_required;
	enum ca_pin_state pin_state;
	char *uri; /* "pkcs11:model=...;serial=...;token=..." */
};

struct ca_token_infos {
	struct ca_token_info *item;
	size_t count;
};

void ca_token_infos_clear(struct ca_token_infos *infos);

/* A loaded PKCS#11 module. At most one at a time in a process. */
struct ca_module;

/*
 * Loads the module in the file at PATH through libp11. *RET_MODULE is new;
 * ca_module_free() logs out of, finalizes and unloads it.
 *
 * CA_ERR_TOKEN  no such file, not a module, or it does not initialize
 */
CA_CHECKED enum ca_code ca_module_load(const char *path,
    struct ca_module **ret_module, struct ca_error *err);

/* All tokens of MODULE, also those that are not initialized. *RET is new. */
CA_CHECKED enum ca_code ca_module_tokens(struct ca_module *module,
    struct ca_token_infos *ret, struct ca_error *err);

void ca_module_free(struct ca_module *module);

/*
 * The paths of the modules that are registered with p11-kit for the whole
 * machine, NULL at the end; none of them is loaded. *RET_PATHS is new, freed
 * with ca_module_paths_free().
 */
CA_CHECKED enum ca_code ca_module_registered(char ***ret_paths,
    struct ca_error *err);
void ca_module_paths_free(char **paths);

/* One token with one read-write session on it. */
struct ca_token;

/*
 * Opens the one initialized token of MODULE that URI names; a URI without
 * token attributes names every token. *RET_TOKEN is new; close it before its
 * module.
 *
 * CA_ERR_TOKEN  none matches, or more than one: the message lists what is
 *               there; or no session can be opened
 */
CA_CHECKED enum ca_code ca_token_open(struct ca_module *module,
    const struct ca_uri *uri, struct ca_token **ret_token,
    struct ca_error *err);

/* Borrowed; lives as long as TOKEN. */
const struct ca_token_info *ca_token_info(const struct ca_token *token);

/*
 * Asks for a PIN. Writes at most CA_PIN_MAX bytes and a NUL to PIN, which is
 * locked in memory and wiped by the caller. INFO lets the question name the
 * token and warn about its PIN's state.
 */
typedef enum ca_code (*ca_pin_fn)(const struct ca_token_info *info,
    char pin[CA_PIN_MAX + 1], void *arg, struct ca_error *err);

/*
 * Logs in as the user, once: FN is called at most once and the token sees one
 * PIN at most. At a pinpad FN is not called. Afterwards no copy of the PIN is
 * held but the one that libp11 keeps until ca_token_close().
 *
 * CA_ERR_PIN    the token is locked, or has one try left (the PIN is then
 *               neither asked for nor sent), or the PIN is wrong
 * CA_ERR_TOKEN  anything else
 */
CA_CHECKED enum ca_code ca_token_login(struct ca_token *token, ca_pin_fn fn,
    void *arg, struct ca_error *err);

/*
 * LEN bytes from the token's generator, before or after login. *RET_LEN is
 * how many came: 0 where the token has none.
 */
CA_CHECKED enum ca_code ca_token_random(struct ca_token *token, uint8_t *ret,
    size_t len, size_t *ret_len, struct ca_error *err);

/* What the token says of one private key. */
struct ca_token_key {
	unsigned long handle;
	uint8_t id[CA_KEY_ID_MAX];
	size_t id_len;
	char label[CA_KEY_LABEL_MAX + 1];
	enum ca_key_kind kind;
	EVP_PKEY *public_key; /* owned; a plain software key */
};

/* Frees what KEY owns and makes it empty. */
void ca_token_key_clear(struct ca_token_key *key);

/*
 * Generates a key pair on the token (C_GenerateKeyPair) with LABEL and a
 * random CKA_ID: TOKEN, PRIVATE, SENSITIVE and SIGN true; EXTRACTABLE,
 * DECRYPT, UNWRAP, DERIVE, SIGN_RECOVER, MODIFIABLE and COPYABLE false where
 * the token takes them. Reads the attributes back and requires LOCAL,
 * ALWAYS_SENSITIVE and NEVER_EXTRACTABLE (ca_token_check_key()); a key that
 * fails is destroyed. RSA_BITS is used where KIND is CA_KEY_RSA.
 *
 * CA_ERR_TOKEN   an object with that label is there already, the token does
 *                not make such keys, or its attributes are wrong
 */
CA_CHECKED enum ca_code ca_token_generate(struct ca_token *token,
    const char *label, enum ca_key_kind kind, unsigned rsa_bits,
    struct ca_token_key *ret_key, struct ca_error *err);

/*
 * Finds the private key that URI names (object and id), exactly one, with its
 * public key read from the public key object of the same CKA_ID.
 *
 * CA_ERR_TOKEN  none or several: the message lists what is there
 */
CA_CHECKED enum ca_code ca_token_find_key(struct ca_token *token,
    const struct ca_uri *uri, struct ca_token_key *ret_key,
    struct ca_error *err);

/*
 * Finds the private key that belongs to PUBLIC_KEY, the CA certificate's,
 * exactly one, among those that URI names.
 *
 * CA_ERR_TOKEN  none or several
 */
CA_CHECKED enum ca_code ca_token_match_key(struct ca_token *token,
    const struct ca_uri *uri, EVP_PKEY *public_key,
    struct ca_token_key *ret_key, struct ca_error *err);

/*
 * Requires of KEY what generation asked for: SENSITIVE, ALWAYS_SENSITIVE,
 * NEVER_EXTRACTABLE, LOCAL true and EXTRACTABLE false.
 *
 * CA_ERR_TOKEN  names each attribute that is wrong
 */
CA_CHECKED enum ca_code ca_token_check_key(struct ca_token *token,
    const struct ca_token_key *key, struct ca_error *err);

/* Destroys both halves of KEY: for a CA whose certificate was never made. */
CA_CHECKED enum ca_code ca_token_destroy_key(struct ca_token *token,
    const struct ca_token_key *key, struct ca_error *err);

/*
 * Stores a CA certificate beside its key, under KEY's CKA_ID and label
 * (C_CreateObject). SUBJECT, ISSUER and SERIAL are DER. Nothing is done where
 * the same certificate is there already.
 */
CA_CHECKED enum ca_code ca_token_store_certificate(struct ca_token *token,
    const struct ca_token_key *key, const struct ca_bytes *certificate,
    const struct ca_bytes *subject, const struct ca_bytes *issuer,
    const struct ca_bytes *serial, struct ca_error *err);

/*
 * The signer `libp11`: KEY used through the EVP_PKEY that libp11 makes of it.
 * ALGORITHM must be one for KEY's kind. *RET_SIGNER is new; free it before the
 * token is closed. It copies KEY's public key.
 *
 * CA_ERR_TOKEN  libp11 can not enumerate the token's keys, or the kind of key
 *               is not one that it signs with
 */
CA_CHECKED enum ca_code ca_token_signer(struct ca_token *token,
    const struct ca_token_key *key, const struct ca_sigalg *algorithm,
    struct ca_signer **ret_signer, struct ca_error *err);

/*
 * A URI that names KEY on TOKEN for later look-ups: token label, serial,
 * object label and id; no PIN, no module path. *RET_URI is new; free() it.
 */
CA_CHECKED enum ca_code ca_token_key_uri(const struct ca_token *token,
    const struct ca_token_key *key, char **ret_uri, struct ca_error *err);

/* Logs out, closes the session and frees TOKEN. Accepts NULL. */
void ca_token_close(struct ca_token *token);

#endif
