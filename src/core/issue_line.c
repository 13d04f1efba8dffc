/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that sign, and the one that writes, beside the ledger's. */
#include <stdlib.h>
#include <unistd.h>

#include "base/parallel.h"
#include "core/issue_internal.h"

#define WRITING_MAX 1 /* groups that are in done() or wait for it */

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

/* Begins one draft of the oldest group that has one left. False: there is none. */
static bool
begin(struct ca_issue_line *line, struct ca_issue_one *ret)
{
	if (line->failed)
		return false;
	for (struct ca_issue_group *group = line->signing.first; group != NULL;
	     group = group->after)
		if (group->begun < group->count) {
			*ret = (struct ca_issue_one){ .group = group,
				.index = group->begun++ };
			return true;
		}
	return false;
}

static void
finish(struct ca_issue_line *line, const struct ca_issue_one *one,
    const struct ca_error *err)
{
	struct ca_issue_group *group = one->group;

	if (err->code != CA_OK && one->index < group->failed) {
		group->failed = one->index;
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

/* Checks what the token made, without the lock meanwhile. */
static void
check(struct ca_issue_line *line, struct ca_issue_one *one)
{
	struct ca_issue_group *group = one->group;
	struct ca_error err = { .code = CA_OK };

	(void)pthread_mutex_unlock(&line->lock);
	err.code = ca_issue_check(line->issuer, group->pending[one->index],
	    &one->signature, &group->made[one->index], &err);
	ca_bytes_free(&one->signature);
	(void)pthread_mutex_lock(&line->lock);
	finish(line, one, &err);
}

/*
 * Leaves it to a thread that has no session, so that this one keeps its own at
 * work. False: there is none, or it has enough to do.
 */
static bool
put_aside(struct ca_issue_line *line, const struct ca_issue_one *one)
{
	size_t last = line->unchecked_first + line->unchecked_count;

	if (!line->spare || line->unchecked_count == CA_ISSUE_UNCHECKED)
		return false;
	line->unchecked[last % CA_ISSUE_UNCHECKED] = *one;
	line->unchecked_count++;
	(void)pthread_cond_signal(&line->to_sign);
	return true;
}

/* Checks the oldest that was put aside. False: there is none. */
static bool
check_next(struct ca_issue_line *line)
{
	struct ca_issue_one one;

	if (line->unchecked_count == 0)
		return false;
	one = line->unchecked[line->unchecked_first];
	line->unchecked_first =
	    (line->unchecked_first + 1) % CA_ISSUE_UNCHECKED;
	line->unchecked_count--;
	check(line, &one);
	return true;
}

/*
 * Signs one draft, without the lock meanwhile. False: there is none, or no
 * session for it.
 */
static bool
sign_next(struct ca_issue_line *line)
{
	struct ca_error err = { .code = CA_OK };
	struct ca_issue_one one;

	if (line->busy == line->sessions || !begin(line, &one))
		return false;
	line->busy++;
	(void)pthread_mutex_unlock(&line->lock);
	err.code = ca_issue_sign(line->issuer, one.group->pending[one.index],
	    &one.signature, &err);
	(void)pthread_mutex_lock(&line->lock);
	line->busy--;
	if (err.code != CA_OK)
		finish(line, &one, &err);
	else if (!put_aside(line, &one))
		check(line, &one);
	return true;
}

static void *
run_signer(void *arg)
{
	struct ca_issue_line *line = arg;

	(void)pthread_mutex_lock(&line->lock);
	/* A session that is free has no time to lose; a check has. */
	while (!line->ended)
		if (!sign_next(line) && !check_next(line))
			(void)pthread_cond_wait(&line->to_sign, &line->lock);
	(void)pthread_mutex_unlock(&line->lock);
	return NULL;
}

static void
do_done(struct ca_issue_line *line, struct ca_issue_group *group)
{
	if (group->count > 0)
		line->run->done(line->run->arg, group->item, group->count);
}

static void *
run_writer(void *arg)
{
	struct ca_issue_line *line = arg;

	(void)pthread_mutex_lock(&line->lock);
	for (;;) {
		struct ca_issue_group *group = line->writing.first;

		if (group != NULL) {
			(void)pthread_mutex_unlock(&line->lock);
			do_done(line, group);
			(void)pthread_mutex_lock(&line->lock);
			free(ca_issue_take(&line->writing));
			(void)pthread_cond_signal(&line->is_written);
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
	*line = (struct ca_issue_line){ .issuer = issuer,
		.run = run,
		.sessions = count_sessions(issuer->signer) };
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
	size_t wanted = line->sessions;

	/* Where the token is what they wait for, and not the processors. */
	if ((long)wanted > sysconf(_SC_NPROCESSORS_ONLN) && wanted > 1)
		wanted++;
	if (wanted > group->count)
		wanted = group->count;
	while (wanted > 1 && line->signers < wanted &&
	    ca_thread_start(&line->signer[line->signers], run_signer, line))
		line->signers++;
	(void)pthread_mutex_lock(&line->lock);
	line->spare = line->signers > line->sessions;
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
ca_issue_line_write(struct ca_issue_line *line, struct ca_issue_group *group,
    bool last)
{
	if (!line->has_writer && !last)
		line->has_writer =
		    ca_thread_start(&line->writer, run_writer, line);
	if (!line->has_writer) {
		do_done(line, group);
		free(group);
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
}
