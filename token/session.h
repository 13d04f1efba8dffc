/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_SESSION_H
#define COLDCA_TOKEN_SESSION_H

#include <libp11.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#include "base/secret.h"
#include "coldca/token.h"
#include "token/module.h"

struct ca_token {
	struct ca_module *module;  /* borrowed */
	CK_FUNCTION_LIST *p11;     /* the module's */
	PKCS11_SLOT *slot;         /* libp11's; held while not NULL */
	CK_SESSION_HANDLE session; /* ours, read-write */
	bool has_session;
	bool logged_in;
	unsigned facts; /* enum ca_fact, or-ed */
	char *name;     /* "token ca": the object of messages */
	struct ca_slot_view view;
	struct ca_token_info info;
};

/*
 * Opens our own session on TOKEN's slot, and makes sure that libp11 can have
 * one beside it: libp11 0.4.12 waits for ever where C_OpenSession fails.
 */
CA_CHECKED enum ca_code ca_session_open(struct ca_token *token,
    struct ca_error *err);

/*
 * Opens one more session beside it, for a thread that signs. *RET is closed by
 * whoever opened it, before TOKEN.
 */
CK_RV ca_session_more(struct ca_token *token, CK_SESSION_HANDLE *ret);

/*
 * Asks the token for the state of the user PIN now.
 *
 * CA_ERR_PIN  it is locked, was never set, or has one try left: that one is
 *             nobody's to spend
 */
CA_CHECKED enum ca_code ca_pin_check(struct ca_token *token,
    struct ca_error *err);

/*
 * Asks FN for the PIN. *RET_PIN is new, and to be freed also on failure.
 *
 * CA_ERR_PIN  there is no FN, or the PIN is empty
 */
CA_CHECKED enum ca_code ca_pin_ask(struct ca_token *token, ca_pin_fn fn,
    void *arg, struct ca_secret *ret_pin, struct ca_error *err);

/* Logs out and closes what is open; what fails is not worth a word. */
void ca_session_close(struct ca_token *token);

#endif
