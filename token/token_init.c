/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/ckr.h"
#include "token/facts.h"
#include "token/listing.h"
#include "token/module.h"
#include "token/pin.h"
#include "token/session.h"
#include "token/token_info.h"

#define LABEL_SIZE 32 /* bytes, blank-padded: PKCS#11 2.40 section 5.5 */

/* One initialization under way. */
struct job {
	struct ca_module *module;
	const struct ca_token_new *wanted;
	/* The token as ca_pin_ask() wants it: info, name and view alone. */
	struct ca_token token;
	struct ca_secret so_pin;
	struct ca_secret user_pin;
	CK_UTF8CHAR label[LABEL_SIZE];
};

static bool
is_initialized(const struct ca_slot_view *view)
{
	return (view->token.flags & CKF_TOKEN_INITIALIZED) != 0;
}

/* What is shown as it is, and no more than fits into the token's field. */
static enum ca_code
read_label(struct job *job, struct ca_error *err)
{
	const char *label = job->wanted->label;
	size_t len = strlen(label);
	char *escaped = NULL;
	enum ca_code rc = ca_text_escape(label, len, &escaped, err);
	bool plain = rc == CA_OK && strcmp(escaped, label) == 0;

	free(escaped);
	if (rc != CA_OK)
		return rc;
	if (len == 0 || len > LABEL_SIZE || !plain || label[len - 1] == ' ')
		return ca_fail(err, CA_ERR_USAGE,
		    "a token's label has 1 to %d bytes of UTF-8, none of them a control character, and no blank at its end",
		    LABEL_SIZE);
	memset(job->label, ' ', sizeof(job->label));
	memcpy(job->label, label, len);
	return CA_OK;
}

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
		if (rc == CA_OK)
			rc = info.initialized
			    ? ca_listing_add(&listing, err,
				  "'%s' (%s, serial %s)", info.label,
				  info.model, info.serial)
			    : ca_listing_add(&listing, err,
				  "one that is not initialized (%s, slot %lu)",
				  info.model, info.slot_id);
		ca_token_info_clear(&info);
	}
	if (rc == CA_OK)
		rc = ca_fail(err, CA_ERR_TOKEN, "%s: %s; tokens there: %s",
		    module->path, fault, ca_listing_text(&listing));
	ca_listing_clear(&listing);
	return rc;
}

/* *RET_VIEW is the one of COUNT tokens that URI names, or the first free one. */
static enum ca_code
choose(const struct job *job, const struct ca_uri *uri,
    const struct ca_slot_view *views, size_t count,
    struct ca_slot_view *ret_view, struct ca_error *err)
{
	const struct ca_slot_view *found = NULL;
	size_t i, matches = 0;

	for (i = 0; i < count; i++) {
		if (uri == NULL ? is_initialized(&views[i]) || found != NULL
				: !ca_uri_names_token(uri, &views[i]))
			continue;
		found = &views[i];
		matches++;
	}
	if (matches == 0 && uri == NULL) {
		fail_with_list(job->module, "every token is initialized", views,
		    count, err);
		if (err->code == CA_ERR_TOKEN)
			ca_hint(err, "name the token that is to be erased");
		return err->code;
	}
	if (matches != 1)
		return fail_with_list(job->module,
		    matches == 0 ? "no token is what the URI names"
				 : "more than one token is what the URI names",
		    views, count, err);
	*ret_view = *found;
	return CA_OK;
}

/* Sets what messages and questions say of the token. */
static enum ca_code
describe(struct job *job, const struct ca_slot_view *view, struct ca_error *err)
{
	struct ca_token *token = &job->token;
	enum ca_code rc;

	token->module = job->module;
	token->p11 = job->module->p11;
	token->view = *view;
	rc = ca_token_info_make(view, &token->info, err);
	if (rc == CA_OK)
		rc = is_initialized(view)
		    ? ca_text_format(&token->name, err, "token %s",
			  token->info.label)
		    : ca_text_format(&token->name, err, "slot %lu",
			  token->info.slot_id);
	return rc;
}

/* The way out once C_InitToken has ended well. */
static const char no_user_pin[] =
    "the token is initialized, but has no user PIN: run this again with --erase";

/* Where the SO PIN of an initialized token stands. */
static const struct {
	CK_FLAGS flag;
	const char *message;
	const char *hint;
} unusable[] = {
	{ CKF_SO_PIN_LOCKED, "the security officer's PIN is locked",
	    "the vendor's tools may be able to reset the token" },
	{ CKF_SO_PIN_FINAL_TRY,
	    "the security officer's PIN has one try left: it is neither asked for nor sent",
	    "log in once as security officer with the token's own tool, which sets the counter back" },
};

static enum ca_code
check_state(const struct job *job, struct ca_error *err)
{
	const struct ca_token *token = &job->token;
	size_t i;

	if (is_initialized(&token->view) && !job->wanted->erase) {
		ca_fail(err, CA_ERR_TOKEN,
		    "%s: it is initialized: all that is on it would be lost",
		    token->name);
		ca_hint(err, "look at what it holds; --erase does it anyway");
		return err->code;
	}
	/* openCryptoki 3.8: no security officer can log in afterwards. */
	if (is_initialized(&token->view) &&
	    (ca_facts_find(&token->view) & CA_FACT_ONE_INIT) != 0 &&
	    (token->view.token.flags & CKF_SO_PIN_TO_BE_CHANGED) == 0) {
		ca_fail(err, CA_ERR_TOKEN,
		    "%s: tokens of this make are spoiled by a second initialization",
		    token->name);
		ca_hint(err,
		    "remove its data with its own tools, and begin anew");
		return err->code;
	}
	/* Before the first initialization SoftHSM says "locked". */
	for (i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++)
		if (is_initialized(&token->view) &&
		    (token->view.token.flags & unusable[i].flag) != 0) {
			ca_fail(err, CA_ERR_PIN, "%s: %s", token->name,
			    unusable[i].message);
			ca_hint(err, "%s", unusable[i].hint);
			return err->code;
		}
	return CA_OK;
}

/* Both before the first call: nothing is half done where one is missing. */
static enum ca_code
ask(struct job *job, struct ca_error *err)
{
	struct ca_token *token = &job->token;
	void *arg = job->wanted->pin_arg;
	enum ca_code rc;

	if (token->info.pinpad)
		return CA_OK;
	rc = ca_pin_ask(token, job->wanted->so_pin, arg, &job->so_pin, err);
	if (rc == CA_OK)
		rc = ca_pin_check_length(&token->view.token, token->name,
		    "the security officer's PIN", &job->so_pin, err);
	if (rc == CA_OK)
		rc = ca_pin_ask(token, job->wanted->user_pin, arg,
		    &job->user_pin, err);
	if (rc == CA_OK)
		rc = ca_pin_check_length(&token->view.token, token->name,
		    "the user PIN", &job->user_pin, err);
	return rc;
}

static enum ca_code
init_token(struct job *job, struct ca_error *err)
{
	CK_RV rv = job->token.p11->C_InitToken(job->token.view.id,
	    ca_pin_text(&job->so_pin), ca_pin_length(&job->so_pin), job->label);

	return rv == CKR_OK
	    ? CA_OK
	    : ca_ckr_fail(err, job->token.name, "C_InitToken", rv);
}

/* Whether VIEW was among the COUNT tokens BEFORE. */
static bool
was_there(const struct ca_slot_view *view, const struct ca_slot_view *before,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_initialized(&before[i]) &&
		    memcmp(before[i].token.label, view->token.label,
			LABEL_SIZE) == 0 &&
		    memcmp(before[i].token.serialNumber,
			view->token.serialNumber,
			sizeof(view->token.serialNumber)) == 0)
			return true;
	return false;
}

/*
 * Finds the token again, which may have another serial number and another slot
 * by now. It is in the same slot, or it is the one with the label that was not
 * there before.
 */
static enum ca_code
find_again(struct job *job, const struct ca_slot_view *before,
    size_t before_count, struct ca_error *err)
{
	const struct ca_slot_view *found = NULL;
	struct ca_slot_view *views;
	size_t i, count;
	enum ca_code rc = ca_module_views(job->module, &views, &count, err);

	if (rc != CA_OK)
		return rc;
	for (i = 0; i < count; i++) {
		if (!is_initialized(&views[i]) ||
		    memcmp(views[i].token.label, job->label, LABEL_SIZE) != 0)
			continue;
		if (views[i].id == job->token.view.id) {
			found = &views[i];
			break;
		}
		if (!was_there(&views[i], before, before_count))
			found = &views[i];
	}
	if (found == NULL)
		rc = ca_fail(err, CA_ERR_TOKEN,
		    "%s: the module took the new label and does not show it",
		    job->token.name);
	else
		job->token.view = *found;
	free(views);
	return rc;
}

static enum ca_code
init_pin(struct job *job, struct ca_error *err)
{
	struct ca_token *token = &job->token;
	const char *call = "C_OpenSession";
	CK_RV rv = ca_session_more(token, &token->session);
	bool open = rv == CKR_OK;

	if (open) {
		call = "C_Login";
		rv = token->p11->C_Login(token->session, CKU_SO,
		    ca_pin_text(&job->so_pin), ca_pin_length(&job->so_pin));
	}
	if (rv == CKR_OK) {
		call = "C_InitPIN";
		rv = token->p11->C_InitPIN(token->session,
		    ca_pin_text(&job->user_pin), ca_pin_length(&job->user_pin));
		(void)token->p11->C_Logout(token->session);
	}
	if (open)
		(void)token->p11->C_CloseSession(token->session);
	if (rv == CKR_OK)
		return CA_OK;
	ca_ckr_fail(err, token->name, call, rv);
	ca_hint(err,
	    rv == CKR_PIN_EXPIRED
		? "the token is initialized, but wants another security officer's PIN than the one it came with: set one with the token's own tool, then run this again with --erase"
		: no_user_pin);
	return err->code;
}

static enum ca_code
initialize(struct job *job, const struct ca_uri *uri, struct ca_error *err)
{
	struct ca_slot_view *views, view = { .id = 0 };
	size_t count;
	enum ca_code rc = ca_module_views(job->module, &views, &count, err);

	if (rc != CA_OK)
		return rc;
	rc = choose(job, uri, views, count, &view, err);
	if (rc == CA_OK)
		rc = describe(job, &view, err);
	if (rc == CA_OK)
		rc = check_state(job, err);
	if (rc == CA_OK)
		rc = ask(job, err);
	if (rc == CA_OK)
		rc = init_token(job, err);
	if (rc == CA_OK) {
		rc = find_again(job, views, count, err);
		if (rc == CA_OK)
			rc = init_pin(job, err);
		else
			ca_hint(err, "%s", no_user_pin);
	}
	free(views);
	return rc;
}

enum ca_code
ca_token_initialize(struct ca_module *module, const struct ca_uri *uri,
    const struct ca_token_new *wanted, struct ca_error *err)
{
	struct job job = { .module = module, .wanted = wanted };
	enum ca_code rc = read_label(&job, err);

	if (rc == CA_OK)
		rc = initialize(&job, uri, err);
	ca_secret_free(&job.so_pin);
	ca_secret_free(&job.user_pin);
	ca_token_info_clear(&job.token.info);
	free(job.token.name);
	return rc;
}
