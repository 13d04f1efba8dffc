/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include <signal.h>
#include <unistd.h>

bool
ca_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	started = pthread_create(ret_thread, NULL, run, arg) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct job {
	enum ca_code (*fn)(void *arg, size_t index, struct ca_error *err);
	void *arg;
	size_t count;
	pthread_mutex_t lock; /* over what follows */
	size_t next;
	size_t failed; /* the lowest that failed; COUNT: none */
	struct ca_error err;
};

/* The next index; COUNT: there is none. */
static size_t
take(struct job *job)
{
	size_t index = job->count;

	(void)pthread_mutex_lock(&job->lock);
	if (job->failed == job->count && job->next < job->count)
		index = job->next++;
	(void)pthread_mutex_unlock(&job->lock);
	return index;
}

static void
set_failed(struct job *job, size_t index, const struct ca_error *err)
{
	(void)pthread_mutex_lock(&job->lock);
	if (index < job->failed) {
		job->failed = index;
		job->err = *err;
	}
	(void)pthread_mutex_unlock(&job->lock);
}

static void *
work(void *arg)
{
	struct job *job = arg;
	struct ca_error err;
	size_t index;

	while ((index = take(job)) < job->count)
		if (job->fn(job->arg, index, &err) != CA_OK)
			set_failed(job, index, &err);
	return NULL;
}

/* How many threads are worth it, this one among them. */
static size_t
count_threads(size_t count)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = processors > 1 ? (size_t)processors : 1;

	if (threads > CA_PARALLEL_MAX)
		threads = CA_PARALLEL_MAX;
	return threads < count ? threads : count;
}

enum ca_code
ca_parallel(size_t count,
    enum ca_code (*fn)(void *arg, size_t index, struct ca_error *err),
    void *arg, struct ca_error *err)
{
	struct job job = { .fn = fn, .arg = arg, .count = count };
	size_t wanted = count_threads(count), started = 0;
	pthread_t thread[CA_PARALLEL_MAX];

	job.failed = count;
	if (pthread_mutex_init(&job.lock, NULL) != 0)
		return ca_fail_memory(err);
	while (started + 1 < wanted &&
	    ca_thread_start(&thread[started], work, &job))
		started++;
	(void)work(&job);
	while (started > 0)
		(void)pthread_join(thread[--started], NULL);
	(void)pthread_mutex_destroy(&job.lock);
	if (job.failed == count)
		return CA_OK;
	*err = job.err;
	return err->code;
}
