/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_FIXTURE_H
#define FAULT_FIXTURE_H

#include "unit/test.h"

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

#define PIN "73911624"
#define SO_PIN "51173399"

/*
 * One test's token: SoftHSM in a fresh directory behind the fault module, with
 * one token that is initialized and one slot that is not.
 */
struct fixture {
	char *dir;
	CK_FUNCTION_LIST *p11; /* the fault module */
	CK_SLOT_ID slot;       /* of the token */
	CK_SLOT_ID empty;
	CK_SESSION_HANDLE session; /* by fixture_session() */
};

/* cmocka set-up and tear-down; the program ends with 77 without SoftHSM. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Replaces the plan; %s in it is the test's directory. */
void fixture_plan(struct fixture *f, const char *text);

/* Asks the module for its functions: what it says, with standard error. */
CK_RV fixture_load(struct fixture *f, char **ret_stderr);

/* Opens a read-write session, and logs in to it. */
void fixture_session(struct fixture *f);
CK_RV fixture_login(struct fixture *f, const char *pin);

/* Flags and label of the token in SLOT. */
CK_FLAGS fixture_flags(struct fixture *f, CK_SLOT_ID slot);

/* Makes a P-256 key pair in the session. */
void fixture_key(struct fixture *f, CK_OBJECT_HANDLE *ret_public,
    CK_OBJECT_HANDLE *ret_private);

/* Signs 32 bytes of FILL. *LEN is the room, and what was used. */
CK_RV fixture_sign(struct fixture *f, CK_OBJECT_HANDLE key, CK_BYTE fill,
    CK_BYTE *signature, CK_ULONG *len);
CK_RV fixture_verify(struct fixture *f, CK_OBJECT_HANDLE key, CK_BYTE fill,
    CK_BYTE *signature, CK_ULONG len);

/* The log; new. */
char *fixture_log(const struct fixture *f);

#endif
