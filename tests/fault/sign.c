/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that are not what the key made. */
#include <string.h>

#include "own.h"

CK_RV
own_C_SignInit(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
	CK_RV rv = fault_real()->C_SignInit(session, mechanism, key);
	struct fault_session *followed;

	if (rv != CKR_OK)
		return rv;
	followed = fault_session_find(fault_lock(), session);
	if (followed != NULL) {
		followed->key = key;
		followed->init_took = fault_now() - call->came;
	}
	fault_unlock();
	return CKR_OK;
}

/* The last signature by SESSION's key; or the place for it. */
static struct fault_signature *
last_signature(struct fault_state *state, const struct fault_session *session)
{
	struct fault_signature *last;
	size_t i;

	for (i = 0; i < KEYS_MAX; i++) {
		last = &state->signature[i];
		if (last->len > 0 && last->key == session->key &&
		    last->slot == session->slot)
			return last;
	}
	last = &state->signature[state->signature_next++ % KEYS_MAX];
	last->key = session->key;
	last->slot = session->slot;
	last->len = 0;
	return last;
}

static const struct plan_sign *
find_rule(const struct fault_state *state)
{
	size_t i;

	for (i = 0; i < state->plan.sign_count; i++)
		if (plan_covers(&state->plan.sign[i].range, state->signatures))
			return &state->plan.sign[i];
	return NULL;
}

static void
keep(struct fault_signature *last, const CK_BYTE *data, CK_ULONG len)
{
	if (last == NULL || len > sizeof(last->data))
		return;
	memcpy(last->data, data, len);
	last->len = len;
}

/* Does to the signature of *LEN bytes, in ROOM bytes, what the plan says. */
static void
spoil(struct fault_call *call, CK_SESSION_HANDLE handle, CK_BYTE *data,
    CK_ULONG *len, CK_ULONG room)
{
	struct fault_state *state = fault_lock();
	struct fault_session *session = fault_session_find(state, handle);
	struct fault_signature *last =
	    session == NULL ? NULL : last_signature(state, session);
	const struct plan_sign *rule;

	/* So the token takes for a signature just what the plan says. */
	if (session != NULL && call->answer > 0)
		call->answer -= session->init_took;
	state->signatures++;
	rule = *len == 0 ? NULL : find_rule(state);
	if (rule == NULL) {
		keep(last, data, *len);
	} else if (rule->kind != PLAN_REPEAT) {
		keep(last, data, *len);
		if (rule->kind == PLAN_WRONG)
			data[*len - 1] ^= 1;
		else
			--*len;
		call->line = rule->line;
	} else if (last != NULL && last->len > 0 && last->len <= room) {
		memcpy(data, last->data, last->len);
		*len = last->len;
		call->line = rule->line;
	}
	fault_unlock();
}

CK_RV
own_C_Sign(struct fault_call *call, CK_SESSION_HANDLE session, CK_BYTE *data,
    CK_ULONG data_len, CK_BYTE *signature, CK_ULONG *len)
{
	CK_ULONG room = len == NULL ? 0 : *len;
	CK_RV rv =
	    fault_real()->C_Sign(session, data, data_len, signature, len);

	if (rv == CKR_OK && signature != NULL)
		spoil(call, session, signature, len, room);
	return rv;
}

CK_RV
own_C_SignFinal(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_BYTE *signature, CK_ULONG *len)
{
	CK_ULONG room = len == NULL ? 0 : *len;
	CK_RV rv = fault_real()->C_SignFinal(session, signature, len);

	if (rv == CKR_OK && signature != NULL)
		spoil(call, session, signature, len, room);
	return rv;
}
