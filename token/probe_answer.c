/* SPDX-License-Identifier: Apache-2.0 */
#include "token/probe.h"

#include <stdio.h>

#include "token/ckr.h"

#define DOES_NOT_FIT "the key does not fit into what this mechanism wraps"

static const struct {
	CK_RV rv;
	const char *meaning; /* NULL: it was not the attempt that failed */
} answers[] = {
	{ CKR_ATTRIBUTE_SENSITIVE, "the token keeps it to itself" },
	{ CKR_ATTRIBUTE_READ_ONLY, "the token does not let it be changed" },
	{ CKR_ATTRIBUTE_VALUE_INVALID, "the token takes no such value" },
	{ CKR_ATTRIBUTE_TYPE_INVALID, "the token has no such value" },
	{ CKR_ACTION_PROHIBITED, "the token's rules forbid it" },
	{ CKR_TEMPLATE_INCONSISTENT, "the token finds it contradictory" },
	{ CKR_KEY_UNEXTRACTABLE, "the key does not leave the token" },
	{ CKR_KEY_NOT_WRAPPABLE, "the token does not wrap this key" },
	{ CKR_KEY_FUNCTION_NOT_PERMITTED, "the key's attributes forbid it" },
	{ CKR_KEY_TYPE_INCONSISTENT,
	    "the token does not do that with keys of this kind" },
	{ CKR_WRAPPING_KEY_TYPE_INCONSISTENT,
	    "the token wraps nothing under such a key" },
	{ CKR_KEY_SIZE_RANGE, DOES_NOT_FIT },
	{ CKR_DATA_LEN_RANGE, DOES_NOT_FIT },
	{ CKR_WRAPPING_KEY_SIZE_RANGE, DOES_NOT_FIT },
	{ CKR_MECHANISM_INVALID, "the token has no such mechanism" },
	{ CKR_FUNCTION_NOT_SUPPORTED, "the token can not do that" },
	{ CKR_FUNCTION_REJECTED, "the token's owner forbids it" },
	{ CKR_TOKEN_WRITE_PROTECTED, "nothing can be written there" },
	/* What is refused only while nobody is logged in is not refused. */
	{ CKR_USER_NOT_LOGGED_IN, NULL },
	{ CKR_CRYPTOKI_NOT_INITIALIZED, NULL },
	{ CKR_DEVICE_REMOVED, NULL },
	{ CKR_KEY_HANDLE_INVALID, NULL },
	{ CKR_OBJECT_HANDLE_INVALID, NULL },
	{ CKR_OPERATION_ACTIVE, NULL },
	{ CKR_SESSION_CLOSED, NULL },
	{ CKR_SESSION_HANDLE_INVALID, NULL },
	{ CKR_SESSION_READ_ONLY, NULL },
	{ CKR_TOKEN_NOT_PRESENT, NULL },
	/* Nobody gave a PIN: the token, or the way to it, is out of order. */
	{ CKR_PIN_EXPIRED, NULL },
	{ CKR_PIN_INCORRECT, NULL },
	{ CKR_PIN_LOCKED, NULL },
};

bool
ca_probe_is_lost(CK_RV rv)
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].rv == rv)
			return answers[i].meaning == NULL;
	return false;
}

/* Whether the key can be reached: an error may be about the attempt alone. */
static bool
is_alive(const struct ca_probe_run *run)
{
	const struct ca_token *token = &run->token;
	CK_OBJECT_CLASS class = 0;
	CK_ATTRIBUTE attribute = ca_attribute(CKA_CLASS, &class, sizeof(class));
	CK_SESSION_INFO info;

	return token->p11->C_GetSessionInfo(token->session, &info) == CKR_OK &&
	    token->p11->C_GetAttributeValue(token->session, run->key->handle,
		&attribute, 1) == CKR_OK;
}

enum ca_code
ca_probe_judge(struct ca_probe_run *run, const char *call, CK_RV rv,
    struct ca_probe_outcome *ret, struct ca_error *err)
{
	size_t i;

	if (ca_probe_is_lost(rv))
		return ca_ckr_fail(err, run->token.name, call, rv);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].rv != rv)
			continue;
		*ret = (struct ca_probe_outcome){ rv, CA_PROBE_SAFE,
			answers[i].meaning };
		return CA_OK;
	}
	if (!is_alive(run))
		return ca_ckr_fail(err, run->token.name, call, rv);
	(void)snprintf(run->vague, sizeof(run->vague),
	    "nothing came out of %s, but this is no clear refusal", call);
	*ret = (struct ca_probe_outcome){ rv, CA_PROBE_UNKNOWN, run->vague };
	return CA_OK;
}
