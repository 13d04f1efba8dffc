/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module that crashes when it is taken down: it is the module at
 * CRASHING_MODULE, and ends the process by SIGSEGV in C_Finalize or when it is
 * unloaded, as CRASHING_WHERE ("finalize", "unload") says.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static CK_FUNCTION_LIST *real, changed;

static void
crash(const char *where)
{
	const char *wanted = getenv("CRASHING_WHERE");

	if (real != NULL && wanted != NULL && strcmp(wanted, where) == 0)
		(void)raise(SIGSEGV);
}

static CK_RV
finalize(void *reserved)
{
	crash("finalize");
	return real->C_Finalize(reserved);
}

__attribute__((destructor)) static void
unload(void)
{
	crash("unload");
}

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	const char *path = getenv("CRASHING_MODULE");
	void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
	CK_C_GetFunctionList get;

	if (library == NULL)
		return CKR_GENERAL_ERROR;
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	if (get == NULL || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	changed = *real;
	changed.C_Finalize = finalize;
	*ret = &changed;
	return CKR_OK;
}
