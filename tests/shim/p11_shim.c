/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module in front of the one at P11_SHIM_MODULE. It passes calls on
 * and makes happen what no token does when asked. All is read from the
 * environment at every call:
 *
 *  P11_SHIM_LOG=FILE         appends the name of each function called, and of
 *                            a new key pair the booleans that were asked for:
 *                            "private 0x162=0"
 *  P11_SHIM_FAIL=C_Sign:2:0x32
 *                            the second C_Sign from now on ends with that CKR
 *                            (0: every one); "now" is when the text changed
 *                            or the module was loaded
 *  P11_SHIM_HANG=C_Sign:2:3  the second C_Sign from now on takes 3 seconds
 *                            longer (0: it does not return)
 *  P11_SHIM_PINPAD=PIN       what is typed at the token where C_Login is
 *                            called without a PIN
 *  P11_SHIM_TOKEN_FLAGS=0x40000
 *                            flags that every token has as well
 *  P11_SHIM_ATTRIBUTE=0x162=1,0x163=0
 *                            values of boolean attributes, whatever the token
 *                            says
 *
 * Where tests/powerloss records, it is told what the token has signed.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPEC_MAX 256     /* bytes of a value in the environment */
#define SCRATCH_MAX 4096 /* bytes of a signature that nobody sees */

static CK_FUNCTION_LIST *real;

/* Of the recorder of tests/powerloss, where that is loaded. */
void powerloss_mark(const char *what, const void *data, size_t len)
    __attribute__((weak));

/* One variable of the environment that names a call by its number. */
struct counter {
	const char *variable;
	char counted[SPEC_MAX]; /* the value that calls belongs to */
	unsigned long calls;
};
static struct counter fail = { .variable = "P11_SHIM_FAIL" };
static struct counter hang = { .variable = "P11_SHIM_HANG" };

/* The log, or NULL; fclose() it. */
static FILE *
open_log(void)
{
	const char *path = getenv("P11_SHIM_LOG");

	return path == NULL ? NULL : fopen(path, "ae");
}

static void
write_log(const char *function)
{
	FILE *file = open_log();

	if (file == NULL)
		return;
	(void)fprintf(file, "%s\n", function);
	(void)fclose(file);
}

static void
log_template(const char *half, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	FILE *file = open_log();
	CK_ULONG i;

	if (file == NULL)
		return;
	for (i = 0; i < count; i++)
		if (template[i].ulValueLen == sizeof(CK_BBOOL))
			(void)fprintf(file, "%s 0x%lx=%d\n", half,
			    template[i].type,
			    *(const CK_BBOOL *)template[i].pValue);
	(void)fclose(file);
}

/* Whether COUNTER means this call of FUNCTION; its number is then *RET. */
static bool
is_meant(struct counter *counter, const char *function, unsigned long *ret)
{
	const char *spec = getenv(counter->variable);
	char want[SPEC_MAX];
	unsigned long nth;

	if (spec == NULL || strlen(spec) >= SPEC_MAX)
		return false;
	if (strcmp(spec, counter->counted) != 0) {
		memcpy(counter->counted, spec, strlen(spec) + 1);
		counter->calls = 0;
	}
	if (sscanf(spec, "%255[^:]:%lu:%lx", want, &nth, ret) != 3 ||
	    strcmp(want, function) != 0)
		return false;
	counter->calls++;
	return nth == 0 || counter->calls == nth;
}

static CK_RV
before(const char *function)
{
	unsigned long number = 0;

	write_log(function);
	if (is_meant(&hang, function, &number)) {
		while (number == 0)
			(void)pause();
		(void)sleep((unsigned)number);
	}
	return is_meant(&fail, function, &number) ? (CK_RV)number : CKR_OK;
}

/* What the functions below do not wrap goes straight to the module. */
#define WRAPPED(X)                                                            \
	X(C_Initialize, (void *a), (a))                                       \
	X(C_Finalize, (void *a), (a))                                         \
	X(C_GetInfo, (CK_INFO * a), (a))                                      \
	X(C_GetSlotList, (CK_BBOOL a, CK_SLOT_ID * b, CK_ULONG * c),          \
	    (a, b, c))                                                        \
	X(C_GetSlotInfo, (CK_SLOT_ID a, CK_SLOT_INFO * b), (a, b))            \
	X(C_GetMechanismInfo,                                                 \
	    (CK_SLOT_ID a, CK_MECHANISM_TYPE b, CK_MECHANISM_INFO * c),       \
	    (a, b, c))                                                        \
	X(C_OpenSession,                                                      \
	    (CK_SLOT_ID a, CK_FLAGS b, void *c, CK_NOTIFY d,                  \
		CK_SESSION_HANDLE *e),                                        \
	    (a, b, c, d, e))                                                  \
	X(C_CloseSession, (CK_SESSION_HANDLE a), (a))                         \
	X(C_CloseAllSessions, (CK_SLOT_ID a), (a))                            \
	X(C_GetSessionInfo, (CK_SESSION_HANDLE a, CK_SESSION_INFO * b),       \
	    (a, b))                                                           \
	X(C_Logout, (CK_SESSION_HANDLE a), (a))                               \
	X(C_CreateObject,                                                     \
	    (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c,               \
		CK_OBJECT_HANDLE * d),                                        \
	    (a, b, c, d))                                                     \
	X(C_DestroyObject, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b), (a, b)) \
	X(C_SetAttributeValue,                                                \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE * c,       \
		CK_ULONG d),                                                  \
	    (a, b, c, d))                                                     \
	X(C_FindObjectsInit,                                                  \
	    (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c), (a, b, c))   \
	X(C_FindObjects,                                                      \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE * b, CK_ULONG c,           \
		CK_ULONG * d),                                                \
	    (a, b, c, d))                                                     \
	X(C_FindObjectsFinal, (CK_SESSION_HANDLE a), (a))                     \
	X(C_SignInit,                                                         \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c),      \
	    (a, b, c))                                                        \
	X(C_GenerateRandom, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c),   \
	    (a, b, c))

#define DEFINE(name, params, args)                          \
	static CK_RV shim_##name params                     \
	{                                                   \
		CK_RV rv = before(#name);                   \
                                                            \
		return rv != CKR_OK ? rv : real->name args; \
	}
WRAPPED(DEFINE)

static CK_RV
shim_C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	const char *flags = getenv("P11_SHIM_TOKEN_FLAGS");
	CK_RV rv = before("C_GetTokenInfo");

	if (rv == CKR_OK)
		rv = real->C_GetTokenInfo(slot, info);
	if (rv == CKR_OK && flags != NULL)
		info->flags |= strtoul(flags, NULL, 16);
	return rv;
}

static CK_RV
shim_C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin,
    CK_ULONG len)
{
	char *typed = getenv("P11_SHIM_PINPAD");
	CK_RV rv = before("C_Login");

	if (rv != CKR_OK)
		return rv;
	if (pin == NULL && typed != NULL)
		return real->C_Login(session, user, (CK_UTF8CHAR *)typed,
		    strlen(typed));
	return real->C_Login(session, user, pin, len);
}

/* Changes the value of ATTRIBUTE as P11_SHIM_ATTRIBUTE says. */
static void
lie(const CK_ATTRIBUTE *attribute)
{
	const char *spec = getenv("P11_SHIM_ATTRIBUTE");
	unsigned long type;
	unsigned value;

	while (spec != NULL && *spec != '\0') {
		spec += *spec == ',';
		if (sscanf(spec, "%lx=%u", &type, &value) == 2 &&
		    type == attribute->type && attribute->pValue != NULL &&
		    attribute->ulValueLen == sizeof(CK_BBOOL))
			*(CK_BBOOL *)attribute->pValue = value != 0;
		spec += strcspn(spec, ",");
	}
}

static CK_RV
shim_C_GetAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV rv = before("C_GetAttributeValue");
	CK_ULONG i;

	if (rv == CKR_OK)
		rv =
		    real->C_GetAttributeValue(session, object, template, count);
	for (i = 0; i < count && rv == CKR_OK; i++)
		lie(&template[i]);
	return rv;
}

static CK_RV
shim_C_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
    CK_ATTRIBUTE *public, CK_ULONG public_count, CK_ATTRIBUTE *private,
    CK_ULONG private_count, CK_OBJECT_HANDLE *ret_public,
    CK_OBJECT_HANDLE *ret_private)
{
	CK_RV rv = before("C_GenerateKeyPair");

	log_template("public", public, public_count);
	log_template("private", private, private_count);
	return rv != CKR_OK
	    ? rv
	    : real->C_GenerateKeyPair(session, mechanism, public, public_count,
		  private, private_count, ret_public, ret_private);
}

/* The module signs in any case, so that its operation is over. */
static CK_RV
shim_C_Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len,
    CK_BYTE *signature, CK_ULONG *signature_len)
{
	CK_BYTE scratch[SCRATCH_MAX];
	CK_ULONG scratch_len = sizeof(scratch);
	CK_RV rv = before("C_Sign");

	if (rv == CKR_OK && powerloss_mark != NULL)
		powerloss_mark("C_Sign", data, len);
	if (rv == CKR_OK)
		return real->C_Sign(session, data, len, signature,
		    signature_len);
	(void)real->C_Sign(session, data, len, scratch, &scratch_len);
	return rv;
}

/* The same for data in pieces: an error ends the operation (section 5.11). */
static CK_RV
end_pieces(CK_SESSION_HANDLE session, CK_RV rv)
{
	CK_BYTE scratch[SCRATCH_MAX];
	CK_ULONG scratch_len = sizeof(scratch);

	(void)real->C_SignFinal(session, scratch, &scratch_len);
	return rv;
}

static CK_RV
shim_C_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len)
{
	CK_RV rv = before("C_SignUpdate");

	return rv == CKR_OK ? real->C_SignUpdate(session, data, len)
			    : end_pieces(session, rv);
}

static CK_RV
shim_C_SignFinal(CK_SESSION_HANDLE session, CK_BYTE *signature,
    CK_ULONG *signature_len)
{
	CK_RV rv = before("C_SignFinal");

	return rv == CKR_OK
	    ? real->C_SignFinal(session, signature, signature_len)
	    : end_pieces(session, rv);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret_list)
{
	static CK_FUNCTION_LIST ours;
	const char *path = getenv("P11_SHIM_MODULE");
	void *handle =
	    path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol =
	    handle == NULL ? NULL : dlsym(handle, "C_GetFunctionList");
	CK_C_GetFunctionList get;
	CK_RV rv;

	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &symbol, sizeof(get));
	rv = get(&real);
	if (rv != CKR_OK)
		return rv;
	fail.calls = hang.calls = 0;
	ours = *real;
#define REPLACE(name, params, args) ours.name = shim_##name;
	WRAPPED(REPLACE)
	ours.C_GetTokenInfo = shim_C_GetTokenInfo;
	ours.C_Login = shim_C_Login;
	ours.C_GetAttributeValue = shim_C_GetAttributeValue;
	ours.C_GenerateKeyPair = shim_C_GenerateKeyPair;
	ours.C_Sign = shim_C_Sign;
	ours.C_SignUpdate = shim_C_SignUpdate;
	ours.C_SignFinal = shim_C_SignFinal;
	*ret_list = &ours;
	return CKR_OK;
}
