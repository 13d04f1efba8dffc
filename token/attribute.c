/* SPDX-License-Identifier: Apache-2.0 */
#include "token/attribute.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "token/ckr.h"

#define FOUND_STEP 64 /* objects per C_FindObjects */

CK_ATTRIBUTE
ca_attribute(CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
	CK_ATTRIBUTE attribute = { .type = type, .ulValueLen = len };

	/* The structure has no place for const. */
	memcpy(&attribute.pValue, &value, sizeof(value));
	return attribute;
}

/* Appends what the search of TOKEN's session finds to FOUND. */
static enum ca_code
collect(struct ca_token *token, struct ca_bytes *found, struct ca_error *err)
{
	CK_OBJECT_HANDLE step[FOUND_STEP];
	CK_ULONG count;
	enum ca_code rc;
	CK_RV rv;

	for (;;) {
		rv = token->p11->C_FindObjects(token->session, step, FOUND_STEP,
		    &count);
		if (rv == CKR_OK && count > FOUND_STEP)
			rv = CKR_GENERAL_ERROR;
		if (rv != CKR_OK)
			return ca_ckr_fail(err, token->name, "C_FindObjects",
			    rv);
		if (count == 0)
			return CA_OK;
		rc = ca_bytes_append(found, step, count * sizeof(step[0]), err);
		if (rc != CA_OK)
			return rc;
		if (found->len > CA_OBJECTS_MAX * sizeof(step[0]))
			return ca_fail(err, CA_ERR_TOKEN,
			    "%s: more than %d objects", token->name,
			    CA_OBJECTS_MAX);
	}
}

enum ca_code
ca_objects_find(struct ca_token *token, CK_ATTRIBUTE *template, size_t count,
    struct ca_objects *ret, struct ca_error *err)
{
	struct ca_bytes found = { NULL, 0 };
	enum ca_code rc;
	CK_RV rv;

	rv = token->p11->C_FindObjectsInit(token->session, template, count);
	if (rv != CKR_OK)
		return ca_ckr_fail(err, token->name, "C_FindObjectsInit", rv);
	rc = collect(token, &found, err);
	rv = token->p11->C_FindObjectsFinal(token->session);
	if (rc == CA_OK && rv != CKR_OK)
		rc = ca_ckr_fail(err, token->name, "C_FindObjectsFinal", rv);
	if (rc != CA_OK) {
		ca_bytes_free(&found);
		return rc;
	}
	ret->item = (CK_OBJECT_HANDLE *)(void *)found.data;
	ret->count = found.len / sizeof(*ret->item);
	return CA_OK;
}

bool
ca_attribute_is_untold(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID ||
	    rv == CKR_ATTRIBUTE_SENSITIVE;
}

enum ca_code
ca_attribute_read(struct ca_token *token, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, size_t max, struct ca_bytes *ret,
    struct ca_error *err)
{
	CK_ATTRIBUTE attribute = { .type = type };
	struct ca_bytes value = { NULL, 0 };
	CK_RV rv;

	rv = token->p11->C_GetAttributeValue(token->session, object, &attribute,
	    1);
	if (ca_attribute_is_untold(rv) ||
	    (rv == CKR_OK &&
		(attribute.ulValueLen == 0 ||
		    attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION))) {
		*ret = value;
		return CA_OK;
	}
	if (rv == CKR_OK && attribute.ulValueLen > max)
		return ca_fail(err, CA_ERR_TOKEN,
		    "%s: attribute 0x%lx of an object is longer than %zu bytes",
		    token->name, type, max);
	if (rv == CKR_OK) {
		/* Exactly as many as announced: NSS refuses any other size. */
		value.len = attribute.ulValueLen;
		value.data = calloc(1, value.len);
		if (value.data == NULL)
			return ca_fail_memory(err);
		attribute.pValue = value.data;
		rv = token->p11->C_GetAttributeValue(token->session, object,
		    &attribute, 1);
	}
	if (rv == CKR_OK && attribute.ulValueLen > value.len)
		rv = CKR_BUFFER_TOO_SMALL;
	if (rv != CKR_OK) {
		ca_bytes_free(&value);
		return ca_ckr_fail(err, token->name, "C_GetAttributeValue", rv);
	}
	value.len = attribute.ulValueLen;
	*ret = value;
	return CA_OK;
}

static enum ca_flag
flag_of(const CK_ATTRIBUTE *attribute, CK_BBOOL value)
{
	if (attribute->ulValueLen != sizeof(value))
		return CA_FLAG_UNKNOWN;
	return value == CK_FALSE ? CA_FLAG_FALSE : CA_FLAG_TRUE;
}

enum ca_code
ca_attribute_flag(struct ca_token *token, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE_TYPE type, enum ca_flag *ret, struct ca_error *err)
{
	CK_BBOOL value = CK_FALSE;
	CK_ATTRIBUTE attribute = ca_attribute(type, &value, sizeof(value));
	CK_RV rv;

	rv = token->p11->C_GetAttributeValue(token->session, object, &attribute,
	    1);
	if (rv != CKR_OK && !ca_attribute_is_untold(rv))
		return ca_ckr_fail(err, token->name, "C_GetAttributeValue", rv);
	*ret = rv == CKR_OK ? flag_of(&attribute, value) : CA_FLAG_UNKNOWN;
	return CA_OK;
}

enum ca_code
ca_attribute_flags(struct ca_token *token, CK_OBJECT_HANDLE object,
    const CK_ATTRIBUTE_TYPE *types, size_t count, enum ca_flag *ret,
    struct ca_error *err)
{
	CK_ATTRIBUTE template[CA_FLAGS_MAX];
	CK_BBOOL value[CA_FLAGS_MAX] = { CK_FALSE };
	enum ca_code rc = CA_OK;
	CK_RV rv;

	assert(count > 0 && count <= CA_FLAGS_MAX);
	for (size_t i = 0; i < count; i++)
		template[i] =
		    ca_attribute(types[i], &value[i], sizeof(value[i]));
	rv = token->p11->C_GetAttributeValue(token->session, object, template,
	    count);
	if (rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL &&
	    !ca_attribute_is_untold(rv))
		return ca_ckr_fail(err, token->name, "C_GetAttributeValue", rv);
	/* Which of them it is not all tokens say; nor do all read on. */
	for (size_t i = 0; i < count && rc == CA_OK; i++)
		if (rv == CKR_OK)
			ret[i] = flag_of(&template[i], value[i]);
		else
			rc = ca_attribute_flag(token, object, types[i], &ret[i],
			    err);
	return rc;
}
