/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DURATION_MAX ((int64_t)1000 * 366 * 24 * 3600)

int64_t
ca_time_now(void)
{
	return (int64_t)time(NULL);
}

int64_t
ca_time_monotonic(void)
{
	struct timespec t = { .tv_sec = 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Units in the order in which they may stand; each at most once. */
static const struct {
	char letter;
	int64_t seconds;
} units[] = {
	{ 'd', INT64_C(24) * 3600 },
	{ 'h', 3600 },
	{ 'm', 60 },
	{ 's', 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

enum ca_code
ca_duration_parse(const char *text, int64_t *ret_seconds, struct ca_error *err)
{
	const char *p = text;
	int64_t total = 0;
	size_t unit = 0;

	do {
		int64_t number = 0;

		if (!isdigit((unsigned char)*p))
			goto bad;
		for (; isdigit((unsigned char)*p); p++) {
			number = number * 10 + (*p - '0');
			if (number > DURATION_MAX)
				goto bad;
		}
		while (unit < UNITS && units[unit].letter != *p)
			unit++;
		if (unit == UNITS ||
		    number > DURATION_MAX / units[unit].seconds)
			goto bad;
		total += number * units[unit++].seconds;
		if (total > DURATION_MAX)
			goto bad;
		p++;
	} while (*p != '\0');
	*ret_seconds = total;
	return CA_OK;
bad:
	(void)ca_fail(err, CA_ERR_INPUT, "\"%s\": not a duration", text);
	ca_hint(err,
	    "write days, hours, minutes and seconds in this order, such "
	    "as 365d, 43920h or 1h30m");
	return err->code;
}

void
ca_duration_format(int64_t seconds, char text[CA_DURATION_TEXT_SIZE])
{
	size_t len = 0;

	if (seconds <= 0) {
		(void)snprintf(text, CA_DURATION_TEXT_SIZE, "0s");
		return;
	}
	/* Days are read but not written: cockroach knows hours at most. */
	for (size_t i = 1; i < UNITS; i++) {
		int64_t number = seconds / units[i].seconds;

		seconds %= units[i].seconds;
		if (number > 0)
			len += (size_t)snprintf(text + len,
			    CA_DURATION_TEXT_SIZE - len, "%" PRId64 "%c",
			    number, units[i].letter);
	}
}

static struct tm
utc(int64_t t)
{
	time_t seconds = (time_t)t;
	struct tm tm = { .tm_year = 0 };

	(void)gmtime_r(&seconds, &tm);
	return tm;
}

void
ca_time_format(int64_t t, char text[CA_TIME_TEXT_SIZE])
{
	struct tm tm = utc(t);

	(void)strftime(text, CA_TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
ca_date_format(int64_t t, char text[CA_TIME_TEXT_SIZE])
{
	struct tm tm = utc(t);

	(void)strftime(text, CA_TIME_TEXT_SIZE, "%Y/%m/%d", &tm);
}
