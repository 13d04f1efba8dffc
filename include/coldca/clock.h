/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLOCK_H
#define COLDCA_CLOCK_H

#include <stdint.h>

#include "coldca/error.h"
#include "coldca/ledger.h"

/* A jump of the clock that is longer wants to be confirmed. Seconds. */
#define CA_CLOCK_JUMP ((int64_t)30 * 24 * 60 * 60)

/*
 * An offline machine has nobody to ask for the time, and signs whatever its
 * clock says. What can be known is held against it.
 */
struct ca_clock {
	int64_t now;           /* seconds since 1970-01-01 UTC */
	int64_t built;         /* no earlier than this program was made */
	const char *confirmed; /* "2026-11-22", UTC: the date that somebody
				  says it is; NULL: nobody does */
};

/*
 * Whether LEDGER can go on at the time of CLOCK: not before its last entry, nor
 * before the program was made, and not over CA_CLOCK_JUMP after the last entry
 * unless the date of that time is confirmed. Each refusal says both times. Where
 * LEDGER is NULL, there is none yet.
 *
 * CA_ERR_POLICY  it can not
 * CA_ERR_INPUT   CONFIRMED is not a date
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_clock_check(struct ca_ledger *ledger,
    const struct ca_clock *clock, struct ca_error *err);

#endif
