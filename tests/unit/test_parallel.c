/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include <stdatomic.h>
#include <string.h>

#include "unit/test.h"

#define COUNT 1000

struct calls {
	atomic_uint of[COUNT];
	size_t failing; /* from this index on; COUNT: none */
	atomic_size_t failed;
};

static enum ca_code
count_call(void *arg, size_t index, struct ca_error *err)
{
	struct calls *calls = arg;

	atomic_fetch_add(&calls->of[index], 1);
	if (index < calls->failing)
		return CA_OK;
	atomic_fetch_add(&calls->failed, 1);
	return ca_fail(err, CA_ERR_FILE, "number %zu", index);
}

static void
calls_each_once(void **state)
{
	struct calls calls = { .failing = COUNT };
	struct ca_error err;

	(void)state;
	assert_ok(ca_parallel(COUNT, count_call, &calls, &err), &err);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(atomic_load(&calls.of[i]), 1);
}

static void
does_nothing_for_none(void **state)
{
	struct calls calls = { .failing = 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_parallel(0, count_call, &calls, &err), &err);
	assert_int_equal(atomic_load(&calls.of[0]), 0);
}

/* All before it were begun, and so the lowest that fails is always the same. */
static void
tells_the_lowest_failure_and_stops(void **state)
{
	struct calls calls = { .failing = 10 };
	struct ca_error err;

	(void)state;
	assert_int_equal(ca_parallel(COUNT, count_call, &calls, &err),
	    CA_ERR_FILE);
	assert_string_equal(err.message, "number 10");
	assert_true(atomic_load(&calls.failed) <= CA_PARALLEL_MAX);
	assert_int_equal(atomic_load(&calls.of[COUNT - 1]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_each_once),
		cmocka_unit_test(does_nothing_for_none),
		cmocka_unit_test(tells_the_lowest_failure_and_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
