/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_NAMES_H
#define FAULT_NAMES_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

/* The functions of PKCS#11 2.40, FAULT_C_Sign and so on. */
enum fault_function {
#define FUNCTION(name, ...) FAULT_##name,
#include "functions.def"
#undef FUNCTION
	FAULT_FUNCTIONS /* how many there are */
};

/* "C_Sign" */
const char *fault_function_name(enum fault_function function);

bool fault_function_find(const char *name, enum fault_function *ret);

/* The kinds of name that a plan uses. */
enum fault_names {
	FAULT_CKR,         /* return values */
	FAULT_CKA,         /* attributes */
	FAULT_CKM,         /* mechanisms */
	FAULT_TOKEN_FLAGS, /* CKF_ of CK_TOKEN_INFO */
	FAULT_SLOT_FLAGS,  /* CKF_ of CK_SLOT_INFO */
};

/*
 * The value of TEXT: a name with or without its first four letters
 * ("CKR_PIN_INCORRECT", "PIN_INCORRECT"), or a number in hex ("0xa0").
 */
bool fault_name_value(enum fault_names names, const char *text, CK_ULONG *ret);

/* "CKR_OK"; NULL where RV has no name. */
const char *fault_ckr_name(CK_RV rv);

#endif
