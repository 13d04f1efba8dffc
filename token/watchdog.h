/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_WATCHDOG_H
#define COLDCA_TOKEN_WATCHDOG_H

#include <stdint.h>

#include "coldca/error.h"

/* One call of the module that is going on. Lives on the caller's stack. */
struct ca_watch {
	const char *call; /* static */
	int64_t deadline; /* nanoseconds of the monotonic clock */
	struct ca_watch *next;
	struct ca_watch **link; /* what points here; NULL: not watched */
};

/*
 * Starts the watchdog: a call that is watched for longer than TIMEOUT seconds
 * ends the process as ca_module_watchdog() says. It sleeps until a deadline
 * has come: a call costs it nothing. 0 starts nothing.
 */
CA_CHECKED enum ca_code ca_watchdog_start(unsigned timeout,
    struct ca_error *err);

/* Ends it; nothing is watched any longer. */
void ca_watchdog_stop(void);

/*
 * Watches CALL, FACTOR times as long as others, from here to ca_watch_end().
 * What waits for a person is not watched: FACTOR 0.
 */
void ca_watch_begin(struct ca_watch *watch, const char *call, unsigned factor);
void ca_watch_end(struct ca_watch *watch);

#endif
