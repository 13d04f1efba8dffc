/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module in front of another, which makes happen what no token does
 * when asked. README.md says how it is told.
 */
#include <stdlib.h>

#include "own.h"

/* The arguments of PARAMS_N. */
#define ARGS_1 a
#define ARGS_2 a, b
#define ARGS_3 a, b, c
#define ARGS_4 a, b, c, d
#define ARGS_5 a, b, c, d, e
#define ARGS_6 a, b, c, d, e, f
#define ARGS_8 a, b, c, d, e, f, g, h

typedef CK_RV (
    *part_fn)(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *);
typedef CK_RV (*final_fn)(CK_SESSION_HANDLE, CK_BYTE *, CK_ULONG *);

/* Makes the call FN and throws away what it returns. */
static void
run_part(part_fn fn, CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len)
{
	CK_ULONG room = 0;
	CK_BYTE *scratch;

	if (fn(session, data, len, NULL, &room) != CKR_OK)
		return;
	scratch = malloc(room + 1);
	if (scratch != NULL)
		(void)fn(session, data, len, scratch, &room);
	free(scratch);
}

static void
run_final(final_fn fn, CK_SESSION_HANDLE session)
{
	CK_ULONG room = 0;
	CK_BYTE *scratch;

	if (fn(session, NULL, &room) != CKR_OK)
		return;
	scratch = malloc(room + 1);
	if (scratch != NULL)
		(void)fn(session, scratch, &room);
	free(scratch);
}

/* A signature of one byte is wrong by its length: that ends it. */
static void
run_verify(CK_SESSION_HANDLE session)
{
	CK_BYTE nothing = 0;

	(void)fault_real()->C_VerifyFinal(session, &nothing, 1);
}

#define CLEANUP_NONE(name, n)
#define CLEANUP_CALL(name, n) (void)fault_real()->name(ARGS_##n);
#define CLEANUP_PART(name, n) run_part(fault_real()->name, a, b, c);
#define CLEANUP_FINAL(name, n) run_final(fault_real()->name, a);
#define CLEANUP_ENCRYPT(name, n) run_final(fault_real()->C_EncryptFinal, a);
#define CLEANUP_DECRYPT(name, n) run_final(fault_real()->C_DecryptFinal, a);
#define CLEANUP_DIGEST(name, n) run_final(fault_real()->C_DigestFinal, a);
#define CLEANUP_SIGN(name, n) run_final(fault_real()->C_SignFinal, a);
#define CLEANUP_VERIFY(name, n) run_verify(a);
#define CLEANUP_DIGEST_ENCRYPT(name, n) \
	CLEANUP_DIGEST(name, n) CLEANUP_ENCRYPT(name, n)
#define CLEANUP_DECRYPT_DIGEST(name, n) \
	CLEANUP_DECRYPT(name, n) CLEANUP_DIGEST(name, n)
#define CLEANUP_SIGN_ENCRYPT(name, n) \
	CLEANUP_SIGN(name, n) CLEANUP_ENCRYPT(name, n)
#define CLEANUP_DECRYPT_VERIFY(name, n) \
	CLEANUP_DECRYPT(name, n) CLEANUP_VERIFY(name, n)

#define ENTER_MODULE FAULT_MODULE, 0, NULL
#define ENTER_SLOT FAULT_SLOT, a, NULL
#define ENTER_SESSION FAULT_SESSION, a, NULL
#define ENTER_MECHANISM FAULT_SESSION, a, b

#define BODY_REAL(name, n) fault_real()->name(ARGS_##n)
#define BODY_OWN(name, n) own_##name(&call, ARGS_##n)

#define CALL(name)                                     \
	{                                              \
		.function = FAULT_##name,              \
		.caller = __builtin_return_address(0), \
	}

#define WRAP(name, about, after, body, n, ...)                                 \
	static CK_RV fault_##name(PARAMS_##n(__VA_ARGS__))                     \
	{                                                                      \
		struct fault_call call = CALL(name);                           \
		CK_RV rv = fault_enter(&call, ENTER_##about);                  \
                                                                               \
		if (fault_real()->name == NULL)                                \
			return fault_leave(&call, CKR_FUNCTION_NOT_SUPPORTED); \
		if (rv == CKR_OK)                                              \
			rv = BODY_##body(name, n);                             \
		else if (call.cleanup) {                                       \
			CLEANUP_##after(name, n)                               \
		}                                                              \
		return fault_leave(&call, rv);                                 \
	}

#define WRAP_REAL(...) WRAP(__VA_ARGS__)
#define WRAP_OWN(...) WRAP(__VA_ARGS__)
#define WRAP_LIST(...)
#define FUNCTION(name, about, after, body, n, ...) \
	WRAP_##body(name, about, after, body, n, __VA_ARGS__)
#include "functions.def"
#undef FUNCTION

static CK_RV get_list(CK_FUNCTION_LIST **ret_list, const void *caller);

static CK_RV
fault_C_GetFunctionList(CK_FUNCTION_LIST **ret_list)
{
	return get_list(ret_list, __builtin_return_address(0));
}

/*
 * The version is the real one's. C_GetFunctionList stands here by a name that
 * nobody else has: that one could be another library's, such as p11-kit's.
 */
static CK_FUNCTION_LIST list = {
#define FUNCTION(name, ...) .name = fault_##name,
#include "functions.def"
#undef FUNCTION
};

static CK_RV
get_list(CK_FUNCTION_LIST **ret_list, const void *caller)
{
	struct fault_call call = {
		.function = FAULT_C_GetFunctionList,
		.caller = caller,
	};
	CK_RV rv = fault_load();

	if (rv != CKR_OK)
		return rv;
	rv = fault_enter(&call, FAULT_MODULE, 0, NULL);
	if (rv == CKR_OK && ret_list == NULL)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK) {
		(void)fault_lock();
		list.version = fault_real()->version;
		fault_unlock();
		*ret_list = &list;
	}
	return fault_leave(&call, rv);
}

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret_list)
{
	return get_list(ret_list, __builtin_return_address(0));
}
