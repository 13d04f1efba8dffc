/* SPDX-License-Identifier: Apache-2.0 */
#include "token/session.h"

#include <openssl/err.h>
#include <string.h>

#include "base/secret.h"
#include "token/ckr.h"
#include "token/lock.h"
#include "token/token_info.h"
#include "token/watchdog.h"

CK_RV
ca_session_more(struct ca_token *token, CK_SESSION_HANDLE *ret)
{
	return token->p11->C_OpenSession(token->view.id,
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, ret);
}

enum ca_code
ca_session_open(struct ca_token *token, struct ca_error *err)
{
	CK_SESSION_HANDLE probe = 0;
	const char *call = "C_OpenSession";
	struct ca_watch watch;
	int fault;
	CK_RV rv;

	/*
	 * Before the login, or the session that libp11 logs in with is read
	 * only; and before our own, because this closes all of the slot's.
	 */
	ERR_clear_error();
	ca_watch_begin(&watch, "C_CloseAllSessions", 1);
	fault = PKCS11_open_session(token->slot, 1);
	ca_watch_end(&watch);
	if (fault != 0)
		return ca_ckr_fail_libp11(err, token->name,
		    "PKCS11_open_session (C_CloseAllSessions)");
	rv = ca_session_more(token, &token->session);
	if (rv == CKR_OK) {
		token->has_session = true;
		rv = ca_session_more(token, &probe);
	}
	if (rv == CKR_OK) {
		call = "C_CloseSession";
		rv = token->p11->C_CloseSession(probe);
	}
	return rv == CKR_OK ? CA_OK : ca_ckr_fail(err, token->name, call, rv);
}

void
ca_session_close(struct ca_token *token)
{
	struct ca_watch watch;

	if (token->logged_in) {
		ca_watch_begin(&watch, "C_Logout", 1);
		(void)PKCS11_logout(token->slot);
		ca_watch_end(&watch);
	}
	if (token->has_session)
		(void)token->p11->C_CloseSession(token->session);
	token->logged_in = false;
	token->has_session = false;
	ERR_clear_error();
}

static const struct {
	enum ca_pin_state state;
	const char *message;
	const char *hint;
} unusable[] = {
	{ CA_PIN_FINAL_TRY,
	    "the user PIN has one try left: it is neither asked for nor sent",
	    "log in once with the right PIN and the token's own tool (pkcs11-tool --login --list-objects), which sets the counter back" },
	{ CA_PIN_LOCKED, "the user PIN is locked",
	    "unlock it as the token's security officer, with the token's own tool" },
	{ CA_PIN_NOT_SET, "no user PIN was ever set",
	    "set one as the token's security officer (pkcs11-tool --init-pin)" },
};

/* The token's flags may have changed since the slots were listed. */
enum ca_code
ca_pin_check(struct ca_token *token, struct ca_error *err)
{
	CK_TOKEN_INFO now;
	CK_RV rv = token->p11->C_GetTokenInfo(token->view.id, &now);
	size_t i;

	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_GetTokenInfo", rv);
	token->info.pin_state = ca_pin_state(now.flags);
	for (i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
		if (unusable[i].state == token->info.pin_state) {
			ca_fail(err, CA_ERR_PIN, "%s: %s", token->name,
			    unusable[i].message);
			ca_hint(err, "%s", unusable[i].hint);
			return err->code;
		}
	return CA_OK;
}

enum ca_code
ca_pin_ask(struct ca_token *token, ca_pin_fn fn, void *arg,
    struct ca_secret *pin, struct ca_error *err)
{
	enum ca_code rc;

	if (fn == NULL)
		return ca_fail(err, CA_ERR_PIN, "%s: needs a PIN", token->name);
	rc = ca_secret_new(CA_PIN_MAX + 1, pin, err);
	if (rc == CA_OK)
		rc = fn(&token->info, pin->data, arg, err);
	if (rc != CA_OK)
		return rc;
	pin->data[CA_PIN_MAX] = '\0';
	/* Some tokens count an empty PIN as a wrong one. */
	if (pin->data[0] == '\0')
		return ca_fail(err, CA_ERR_PIN, "%s: the PIN is empty",
		    token->name);
	return CA_OK;
}

/*
 * The login that libp11 made must hold for our session too. It does not where
 * the module gives each caller an instance of its own (p11-kit's client): the
 * PIN, known to be right by now, is then given once more.
 */
static enum ca_code
join_login(struct ca_token *token, const struct ca_secret *pin,
    struct ca_error *err)
{
	CK_SESSION_INFO info;
	CK_RV rv = token->p11->C_GetSessionInfo(token->session, &info);
	CK_UTF8CHAR *text = (CK_UTF8CHAR *)pin->data;
	CK_ULONG len = text == NULL ? 0 : strlen(pin->data);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_GetSessionInfo", rv);
	if (info.state == CKS_RW_USER_FUNCTIONS)
		return CA_OK;
	rv = token->p11->C_Login(token->session, CKU_USER, text, len);
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
		return ca_ckr_fail(err, token->name, "C_Login", rv);
	return CA_OK;
}

/* Exactly one try: whatever fails here is not repeated. */
static enum ca_code
log_in(struct ca_token *token, const char *pin, struct ca_error *err)
{
	struct ca_watch watch;
	int fault;

	ERR_clear_error();
	ca_watch_begin(&watch, "C_Login", pin == NULL ? 0 : 1);
	fault = PKCS11_login(token->slot, 0, pin);
	ca_watch_end(&watch);
	if (fault != 0)
		return ca_ckr_fail_libp11(err, token->name, "C_Login");
	token->logged_in = true;
	return CA_OK;
}

enum ca_code
ca_token_login(struct ca_token *token, ca_pin_fn fn, void *arg,
    struct ca_error *err)
{
	struct ca_secret pin = { NULL, 0 };
	enum ca_code rc;

	/* PKCS11_login() says yes to any PIN once there is a login. */
	if (token->logged_in || !token->info.login_required)
		return CA_OK;
	rc = ca_pin_check(token, err);
	if (rc != CA_OK)
		return rc;
	ca_lock_memory();
	if (!token->info.pinpad)
		rc = ca_pin_ask(token, fn, arg, &pin, err);
	if (rc == CA_OK)
		rc = log_in(token, pin.data, err);
	if (rc == CA_OK)
		rc = join_login(token, &pin, err);
	ca_secret_free(&pin);
	return rc;
}
