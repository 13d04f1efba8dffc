/* SPDX-License-Identifier: Apache-2.0 */
/* What slots and tokens say of themselves. */
#include <stdlib.h>
#include <string.h>

#include "own.h"

#define PIN_FLAGS \
	(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)

CK_RV
own_C_GetSlotList(struct fault_call *call, CK_BBOOL present, CK_SLOT_ID *list,
    CK_ULONG *count)
{
	const struct fault_state *state = fault_lock();
	bool none = state->removed && present != CK_FALSE;

	if (none)
		call->line = state->plan.remove_line;
	fault_unlock();
	if (!none)
		return fault_real()->C_GetSlotList(present, list, count);
	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	*count = 0;
	return CKR_OK;
}

static CK_FLAGS
changed(CK_FLAGS flags, const struct plan_flags *by)
{
	return (flags | by->set) & ~by->clear;
}

CK_RV
own_C_GetSlotInfo(struct fault_call *call, CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	CK_RV rv = fault_real()->C_GetSlotInfo(slot, info);
	const struct fault_state *state;

	if (rv != CKR_OK)
		return rv;
	state = fault_lock();
	info->flags = changed(info->flags, &state->plan.slot_flags);
	if (state->removed) {
		info->flags &= ~CKF_TOKEN_PRESENT;
		call->line = state->plan.remove_line;
	}
	fault_unlock();
	return CKR_OK;
}

static void
replace(CK_UTF8CHAR *field, size_t size, const struct plan_text *by)
{
	if (by->line != 0)
		memcpy(field, by->text, size);
}

/* A token that is not initialized is left as it is. */
CK_RV
own_C_GetTokenInfo(struct fault_call *call, CK_SLOT_ID slot,
    CK_TOKEN_INFO *info)
{
	CK_RV rv = fault_real()->C_GetTokenInfo(slot, info);
	CK_FLAGS pin = 0;
	const struct plan *plan;

	(void)call;
	if (rv != CKR_OK || (info->flags & CKF_TOKEN_INITIALIZED) == 0)
		return rv;
	rv = own_pin_flags(&pin);
	if (rv != CKR_OK)
		return rv;
	plan = &fault_lock()->plan;
	replace(info->label, sizeof(info->label), &plan->label);
	replace(info->manufacturerID, sizeof(info->manufacturerID),
	    &plan->manufacturer);
	replace(info->model, sizeof(info->model), &plan->model);
	replace(info->serialNumber, sizeof(info->serialNumber), &plan->serial);
	if (plan->firmware_line != 0)
		info->firmwareVersion = plan->firmware;
	if (plan->lock_line != 0)
		info->flags = (info->flags & ~(CK_FLAGS)PIN_FLAGS) | pin;
	if (plan->pinpad_line != 0)
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	info->flags = changed(info->flags, &plan->token_flags);
	fault_unlock();
	return CKR_OK;
}

/* The real list without what is hidden. *RET_LIST is new. */
static CK_RV
list_mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE **ret_list,
    CK_ULONG *ret_count)
{
	CK_ULONG i, count = 0, kept = 0;
	CK_MECHANISM_TYPE *list;
	const struct plan *plan;
	CK_RV rv = fault_real()->C_GetMechanismList(slot, NULL, &count);

	if (rv != CKR_OK)
		return rv;
	list = calloc(count + 1, sizeof(*list));
	if (list == NULL)
		return CKR_HOST_MEMORY;
	rv = fault_real()->C_GetMechanismList(slot, list, &count);
	if (rv != CKR_OK) {
		free(list);
		return rv;
	}
	plan = &fault_lock()->plan;
	for (i = 0; i < count; i++)
		if (fault_hidden(plan, list[i]) == 0)
			list[kept++] = list[i];
	fault_unlock();
	*ret_list = list;
	*ret_count = kept;
	return CKR_OK;
}

CK_RV
own_C_GetMechanismList(struct fault_call *call, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	CK_MECHANISM_TYPE *kept = NULL;
	CK_ULONG kept_count = 0, room;
	CK_RV rv;

	(void)call;
	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	rv = list_mechanisms(slot, &kept, &kept_count);
	if (rv != CKR_OK)
		return rv;
	room = *count;
	*count = kept_count;
	if (list != NULL && room < kept_count)
		rv = CKR_BUFFER_TOO_SMALL;
	else if (list != NULL && kept_count > 0)
		memcpy(list, kept, kept_count * sizeof(*kept));
	free(kept);
	return rv;
}

CK_RV
own_C_GetMechanismInfo(struct fault_call *call, CK_SLOT_ID slot,
    CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	call->line = fault_hidden(&fault_lock()->plan, type);
	fault_unlock();
	return call->line != 0
	    ? CKR_MECHANISM_INVALID
	    : fault_real()->C_GetMechanismInfo(slot, type, info);
}
