/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULT_STATE_H
#define FAULT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "plan.h"

#define SESSIONS_MAX 256   /* sessions that are followed; more pass through */
#define KEYS_MAX 16        /* keys whose last signature is kept */
#define SIGNATURE_MAX 2048 /* bytes of a signature that is kept */

/* What the first argument of a function is. */
enum fault_about {
	FAULT_MODULE,
	FAULT_SLOT,
	FAULT_SESSION,
};

/* One call, from the program's to our answer. */
struct fault_call {
	enum fault_function function;
	unsigned long number; /* among all calls, from 1 */
	unsigned long nth;    /* among those of the function, from 1 */
	const void *caller;   /* an address in the code that calls */
	unsigned line;        /* of the rule that made the answer, or 0 */
	bool cleanup;         /* the plan failed it: end what it would end */
	int64_t came;         /* when, in nanoseconds of the monotonic clock */
	int64_t answer;       /* not before that; 0: at once */
};

struct fault_session {
	CK_SESSION_HANDLE handle;
	CK_SLOT_ID slot;
	unsigned long epoch;
	CK_OBJECT_HANDLE key; /* of the last C_SignInit */
	int64_t init_took;    /* nanoseconds that it took */
};

/* The last signature by a key that went out as it was. */
struct fault_signature {
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE key;
	CK_BYTE data[SIGNATURE_MAX];
	CK_ULONG len; /* 0: an empty place */
};

/* All that is kept between calls; only between lock and unlock. */
struct fault_state {
	struct plan plan;
	char path[PLAN_PATH_MAX]; /* of the plan; empty: there is none */
	struct stat seen;         /* the plan's file when it was read */
	bool broken;              /* it can not be used: every call fails */
	unsigned long calls;      /* since it was read */
	unsigned long count[FAULT_FUNCTIONS]; /* the same */
	unsigned long signatures;             /* the same */
	bool removed;
	unsigned long calls_out; /* since it was removed */
	unsigned long epoch;     /* how often it was removed */
	struct fault_session session[SESSIONS_MAX];
	size_t session_count;
	struct fault_signature signature[KEYS_MAX];
	size_t signature_next;
};

struct fault_state *fault_lock(void);
void fault_unlock(void);

/* The module behind; NULL before fault_load(). */
const CK_FUNCTION_LIST *fault_real(void);

/* Reads the plan that P11_FAULT_PLAN names, and loads the module behind. */
CK_RV fault_load(void);

/*
 * Begins the call: counts it, and returns what it ends with instead of being
 * made; CKR_OK: it is made.
 */
CK_RV fault_enter(struct fault_call *call, enum fault_about about,
    CK_ULONG handle, const CK_MECHANISM *mechanism);

/*
 * Ends the call with RV: waits where the plan says so, writes it to the log, and
 * returns RV.
 */
CK_RV fault_leave(const struct fault_call *call, CK_RV rv);

/* Now, in nanoseconds of the monotonic clock. */
int64_t fault_now(void);

/* Whether the plan takes the token for a mechanism away; the line, or 0. */
unsigned fault_hidden(const struct plan *plan, CK_MECHANISM_TYPE type);

/* Sessions. NULL where the handle is not followed. */
struct fault_session *fault_session_find(struct fault_state *state,
    CK_SESSION_HANDLE handle);
void fault_session_add(struct fault_state *state, CK_SESSION_HANDLE handle,
    CK_SLOT_ID slot);
void fault_session_drop(struct fault_state *state, CK_SESSION_HANDLE handle);

/* Drops those of SLOT, or only those from before the token was removed. */
size_t fault_session_drop_slot(struct fault_state *state, CK_SLOT_ID slot,
    bool stale_only);

#endif
