/* SPDX-License-Identifier: Apache-2.0 */
#include "token/watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "coldca/token.h"

#define NANOSECONDS INT64_C(1000000000) /* of a second */
#define STACK_SIZE ((size_t)256 * 1024) /* bytes; what it calls prints */

/*
 * The one watchdog of the process. It can not hang on a module's object:
 * PKCS#11's functions have no argument for the caller's own data.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* for the thread: of the monotonic clock */
	pthread_t thread;
	bool running;
	bool stop;
	int64_t wakes; /* when the thread wakes up by itself */
	unsigned timeout;
	struct ca_watch *first;
	ca_watchdog_fn fn;
	void *arg;
} dog = { .lock = PTHREAD_MUTEX_INITIALIZER };

void
ca_module_watchdog(ca_watchdog_fn fn, void *arg)
{
	dog.fn = fn;
	dog.arg = arg;
}

/* The deadline that comes first. */
static const struct ca_watch *
earliest(void)
{
	const struct ca_watch *watch, *found = NULL;

	for (watch = dog.first; watch != NULL; watch = watch->next)
		if (found == NULL || watch->deadline < found->deadline)
			found = watch;
	return found;
}

/* The call is late: the module will not return, so the process must go. */
static void
bite(const char *call)
{
	ca_watchdog_fn fn = dog.fn;
	void *arg = dog.arg;

	(void)pthread_mutex_unlock(&dog.lock);
	if (fn != NULL)
		fn(call, dog.timeout, arg);
	_exit(CA_ERR_TOKEN);
}

static void *
watch_calls(void *unused)
{
	const struct ca_watch *next;
	struct timespec t;
	int64_t time;

	(void)unused;
	(void)pthread_mutex_lock(&dog.lock);
	while (!dog.stop) {
		next = earliest();
		time = ca_time_monotonic();
		if (next != NULL && next->deadline <= time)
			bite(next->call);
		/*
		 * With nothing to watch it sleeps until the last deadline all
		 * the same: a stream of short calls shall not wake it up.
		 */
		if (next != NULL)
			dog.wakes = next->deadline;
		else if (dog.wakes <= time)
			dog.wakes = INT64_MAX;
		if (dog.wakes == INT64_MAX) {
			(void)pthread_cond_wait(&dog.wake, &dog.lock);
			continue;
		}
		t.tv_sec = (time_t)(dog.wakes / NANOSECONDS);
		t.tv_nsec = (long)(dog.wakes % NANOSECONDS);
		(void)pthread_cond_timedwait(&dog.wake, &dog.lock, &t);
	}
	(void)pthread_mutex_unlock(&dog.lock);
	return NULL;
}

/* The program's signals are for its other threads. */
static int
start_thread(void)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	sigset_t all, old;
	int fault;

	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&dog.wake, &clock);
	(void)pthread_condattr_destroy(&clock);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	fault = pthread_create(&dog.thread, &attr, watch_calls, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return fault;
}

enum ca_code
ca_watchdog_start(unsigned timeout, struct ca_error *err)
{
	if (timeout == 0 || dog.running)
		return CA_OK;
	dog.timeout = timeout;
	dog.stop = false;
	dog.wakes = INT64_MAX;
	if (start_thread() != 0)
		return ca_fail(err, CA_ERR_INTERNAL,
		    "the watchdog's thread can not be started");
	dog.running = true;
	return CA_OK;
}

void
ca_watchdog_stop(void)
{
	if (!dog.running)
		return;
	(void)pthread_mutex_lock(&dog.lock);
	dog.stop = true;
	(void)pthread_cond_signal(&dog.wake);
	(void)pthread_mutex_unlock(&dog.lock);
	(void)pthread_join(dog.thread, NULL);
	(void)pthread_cond_destroy(&dog.wake);
	dog.running = false;
}

void
ca_watch_begin(struct ca_watch *watch, const char *call, unsigned factor)
{
	watch->link = NULL;
	if (!dog.running || factor == 0)
		return;
	watch->call = call;
	watch->deadline =
	    ca_time_monotonic() + NANOSECONDS * dog.timeout * factor;
	(void)pthread_mutex_lock(&dog.lock);
	watch->next = dog.first;
	watch->link = &dog.first;
	if (watch->next != NULL)
		watch->next->link = &watch->next;
	dog.first = watch;
	/* Not for each call: the thread is awake at the next deadline anyway. */
	if (watch->deadline < dog.wakes) {
		dog.wakes = watch->deadline;
		(void)pthread_cond_signal(&dog.wake);
	}
	(void)pthread_mutex_unlock(&dog.lock);
}

void
ca_watch_end(struct ca_watch *watch)
{
	/* Whoever stood before it in the list may be leaving, and writes its link. */
	(void)pthread_mutex_lock(&dog.lock);
	if (watch->link != NULL) {
		*watch->link = watch->next;
		if (watch->next != NULL)
			watch->next->link = watch->link;
		watch->link = NULL;
	}
	(void)pthread_mutex_unlock(&dog.lock);
}
