/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify_pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"

#define GROUPS_WAITING 16

struct group {
	struct ca_verify_job job[CA_VERIFY_GROUP];
	size_t count;
};

struct ca_verify_pool {
	const struct ca_certificates *issuers;
	pthread_t thread[CA_VERIFY_THREADS_MAX];
	unsigned threads;
	struct group *open;   /* being filled by the reader */
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	struct group *waiting[GROUPS_WAITING];
	size_t first, count; /* of them, round and round */
	unsigned busy;       /* threads that have a group */
	bool ended;          /* nothing more comes */
	bool failed;
	int64_t entry; /* the first that is not good */
	char what[CA_VERIFY_WHAT_SIZE];
};

static void
group_free(struct group *group)
{
	if (group == NULL)
		return;
	for (size_t i = 0; i < group->count; i++)
		ca_verify_job_clear(&group->job[i]);
	free(group);
}

/* The first fault is the one with the lowest entry, whoever was faster. */
static void
note(struct ca_verify_pool *pool, int64_t entry, const char *what)
{
	(void)pthread_mutex_lock(&pool->lock);
	if (!pool->failed || entry < pool->entry) {
		pool->failed = true;
		pool->entry = entry;
		(void)snprintf(pool->what, sizeof(pool->what), "%s", what);
	}
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
}

static void
work_off(struct ca_verify_pool *pool, const struct group *group)
{
	char what[CA_VERIFY_WHAT_SIZE] = "";

	for (size_t i = 0; i < group->count; i++)
		if (!ca_verify_certificate(&group->job[i], pool->issuers,
			what)) {
			note(pool, group->job[i].entry, what);
			break;
		}
}

/* The next group; NULL: nothing more comes. */
static struct group *
take(struct ca_verify_pool *pool)
{
	struct group *group = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (pool->count == 0 && !pool->ended)
		(void)pthread_cond_wait(&pool->changed, &pool->lock);
	if (pool->count > 0) {
		group = pool->waiting[pool->first];
		pool->first = (pool->first + 1) % GROUPS_WAITING;
		pool->count--;
		pool->busy++;
		(void)pthread_cond_broadcast(&pool->changed);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return group;
}

static void
give_back(struct ca_verify_pool *pool, struct group *group)
{
	group_free(group);
	(void)pthread_mutex_lock(&pool->lock);
	pool->busy--;
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
}

static void *
work(void *arg)
{
	struct ca_verify_pool *pool = arg;
	struct group *group;

	while ((group = take(pool)) != NULL) {
		work_off(pool, group);
		give_back(pool, group);
	}
	return NULL;
}

/* Puts the open group among those that wait, or does it where nobody would. */
static void
hand_over(struct ca_verify_pool *pool)
{
	struct group *group = pool->open;

	pool->open = NULL;
	if (group == NULL)
		return;
	if (pool->threads == 0) {
		work_off(pool, group);
		group_free(group);
		return;
	}
	(void)pthread_mutex_lock(&pool->lock);
	while (pool->count == GROUPS_WAITING)
		(void)pthread_cond_wait(&pool->changed, &pool->lock);
	pool->waiting[(pool->first + pool->count) % GROUPS_WAITING] = group;
	pool->count++;
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
}

static unsigned
choose_threads(unsigned wanted)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted == 0)
		wanted = processors > 0 ? (unsigned)processors : 1;
	return wanted > CA_VERIFY_THREADS_MAX ? CA_VERIFY_THREADS_MAX : wanted;
}

enum ca_code
ca_verify_pool_start(unsigned threads, const struct ca_certificates *issuers,
    struct ca_verify_pool **ret, struct ca_error *err)
{
	struct ca_verify_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return ca_fail_memory(err);
	if (pthread_mutex_init(&pool->lock, NULL) != 0 ||
	    pthread_cond_init(&pool->changed, NULL) != 0) {
		free(pool);
		return ca_fail_memory(err);
	}
	pool->issuers = issuers;
	threads = choose_threads(threads);
	while (pool->threads < threads &&
	    ca_thread_start(&pool->thread[pool->threads], work, pool))
		pool->threads++;
	*ret = pool;
	return CA_OK;
}

bool
ca_verify_pool_put(struct ca_verify_pool *pool, struct ca_verify_job *job)
{
	bool good;

	if (pool->open == NULL)
		pool->open = calloc(1, sizeof(*pool->open));
	if (pool->open == NULL) {
		note(pool, job->entry, "was not verified: out of memory");
		ca_verify_job_clear(job);
		return false;
	}
	pool->open->job[pool->open->count++] = *job;
	*job = (struct ca_verify_job){ 0 };
	if (pool->open->count == CA_VERIFY_GROUP)
		hand_over(pool);
	(void)pthread_mutex_lock(&pool->lock);
	good = !pool->failed;
	(void)pthread_mutex_unlock(&pool->lock);
	return good;
}

bool
ca_verify_pool_finish(struct ca_verify_pool *pool, int64_t *ret_entry,
    char what[CA_VERIFY_WHAT_SIZE])
{
	bool good;

	hand_over(pool);
	(void)pthread_mutex_lock(&pool->lock);
	while (pool->count > 0 || pool->busy > 0)
		(void)pthread_cond_wait(&pool->changed, &pool->lock);
	good = !pool->failed;
	if (!good) {
		*ret_entry = pool->entry;
		memcpy(what, pool->what, CA_VERIFY_WHAT_SIZE);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return good;
}

void
ca_verify_pool_free(struct ca_verify_pool *pool)
{
	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->ended = true;
	(void)pthread_cond_broadcast(&pool->changed);
	(void)pthread_mutex_unlock(&pool->lock);
	while (pool->threads > 0)
		(void)pthread_join(pool->thread[--pool->threads], NULL);
	for (; pool->count > 0; pool->count--) {
		group_free(pool->waiting[pool->first]);
		pool->first = (pool->first + 1) % GROUPS_WAITING;
	}
	group_free(pool->open);
	(void)pthread_cond_destroy(&pool->changed);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}
