/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_H
#define COLDCA_TOKEN_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/passport.h"
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

/*
 * Whether A and B can not mean the same key: both give its label or id, or
 * label, serial, model or manufacturer of its token, and differ.
 */
bool ca_uri_contradicts(const struct ca_uri *a, const struct ca_uri *b);

void ca_uri_free(struct ca_uri *uri);

/* State of the user PIN, as the token's flags tell. */
enum ca_pin_state {
	CA_PIN_OK,        /* or the token does not tell */
	CA_PIN_COUNT_LOW, /* a wrong PIN was tried since the last right one */
	CA_PIN_FINAL_TRY, /* the next wrong PIN locks it */
	CA_PIN_LOCKED,
	CA_PIN_NOT_SET,
};

/*
 * One slot and the token in it. Texts are owned and without padding; those of
 * a slot that is not `present` say nothing.
 */
struct ca_token_info {
	char *slot; /* what the slot calls itself */
	char *label;
	char *manufacturer;
	char *model;
	char *serial;
	char *firmware; /* "2.6" */
	unsigned long slot_id;
	bool present; /* false: the slot is empty */
	bool initialized;
	bool hardware; /* neither known software, nor a slot without hardware */
	bool pinpad;   /* protected authentication path: PIN at the token */
	bool login_required;
	bool pin_flags_told; /* false: this token never shows tries left */
	enum ca_pin_state pin_state;
	char
	    *mechanisms; /* those that matter, "ECDSA RSA_PKCS"; NULL: unread */
	char *mechanisms_fault; /* why they were not; else NULL */
	char *uri;              /* "pkcs11:model=...;serial=...;token=..." */
};

struct ca_token_infos {
	struct ca_token_info *item;
	size_t count;
};

void ca_token_infos_clear(struct ca_token_infos *infos);

/* A loaded PKCS#11 module. At most one at a time in a process. */
struct ca_module;

/* How a module is loaded. Texts are borrowed. */
struct ca_module_options {
	const char *path;
	const char *init_args; /* pReserved of C_Initialize, as NSS's softoken
				  wants it; NULL: none */
	const uint8_t *sha256; /* of the file, CA_PASSPORT_SHA256_SIZE bytes,
				  where that was found out just before;
				  NULL: it is read when it is wanted */
	unsigned timeout;      /* seconds that one call of the token may take,
				  ten times as many for making a key; 0: for
				  ever */
};

#define CA_TOKEN_TIMEOUT 60 /* seconds: the default of --token-timeout */

/*
 * Called from the watchdog when a call of the token took longer than the
 * timeout, in a thread of its own: says so and ends the process with
 * CA_ERR_TOKEN, by _exit(), as what exit() calls may hang too; it does not
 * return. Without one the process just ends. CALL is "C_Sign".
 */
typedef void (*ca_watchdog_fn)(const char *call, unsigned seconds, void *arg);

/* Sets what the watchdog calls; before the first module is loaded. */
void ca_module_watchdog(ca_watchdog_fn fn, void *arg);

/*
 * Loads the module of OPTIONS through libp11. *RET_MODULE is new;
 * ca_module_free() logs out of, finalizes and unloads it.
 *
 * CA_ERR_TOKEN  no such file, not a module, or it does not initialize
 */
CA_CHECKED enum ca_code ca_module_load(const struct ca_module_options *options,
    struct ca_module **ret_module, struct ca_error *err);

/*
 * All slots of MODULE, also those with a token that is not initialized, and
 * those with none. *RET is new.
 */
CA_CHECKED enum ca_code ca_module_slots(struct ca_module *module,
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
	bool always_authenticate; /* wants the PIN for each signature */
	EVP_PKEY *public_key;     /* owned; a plain software key */
};

/* Frees what KEY owns and makes it empty. */
void ca_token_key_clear(struct ca_token_key *key);

enum ca_object_class {
	CA_OBJECT_CERTIFICATE, /* X.509 */
	CA_OBJECT_PUBLIC_KEY,
	CA_OBJECT_PRIVATE_KEY,
};

/* One certificate, or one half of a key, that a token shows. */
struct ca_token_object {
	enum ca_object_class class;
	/*
	 * Its id and label. The public key is NULL for certificates, and for
	 * private keys where no other object tells it; the kind holds where
	 * there is one.
	 */
	struct ca_token_key key;
	struct ca_bytes certificate; /* DER, as it is; empty for keys */
};

struct ca_token_objects {
	struct ca_token_object *item;
	size_t count;
	size_t unreadable; /* how many more there are */
};

/*
 * The certificates and keys that TOKEN shows: private keys mostly after the
 * login only. *RET is new; ca_token_objects_clear() it.
 *
 * CA_ERR_TOKEN  they can not be listed; one that can not be read is counted
 */
CA_CHECKED enum ca_code ca_token_objects(struct ca_token *token,
    struct ca_token_objects *ret, struct ca_error *err);

/*
 * The same of the token in the slot of INFO, which is initialized, without
 * opening or logging in to it.
 */
CA_CHECKED enum ca_code ca_module_objects(struct ca_module *module,
    const struct ca_token_info *info, struct ca_token_objects *ret,
    struct ca_error *err);

void ca_token_objects_clear(struct ca_token_objects *objects);

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
 * NEVER_EXTRACTABLE and LOCAL true, EXTRACTABLE false; PRIVATE not false, and
 * DECRYPT, UNWRAP, DERIVE and SIGN_RECOVER not true. Tokens that are known to
 * get LOCAL wrong, or to give their keys fixed uses, are not held to that
 * (token/key_rules.c, token/facts.c). The probe judges by the same rules.
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

/* The signers (see docs/architecture.md), by the words of --signer. */
enum ca_signer_kind {
	CA_SIGNER_AUTO,     /* libp11 where it can, cryptoki otherwise, and
			       for keys that want the PIN each time */
	CA_SIGNER_LIBP11,   /* the EVP_PKEY that libp11 makes of the key */
	CA_SIGNER_ENGINE,   /* OpenSSL's `pkcs11` engine, by URI */
	CA_SIGNER_CRYPTOKI, /* our own C_SignInit and C_Sign */
};

/* "auto", static; and back: false where WORD names none. */
const char *ca_signer_kind_name(enum ca_signer_kind kind);
bool ca_signer_kind_parse(const char *word, enum ca_signer_kind *ret_kind);

/* How ca_token_signer() makes a signer. */
struct ca_signer_options {
	enum ca_signer_kind kind;
	unsigned sessions; /* to sign side by side; 0: 1. The token may allow
			      fewer: see struct ca_signer */
	ca_pin_fn pin;     /* for keys that want the PIN for each signature
			      (CKA_ALWAYS_AUTHENTICATE), and for the engine */
	void *pin_arg;
};

/*
 * A signer for KEY with ALGORITHM, which must be one for KEY's kind. All
 * sessions are opened here, before any thread signs. *RET_SIGNER is new; free
 * it before the token is closed. It copies KEY's public key.
 *
 * CA_ERR_TOKEN  this kind of signer can not do it: the message says why, and
 *               the hint which can
 * CA_ERR_PIN    the engine's own login failed
 */
CA_CHECKED enum ca_code ca_token_signer(struct ca_token *token,
    const struct ca_token_key *key, const struct ca_sigalg *algorithm,
    const struct ca_signer_options *options, struct ca_signer **ret_signer,
    struct ca_error *err);

/* The passport of KEY as it is now. *RET is new; ca_passport_clear() it. */
CA_CHECKED enum ca_code ca_token_passport(struct ca_token *token,
    const struct ca_token_key *key, struct ca_passport *ret,
    struct ca_error *err);

/* What one attempt of the probe showed. */
enum ca_probe_verdict {
	CA_PROBE_SAFE,    /* the token refused, as it must */
	CA_PROBE_NOTICE,  /* not refused, but nothing got out by it */
	CA_PROBE_UNSAFE,  /* key material, or the power to get it, got out */
	CA_PROBE_UNKNOWN, /* it could not be tried on this token */
};

struct ca_probe_row {
	const char *name; /* static: "wrap-aes" */
	const char *what; /* static, for people: "wrap the key under AES" */
	char *ckr;        /* owned: "CKR_KEY_UNEXTRACTABLE" */
	char *meaning;    /* owned: what follows from it */
	enum ca_probe_verdict verdict;
	bool attribute; /* what the key is said to be; no attempt to get it */
};

/* What the probe found out about one key. */
enum ca_probe_result {
	CA_PROBE_PASSED,      /* no way out was found, attributes hold */
	CA_PROBE_NOT_TRUSTED, /* attributes can be rewritten, no way out found */
	CA_PROBE_FAILED,      /* there is a way out, or it is no CA's key */
};

struct ca_probe {
	struct ca_probe_row *item;
	size_t count;
	enum ca_probe_result result;
};

/*
 * Tries to get KEY out of its token, after login: reads CKA_VALUE,
 * CKA_PRIVATE_EXPONENT and the primes; wraps it under an AES session key and
 * under RSA; flips SENSITIVE, EXTRACTABLE, PRIVATE, DECRYPT, WRAP and DERIVE;
 * copies it with weaker attributes; and signs after logout, which ends the
 * login: KEY's handle may be void afterwards. What could weaken KEY itself is
 * tried on a throw-away key of the same template first, and not on KEY where
 * that one was weakened. Nothing is left on the token. *RET is new;
 * ca_probe_clear() it.
 *
 * CA_ERR_TOKEN  the probe itself could not run to its end
 */
CA_CHECKED enum ca_code ca_token_probe(struct ca_token *token,
    const struct ca_token_key *key, struct ca_probe *ret, struct ca_error *err);

/*
 * The same but for the signature after logout: for a key that is to sign
 * next, without asking for the PIN again.
 */
CA_CHECKED enum ca_code ca_token_probe_key(struct ca_token *token,
    const struct ca_token_key *key, struct ca_probe *ret, struct ca_error *err);

void ca_probe_clear(struct ca_probe *probe);

/* What ca_token_initialize() is to make. Texts are borrowed. */
struct ca_token_new {
	const char *label;  /* 1 to 32 bytes of UTF-8 */
	bool erase;         /* an initialized token too: all on it is lost */
	ca_pin_fn so_pin;   /* the security officer's PIN */
	ca_pin_fn user_pin; /* the user's PIN */
	void *pin_arg;
};

/*
 * Initializes a token (C_InitToken, C_InitPIN): the one that URI names, or the
 * first that is not initialized where URI is NULL.
 *
 * CA_ERR_TOKEN  none, several, or one that is initialized without `erase`
 * CA_ERR_PIN    the security officer's PIN is wrong, or a PIN is not taken
 */
CA_CHECKED enum ca_code ca_token_initialize(struct ca_module *module,
    const struct ca_uri *uri, const struct ca_token_new *wanted,
    struct ca_error *err);

/*
 * Changes the user PIN (C_SetPIN). OLD_PIN is asked first; the rules of
 * ca_token_login() about tries that are left hold here too.
 */
CA_CHECKED enum ca_code ca_token_change_pin(struct ca_token *token,
    ca_pin_fn old_pin, ca_pin_fn new_pin, void *arg, struct ca_error *err);

/*
 * A URI that names KEY on TOKEN for later look-ups: token label, serial,
 * object label and id; no PIN, no module path. *RET_URI is new; free() it.
 */
CA_CHECKED enum ca_code ca_token_key_uri(const struct ca_token *token,
    const struct ca_token_key *key, char **ret_uri, struct ca_error *err);

/* Logs out, closes the session and frees TOKEN. Accepts NULL. */
void ca_token_close(struct ca_token *token);

#endif
