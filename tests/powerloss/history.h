/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_HISTORY_H
#define COLDCA_TESTS_POWERLOSS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powerloss/log.h"

#define PL_NONE SIZE_MAX /* no object */

/* One thing that happened. Objects are numbered from 0 on, the root first. */
struct pl_op {
	enum pl_kind kind;
	size_t object;
	size_t other;
	size_t target;  /* what NAME was or became */
	size_t target2; /* of PL_EXCHANGE: what NAME2 was */
	uint64_t number;
	const char *name;  /* or NULL */
	const char *name2; /* or NULL */
	const uint8_t *data;
	size_t len;
};

struct pl_object {
	bool is_dir;
	const char *name; /* the first one; "" without */
	uint64_t mode;    /* the first one */
};

struct pl_history {
	const char *root; /* its path */
	struct pl_op *op;
	size_t count;
	size_t begin; /* the first one that the program did */
	struct pl_object *object;
	size_t objects;
};

/* Ends the program: what is judged can not be. */
void pl_die(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

/* Or dies. */
void *pl_allocate(void *old, size_t count, size_t size);

/*
 * The log PATH, without what concerns nothing below the root; or dies. It lives
 * as long as the program.
 */
struct pl_history pl_history_read(const char *path);

/* "rename .coldca-1 -> client-a": overwritten by the next call. */
const char *pl_op_text(const struct pl_history *history, size_t index);

/* Whether OP has something on disk. */
bool pl_is_barrier(const struct pl_op *op);

#endif
