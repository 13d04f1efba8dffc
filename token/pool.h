/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_POOL_H
#define COLDCA_TOKEN_POOL_H

#include <pthread.h>

#include "token/signing.h"

/* Sessions of our own for threads that sign side by side. */
struct ca_pool {
	struct ca_token *token; /* borrowed */
	pthread_mutex_t lock;
	pthread_cond_t put;
	unsigned count; /* how many there are */
	unsigned idle;  /* how many of them nobody has: the first */
	CK_SESSION_HANDLE session[CA_SESSIONS_MAX];
};

/*
 * Opens WANTED sessions, or as many as the token has, at least one; no thread
 * signs yet: some modules can not open one while another is in use.
 */
CA_CHECKED enum ca_code ca_pool_open(struct ca_pool *pool,
    struct ca_token *token, unsigned wanted, struct ca_error *err);

/* Takes a session, and waits for one where all are in use; and back. */
CK_SESSION_HANDLE ca_pool_take(struct ca_pool *pool);
void ca_pool_put(struct ca_pool *pool, CK_SESSION_HANDLE session);

/*
 * A new session for SESSION, whose operation can not be ended otherwise. The
 * only one of its pool.
 */
CK_SESSION_HANDLE ca_pool_renew(struct ca_pool *pool,
    CK_SESSION_HANDLE session);

/* Closes all sessions; nobody has one. */
void ca_pool_close(struct ca_pool *pool);

#endif
