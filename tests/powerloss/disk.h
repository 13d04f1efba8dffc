/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_DISK_H
#define COLDCA_TESTS_POWERLOSS_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "powerloss/history.h"

#define PL_SECTOR ((size_t)512) /* octets that a disk writes at once */

/* What a power cut leaves of an operation that no barrier covers. */
enum pl_fate_kind {
	PL_LOST,
	PL_WHOLE,
	PL_PREFIX, /* of a write: its first sectors */
	PL_ZEROS,  /* of a write: the file's length, and not what is in it */
	PL_TORN,   /* of a write: the length, and some sectors */
	PL_FATES
};

struct pl_fate {
	enum pl_fate_kind kind;
	uint32_t seed; /* says which sectors */
};

struct pl_entry {
	const char *name; /* borrowed from the history */
	size_t object;
};

struct pl_node {
	uint64_t mode;
	uint8_t *data; /* of a file */
	size_t len;
	struct pl_entry *entry; /* of a directory */
	size_t entries;
};

/* What is on a disk: one node for each object of a history. */
struct pl_disk {
	struct pl_node *node;
	size_t count;
};

/* An empty root directory, or a copy. pl_disk_clear() it. */
struct pl_disk pl_disk_new(const struct pl_history *history);
struct pl_disk pl_disk_copy(const struct pl_disk *from);
void pl_disk_clear(struct pl_disk *disk);

void pl_disk_apply(struct pl_disk *disk, const struct pl_op *op,
    struct pl_fate fate);

/*
 * Fills in what renames of HISTORY have moved, and returns what is there in the
 * end; *RET_INITIAL is what was there in the beginning.
 */
struct pl_disk pl_disk_resolve(struct pl_history *history,
    struct pl_disk *ret_initial);

/* What NAME is in the directory DIR; PL_NONE: nothing, or there is no DIR. */
size_t pl_disk_find(const struct pl_disk *disk, size_t dir, const char *name);

/* The same of a path with slashes below the root. */
size_t pl_disk_path(const struct pl_disk *disk, const char *path);

/* Whether NAME is one that nobody looks at: of something not finished. */
bool pl_is_hidden(const char *name);

/*
 * Whether two of them are alike, with all that is visible below. Both may be
 * PL_NONE.
 */
bool pl_disk_same(const struct pl_history *history, const struct pl_disk *a,
    size_t a_object, const struct pl_disk *b, size_t b_object);

/* Of all that can be reached from the root. */
uint64_t pl_disk_hash(const struct pl_history *history,
    const struct pl_disk *disk);

/* Makes PATH, a new directory, with all that is in OBJECT; or dies. */
void pl_disk_write(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, const char *path);

/*
 * One line on standard output: each file as "PATH=CONTENT", a NUL in it as ".",
 * each directory as "PATH/", by name.
 */
void pl_disk_print(const struct pl_history *history,
    const struct pl_disk *disk);

/* Whether the directory at PATH is as OBJECT is; says what is not. */
bool pl_disk_is(const struct pl_history *history, const struct pl_disk *disk,
    size_t object, const char *path);

#endif
