/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX 4 /* "CKR_" */

struct name {
	const char *text;
	CK_ULONG value;
};

/* CKR_, CKA_ and CKM_, as the header has them. */
static const struct name header_names[] = {
#define NAME(name) { #name, name },
#include "names.inc"
#undef NAME
	{ NULL, 0 },
};

/* The same bits mean other things in other structures: a list for each. */
#define FLAG(name)          \
	{                   \
#name, name \
	}
static const struct name token_flags[] = {
	FLAG(CKF_RNG),
	FLAG(CKF_WRITE_PROTECTED),
	FLAG(CKF_LOGIN_REQUIRED),
	FLAG(CKF_USER_PIN_INITIALIZED),
	FLAG(CKF_RESTORE_KEY_NOT_NEEDED),
	FLAG(CKF_CLOCK_ON_TOKEN),
	FLAG(CKF_PROTECTED_AUTHENTICATION_PATH),
	FLAG(CKF_DUAL_CRYPTO_OPERATIONS),
	FLAG(CKF_TOKEN_INITIALIZED),
	FLAG(CKF_SECONDARY_AUTHENTICATION),
	FLAG(CKF_USER_PIN_COUNT_LOW),
	FLAG(CKF_USER_PIN_FINAL_TRY),
	FLAG(CKF_USER_PIN_LOCKED),
	FLAG(CKF_USER_PIN_TO_BE_CHANGED),
	FLAG(CKF_SO_PIN_COUNT_LOW),
	FLAG(CKF_SO_PIN_FINAL_TRY),
	FLAG(CKF_SO_PIN_LOCKED),
	FLAG(CKF_SO_PIN_TO_BE_CHANGED),
	{ NULL, 0 },
};

static const struct name slot_flags[] = {
	FLAG(CKF_TOKEN_PRESENT),
	FLAG(CKF_REMOVABLE_DEVICE),
	FLAG(CKF_HW_SLOT),
	{ NULL, 0 },
};

static const struct {
	const char *prefix;
	const struct name *list;
} kinds[] = {
	[FAULT_CKR] = { "CKR_", header_names },
	[FAULT_CKA] = { "CKA_", header_names },
	[FAULT_CKM] = { "CKM_", header_names },
	[FAULT_TOKEN_FLAGS] = { "CKF_", token_flags },
	[FAULT_SLOT_FLAGS] = { "CKF_", slot_flags },
};

static const char *const functions[] = {
#define FUNCTION(name, ...) #name,
#include "functions.def"
#undef FUNCTION
};

const char *
fault_function_name(enum fault_function function)
{
	return functions[function];
}

bool
fault_function_find(const char *name, enum fault_function *ret)
{
	int i;

	for (i = 0; i < FAULT_FUNCTIONS; i++)
		if (strcmp(functions[i], name) == 0) {
			*ret = (enum fault_function)i;
			return true;
		}
	return false;
}

static bool
read_hex(const char *text, CK_ULONG *ret)
{
	static const char digits[] = "0123456789abcdefABCDEF";

	if (strncmp(text, "0x", 2) != 0 || text[2] == '\0' ||
	    text[2 + strspn(text + 2, digits)] != '\0')
		return false;
	errno = 0;
	*ret = strtoul(text, NULL, 16);
	return errno == 0;
}

bool
fault_name_value(enum fault_names names, const char *text, CK_ULONG *ret)
{
	const char *prefix = kinds[names].prefix;
	const struct name *name;

	if (read_hex(text, ret))
		return true;
	if (strncmp(text, prefix, PREFIX) == 0)
		text += PREFIX;
	for (name = kinds[names].list; name->text != NULL; name++)
		if (strncmp(name->text, prefix, PREFIX) == 0 &&
		    strcmp(name->text + PREFIX, text) == 0) {
			*ret = name->value;
			return true;
		}
	return false;
}

const char *
fault_ckr_name(CK_RV rv)
{
	const struct name *name;

	for (name = header_names; name->text != NULL; name++)
		if (name->value == rv && strncmp(name->text, "CKR_", 4) == 0)
			return name->text;
	return NULL;
}
