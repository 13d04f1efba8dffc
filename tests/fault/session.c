/* SPDX-License-Identifier: Apache-2.0 */
#include "own.h"
#include "state.h"

struct fault_session *
fault_session_find(struct fault_state *state, CK_SESSION_HANDLE handle)
{
	size_t i;

	for (i = 0; i < state->session_count; i++)
		if (state->session[i].handle == handle)
			return &state->session[i];
	return NULL;
}

void
fault_session_add(struct fault_state *state, CK_SESSION_HANDLE handle,
    CK_SLOT_ID slot)
{
	/* A handle that the module gives out again is another session. */
	fault_session_drop(state, handle);
	if (state->session_count == SESSIONS_MAX)
		return;
	state->session[state->session_count++] = (struct fault_session){
		.handle = handle,
		.slot = slot,
		.epoch = state->epoch,
	};
}

static void
drop(struct fault_state *state, size_t index)
{
	state->session[index] = state->session[--state->session_count];
}

void
fault_session_drop(struct fault_state *state, CK_SESSION_HANDLE handle)
{
	struct fault_session *session = fault_session_find(state, handle);

	if (session != NULL)
		drop(state, (size_t)(session - state->session));
}

size_t
fault_session_drop_slot(struct fault_state *state, CK_SLOT_ID slot,
    bool stale_only)
{
	size_t i = 0, dropped = 0;

	while (i < state->session_count) {
		if (state->session[i].slot != slot ||
		    (stale_only && state->session[i].epoch == state->epoch)) {
			i++;
			continue;
		}
		drop(state, i);
		dropped++;
	}
	return dropped;
}

/*
 * Sessions from before the token was removed are gone for the program; here
 * the real ones go, and with them the login.
 */
CK_RV
own_C_OpenSession(struct fault_call *call, CK_SLOT_ID slot, CK_FLAGS flags,
    void *application, CK_NOTIFY notify, CK_SESSION_HANDLE *ret_session)
{
	struct fault_state *state = fault_lock();
	size_t stale = fault_session_drop_slot(state, slot, true);
	CK_RV rv;

	(void)call;
	fault_unlock();
	if (stale > 0)
		(void)fault_real()->C_CloseAllSessions(slot);
	rv = fault_real()->C_OpenSession(slot, flags, application, notify,
	    ret_session);
	if (rv != CKR_OK)
		return rv;
	state = fault_lock();
	fault_session_add(state, *ret_session, slot);
	fault_unlock();
	return CKR_OK;
}

CK_RV
own_C_CloseSession(struct fault_call *call, CK_SESSION_HANDLE session)
{
	CK_RV rv = fault_real()->C_CloseSession(session);

	(void)call;
	if (rv == CKR_OK) {
		fault_session_drop(fault_lock(), session);
		fault_unlock();
	}
	return rv;
}

CK_RV
own_C_CloseAllSessions(struct fault_call *call, CK_SLOT_ID slot)
{
	CK_RV rv = fault_real()->C_CloseAllSessions(slot);

	(void)call;
	if (rv == CKR_OK) {
		(void)fault_session_drop_slot(fault_lock(), slot, false);
		fault_unlock();
	}
	return rv;
}

CK_RV
own_C_Finalize(struct fault_call *call, void *reserved)
{
	CK_RV rv = fault_real()->C_Finalize(reserved);

	(void)call;
	if (rv == CKR_OK) {
		fault_lock()->session_count = 0;
		fault_unlock();
	}
	return rv;
}
