/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_RECORD_H
#define COLDCA_TESTS_POWERLOSS_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "powerloss/log.h"

#define PL_EXPORT __attribute__((visibility("default")))

/* One at a time: the order of the log is the order of what happened. */
void pl_lock(void);
void pl_unlock(void);

/* For who has the lock. Lengths are filled in here; errno is kept. */
void pl_emit(struct pl_record record, const char *name, const char *name2,
    const void *data, size_t len);

/* A record without names and data. */
void pl_tell(enum pl_kind kind, uint64_t object, uint64_t number);

/* Whether there is a log. */
bool pl_records(void);

/* Whether there is one, and what ST is of is on its device. */
bool pl_watches(const struct stat *st);

/* The same of the file or directory FD; errno is kept. */
bool pl_watches_fd(int fd, struct stat *st);

/*
 * For modules that a program loads, and that may know of something that it
 * promises: the program has done WHAT.
 */
PL_EXPORT void powerloss_mark(const char *what, const void *data, size_t len);

#endif
