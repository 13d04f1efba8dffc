/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERTS_LOCK_H
#define COLDCA_CORE_CERTS_LOCK_H

#include "coldca/error.h"

/* A certificate directory that no other run of coldca writes to meanwhile. */
struct ca_certs_lock {
	int dir;    /* the directory */
	int parent; /* the one that it is in, which has the lock */
};

#define CA_CERTS_UNLOCKED               \
	{                               \
		.dir = -1, .parent = -1 \
	}

/*
 * Opens the certificate directory at PATH and waits up to ten seconds for
 * another run that has it. *RET is new; ca_certs_unlock() it.
 *
 * CA_ERR_FILE  it can not be opened, or stays locked
 */
CA_CHECKED enum ca_code ca_certs_lock(const char *path,
    struct ca_certs_lock *ret, struct ca_error *err);

/* Accepts CA_CERTS_UNLOCKED. */
void ca_certs_unlock(struct ca_certs_lock *lock);

#endif
