/* SPDX-License-Identifier: Apache-2.0 */
#include "token/pool.h"

#include "token/ckr.h"

enum ca_code
ca_pool_open(struct ca_pool *pool, struct ca_token *token, unsigned wanted,
    struct ca_error *err)
{
	CK_RV rv = CKR_OK;

	if (wanted == 0)
		wanted = 1;
	if (wanted > CA_SESSIONS_MAX)
		wanted = CA_SESSIONS_MAX;
	pool->token = token;
	pool->count = 0;
	while (pool->count < wanted && rv == CKR_OK) {
		rv = ca_session_more(token, &pool->session[pool->count]);
		if (rv == CKR_OK)
			pool->count++;
	}
	if (pool->count == 0)
		return ca_ckr_fail(err, token->name, "C_OpenSession", rv);
	pool->idle = pool->count;
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->put, NULL);
	return CA_OK;
}

CK_SESSION_HANDLE
ca_pool_take(struct ca_pool *pool)
{
	CK_SESSION_HANDLE session;

	(void)pthread_mutex_lock(&pool->lock);
	while (pool->idle == 0)
		(void)pthread_cond_wait(&pool->put, &pool->lock);
	session = pool->session[--pool->idle];
	(void)pthread_mutex_unlock(&pool->lock);
	return session;
}

void
ca_pool_put(struct ca_pool *pool, CK_SESSION_HANDLE session)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->session[pool->idle++] = session;
	(void)pthread_cond_signal(&pool->put);
	(void)pthread_mutex_unlock(&pool->lock);
}

CK_SESSION_HANDLE
ca_pool_renew(struct ca_pool *pool, CK_SESSION_HANDLE session)
{
	CK_SESSION_HANDLE fresh = CK_INVALID_HANDLE;

	(void)pool->token->p11->C_CloseSession(session);
	/* Where there is none, the next signature says so. */
	(void)ca_session_more(pool->token, &fresh);
	return fresh;
}

void
ca_pool_close(struct ca_pool *pool)
{
	unsigned i;

	for (i = 0; i < pool->count; i++)
		(void)pool->token->p11->C_CloseSession(pool->session[i]);
	(void)pthread_mutex_destroy(&pool->lock);
	(void)pthread_cond_destroy(&pool->put);
	pool->count = 0;
}
