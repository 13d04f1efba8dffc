/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that is signed under, and the one before. */
#include "cli/policy_record.h"

#include <string.h>

#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "unit/test.h"

#define FIRST "version: 1\nmode: test\n"
#define SECOND "version: 1\nmode: test\nreserved: [ops]\n"

static struct cli
cli_with(struct soft_ledger *f, const char *text)
{
	struct cli cli = { .quiet = true,
		.ca = { .path = f->dir, .ledger = f->ledger } };
	struct ca_error err = { 0 };

	assert_ok(ca_bytes_append(&cli.ca.text, text, strlen(text), &err),
	    &err);
	return cli;
}

/* What the ledger says of TEXT. */
static struct ca_diff_size
differ(struct soft_ledger *f, const char *text, bool *ret_found)
{
	struct cli cli = cli_with(f, text);
	struct ca_diff_size size = { 99, 99 };
	struct ca_error err = { 0 };

	assert_ok(cli_policy_diff(&cli.ca, NULL, &size, ret_found, &err), &err);
	ca_bytes_free(&cli.ca.text);
	return size;
}

static void
record(struct soft_ledger *f, const char *text)
{
	struct cli cli = cli_with(f, text);
	struct ca_error err = { 0 };

	assert_ok(cli_policy_tell(&cli, &err), &err);
	assert_ok(cli_policy_record(&cli, SOFT_NOW, &err), &err);
	ca_bytes_free(&cli.ca.text);
}

static int64_t
entries(const struct soft_ledger *f)
{
	return soft_ledger_number(f->path, "SELECT count(*) FROM entry");
}

static void
knows_nothing_before_the_first_signature(void **state)
{
	struct soft_ledger *f = *state;
	bool found = true;
	struct ca_diff_size size = differ(f, FIRST, &found);

	assert_false(found);
	assert_int_equal(size.added, 2);
	assert_int_equal(size.removed, 0);
}

static void
records_a_policy_once(void **state)
{
	struct soft_ledger *f = *state;
	int64_t before = entries(f);
	bool found = false;
	struct ca_diff_size size;

	record(f, FIRST);
	assert_int_equal(entries(f), before + 1);
	record(f, FIRST);
	assert_int_equal(entries(f), before + 1);
	size = differ(f, FIRST, &found);
	assert_true(found);
	assert_int_equal(size.added + size.removed, 0);
}

static void
counts_the_lines_that_changed(void **state)
{
	struct soft_ledger *f = *state;
	int64_t before;
	bool found = false;
	struct ca_diff_size size;

	record(f, FIRST);
	before = entries(f);
	size = differ(f, SECOND, &found);
	assert_int_equal(size.added, 1);
	assert_int_equal(size.removed, 0);
	record(f, SECOND);
	assert_int_equal(entries(f), before + 1);
	size = differ(f, FIRST, &found);
	assert_int_equal(size.added, 0);
	assert_int_equal(size.removed, 1);
	assert_int_equal(soft_ledger_number(f->path,
			     "SELECT count(*) FROM entry"
			     " WHERE detail LIKE '%1 line added, 0 removed'"),
	    1);
}

#define with_ledger(test)                                        \
	cmocka_unit_test_setup_teardown(test, soft_ledger_setup, \
	    soft_ledger_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		with_ledger(knows_nothing_before_the_first_signature),
		with_ledger(records_a_policy_once),
		with_ledger(counts_the_lines_that_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
