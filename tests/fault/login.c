/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PINs: a pinpad, and a counter of wrong ones that outlives the process, as a
 * card's does. It goes up before the try, so that a program that is killed in
 * the middle has spent one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "own.h"

#define NUMBER_MAX 32 /* bytes of the counter's file */

/* The rule, so that nothing is locked while a PIN is tried. */
struct counter {
	char path[PLAN_PATH_MAX];
	unsigned long max; /* 0: there is no rule */
	unsigned line;
};

static void
get_counter(struct counter *ret)
{
	const struct plan *plan = &fault_lock()->plan;

	memcpy(ret->path, plan->state, sizeof(ret->path));
	ret->max = plan->lock_line == 0 ? 0 : plan->lock_after;
	ret->line = plan->lock_line;
	fault_unlock();
}

static CK_RV
complain(const char *path, const char *why)
{
	(void)fprintf(stderr, "fault: %s: %s\n", path, why);
	return CKR_DEVICE_ERROR;
}

/* The counter's file, locked against other processes; close() lets go. */
static int
open_counter(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	while (fd >= 0 && flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			(void)close(fd);
			return -1;
		}
	return fd;
}

/* An empty file counts as 0. */
static bool
read_counter(int fd, unsigned long *ret)
{
	char text[NUMBER_MAX], *end;
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len < 0)
		return false;
	text[len] = '\0';
	*ret = strtoul(text, &end, 10);
	return *end == '\0' || *end == '\n';
}

static bool
write_counter(int fd, unsigned long value)
{
	char text[NUMBER_MAX];
	int len = snprintf(text, sizeof(text), "%lu\n", value);

	return ftruncate(fd, 0) == 0 &&
	    pwrite(fd, text, (size_t)len, 0) == (ssize_t)len;
}

enum change { LOOK, TRY, UNDO, RESET };

/* Changes the counter, and returns what it was in *RET_BEFORE. */
static CK_RV
change_counter(const struct counter *counter, enum change change,
    unsigned long *ret_before)
{
	unsigned long now = 0, next;
	int fd = open_counter(counter->path);
	bool good;

	if (fd < 0)
		return complain(counter->path, strerror(errno));
	good = read_counter(fd, &now);
	next = now;
	if (change == TRY && now < counter->max)
		next = now + 1;
	else if (change == UNDO && now > 0)
		next = now - 1;
	else if (change == RESET)
		next = 0;
	if (good && next != now)
		good = write_counter(fd, next);
	(void)close(fd);
	if (!good)
		return complain(counter->path, "no number");
	*ret_before = now;
	return CKR_OK;
}

CK_RV
own_pin_flags(CK_FLAGS *ret)
{
	struct counter counter;
	unsigned long wrong = 0;
	CK_RV rv;

	get_counter(&counter);
	*ret = 0;
	if (counter.max == 0)
		return CKR_OK;
	rv = change_counter(&counter, LOOK, &wrong);
	if (rv != CKR_OK)
		return rv;
	if (wrong >= counter.max)
		*ret = CKF_USER_PIN_LOCKED;
	else if (wrong + 1 == counter.max)
		*ret = CKF_USER_PIN_FINAL_TRY;
	else if (wrong > 0)
		*ret = CKF_USER_PIN_COUNT_LOW;
	return CKR_OK;
}

static CK_RV
begin_try(struct fault_call *call, const struct counter *counter)
{
	unsigned long before = 0;
	CK_RV rv;

	if (counter->max == 0)
		return CKR_OK;
	rv = change_counter(counter, TRY, &before);
	if (rv != CKR_OK || before < counter->max)
		return rv;
	call->line = counter->line;
	return CKR_PIN_LOCKED;
}

/* RV is what the real token said of the PIN. */
static CK_RV
end_try(const struct counter *counter, CK_RV rv)
{
	unsigned long before;
	CK_RV failed;

	if (counter->max == 0 || rv == CKR_PIN_INCORRECT ||
	    rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
		return rv;
	failed = change_counter(counter, rv == CKR_OK ? RESET : UNDO, &before);
	return rv == CKR_OK ? failed : rv;
}

/* At a pinpad the program gives no PIN, and the plan's is entered. */
static CK_RV
enter_pin(struct fault_call *call, CK_UTF8CHAR **pin, CK_ULONG *len,
    CK_UTF8CHAR room[PLAN_PIN_MAX + 1])
{
	const struct plan *plan = &fault_lock()->plan;
	CK_RV rv = CKR_OK;

	if (plan->pinpad_line != 0 && *pin != NULL) {
		call->line = plan->pinpad_line;
		rv = CKR_ARGUMENTS_BAD;
	} else if (plan->pinpad_line != 0) {
		memcpy(room, plan->pinpad, PLAN_PIN_MAX + 1);
		*pin = room;
		*len = strlen(plan->pinpad);
	}
	fault_unlock();
	return rv;
}

CK_RV
own_C_Login(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	CK_UTF8CHAR room[PLAN_PIN_MAX + 1];
	struct counter counter;
	CK_RV rv;

	if (user == CKU_SO)
		return fault_real()->C_Login(session, user, pin, len);
	rv = enter_pin(call, &pin, &len, room);
	if (rv != CKR_OK)
		return rv;
	get_counter(&counter);
	rv = begin_try(call, &counter);
	if (rv != CKR_OK)
		return rv;
	return end_try(&counter,
	    fault_real()->C_Login(session, user, pin, len));
}

/* Resets the counter after RV, where that is CKR_OK. */
static CK_RV
after_new_pin(CK_RV rv)
{
	struct counter counter;
	unsigned long before;

	get_counter(&counter);
	return rv != CKR_OK || counter.max == 0
	    ? rv
	    : change_counter(&counter, RESET, &before);
}

CK_RV
own_C_InitToken(struct fault_call *call, CK_SLOT_ID slot, CK_UTF8CHAR *pin,
    CK_ULONG len, CK_UTF8CHAR *label)
{
	(void)call;
	return after_new_pin(fault_real()->C_InitToken(slot, pin, len, label));
}

CK_RV
own_C_InitPIN(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_UTF8CHAR *pin, CK_ULONG len)
{
	(void)call;
	return after_new_pin(fault_real()->C_InitPIN(session, pin, len));
}

/* The security officer's PIN has a counter of its own, which is not ours. */
CK_RV
own_C_SetPIN(struct fault_call *call, CK_SESSION_HANDLE session,
    CK_UTF8CHAR *old, CK_ULONG old_len, CK_UTF8CHAR *pin, CK_ULONG len)
{
	const CK_FUNCTION_LIST *real = fault_real();
	CK_SESSION_INFO info = { .state = 0 };
	struct counter counter;
	CK_RV rv = CKR_OK;

	get_counter(&counter);
	if (real->C_GetSessionInfo(session, &info) == CKR_OK &&
	    info.state == CKS_RW_SO_FUNCTIONS)
		counter.max = 0;
	rv = begin_try(call, &counter);
	if (rv != CKR_OK)
		return rv;
	return end_try(&counter,
	    real->C_SetPIN(session, old, old_len, pin, len));
}
