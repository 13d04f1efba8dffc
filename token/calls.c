/* SPDX-License-Identifier: Apache-2.0 */
#include "token/calls.h"

#include <stddef.h>

#include "token/watchdog.h"

/* Without a PIN it is typed at the token: nobody knows how long that takes. */
#define FOR_PIN(pin) ((pin) == NULL ? 0 : 1)

/* Each function that is called: X(name, times, parameters, arguments). */
#define CALLS(X)                                                               \
	X(C_Initialize, 1, (void *a), (a))                                     \
	X(C_Finalize, 1, (void *a), (a))                                       \
	X(C_GetInfo, 1, (CK_INFO * a), (a))                                    \
	X(C_GetSlotList, 1, (CK_BYTE a, CK_SLOT_ID * b, CK_ULONG * c),         \
	    (a, b, c))                                                         \
	X(C_GetSlotInfo, 1, (CK_SLOT_ID a, CK_SLOT_INFO * b), (a, b))          \
	X(C_GetTokenInfo, 1, (CK_SLOT_ID a, CK_TOKEN_INFO * b), (a, b))        \
	X(C_GetMechanismList, 1,                                               \
	    (CK_SLOT_ID a, CK_MECHANISM_TYPE * b, CK_ULONG * c), (a, b, c))    \
	X(C_GetMechanismInfo, 1,                                               \
	    (CK_SLOT_ID a, CK_MECHANISM_TYPE b, CK_MECHANISM_INFO * c),        \
	    (a, b, c))                                                         \
	X(C_OpenSession, 1,                                                    \
	    (CK_SLOT_ID a, CK_FLAGS b, void *c, CK_NOTIFY d,                   \
		CK_SESSION_HANDLE *e),                                         \
	    (a, b, c, d, e))                                                   \
	X(C_CloseSession, 1, (CK_SESSION_HANDLE a), (a))                       \
	X(C_CloseAllSessions, 1, (CK_SLOT_ID a), (a))                          \
	X(C_GetSessionInfo, 1, (CK_SESSION_HANDLE a, CK_SESSION_INFO * b),     \
	    (a, b))                                                            \
	X(C_Logout, 1, (CK_SESSION_HANDLE a), (a))                             \
	X(C_CreateObject, 1,                                                   \
	    (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c,                \
		CK_OBJECT_HANDLE * d),                                         \
	    (a, b, c, d))                                                      \
	X(C_CopyObject, 1,                                                     \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE * c,        \
		CK_ULONG d, CK_OBJECT_HANDLE * e),                             \
	    (a, b, c, d, e))                                                   \
	X(C_DestroyObject, 1, (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b),       \
	    (a, b))                                                            \
	X(C_GetAttributeValue, 1,                                              \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE * c,        \
		CK_ULONG d),                                                   \
	    (a, b, c, d))                                                      \
	X(C_SetAttributeValue, 1,                                              \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE * c,        \
		CK_ULONG d),                                                   \
	    (a, b, c, d))                                                      \
	X(C_FindObjectsInit, 1,                                                \
	    (CK_SESSION_HANDLE a, CK_ATTRIBUTE * b, CK_ULONG c), (a, b, c))    \
	X(C_FindObjects, 1,                                                    \
	    (CK_SESSION_HANDLE a, CK_OBJECT_HANDLE * b, CK_ULONG c,            \
		CK_ULONG * d),                                                 \
	    (a, b, c, d))                                                      \
	X(C_FindObjectsFinal, 1, (CK_SESSION_HANDLE a), (a))                   \
	X(C_EncryptInit, 1,                                                    \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c),       \
	    (a, b, c))                                                         \
	X(C_Encrypt, 1,                                                        \
	    (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d,        \
		CK_ULONG * e),                                                 \
	    (a, b, c, d, e))                                                   \
	X(C_DecryptInit, 1,                                                    \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c),       \
	    (a, b, c))                                                         \
	X(C_Decrypt, 1,                                                        \
	    (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d,        \
		CK_ULONG * e),                                                 \
	    (a, b, c, d, e))                                                   \
	X(C_SignInit, 1,                                                       \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c),       \
	    (a, b, c))                                                         \
	X(C_Sign, 1,                                                           \
	    (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c, CK_BYTE * d,        \
		CK_ULONG * e),                                                 \
	    (a, b, c, d, e))                                                   \
	X(C_SignUpdate, 1, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c),     \
	    (a, b, c))                                                         \
	X(C_SignFinal, 1, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG * c),    \
	    (a, b, c))                                                         \
	X(C_GenerateKey, CA_WATCH_GENERATE,                                    \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_ATTRIBUTE * c,          \
		CK_ULONG d, CK_OBJECT_HANDLE * e),                             \
	    (a, b, c, d, e))                                                   \
	X(C_GenerateKeyPair, CA_WATCH_GENERATE,                                \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_ATTRIBUTE * c,          \
		CK_ULONG d, CK_ATTRIBUTE * e, CK_ULONG f,                      \
		CK_OBJECT_HANDLE * g, CK_OBJECT_HANDLE * h),                   \
	    (a, b, c, d, e, f, g, h))                                          \
	X(C_WrapKey, 1,                                                        \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c,        \
		CK_OBJECT_HANDLE d, CK_BYTE * e, CK_ULONG * f),                \
	    (a, b, c, d, e, f))                                                \
	X(C_UnwrapKey, 1,                                                      \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c,        \
		CK_BYTE * d, CK_ULONG e, CK_ATTRIBUTE * f, CK_ULONG g,         \
		CK_OBJECT_HANDLE * h),                                         \
	    (a, b, c, d, e, f, g, h))                                          \
	X(C_DeriveKey, 1,                                                      \
	    (CK_SESSION_HANDLE a, CK_MECHANISM * b, CK_OBJECT_HANDLE c,        \
		CK_ATTRIBUTE * d, CK_ULONG e, CK_OBJECT_HANDLE * f),           \
	    (a, b, c, d, e, f))                                                \
	X(C_SeedRandom, 1, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c),     \
	    (a, b, c))                                                         \
	X(C_GenerateRandom, 1, (CK_SESSION_HANDLE a, CK_BYTE * b, CK_ULONG c), \
	    (a, b, c))                                                         \
	X(C_Login, FOR_PIN(c),                                                 \
	    (CK_SESSION_HANDLE a, CK_USER_TYPE b, CK_UTF8CHAR * c,             \
		CK_ULONG d),                                                   \
	    (a, b, c, d))                                                      \
	X(C_InitToken, FOR_PIN(b),                                             \
	    (CK_SLOT_ID a, CK_UTF8CHAR * b, CK_ULONG c, CK_UTF8CHAR * d),      \
	    (a, b, c, d))                                                      \
	X(C_InitPIN, FOR_PIN(b),                                               \
	    (CK_SESSION_HANDLE a, CK_UTF8CHAR * b, CK_ULONG c), (a, b, c))     \
	X(C_SetPIN, FOR_PIN(b),                                                \
	    (CK_SESSION_HANDLE a, CK_UTF8CHAR * b, CK_ULONG c,                 \
		CK_UTF8CHAR * d, CK_ULONG e),                                  \
	    (a, b, c, d, e))

/* PKCS#11 gives a function nothing by which it could find this. */
static CK_FUNCTION_LIST *module;

#define DEFINE(name, times, params, args)             \
	static CK_RV watched_##name params            \
	{                                             \
		struct ca_watch watch;                \
		CK_RV rv;                             \
                                                      \
		ca_watch_begin(&watch, #name, times); \
		rv = module->name args;               \
		ca_watch_end(&watch);                 \
		return rv;                            \
	}
CALLS(DEFINE)

CK_FUNCTION_LIST *
ca_calls_watch(CK_FUNCTION_LIST *real)
{
	static CK_FUNCTION_LIST watched;

	module = real;
	watched = *real;
#define REPLACE(name, times, params, args) \
	if (real->name != NULL)            \
		watched.name = watched_##name;
	CALLS(REPLACE)
	return &watched;
}
