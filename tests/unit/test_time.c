/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "unit/test.h"

static void
refuses_what_is_no_duration(void **state)
{
	static const char *const bad[] = { "", "h", "12", ".h", "-1h", "+1h",
		"1x", "1.2.3h", "1e3h", "1h 1m", " 1h", "1h ",
		"99999999999999999999h", "9000000h", "366001d" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ca_error err;
		int64_t seconds = 7;

		assert_int_equal(ca_duration_parse(bad[i], &seconds, &err),
		    CA_ERR_INPUT);
		assert_int_equal(seconds, 7);
		assert_true(err.hint[0] != '\0');
	}
}

static void
reads_go_durations_and_days(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
		const char *again;
	} good[] = {
		{ "87840h", 316224000, "87840h" },
		{ "1h30m", 5400, "1h30m" },
		{ "30d", 2592000, "720h" },
		{ "1d1h1m1s", 90061, "25h1m1s" },
		{ "0s", 0, "0s" },
		{ "1.5h", 5400, "1h30m" },
		{ ".5h", 1800, "30m" },
		{ "1.h", 3600, "1h" },
		{ "0.5d", 43200, "12h" },
		{ "30m1h", 5400, "1h30m" },
		{ "1h1h", 7200, "2h" },
		{ "1500ms", 1, "1s" },
		{ "999ms1us", 0, "0s" },
		{ "999ms1000us", 1, "1s" },
		{ "3600000000\xc2\xb5s", 3600, "1h" },
		{ "1s999999999ns1ns", 2, "2s" },
		{ "0.000277777777777778h0.0001s", 1, "1s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char text[CA_DURATION_TEXT_SIZE];
		struct ca_error err;
		int64_t seconds = 0;

		assert_ok(ca_duration_parse(good[i].text, &seconds, &err),
		    &err);
		assert_int_equal(seconds, good[i].seconds);
		ca_duration_format(seconds, text);
		assert_string_equal(text, good[i].again);
	}
}

static void
formats_times_in_utc(void **state)
{
	char text[CA_TIME_TEXT_SIZE];

	(void)state;
	ca_time_format(1767225600, text);
	assert_string_equal(text, "2026-01-01T00:00:00Z");
	ca_date_format(2524608000, text);
	assert_string_equal(text, "2050/01/01");
}

static void
reads_days_and_times_of_utc(void **state)
{
	static const char *const bad[] = { "", "2026-02-30", "2026-13-01",
		"26-01-01", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z",
		"2026-01-01 00:00:00Z", "2026-01-01T00:00:00Z ",
		"2026-01-01T00:00:00+01:00", "tomorrow", "2026-1-1",
		"2026-01-01T00:00:00.000000000000000Z" };
	struct ca_error err;
	int64_t time = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(ca_time_parse(bad[i], false, &time, &err),
		    CA_ERR_INPUT);
	assert_int_equal(time, 7);
	assert_ok(ca_time_parse("2026-01-01", false, &time, &err), &err);
	assert_int_equal(time, 1767225600);
	assert_ok(ca_time_parse("2026-01-01", true, &time, &err), &err);
	assert_int_equal(time, 1767225600 + 86399);
	assert_ok(ca_time_parse("2026-01-01T00:00:09Z", true, &time, &err),
	    &err);
	assert_int_equal(time, 1767225609);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_no_duration),
		cmocka_unit_test(reads_go_durations_and_days),
		cmocka_unit_test(formats_times_in_utc),
		cmocka_unit_test(reads_days_and_times_of_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
