/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_SECRET_H
#define COLDCA_BASE_SECRET_H

#include <stddef.h>

#include "coldca/error.h"

/*
 * Memory for a secret: on pages of its own that are locked against swap, left
 * out of core dumps and of children, and wiped when freed. Locking is best
 * effort: RLIMIT_MEMLOCK may be 0.
 */
struct ca_secret {
	char *data; /* CAPACITY bytes, zeroed when made */
	size_t capacity;
};

/* Makes *RET hold CAPACITY zero bytes. CA_ERR_INTERNAL: out of memory. */
CA_CHECKED enum ca_code ca_secret_new(size_t capacity, struct ca_secret *ret,
    struct ca_error *err);

/* Wipes and unmaps; makes SECRET empty. Accepts NULL. */
void ca_secret_free(struct ca_secret *secret);

/* Overwrites LEN bytes at DATA so that the compiler can not leave it out. */
void ca_wipe(void *data, size_t len);

#endif
