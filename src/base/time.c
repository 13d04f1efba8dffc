/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
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

#define NANOS INT64_C(1000000000)

/* A name before those that it begins with; then the longest first. */
static const struct {
	const char *name;
	int64_t seconds; /* 0: shorter than one */
	int64_t nanos;   /* of those */
} units[] = {
	{ "d", INT64_C(24) * 3600, 0 },
	{ "h", 3600, 0 },
	{ "ms", 0, 1000000 },
	{ "m", 60, 0 },
	{ "s", 1, 0 },
	{ "us", 0, 1000 },
	{ "\xc2\xb5s", 0, 1000 }, /* U+00B5, as Go writes it */
	{ "\xce\xbcs", 0, 1000 }, /* U+03BC, as Go reads it */
	{ "ns", 0, 1 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* One "1.5h" of a duration. */
struct part {
	int64_t whole;
	int64_t fraction; /* in billionths */
	size_t unit;
};

/* Reads a part at *P and steps over it. False: there is none. */
static bool
read_part(const char **p, struct part *ret)
{
	struct part part = { .whole = 0 };
	int64_t scale = NANOS;
	bool digits = false;

	for (; isdigit((unsigned char)**p); (*p)++, digits = true) {
		part.whole = part.whole * 10 + (**p - '0');
		if (part.whole > DURATION_MAX)
			return false;
	}
	if (**p == '.')
		for ((*p)++; isdigit((unsigned char)**p); (*p)++) {
			scale /= 10;
			part.fraction += scale * (**p - '0');
			digits = true;
		}
	for (; part.unit < UNITS; part.unit++) {
		size_t len = strlen(units[part.unit].name);

		if (strncmp(*p, units[part.unit].name, len) != 0)
			continue;
		*p += len;
		*ret = part;
		return digits;
	}
	return false;
}

enum ca_code
ca_duration_parse(const char *text, int64_t *ret_seconds, struct ca_error *err)
{
	const char *p = text;
	int64_t seconds = 0, nanos = 0;
	struct part part = { .whole = 0 };

	do {
		int64_t unit;

		if (!read_part(&p, &part))
			goto bad;
		unit = units[part.unit].seconds;
		if (unit > 0 && part.whole > DURATION_MAX / unit)
			goto bad;
		seconds += part.whole * unit;
		/* A fraction of a unit that is less than 2^17 seconds. */
		nanos += part.fraction * unit;
		if (unit == 0) {
			int64_t nano = units[part.unit].nanos;

			seconds += part.whole / (NANOS / nano);
			nanos += part.whole % (NANOS / nano) * nano +
			    part.fraction * nano / NANOS;
		}
		seconds += nanos / NANOS;
		nanos %= NANOS;
		if (seconds > DURATION_MAX)
			goto bad;
	} while (*p != '\0');
	*ret_seconds = seconds;
	return CA_OK;
bad:
	(void)ca_fail(err, CA_ERR_INPUT, "\"%s\": not a duration", text);
	ca_hint(err,
	    "write days, hours, minutes and seconds, such as 365d, 43920h, 1h30m or 1.5h");
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
		int64_t number;

		if (units[i].seconds == 0)
			continue;
		number = seconds / units[i].seconds;
		seconds %= units[i].seconds;
		if (number > 0)
			len += (size_t)snprintf(text + len,
			    CA_DURATION_TEXT_SIZE - len, "%" PRId64 "%s",
			    number, units[i].name);
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

#define DATE_LEN 10 /* bytes of "2026-11-23" */
#define DAY INT64_C(86400)

enum ca_code
ca_time_parse(const char *text, bool last, int64_t *ret_time,
    struct ca_error *err)
{
	bool day = strlen(text) == DATE_LEN;
	char full[CA_TIME_TEXT_SIZE], again[CA_TIME_TEXT_SIZE];
	struct tm tm = { 0 };
	const char *end;
	int64_t time;
	int len =
	    snprintf(full, sizeof(full), "%s%s", text, day ? "T00:00:00Z" : "");

	if (len < 0 || (size_t)len >= sizeof(full))
		return ca_fail(err, CA_ERR_INPUT, "not a time");
	end = strptime(full, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return ca_fail(err, CA_ERR_INPUT, "not a time");
	time = timegm(&tm);
	/* There is no 30th of February. */
	ca_time_format(time, again);
	if (strcmp(again, full) != 0)
		return ca_fail(err, CA_ERR_INPUT, "not a time");
	*ret_time = day && last ? time + DAY - 1 : time;
	return CA_OK;
}
