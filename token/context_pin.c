/* SPDX-License-Identifier: Apache-2.0 */
#include "token/context_pin.h"

#include <openssl/ui.h>
#include <string.h>

#define UI_PIN_MIN 4 /* bytes: libp11 0.4.12 takes no other */
#define UI_PIN_MAX 32

enum ca_code
ca_context_pin_ask(struct ca_context_pin *pin, struct ca_secret *ret_pin,
    struct ca_error *err)
{
	enum ca_code rc;

	if (pin->refused)
		return ca_fail(err, CA_ERR_PIN,
		    "%s: a PIN was refused before: no other is tried",
		    pin->token->name);
	rc = ca_pin_check(pin->token, err);
	if (rc != CA_OK || pin->token->info.pinpad)
		return rc;
	return ca_pin_ask(pin->token, pin->fn, pin->arg, ret_pin, err);
}

static int
open_ui(UI *ui)
{
	return UI_get0_user_data(ui) != NULL;
}

/* Hands the PIN to libp11, which wipes its copy. */
static int
read_pin(UI *ui, UI_STRING *prompt)
{
	struct ca_context_ui *source = UI_get0_user_data(ui);
	struct ca_secret pin = { NULL, 0 };
	size_t len;

	ca_watch_end(&source->watch);
	source->pin.refused = source->pin.refused || source->given;
	source->given = true;
	source->rc = ca_context_pin_ask(&source->pin, &pin, source->err);
	len = pin.data == NULL ? 0 : strlen(pin.data);
	if (source->rc == CA_OK && (len < UI_PIN_MIN || len > UI_PIN_MAX)) {
		source->rc = ca_fail(source->err, CA_ERR_PIN,
		    "%s: libp11 takes PINs of %d to %d bytes only",
		    source->pin.token->name, UI_PIN_MIN, UI_PIN_MAX);
		ca_hint(source->err,
		    "--signer=cryptoki asks the token directly");
	}
	if (source->rc == CA_OK && UI_set_result(ui, prompt, pin.data) != 0)
		source->rc = ca_fail_memory(source->err);
	ca_secret_free(&pin);
	ca_watch_begin(&source->watch, source->call, 1);
	return source->rc == CA_OK;
}

UI_METHOD *
ca_context_ui_method(void)
{
	UI_METHOD *method = UI_create_method("coldca");

	if (method != NULL &&
	    (UI_method_set_opener(method, open_ui) != 0 ||
		UI_method_set_reader(method, read_pin) != 0)) {
		UI_destroy_method(method);
		return NULL;
	}
	return method;
}
