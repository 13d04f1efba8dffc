/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/clock.h"

#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define DAY ((int64_t)24 * 60 * 60)

/* The last entry is of SOFT_NOW, 2026-01-01, and the program a day older. */
static enum ca_code
check(struct soft_ledger *f, int64_t now, const char *confirmed,
    struct ca_error *err)
{
	const struct ca_clock clock = { now, SOFT_NOW - DAY, confirmed };

	return ca_clock_check(f->ledger, &clock, err);
}

static void
takes_a_time_that_can_be(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_ok(check(f, SOFT_NOW, NULL, &err), &err);
	assert_ok(check(f, SOFT_NOW + 30 * DAY, NULL, &err), &err);
	assert_ok(check(f, SOFT_NOW + 30 * DAY, "2026-01-31", &err), &err);
}

static void
refuses_a_time_before_the_last_entry(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_int_equal(check(f, SOFT_NOW - 1, NULL, &err), CA_ERR_POLICY);
	assert_string_equal(err.message,
	    "the clock of this machine says 2025-12-31T23:59:59Z, which is before 2026-01-01T00:00:00Z, the last entry of the ledger");
	assert_string_equal(err.hint,
	    "set the clock; compare it with a watch you trust");
	/* Confirmed or not. */
	assert_int_equal(check(f, SOFT_NOW - 1, "2025-12-31", &err),
	    CA_ERR_POLICY);
}

static void
refuses_a_time_before_the_program(void **state)
{
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	assert_int_equal(check(f, SOFT_NOW - DAY - 1, NULL, &err),
	    CA_ERR_POLICY);
	assert_string_equal(err.message,
	    "the clock of this machine says 2025-12-30T23:59:59Z, which is before 2025-12-31T00:00:00Z, when this coldca was made");
}

static void
wants_a_jump_to_be_confirmed(void **state)
{
	struct soft_ledger *f = *state;
	const int64_t now = SOFT_NOW + 30 * DAY + 1;
	struct ca_error err = { 0 };

	assert_int_equal(check(f, now, NULL, &err), CA_ERR_POLICY);
	assert_string_equal(err.message,
	    "the clock of this machine says 2026-01-31T00:00:01Z, over 30 days after the last entry of the ledger, 2026-01-01T00:00:00Z");
	assert_string_equal(err.hint,
	    "where it is right: --confirm-date=2026-01-31");
	assert_ok(check(f, now, "2026-01-31", &err), &err);
	assert_int_equal(check(f, now, "2026-02-01", &err), CA_ERR_POLICY);
	assert_string_equal(err.message,
	    "2026-02-01 is confirmed, and the clock of this machine says 2026-01-31T00:00:01Z (the last entry of the ledger is of 2026-01-01T00:00:00Z)");
}

static void
reads_nothing_but_dates(void **state)
{
	static const char *const bad[] = { "", "2026-1-31", "2026-01-31T",
		"31.01.2026", "2026-01-3x", "2026/01/31", "20260131" };
	struct soft_ledger *f = *state;
	struct ca_error err = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(check(f, SOFT_NOW, bad[i], &err),
		    CA_ERR_INPUT);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(takes_a_time_that_can_be),
		with_ledger(refuses_a_time_before_the_last_entry),
		with_ledger(refuses_a_time_before_the_program),
		with_ledger(wants_a_jump_to_be_confirmed),
		with_ledger(reads_nothing_but_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
