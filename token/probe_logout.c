/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <libp11.h>
#include <openssl/err.h>

#include "token/watchdog.h"

#define SIGNATURE_MAX 2048 /* bytes: an RSA key of 16384 bits */
#define DIGEST_SIZE 32     /* bytes of what is signed */

/* What a key of each kind signs DIGEST_SIZE bytes with. */
static const CK_MECHANISM_TYPE mechanisms[CA_KEY_KINDS] = {
	[CA_KEY_RSA] = CKM_RSA_PKCS,
	[CA_KEY_P256] = CKM_ECDSA,
	[CA_KEY_P384] = CKM_ECDSA,
	[CA_KEY_P521] = CKM_ECDSA,
	[CA_KEY_ED25519] = CKM_EDDSA,
};

static bool
is_logged_in(struct ca_probe_run *run)
{
	CK_SESSION_INFO info;

	return run->token.p11->C_GetSessionInfo(run->token.session, &info) ==
	    CKR_OK &&
	    (info.state == CKS_RW_USER_FUNCTIONS ||
		info.state == CKS_RO_USER_FUNCTIONS);
}

/* libp11 first, or it goes on believing that there is a login. */
static CK_RV
log_out(struct ca_probe_run *run)
{
	struct ca_watch watch;
	CK_RV rv;

	if (run->caller->slot != NULL) {
		ca_watch_begin(&watch, "C_Logout", 1);
		(void)PKCS11_logout(run->caller->slot);
		ca_watch_end(&watch);
	}
	ERR_clear_error();
	rv = run->token.p11->C_Logout(run->token.session);
	run->caller->logged_in = false;
	return is_logged_in(run) ? rv : CKR_OK;
}

static CK_RV
sign(struct ca_probe_run *run)
{
	CK_MECHANISM mechanism = { .mechanism = mechanisms[run->key->kind] };
	CK_BYTE digest[DIGEST_SIZE] = { 0 }, signature[SIGNATURE_MAX];
	CK_ULONG len = sizeof(signature);
	CK_RV rv = run->token.p11->C_SignInit(run->token.session, &mechanism,
	    run->key->handle);

	if (rv == CKR_OK)
		rv = run->token.p11->C_Sign(run->token.session, digest,
		    sizeof(digest), signature, &len);
	return rv;
}

/* What it means that the signature after the logout ended with RV. */
static enum ca_code
judge(struct ca_probe_run *run, CK_RV rv, struct ca_probe_outcome *ret,
    struct ca_error *err)
{
	/* The last is what NSS says of a key that it can not decrypt then. */
	static const CK_RV refusals[] = { CKR_USER_NOT_LOGGED_IN,
		CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID,
		CKR_HOST_MEMORY };
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (rv == refusals[i]) {
			*ret = (struct ca_probe_outcome){ rv, CA_PROBE_SAFE,
				"the token wants a login first" };
			return CA_OK;
		}
	if (rv != CKR_OK)
		return ca_probe_judge(run, "C_SignInit", rv, ret, err);
	*ret = (struct ca_probe_outcome){
		rv, CA_PROBE_NOTICE,
		"the token signs on after the logout: take it away, or end the program, when the work is done"
	};
	return CA_OK;
}

enum ca_code
ca_probe_logout(struct ca_probe_run *run, struct ca_error *err)
{
	struct ca_probe_outcome outcome = { CKR_OK, CA_PROBE_UNKNOWN,
		"not tried: the token does not log out" };
	enum ca_code rc = CA_OK;

	if (run->token.info.login_required)
		outcome.rv = log_out(run);
	/* A refused logout is no answer to a signature that was not tried. */
	if (outcome.rv == CKR_OK && run->token.info.login_required)
		rc = judge(run, sign(run), &outcome, err);
	return rc != CA_OK ? rc
			   : ca_probe_add(run, "sign-after-logout",
				 "sign after the logout", &outcome, err);
}
