/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/clock.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "coldca/head.h"

#define DATE_LEN ((size_t)10) /* of "2026-11-22" */

static enum ca_code
refuse_past(int64_t now, int64_t other, const char *what, struct ca_error *err)
{
	char clock[CA_TIME_TEXT_SIZE], before[CA_TIME_TEXT_SIZE];

	ca_time_format(now, clock);
	ca_time_format(other, before);
	(void)ca_fail(err, CA_ERR_POLICY,
	    "the clock of this machine says %s, which is before %s, %s", clock,
	    before, what);
	ca_hint(err, "set the clock; compare it with a watch you trust");
	return CA_ERR_POLICY;
}

static bool
is_date(const char *text)
{
	if (strlen(text) != DATE_LEN)
		return false;
	for (size_t i = 0; i < DATE_LEN; i++) {
		bool hyphen = i == 4 || i == 7;

		if (hyphen ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			return false;
	}
	return true;
}

static enum ca_code
check_jump(const struct ca_clock *clock, int64_t last, struct ca_error *err)
{
	char now[CA_TIME_TEXT_SIZE], before[CA_TIME_TEXT_SIZE];

	ca_time_format(clock->now, now);
	ca_time_format(last, before);
	if (clock->confirmed != NULL) {
		if (strncmp(now, clock->confirmed, DATE_LEN) == 0)
			return CA_OK;
		(void)ca_fail(err, CA_ERR_POLICY,
		    "%s is confirmed, and the clock of this machine says %s (the last entry of the ledger is of %s)",
		    clock->confirmed, now, before);
		ca_hint(err,
		    "set the clock; compare it with a watch you trust");
		return CA_ERR_POLICY;
	}
	if (clock->now - last <= CA_CLOCK_JUMP)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "the clock of this machine says %s, over 30 days after the last entry of the ledger, %s",
	    now, before);
	ca_hint(err, "where it is right: --confirm-date=%.*s", (int)DATE_LEN,
	    now);
	return CA_ERR_POLICY;
}

enum ca_code
ca_clock_check(struct ca_ledger *ledger, const struct ca_clock *clock,
    struct ca_error *err)
{
	struct ca_head head = { 0 };
	enum ca_code rc;

	if (clock->confirmed != NULL && !is_date(clock->confirmed))
		return ca_fail(err, CA_ERR_INPUT, "not a date like 2026-11-22");
	if (clock->now < clock->built)
		return refuse_past(clock->now, clock->built,
		    "when this coldca was made", err);
	if (ledger == NULL)
		return CA_OK;
	rc = ca_ledger_head(ledger, &head, err);
	if (rc != CA_OK)
		return rc;
	if (clock->now < head.time)
		return refuse_past(clock->now, head.time,
		    "the last entry of the ledger", err);
	return check_jump(clock, head.time, err);
}
