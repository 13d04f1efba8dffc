/* SPDX-License-Identifier: Apache-2.0 */
#include "token/mechanisms.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "token/ckr.h"

static const struct {
	CK_MECHANISM_TYPE type;
	const char *name;
} wanted[] = {
	{ CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA_PKCS_KEY_PAIR_GEN" },
	{ CKM_RSA_PKCS, "RSA_PKCS" },
	{ CKM_SHA256_RSA_PKCS, "SHA256_RSA_PKCS" },
	{ CKM_RSA_PKCS_PSS, "RSA_PKCS_PSS" },
	{ CKM_SHA256_RSA_PKCS_PSS, "SHA256_RSA_PKCS_PSS" },
	{ CKM_EC_KEY_PAIR_GEN, "EC_KEY_PAIR_GEN" },
	{ CKM_ECDSA, "ECDSA" },
	{ CKM_ECDSA_SHA256, "ECDSA_SHA256" },
	{ CKM_EC_EDWARDS_KEY_PAIR_GEN, "EC_EDWARDS_KEY_PAIR_GEN" },
	{ CKM_EDDSA, "EDDSA" },
};

static bool
has(const CK_MECHANISM_TYPE *types, CK_ULONG count, CK_MECHANISM_TYPE type)
{
	CK_ULONG i;

	for (i = 0; i < count; i++)
		if (types[i] == type)
			return true;
	return false;
}

static enum ca_code
name_them(const CK_MECHANISM_TYPE *types, CK_ULONG count, char **ret_names,
    struct ca_error *err)
{
	struct ca_bytes names = { NULL, 0 };
	enum ca_code rc = CA_OK;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!has(types, count, wanted[i].type))
			continue;
		if (rc == CA_OK && names.len > 0)
			rc = ca_bytes_append(&names, " ", 1, err);
		if (rc == CA_OK)
			rc = ca_bytes_append(&names, wanted[i].name,
			    strlen(wanted[i].name), err);
	}
	if (rc == CA_OK)
		rc = ca_bytes_append(&names, "", 1, err);
	if (rc != CA_OK) {
		ca_bytes_free(&names);
		return rc;
	}
	*ret_names = (char *)names.data;
	return CA_OK;
}

enum ca_code
ca_mechanisms_read(const struct ca_module *module, CK_SLOT_ID slot,
    const char *object, char **ret_names, char **ret_fault,
    struct ca_error *err)
{
	CK_MECHANISM_TYPE types[CA_MECHANISMS_MAX];
	CK_ULONG count = CA_MECHANISMS_MAX;
	CK_RV rv = module->p11->C_GetMechanismList(slot, types, &count);
	struct ca_error fault;

	*ret_names = NULL;
	*ret_fault = NULL;
	if (rv == CKR_OK && count <= CA_MECHANISMS_MAX)
		return name_them(types, count, ret_names, err);
	if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
		return ca_text_format(ret_fault, err,
		    "%s: more than %d mechanisms", object, CA_MECHANISMS_MAX);
	(void)ca_ckr_fail(&fault, object, "C_GetMechanismList", rv);
	return ca_text_format(ret_fault, err, "%s", fault.message);
}
