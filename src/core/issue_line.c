/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that sign, and the one that writes, beside the ledger's. */
#include <stdlib.h>
#include <unistd.h>

#include "base/parallel.h"
#include "core/issue_internal.h"

#define WRITING_MAX 1 /* groups that wait for done() while one is in it */

void
ca_issue_put(struct ca_issue_queue *queue, struct ca_issue_group *group)
{
	group->after = NULL;
	if (queue->last != NULL)
		queue->last->after = group;
	else
		queue->first = group;
	queue->last = group;
	queue->count++;
}

struct ca_issue_group *
ca_issue_take(struct ca_issue_queue *queue)
{
	struct ca_issue_group *group = queue->first;

	if (group == NULL)
		return NULL;
	queue->first = group->after;
	if (queue->first == NULL)
		queue->last = NULL;
	queue->count--;
	return group;
}

/* Begins one draft of the oldest group that has one left; NULL: there is none. */
static struct ca_issue_group *
begin(struct ca_issue_line *line, size_t *ret_index)
{
	if (line->failed)
		return NULL;
	for (struct ca_issue_group *group = line->signing.first; group != NULL;
	     group = group->after)
		if (group->begun < group->count) {
			*ret_index = group->begun++;
			return group;
		}
	return NULL;
}

static void
finish(struct ca_issue_line *line, struct ca_issue_group *group, size_t index,
    const struct ca_error *err)
{
	if (err->code != CA_OK && index < group->failed) {
		group->failed = index;
		group->err = *err;
	}
	/* A token that failed once is asked nothing more. */
	line->failed = line->failed || err->code != CA_OK;
	group->finished++;
	line->signatures++;
	/* It is woken for nothing less, unless it tells how far it is. */
	if (line->failed || group->finished == group->count ||
	    line->run->progress != NULL)
		(void)pthread_cond_signal(&line->is_signed);
}

/*
 * Signs one draft and checks what comes of it. The session of the token is free
 * for the next one meanwhile: there may be one thread more than there are of
 * them.
 */
static enum ca_code
sign(struct ca_issue_line *line, const struct ca_pending *pending,
    struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_bytes signature = { 0 };
	enum ca_code rc;

	while (sem_wait(&line->sessions) != 0)
		; /* a signal, for whose handler it comes back */
	rc = ca_issue_sign(line->issuer, pending, &signature, err);
	(void)sem_post(&line->sessions);
	if (rc == CA_OK)
		rc =
		    ca_issue_check(line->issuer, pending, &signature, ret, err);
	ca_bytes_free(&signature);
	return rc;
}

/* Signs one draft, without the lock meanwhile. False: there is none. */
static bool
sign_next(struct ca_issue_line *line)
{
	struct ca_error err = { .code = CA_OK };
	struct ca_issue_group *group;
	size_t index = 0;

	group = begin(line, &index);
	if (group == NULL)
		return false;
	(void)pthread_mutex_unlock(&line->lock);
	err.code = sign(line, group->pending[index], &group->made[index], &err);
	(void)pthread_mutex_lock(&line->lock);
	finish(line, group, index, &err);
	return true;
}

static void *
run_signer(void *arg)
{
	struct ca_issue_line *line = arg;

	(void)pthread_mutex_lock(&line->lock);
	while (!line->ended)
		if (!sign_next(line))
			(void)pthread_cond_wait(&line->to_sign, &line->lock);
	(void)pthread_mutex_unlock(&line->lock);
	return NULL;
}

static void
do_done(struct ca_issue_line *line, struct ca_issue_group *group)
{
	if (group->count > 0)
		line->run->done(line->run->arg, group->item, group->count);
	free(group);
}

static void *
run_writer(void *arg)
{
	struct ca_issue_line *line = arg;

	(void)pthread_mutex_lock(&line->lock);
	for (;;) {
		struct ca_issue_group *group = ca_issue_take(&line->writing);

		if (group != NULL) {
			(void)pthread_cond_signal(&line->is_written);
			(void)pthread_mutex_unlock(&line->lock);
			do_done(line, group);
			(void)pthread_mutex_lock(&line->lock);
		} else if (line->ended) {
			break;
		} else {
			(void)pthread_cond_wait(&line->to_write, &line->lock);
		}
	}
	(void)pthread_mutex_unlock(&line->lock);
	return NULL;
}

static unsigned
count_sessions(const struct ca_signer *signer)
{
	return signer->sessions < CA_SESSIONS_MAX ? signer->sessions
						  : CA_SESSIONS_MAX;
}

enum ca_code
ca_issue_line_open(struct ca_issue_line *line, const struct ca_issuer *issuer,
    const struct ca_issue_run *run, struct ca_error *err)
{
	*line = (struct ca_issue_line){ .issuer = issuer, .run = run };
	if (sem_init(&line->sessions, 0, count_sessions(issuer->signer)) != 0)
		return ca_fail_memory(err);
	if (pthread_mutex_init(&line->lock, NULL) != 0)
		return ca_fail_memory(err);
	/* On Linux these can not fail with default attributes. */
	(void)pthread_cond_init(&line->to_sign, NULL);
	(void)pthread_cond_init(&line->is_signed, NULL);
	(void)pthread_cond_init(&line->to_write, NULL);
	(void)pthread_cond_init(&line->is_written, NULL);
	return CA_OK;
}

void
ca_issue_line_sign(struct ca_issue_line *line, struct ca_issue_group *group)
{
	size_t wanted = count_sessions(line->issuer->signer);

	/* Where the token is what they wait for, and not the processors. */
	if ((long)wanted > sysconf(_SC_NPROCESSORS_ONLN) && wanted > 1)
		wanted++;
	if (wanted > group->count)
		wanted = group->count;
	while (wanted > 1 && line->signers < wanted &&
	    ca_thread_start(&line->signer[line->signers], run_signer, line))
		line->signers++;
	(void)pthread_mutex_lock(&line->lock);
	ca_issue_put(&line->signing, group);
	(void)pthread_cond_broadcast(&line->to_sign);
	(void)pthread_mutex_unlock(&line->lock);
}

/* Whether nothing more will be signed of GROUP. */
static bool
is_signed(const struct ca_issue_line *line, const struct ca_issue_group *group)
{
	return group->finished == group->begun &&
	    (group->begun == group->count || line->failed);
}

struct ca_issue_group *
ca_issue_line_signed(struct ca_issue_line *line)
{
	struct ca_issue_group *group;

	(void)pthread_mutex_lock(&line->lock);
	while (!is_signed(line, line->signing.first)) {
		if (line->signers > 0 || !sign_next(line))
			(void)pthread_cond_wait(&line->is_signed, &line->lock);
		if (line->run->progress != NULL)
			line->run->progress(line->run->arg, line->signatures);
	}
	group = ca_issue_take(&line->signing);
	if (line->run->progress != NULL)
		line->run->progress(line->run->arg, line->signatures);
	(void)pthread_mutex_unlock(&line->lock);
	return group;
}

void
ca_issue_line_stop(struct ca_issue_line *line)
{
	(void)pthread_mutex_lock(&line->lock);
	line->failed = true;
	(void)pthread_mutex_unlock(&line->lock);
}

void
ca_issue_line_write(struct ca_issue_line *line, struct ca_issue_group *group)
{
	if (!line->has_writer)
		line->has_writer =
		    ca_thread_start(&line->writer, run_writer, line);
	if (!line->has_writer) {
		do_done(line, group);
		return;
	}
	(void)pthread_mutex_lock(&line->lock);
	while (line->writing.count >= WRITING_MAX)
		(void)pthread_cond_wait(&line->is_written, &line->lock);
	ca_issue_put(&line->writing, group);
	(void)pthread_cond_signal(&line->to_write);
	(void)pthread_mutex_unlock(&line->lock);
}

void
ca_issue_line_close(struct ca_issue_line *line)
{
	(void)pthread_mutex_lock(&line->lock);
	line->ended = true;
	(void)pthread_cond_broadcast(&line->to_sign);
	(void)pthread_cond_signal(&line->to_write);
	(void)pthread_mutex_unlock(&line->lock);
	while (line->signers > 0)
		(void)pthread_join(line->signer[--line->signers], NULL);
	if (line->has_writer)
		(void)pthread_join(line->writer, NULL);
	(void)pthread_cond_destroy(&line->is_written);
	(void)pthread_cond_destroy(&line->to_write);
	(void)pthread_cond_destroy(&line->is_signed);
	(void)pthread_cond_destroy(&line->to_sign);
	(void)pthread_mutex_destroy(&line->lock);
	(void)sem_destroy(&line->sessions);
}
