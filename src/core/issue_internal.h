/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_ISSUE_INTERNAL_H
#define COLDCA_CORE_ISSUE_INTERNAL_H

#include <pthread.h>

#include "coldca/issue.h"

/* Has one recorded draft signed. *RET_SIGNATURE is new. */
CA_CHECKED enum ca_code ca_issue_sign(const struct ca_issuer *issuer,
    const struct ca_pending *pending, struct ca_bytes *ret_signature,
    struct ca_error *err);

/*
 * The certificate of that, and nothing doubtful is let through. *RET is new. By
 * several threads at once.
 */
CA_CHECKED enum ca_code ca_issue_check(const struct ca_issuer *issuer,
    const struct ca_pending *pending, const struct ca_bytes *signature,
    struct ca_certificate **ret, struct ca_error *err);

/* One group of drafts. */
struct ca_issue_group {
	struct ca_issue_group *after; /* in the same queue */
	size_t count;
	struct ca_issue_item item[CA_ISSUE_GROUP];
	struct ca_pending *pending[CA_ISSUE_GROUP];
	struct ca_certificate *made[CA_ISSUE_GROUP];
	size_t begun;        /* of them, whatever came of it */
	size_t finished;     /* of those */
	size_t failed;       /* the first that failed; COUNT: none */
	struct ca_error err; /* why */
};

/* Groups, the oldest first. */
struct ca_issue_queue {
	struct ca_issue_group *first;
	struct ca_issue_group *last;
	size_t count;
};

void ca_issue_put(struct ca_issue_queue *queue, struct ca_issue_group *group);
struct ca_issue_group *ca_issue_take(struct ca_issue_queue *queue);

/* One draft of a group, and what the token made of it. */
struct ca_issue_one {
	struct ca_issue_group *group;
	size_t index;
	struct ca_bytes signature;
};

#define CA_ISSUE_UNCHECKED 16 /* signatures that wait to be checked, at most */

/* The threads of one ca_issue_all(). */
struct ca_issue_line {
	const struct ca_issuer *issuer;
	const struct ca_issue_run *run;
	size_t sessions; /* of the token */
	pthread_t signer[CA_SESSIONS_MAX + 1];
	size_t signers; /* threads that sign and check; 0: the caller does */
	pthread_t writer;
	bool has_writer;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t to_sign;
	pthread_cond_t is_signed;
	pthread_cond_t to_write;
	pthread_cond_t is_written;
	size_t busy;                   /* sessions that sign */
	bool spare;                    /* there are more threads than those */
	struct ca_issue_queue signing; /* reserved */
	struct ca_issue_one unchecked[CA_ISSUE_UNCHECKED];
	size_t unchecked_first; /* of them, the oldest */
	size_t unchecked_count;
	struct ca_issue_queue writing; /* recorded */
	size_t signatures;             /* that were made, good or not */
	bool failed;                   /* the token is asked nothing more */
	bool ended;                    /* nothing more will come */
};

/* LINE with its locks, and no thread yet. */
CA_CHECKED enum ca_code ca_issue_line_open(struct ca_issue_line *line,
    const struct ca_issuer *issuer, const struct ca_issue_run *run,
    struct ca_error *err);

/* Hands GROUP, which is reserved, to as many threads as it is worth. */
void ca_issue_line_sign(struct ca_issue_line *line,
    struct ca_issue_group *group);

/*
 * Waits until the oldest group is signed, or as far as it will be, and takes it
 * out. Where there are no threads it is signed here.
 */
struct ca_issue_group *ca_issue_line_signed(struct ca_issue_line *line);

/* The token is asked nothing more. */
void ca_issue_line_stop(struct ca_issue_line *line);

/*
 * Hands GROUP to done(), and waits while too many wait for that. The LAST one,
 * beside which nothing else is to be done, needs no thread of its own.
 */
void ca_issue_line_write(struct ca_issue_line *line,
    struct ca_issue_group *group, bool last);

/* Waits for all threads, and until all is done(). */
void ca_issue_line_close(struct ca_issue_line *line);

#endif
