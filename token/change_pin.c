/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include "token/ckr.h"
#include "token/pin.h"
#include "token/session.h"

/*
 * The old PIN has to prove itself by a login first. NSS wants it so, and
 * tpm2-pkcs11 answers a C_SetPIN with a wrong old PIN with CKR_OK. It stays
 * one try: where it is refused it is not sent again.
 */
static enum ca_code
log_in(struct ca_token *token, const struct ca_secret *old, bool *ret_login,
    struct ca_error *err)
{
	CK_RV rv;

	/* At a pinpad C_SetPIN asks for the old PIN itself. */
	if (token->info.pinpad || token->logged_in)
		return CA_OK;
	rv = token->p11->C_Login(token->session, CKU_USER, ca_pin_text(old),
	    ca_pin_length(old));
	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_Login", rv);
	*ret_login = true;
	return CA_OK;
}

/* NSS calls it so when its database can not be written. */
static enum ca_code
fail_unchanged(const char *object, struct ca_error *err)
{
	ca_fail(err, CA_ERR_TOKEN,
	    "%s: C_SetPIN: CKR_PIN_INCORRECT, though C_Login took the same PIN: the token did not change it",
	    object);
	err->ckr = CKR_PIN_INCORRECT;
	ca_hint(err,
	    "the old PIN still holds: see that what the token writes to is neither full nor locked by another program, and try again");
	return CA_ERR_TOKEN;
}

static enum ca_code
set_pin(struct ca_token *token, const struct ca_secret *old,
    const struct ca_secret *new, struct ca_error *err)
{
	bool login = false;
	enum ca_code rc = log_in(token, old, &login, err);
	CK_RV rv;

	if (rc != CA_OK)
		return rc;
	rv = token->p11->C_SetPIN(token->session, ca_pin_text(old),
	    ca_pin_length(old), ca_pin_text(new), ca_pin_length(new));
	if (login)
		(void)token->p11->C_Logout(token->session);
	if (login && rv == CKR_PIN_INCORRECT)
		return fail_unchanged(token->name, err);
	return rv == CKR_OK ? CA_OK
			    : ca_ckr_fail(err, token->name, "C_SetPIN", rv);
}

static enum ca_code
ask(struct ca_token *token, ca_pin_fn fn, void *arg, const char *whose,
    struct ca_secret *ret_pin, struct ca_error *err)
{
	enum ca_code rc;

	/* At a pinpad the token asks for both itself. */
	if (token->info.pinpad)
		return CA_OK;
	rc = ca_pin_ask(token, fn, arg, ret_pin, err);
	if (rc == CA_OK)
		rc = ca_pin_check_length(&token->view.token, token->name, whose,
		    ret_pin, err);
	return rc;
}

enum ca_code
ca_token_change_pin(struct ca_token *token, ca_pin_fn old_pin,
    ca_pin_fn new_pin, void *arg, struct ca_error *err)
{
	struct ca_secret old = { NULL, 0 }, new = { NULL, 0 };
	enum ca_code rc = ca_pin_check(token, err);

	if (rc == CA_OK)
		rc = ask(token, old_pin, arg, "the old user PIN", &old, err);
	if (rc == CA_OK)
		rc = ask(token, new_pin, arg, "the new user PIN", &new, err);
	/* Whoever typed the new one may have taken their time. */
	if (rc == CA_OK)
		rc = ca_pin_check(token, err);
	if (rc == CA_OK)
		rc = set_pin(token, &old, &new, err);
	ca_secret_free(&old);
	ca_secret_free(&new);
	return rc;
}
