/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef FAULT_MODULE_DEFAULT
#define FAULT_MODULE_DEFAULT "/usr/lib/softhsm/libsofthsm2.so"
#endif

#define LOG_LINE_MAX 256 /* bytes of one line of the log */

#define NANOSECONDS INT64_C(1000000000) /* of a second */
#define MILLISECOND INT64_C(1000000)    /* nanoseconds */
#define SLEEP_LATE INT64_C(200000)      /* nanoseconds, as a rule */

/* A PKCS#11 module has state: the calls carry none of their own. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct fault_state state;
static CK_FUNCTION_LIST *real;
static char real_path[PLAN_PATH_MAX];

struct fault_state *
fault_lock(void)
{
	(void)pthread_mutex_lock(&mutex);
	return &state;
}

void
fault_unlock(void)
{
	(void)pthread_mutex_unlock(&mutex);
}

const CK_FUNCTION_LIST *
fault_real(void)
{
	return real;
}

static void
complain(const char *path, const char *why)
{
	(void)fprintf(stderr, "fault: %s: %s\n", path, why);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static const char *
module_path(void)
{
	return state.plan.module[0] != '\0' ? state.plan.module
					    : FAULT_MODULE_DEFAULT;
}

/* Forgets what belongs to the plan before. */
static void
begin_plan(void)
{
	state.calls = 0;
	memset(state.count, 0, sizeof(state.count));
	state.signatures = 0;
	state.removed = false;
	state.calls_out = 0;
}

/* Reads the plan where it is not the one that was read. */
static void
refresh(void)
{
	struct stat now;

	if (state.path[0] == '\0')
		return;
	if (stat(state.path, &now) != 0) {
		if (!state.broken || state.seen.st_ino != 0)
			complain(state.path, strerror(errno));
		state.seen = (struct stat){ .st_ino = 0 };
		state.broken = true;
		return;
	}
	if (same_file(&now, &state.seen))
		return;
	state.seen = now;
	begin_plan();
	state.broken = !plan_read(state.path, &state.plan);
	if (!state.broken && real != NULL &&
	    strcmp(module_path(), real_path) != 0) {
		complain(state.path, "another module is loaded already");
		state.broken = true;
	}
}

/* Takes up the path in the environment. */
static bool
choose_plan(void)
{
	const char *path = getenv("P11_FAULT_PLAN");

	if (path == NULL)
		path = "";
	if (strlen(path) >= sizeof(state.path)) {
		complain("P11_FAULT_PLAN", "too long a path");
		return false;
	}
	if (strcmp(path, state.path) != 0) {
		memcpy(state.path, path, strlen(path) + 1);
		state.seen = (struct stat){ .st_ino = 0 };
		state.broken = false;
		memset(&state.plan, 0, sizeof(state.plan));
		begin_plan();
	}
	refresh();
	return !state.broken;
}

/* Never unloaded: some modules do not survive being loaded again. */
static CK_RV
load_real(void)
{
	void *handle, *symbol = NULL;
	CK_C_GetFunctionList get;
	const char *path = module_path();

	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (handle != NULL)
		symbol = dlsym(handle, "C_GetFunctionList");
	if (symbol == NULL) {
		complain("module", dlerror());
		return CKR_GENERAL_ERROR;
	}
	memcpy(&get, &symbol, sizeof(get));
	memcpy(real_path, path, strlen(path) + 1);
	return get(&real);
}

CK_RV
fault_load(void)
{
	CK_RV rv = CKR_OK;

	(void)fault_lock();
	if (!choose_plan())
		rv = CKR_GENERAL_ERROR;
	else if (real == NULL)
		rv = load_real();
	fault_unlock();
	return rv;
}

/* The file name of the program or library that CALL comes from. */
static const char *
caller_name(const struct fault_call *call)
{
	const char *slash;
	Dl_info info;

	if (dladdr(call->caller, &info) == 0 || info.dli_fname == NULL)
		return "?";
	slash = strrchr(info.dli_fname, '/');
	return slash == NULL ? info.dli_fname : slash + 1;
}

/* NUMBER FUNCTION RESULT CALLER, and plan:LINE where a rule made the result. */
static void
write_log(const struct fault_call *call, CK_RV rv, const char *instead)
{
	const char *name = instead != NULL ? instead : fault_ckr_name(rv);
	char line[LOG_LINE_MAX], number[24];
	int fd, len;

	if (state.plan.log[0] == '\0')
		return;
	(void)snprintf(number, sizeof(number), "0x%lx", rv);
	len = snprintf(line, sizeof(line), "%lu %s %s %.64s", call->number,
	    fault_function_name(call->function), name != NULL ? name : number,
	    caller_name(call));
	if (call->line != 0)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
		    " plan:%u", call->line);
	line[len++] = '\n';
	/* Opened each time: the program may close descriptors not its own. */
	fd = open(state.plan.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		complain(state.plan.log, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

unsigned
fault_hidden(const struct plan *plan, CK_MECHANISM_TYPE type)
{
	size_t i;

	for (i = 0; i < plan->hidden_count; i++)
		if (plan->hidden[i].type == type)
			return plan->hidden[i].line;
	return 0;
}

/* What a token that is out, or was, answers; CKR_OK: it is there. */
static CK_RV
removed_answer(enum fault_about about, CK_ULONG handle)
{
	const struct fault_session *session;

	if (about == FAULT_MODULE)
		return CKR_OK;
	if (about == FAULT_SLOT)
		return state.removed ? CKR_TOKEN_NOT_PRESENT : CKR_OK;
	if (state.removed)
		return CKR_DEVICE_REMOVED;
	session = fault_session_find(&state, handle);
	return session != NULL && session->epoch != state.epoch
	    ? CKR_SESSION_HANDLE_INVALID
	    : CKR_OK;
}

static void
count_calls_out(void)
{
	if (!state.removed)
		return;
	if (state.plan.back_line != 0 &&
	    state.calls_out >= state.plan.back_after)
		state.removed = false;
	else
		state.calls_out++;
}

/* How long CALL waits, and what its rules fail it with. */
static CK_RV
apply_faults(struct fault_call *call, unsigned long *ret_delay, bool *ret_hang)
{
	CK_RV rv = CKR_OK;
	size_t i;

	for (i = 0; i < state.plan.fault_count; i++) {
		const struct plan_fault *fault = &state.plan.fault[i];

		if (fault->function != call->function ||
		    !plan_covers(&fault->range, call->nth))
			continue;
		if (fault->kind == PLAN_DELAY) {
			*ret_delay += fault->value;
		} else if (fault->kind == PLAN_HANG) {
			*ret_hang = true;
			call->line = fault->line;
		} else if (rv == CKR_OK) {
			rv = fault->value;
			call->line = fault->line;
		}
	}
	return rv;
}

static CK_RV
judge(struct fault_call *call, enum fault_about about, CK_ULONG handle,
    const CK_MECHANISM *mechanism)
{
	CK_RV rv = removed_answer(about, handle);

	if (rv != CKR_OK) {
		call->line = state.plan.remove_line;
		return rv;
	}
	if (mechanism == NULL)
		return CKR_OK;
	call->line = fault_hidden(&state.plan, mechanism->mechanism);
	return call->line == 0 ? CKR_OK : CKR_MECHANISM_INVALID;
}

int64_t
fault_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/* Sleeps, and looks at the clock for the rest: a sleep ends late. */
static void
wait_until(int64_t answer)
{
	int64_t wake = answer - SLEEP_LATE;
	struct timespec until = {
		.tv_sec = (time_t)(wake / NANOSECONDS),
		.tv_nsec = (long)(wake % NANOSECONDS),
	};

	while (fault_now() < wake)
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
		    NULL);
	while (fault_now() < answer)
		;
}

CK_RV
fault_enter(struct fault_call *call, enum fault_about about, CK_ULONG handle,
    const CK_MECHANISM *mechanism)
{
	unsigned long delay = 0;
	bool hang = false;
	CK_RV rv;

	call->came = fault_now();
	(void)fault_lock();
	refresh();
	if (state.broken) {
		fault_unlock();
		return CKR_GENERAL_ERROR;
	}
	call->number = ++state.calls;
	call->nth = ++state.count[call->function];
	count_calls_out();
	rv = apply_faults(call, &delay, &hang);
	if (hang)
		write_log(call, 0, "hangs");
	/* An answer of too little room ends nothing. */
	call->cleanup = rv != CKR_OK && rv != CKR_BUFFER_TOO_SMALL &&
	    removed_answer(about, handle) == CKR_OK;
	if (rv == CKR_OK && !hang)
		rv = judge(call, about, handle, mechanism);
	fault_unlock();
	if (delay > 0)
		call->answer = call->came + (int64_t)delay * MILLISECOND;
	while (hang)
		(void)pause();
	return rv;
}

CK_RV
fault_leave(const struct fault_call *call, CK_RV rv)
{
	if (call->answer > 0)
		wait_until(call->answer);
	(void)fault_lock();
	if (call->number == 0) {
		/* The plan is broken: nothing was counted. */
		fault_unlock();
		return rv;
	}
	if (state.plan.remove_line != 0 &&
	    state.plan.remove_function == call->function &&
	    state.plan.remove_after == call->nth) {
		state.removed = true;
		state.calls_out = 0;
		state.epoch++;
	}
	write_log(call, rv, NULL);
	fault_unlock();
	return rv;
}
