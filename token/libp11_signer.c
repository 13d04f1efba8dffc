/* SPDX-License-Identifier: Apache-2.0 */
#include "token/signing.h"

#include <libp11.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "token/ckr.h"
#include "token/evp_sign.h"

static bool
is_named(const PKCS11_KEY *candidate, const struct ca_token_key *key)
{
	const char *label = candidate->label == NULL ? "" : candidate->label;

	return candidate->id_len == key->id_len &&
	    memcmp(candidate->id, key->id, key->id_len) == 0 &&
	    strcmp(label, key->label) == 0;
}

/* The key in libp11's list; it can only be found by its names. */
static enum ca_code
find_key(const struct ca_signing *signing, PKCS11_KEY **ret_key,
    struct ca_error *err)
{
	const struct ca_token *token = signing->token;
	PKCS11_KEY *keys = NULL, *found = NULL;
	unsigned i, count = 0, matches = 0;
	struct ca_watch watch;
	int fault;

	ERR_clear_error();
	ca_watch_begin(&watch, "C_FindObjects", 1);
	fault = PKCS11_enumerate_keys(token->slot->token, &keys, &count);
	ca_watch_end(&watch);
	if (fault != 0) {
		if (ERR_peek_error() == 0)
			ca_fail(err, CA_ERR_TOKEN,
			    "%s: libp11 can not list the private keys",
			    token->name);
		else
			ca_ckr_fail_libp11(err, token->name,
			    "PKCS11_enumerate_keys (C_FindObjectsInit, C_FindObjects or C_GetAttributeValue)");
		ca_hint(err,
		    "libp11 0.4.12 lists no key at all where the token holds one that is neither RSA nor EC, such as Ed25519; --signer=cryptoki asks the token directly");
		return err->code;
	}
	for (i = 0; i < count; i++)
		if (is_named(&keys[i], signing->key)) {
			found = &keys[i];
			matches++;
		}
	if (matches != 1)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: key %s: libp11 sees %u keys of its label and id",
		    token->name, signing->key->label, matches);
	*ret_key = found;
	return CA_OK;
}

static enum ca_code
get_key(const struct ca_signing *signing, struct ca_evp *evp,
    struct ca_error *err)
{
	PKCS11_CTX *ctx = signing->token->module->ctx;
	PKCS11_KEY *found = NULL;
	struct ca_watch watch;
	enum ca_code rc = find_key(signing, &found, err);

	if (rc != CA_OK)
		return rc;
	ca_watch_begin(&watch, "C_GetAttributeValue", 1);
	evp->key = PKCS11_get_private_key(found);
	ca_watch_end(&watch);
	if (evp->key == NULL)
		return ca_ckr_fail_libp11(err, signing->token->name,
		    "PKCS11_get_private_key (C_GetAttributeValue)");
	if (!evp->asks)
		return CA_OK;
	evp->ctx = ctx;
	return PKCS11_set_ui_method(ctx, signing->token->module->ui,
		   &evp->ui) == 0
	    ? CA_OK
	    : ca_fail_memory(err);
}

enum ca_code
ca_signer_libp11(const struct ca_signing *signing, struct ca_signer *signer,
    struct ca_error *err)
{
	struct ca_evp *evp = NULL;
	enum ca_code rc = ca_evp_check(signing, err);

	if (rc == CA_OK)
		rc = ca_evp_new(signing, &evp, err);
	if (rc == CA_OK)
		rc = get_key(signing, evp, err);
	if (rc == CA_OK)
		rc = ca_evp_signer(signing, evp, "libp11", signer, err);
	if (rc != CA_OK)
		ca_evp_free(evp);
	return rc;
}
