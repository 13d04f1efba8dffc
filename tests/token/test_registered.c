/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "coldca/token.h"
#include "support/tmpdir.h"
#include "token/registered.h"
#include "unit/test.h"

struct dirs {
	char *base;
	const char *of[3]; /* packages, administrator, NULL */
};

static int
setup(void **state)
{
	struct dirs *d = calloc(1, sizeof(*d));
	void *base;

	if (d == NULL || tmpdir_setup(&base) != 0)
		return -1;
	d->base = base;
	d->of[0] = strdup(tmpdir_path(base, "packages"));
	d->of[1] = strdup(tmpdir_path(base, "admin"));
	*state = d;
	return mkdir(d->of[0], 0700);
}

static int
teardown(void **state)
{
	struct dirs *d = *state;
	void *base = d->base;
	int rc = tmpdir_teardown(&base);
	char *of[2];

	memcpy(of, d->of, sizeof(of));
	free(of[0]);
	free(of[1]);
	free(d);
	return rc;
}

static char **
read_all(const struct dirs *d)
{
	struct ca_error err;
	char **paths = NULL;

	assert_ok(ca_registered_read(d->of, "/home/of/modules", &paths, &err),
	    &err);
	return paths;
}

static void
finds_nothing_where_nothing_is_registered(void **state)
{
	char **paths = read_all(*state);

	assert_null(paths[0]);
	ca_module_paths_free(paths);
}

static void
reads_module_paths_in_the_order_of_the_files(void **state)
{
	struct dirs *d = *state;
	char **paths;

	tmpdir_write(tmpdir_path(d->of[0], "b.module"),
	    "# a comment\nmodule: /lib/b.so \npriority: 1\n");
	tmpdir_write(tmpdir_path(d->of[0], "a.module"), "module:a.so\n");
	tmpdir_write(tmpdir_path(d->of[0], "c.module"), "remote: |ssh host\n");
	tmpdir_write(tmpdir_path(d->of[0], "d.txt"), "module: /lib/d.so\n");
	paths = read_all(d);
	assert_string_equal(paths[0], "/home/of/modules/a.so");
	assert_string_equal(paths[1], "/lib/b.so");
	assert_null(paths[2]);
	ca_module_paths_free(paths);
}

static void
lets_the_administrator_overrule_a_package(void **state)
{
	struct dirs *d = *state;
	char **paths;

	assert_int_equal(mkdir(d->of[1], 0700), 0);
	tmpdir_write(tmpdir_path(d->of[0], "a.module"), "module: /lib/a.so\n");
	tmpdir_write(tmpdir_path(d->of[0], "b.module"), "module: /lib/b.so\n");
	tmpdir_write(tmpdir_path(d->of[1], "a.module"), "module: /opt/a.so\n");
	tmpdir_write(tmpdir_path(d->of[1], "b.module"), "priority: 3\n");
	paths = read_all(d);
	assert_string_equal(paths[0], "/opt/a.so");
	assert_string_equal(paths[1], "/lib/b.so");
	assert_null(paths[2]);
	ca_module_paths_free(paths);
}

static void
reads_what_this_machine_has(void **state)
{
	struct ca_error err;
	char **paths = NULL;

	(void)state;
	assert_ok(ca_module_registered(&paths, &err), &err);
	assert_non_null(paths);
	ca_module_paths_free(paths);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    finds_nothing_where_nothing_is_registered, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    reads_module_paths_in_the_order_of_the_files, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    lets_the_administrator_overrule_a_package, setup, teardown),
		cmocka_unit_test(reads_what_this_machine_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
