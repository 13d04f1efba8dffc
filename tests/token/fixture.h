/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_TOKEN_FIXTURE_H
#define COLDCA_TESTS_TOKEN_FIXTURE_H

#include "unit/test.h"

#include "coldca/token.h"
#include "token/attribute.h"
#include "token/session.h"

#define FIXTURE_PIN "73911624"

/*
 * One test's SoftHSM: a fresh directory of tokens, with one token "ca" in it.
 * The module is loaded, and "ca" opened, by the functions below; what is still
 * open is closed by the tear-down.
 */
struct fixture {
	char *dir;
	struct ca_module *module;
	struct ca_token *token;
	const char *pin;  /* what the token is given: FIXTURE_PIN */
	unsigned asked;   /* how often */
	unsigned timeout; /* of the module; 0: CA_TOKEN_TIMEOUT */
	struct ca_error err;
};

/* cmocka set-up and tear-down; the test program ends with 77 without SoftHSM. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Makes one more token; while no module is loaded. */
void fixture_init_token(const char *label, const char *pin);

/* Loads the module at PATH; SoftHSM; or the shim in front of it. */
void fixture_load_path(struct fixture *f, const char *path);
void fixture_load(struct fixture *f);
void fixture_load_shim(struct fixture *f);

/* Opens the token "ca"; loads SoftHSM first where nothing is loaded. */
void fixture_open(struct fixture *f);
void fixture_login(struct fixture *f);

/* Closes the token and unloads the module. */
void fixture_close(struct fixture *f);

/* The PIN function: counts in the fixture at ARG, and gives its pin. */
enum ca_code fixture_ask(const struct ca_token_info *info,
    char pin[CA_PIN_MAX + 1], void *arg, struct ca_error *err);

/* A URI; NULL where TEXT is refused. */
struct ca_uri *fixture_uri(const char *text);

/* How often the shim logged LINE: the name of a function, for one. */
unsigned fixture_calls(const struct fixture *f, const char *line);

/* What the token tells of a boolean attribute. */
enum ca_flag fixture_flag(struct fixture *f, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type);

/* How many objects of any class the token holds. */
size_t fixture_objects(struct fixture *f);

/*
 * Makes a P-256 key pair with LABEL and one byte of CKA_ID past all checks of
 * coldca; an Ed25519 one where ED25519 is true. *RET_PUBLIC may be NULL.
 */
CK_OBJECT_HANDLE fixture_raw_key(struct fixture *f, const char *label,
    uint8_t id, bool ed25519, CK_OBJECT_HANDLE *ret_public);

/* Makes a key pair as the program would. */
struct ca_token_key fixture_key(struct fixture *f, const char *label,
    enum ca_key_kind kind);

#endif
