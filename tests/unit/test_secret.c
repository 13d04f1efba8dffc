/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <stdio.h>
#include <string.h>

#include "unit/test.h"

#define FLAGS_LINE "VmFlags:"

/* Whether the mapping that holds ADDRESS has FLAG ("lo": locked). */
static int
mapping_has(const void *address, const char *flag)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	char line[512];
	int inside = 0, found = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx", &from, &to) == 2)
			inside = from <= (unsigned long)address &&
			    (unsigned long)address < to;
		if (inside &&
		    strncmp(line, FLAGS_LINE, strlen(FLAGS_LINE)) == 0)
			found = strstr(line, flag) != NULL;
	}
	(void)fclose(maps);
	return found;
}

static void
is_zero_and_kept_out_of_core_dumps_and_children(void **state)
{
	struct ca_secret secret = { 0 };
	struct ca_error err;

	(void)state;
	assert_ok(ca_secret_new(300, &secret, &err), &err);
	for (size_t i = 0; i < secret.capacity; i++)
		assert_int_equal(secret.data[i], 0);
	assert_true(mapping_has(secret.data, " dd"));
	assert_true(mapping_has(secret.data, " dc"));
	ca_secret_free(&secret);
	assert_null(secret.data);
	ca_secret_free(&secret);
}

static void
wipes(void **state)
{
	char pin[] = "1234";

	(void)state;
	ca_wipe(pin, sizeof(pin));
	assert_memory_equal(pin, "\0\0\0\0\0", 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    is_zero_and_kept_out_of_core_dumps_and_children),
		cmocka_unit_test(wipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
