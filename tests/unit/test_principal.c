/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/principal.h"

#include <string.h>

#include "unit/test.h"

static void
refuses_an_entry_without_two_sides(void **state)
{
	static const char *const wrong[] = { "a", ":", "a:", ":b", "a:b,c",
		"a:b,:c" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct ca_principal_map map = { 0 };
		struct ca_error err;

		assert_int_equal(ca_principal_map_add(&map, wrong[i], &err),
		    CA_ERR_INPUT);
		assert_true(err.hint[0] != '\0');
		ca_principal_map_clear(&map);
	}
}

static void
splits_at_the_last_colon_and_the_last_entry_wins(void **state)
{
	struct ca_principal_map map = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_principal_map_add(&map, "a:b:node,,x:y", &err), &err);
	assert_ok(ca_principal_map_add(&map, "x:z,", &err), &err);
	assert_ok(ca_principal_map_add(&map, "", &err), &err);
	assert_int_equal(map.count, 3);
	assert_string_equal(ca_principal_map_get(&map, "a:b"), "node");
	assert_string_equal(ca_principal_map_get(&map, "x"), "z");
	assert_string_equal(ca_principal_map_get(&map, "a"), "a");
	ca_principal_map_clear(&map);
}

static void
refuses_more_entries_than_anybody_means(void **state)
{
	struct ca_principal_map map = { 0 };
	struct ca_error err;
	enum ca_code rc = CA_OK;

	(void)state;
	for (int i = 0; i < CA_PRINCIPAL_MAP_MAX; i++)
		assert_ok(ca_principal_map_add(&map, "a:b", &err), &err);
	rc = ca_principal_map_add(&map, "a:b", &err);
	assert_int_equal(rc, CA_ERR_INPUT);
	ca_principal_map_clear(&map);
	assert_int_equal(map.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_an_entry_without_two_sides),
		cmocka_unit_test(
		    splits_at_the_last_colon_and_the_last_entry_wins),
		cmocka_unit_test(refuses_more_entries_than_anybody_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
