/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_PARALLEL_H
#define COLDCA_BASE_PARALLEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "coldca/error.h"

#define CA_PARALLEL_MAX 64 /* threads, however many processors there are */

/*
 * Starts a thread that gets no signal: those are for the one that can put the
 * terminal right. False: there can be no more threads.
 */
bool ca_thread_start(pthread_t *ret_thread, void *(*run)(void *), void *arg);

/*
 * Calls FN for each index below COUNT, by as many threads as there are
 * processors, in no order. After one has failed no more are begun, and what is
 * returned is the failure of the lowest index.
 */
CA_CHECKED enum ca_code ca_parallel(size_t count,
    enum ca_code (*fn)(void *arg, size_t index, struct ca_error *err),
    void *arg, struct ca_error *err);

#endif
