/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes that are not what the token says. */
#include <string.h>

#include "own.h"

#define CLASS_UNKNOWN ((CK_OBJECT_CLASS)-1)

static CK_OBJECT_CLASS
class_of(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	CK_OBJECT_CLASS class = CLASS_UNKNOWN;
	CK_ATTRIBUTE attribute = { CKA_CLASS, &class, sizeof(class) };

	if (fault_real()->C_GetAttributeValue(session, object, &attribute, 1) !=
	    CKR_OK)
		return CLASS_UNKNOWN;
	return class;
}

/* The last rule wins, so that a plan can be added to. */
static const struct plan_lie *
find_lie(const struct plan *plan, CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE type)
{
	size_t i;

	for (i = plan->lie_count; i > 0; i--) {
		const struct plan_lie *lie = &plan->lie[i - 1];

		if (lie->type == type &&
		    (lie->any_class || lie->class == class))
			return lie;
	}
	return NULL;
}

/* Answers for one attribute, PKCS#11 2.40 section 5.7, C_GetAttributeValue. */
static CK_RV
tell(const struct plan_lie *lie, CK_ATTRIBUTE *attribute, CK_ULONG room)
{
	attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
	if (lie->kind == PLAN_MISSING)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	if (lie->kind == PLAN_SENSITIVE)
		return CKR_ATTRIBUTE_SENSITIVE;
	if (attribute->pValue != NULL && room < lie->len)
		return CKR_BUFFER_TOO_SMALL;
	if (attribute->pValue != NULL)
		memcpy(attribute->pValue, lie->value, lie->len);
	attribute->ulValueLen = lie->len;
	return CKR_OK;
}

/* Asks the real token for one attribute, and lies where the plan says so. */
static CK_RV
answer(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_OBJECT_HANDLE object, CK_OBJECT_CLASS class, CK_ATTRIBUTE *attribute)
{
	CK_ULONG room = attribute->ulValueLen;
	CK_RV rv =
	    fault_real()->C_GetAttributeValue(session, object, attribute, 1);
	const struct plan_lie *lie;

	if (rv != CKR_OK && rv != CKR_ATTRIBUTE_SENSITIVE &&
	    rv != CKR_ATTRIBUTE_TYPE_INVALID && rv != CKR_BUFFER_TOO_SMALL)
		return rv;
	lie = find_lie(&fault_lock()->plan, class, attribute->type);
	if (lie != NULL) {
		rv = tell(lie, attribute, room);
		call->line = lie->line;
	}
	fault_unlock();
	return rv;
}

static bool
plan_lies(void)
{
	bool lies = fault_lock()->plan.lie_count > 0;

	fault_unlock();
	return lies;
}

CK_RV
own_C_GetAttributeValue(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_OBJECT_CLASS class;
	CK_RV rv = CKR_OK, one;
	CK_ULONG i;

	if (!plan_lies() || template == NULL)
		return fault_real()->C_GetAttributeValue(session, object,
		    template, count);
	class = class_of(session, object);
	for (i = 0; i < count; i++) {
		one = answer(call, session, object, class, &template[i]);
		if (one != CKR_OK)
			rv = one;
	}
	return rv;
}
