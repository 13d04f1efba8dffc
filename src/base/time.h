/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_TIME_H
#define COLDCA_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/error.h"

#define CA_TIME_TEXT_SIZE 32     /* bytes of a formatted time, with the NUL */
#define CA_DURATION_TEXT_SIZE 32 /* bytes of a formatted duration */

/* Seconds since 1970-01-01 UTC; no other file reads a clock. */
int64_t ca_time_now(void);

/* Nanoseconds of a clock that nobody sets, for deadlines only. */
int64_t ca_time_monotonic(void);

/*
 * Reads a duration as Go's time.ParseDuration() does, without a sign and with
 * `d` for 24 hours besides: "87840h", "1h30m", "1.5h", "30d". Parts of a second
 * are dropped, as a certificate has none.
 *
 * CA_ERR_INPUT  anything else, or over 1000 years
 */
CA_CHECKED enum ca_code ca_duration_parse(const char *text,
    int64_t *ret_seconds, struct ca_error *err);

/* "87840h", "30m" or "1h30m5s": what ca_duration_parse() reads back. */
void ca_duration_format(int64_t seconds, char text[CA_DURATION_TEXT_SIZE]);

/* "2026-11-23T16:01:07Z" (RFC 3339). */
void ca_time_format(int64_t time, char text[CA_TIME_TEXT_SIZE]);

/*
 * Reads "2026-11-23", a day of UTC, or "2026-11-23T16:01:07Z" (RFC 3339). A day
 * is its first second, or with LAST its last one.
 *
 * CA_ERR_INPUT  anything else
 */
CA_CHECKED enum ca_code ca_time_parse(const char *text, bool last,
    int64_t *ret_time, struct ca_error *err);

/* "2026/11/23", as `cockroach cert list` prints dates. */
void ca_date_format(int64_t time, char text[CA_TIME_TEXT_SIZE]);

#endif
