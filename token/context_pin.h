/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_CONTEXT_PIN_H
#define COLDCA_TOKEN_CONTEXT_PIN_H

#include "token/session.h"
#include "token/watchdog.h"

/*
 * The PIN that some keys want for each signature (CKA_ALWAYS_AUTHENTICATE).
 * One that was refused is the last: nothing here spends the token's tries.
 */
struct ca_context_pin {
	struct ca_token *token; /* borrowed */
	ca_pin_fn fn;
	void *arg;
	bool refused;
};

/*
 * Asks for it. *RET_PIN is new, to be freed also on failure, and empty where
 * the PIN is typed at the token.
 *
 * CA_ERR_PIN  it is not to be tried
 */
CA_CHECKED enum ca_code ca_context_pin_ask(struct ca_context_pin *pin,
    struct ca_secret *ret_pin, struct ca_error *err);

/*
 * What libp11 asks through OpenSSL's UI: whoever calls it hands this over as
 * the user data of the method, and looks at RC afterwards.
 */
struct ca_context_ui {
	struct ca_context_pin pin;
	struct ca_watch watch; /* of the call that asks: stands still */
	const char *call;
	struct ca_error *err;
	enum ca_code rc; /* why libp11 got no PIN */
	bool given;      /* once for each signature, even if it asks again */
};

/* The method. It never asks on a terminal. NULL: out of memory. */
UI_METHOD *ca_context_ui_method(void);

#endif
