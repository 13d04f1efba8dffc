/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <stdlib.h>

#include "base/text.h"
#include "token/ckr.h"
#include "token/facts.h"
#include "token/listing.h"
#include "token/session.h"
#include "token/token_info.h"

static enum ca_code
fail_with_list(const struct ca_module *module, const char *fault,
    const struct ca_slot_view *views, size_t count, struct ca_error *err)
{
	struct ca_listing listing = { { NULL, 0 }, 0 };
	struct ca_token_info info = { .label = NULL };
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < count && rc == CA_OK; i++) {
		rc = ca_token_info_make(&views[i], &info, err);
		if (rc == CA_OK && info.initialized)
			rc = ca_listing_add(&listing, err,
			    "'%s' (%s, serial %s)", info.label, info.model,
			    info.serial);
		ca_token_info_clear(&info);
	}
	if (rc == CA_OK)
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: %s; initialized tokens there: %s", module->path, fault,
		    ca_listing_text(&listing));
	ca_listing_clear(&listing);
	return rc;
}

/* The one initialized token that URI names. */
static enum ca_code
choose(const struct ca_module *module, const struct ca_uri *uri,
    struct ca_slot_view *ret_view, struct ca_error *err)
{
	const struct ca_slot_view *found = NULL;
	struct ca_slot_view *views;
	size_t i, count, matches = 0;
	CK_INFO info;
	enum ca_code rc;
	CK_RV rv = module->p11->C_GetInfo(&info);

	if (rv != CKR_OK)
		return ca_ckr_fail(err, module->path, "C_GetInfo", rv);
	rc = ca_module_views(module, &views, &count, err);
	if (rc != CA_OK)
		return rc;
	for (i = 0; i < count; i++)
		if ((views[i].token.flags & CKF_TOKEN_INITIALIZED) != 0 &&
		    ca_uri_names_module(uri, &info) &&
		    ca_uri_names_token(uri, &views[i])) {
			found = &views[i];
			matches++;
		}
	if (matches == 0) {
		rc = fail_with_list(module, "no token matches the URI", views,
		    count, err);
	} else if (matches > 1) {
		rc = fail_with_list(module,
		    "more than one token matches the URI", views, count, err);
		if (rc == CA_ERR_TOKEN)
			ca_hint(err,
			    "add token=LABEL or serial=NUMBER to the URI");
	} else {
		*ret_view = *found;
	}
	free(views);
	return rc;
}

enum ca_code
ca_token_open(struct ca_module *module, const struct ca_uri *uri,
    struct ca_token **ret_token, struct ca_error *err)
{
	struct ca_token *token = calloc(1, sizeof(*token));
	enum ca_code rc;

	if (token == NULL)
		return ca_fail_memory(err);
	token->module = module;
	token->p11 = module->p11;
	rc = choose(module, uri, &token->view, err);
	token->facts = ca_facts_find(&token->view);
	if (rc == CA_OK)
		rc = ca_token_info_make(&token->view, &token->info, err);
	if (rc == CA_OK)
		rc = ca_text_format(&token->name, err, "token %s",
		    token->info.label);
	if (rc == CA_OK)
		rc = ca_module_slot_hold(module, &token->view, &token->slot,
		    err);
	if (rc == CA_OK)
		rc = ca_session_open(token, err);
	if (rc != CA_OK) {
		ca_token_close(token);
		return rc;
	}
	*ret_token = token;
	return CA_OK;
}

const struct ca_token_info *
ca_token_info(const struct ca_token *token)
{
	return &token->info;
}

enum ca_code
ca_token_random(struct ca_token *token, uint8_t *ret, size_t len,
    size_t *ret_len, struct ca_error *err)
{
	CK_RV rv = token->p11->C_GenerateRandom(token->session, ret, len);

	/* A card may have CKF_RNG set and no command for it all the same. */
	if (rv == CKR_RANDOM_NO_RNG || rv == CKR_FUNCTION_NOT_SUPPORTED) {
		*ret_len = 0;
		return CA_OK;
	}
	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_GenerateRandom", rv);
	*ret_len = len;
	return CA_OK;
}

void
ca_token_close(struct ca_token *token)
{
	if (token == NULL)
		return;
	ca_session_close(token);
	if (token->slot != NULL)
		ca_module_slot_release(token->module);
	ca_token_info_clear(&token->info);
	free(token->name);
	free(token);
}
