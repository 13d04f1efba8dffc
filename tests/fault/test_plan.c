/* SPDX-License-Identifier: Apache-2.0 */
/* The plan's file: what is a rule, and what becomes of what is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/fixture.h"
#include "support/tmpdir.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* What may not stand in the second line of a plan, and what is said of it. */
static const struct {
	const char *line;
	const char *says;
} wrong[] = {
	{ "fial C_Sign 1 CKR_DEVICE_ERROR", "no such rule: fial" },
	{ "fail C_Sgn 1 CKR_DEVICE_ERROR", "no function of PKCS#11" },
	{ "fail C_Sign 1", "something is missing" },
	{ "fail C_Sign 1 CKR_DEVICE_ERROR now", "too much" },
	{ "fail C_Sign 1 CKR_NO_SUCH", "no return value: CKR_NO_SUCH" },
	{ "fail C_Sign 1 CKA_LABEL", "no return value" },
	{ "fail C_Sign 1 0x", "no return value" },
	{ "fail C_Sign 1 0x1g", "no return value" },
	{ "fail C_Sign 1 0x10000000000000000", "no return value" },
	{ "fail C_Sign 1 CKR_OK", "not a failure" },
	{ "fail C_Sign 0 CKR_DEVICE_ERROR", "the first is 1" },
	{ "fail C_Sign 3-2 CKR_DEVICE_ERROR", "no such calls" },
	{ "fail C_Sign -2 CKR_DEVICE_ERROR", "not a number" },
	{ "fail C_Sign 1- CKR_DEVICE_ERROR", "not a number" },
	{ "fail C_Sign 1x CKR_DEVICE_ERROR", "not a number" },
	{ "fail C_Sign 1-**", "something is missing" },
	{ "fail C_Sign 99999999999999999999 CKR_HOST_MEMORY", "not a number" },
	{ "delay C_Sign 1 ms", "not a number" },
	{ "delay C_Sign 1 86400001", "more than" },
	{ "hang C_Sign", "something is missing" },
	{ "sign bent 1", "not wrong, truncate or repeat" },
	{ "sign wrong 0", "the first is 1" },
	{ "attribute CKA_NO_SUCH true", "no attribute" },
	{ "attribute private", "something is missing" },
	{ "attribute privat CKA_SIGN true", "no class of objects" },
	{ "attribute CKA_SIGN yes", "not a number" },
	{ "attribute CKA_ID hex:0", "not whole bytes" },
	{ "attribute CKA_ID hex:0G", "not hex" },
	{ "token-flags RNG", "not + or - and a flag" },
	{ "token-flags +HW_SLOT", "not + or - and a flag" },
	{ "token-flags +RNG -RNG", "given before" },
	{ "slot-flags +RNG", "not + or - and a flag" },
	{ "token-info colour red", "no field" },
	{ "token-info serial 12345678901234567", "longer than 16" },
	{ "token-info firmware 256.1", "not a version" },
	{ "token-info firmware 1.2.3", "not a version" },
	{ "token-info label \"open", "a quote that nothing closes" },
	{ "token-info label \"a\"b", "no blank" },
	{ "token-info label a\"b\"", "a quote inside" },
	{ "token-info label \"\\n\"", "behind a backslash" },
	{ "token-info label \"\\xG0\"", "behind a backslash" },
	{ "mechanism CKM_ECDSA", "not - and a mechanism" },
	{ "mechanism -CKM_NO_SUCH", "not - and a mechanism" },
	{ "lock-after 0", "locked from the start" },
	{ "pinpad", "something is missing" },
	{ "remove after C_Sign 0", "the first call is 1" },
	{ "remove before C_Sign 1", "remove after" },
	{ "back then 1", "back after" },
	{ "log \"\"", "not a path" },
	{ "log \"a\\x00b\"", "not a path" },
};

static void
refuses_a_line_that_is_no_rule_and_names_it(void **state)
{
	struct fixture *f = *state;
	char plan[512], *said = NULL;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		(void)snprintf(plan, sizeof(plan), "# first\n%s\n",
		    wrong[i].line);
		fixture_plan(f, plan);
		if (fixture_load(f, &said) != CKR_GENERAL_ERROR)
			fail_msg("taken: %s", wrong[i].line);
		if (strstr(said, "/plan:2: ") == NULL ||
		    strstr(said, wrong[i].says) == NULL)
			fail_msg("%s: said %s", wrong[i].line, said);
		free(said);
	}
}

/* Rules that are right alone. */
static void
refuses_rules_that_do_not_go_together(void **state)
{
	static const char *const plans[] = {
		"\n\nlock-after 3\n",
		"\n\nback after 3\n",
		"log a\n\nlog a\n",
		"state a\nlock-after 3\nlock-after 3\n",
		"pinpad 1\n\npinpad 1\n",
		"token-info label a\n\ntoken-info label a\n",
		"token-info firmware 1.2\n\ntoken-info firmware 1.2\n",
		"remove after C_Sign 1\n\nremove after C_Sign 1\n",
	};
	struct fixture *f = *state;
	char *said = NULL;
	size_t i;

	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		fixture_plan(f, plans[i]);
		if (fixture_load(f, &said) != CKR_GENERAL_ERROR)
			fail_msg("taken: %s", plans[i]);
		if (strstr(said, "/plan:3: ") == NULL)
			fail_msg("%s: said %s", plans[i], said);
		free(said);
	}
}

static void
refuses_a_plan_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	char *said = NULL;

	(void)setenv("P11_FAULT_PLAN", tmpdir_path(f->dir, "none"), 1);
	assert_int_equal(fixture_load(f, &said), CKR_GENERAL_ERROR);
	assert_non_null(strstr(said, "/none: No such file"));
	free(said);
}

static void
refuses_a_plan_that_is_no_text(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(tmpdir_path(f->dir, "other"), "we");
	char *said = NULL;

	assert_non_null(file);
	(void)fwrite("log a\0b\n", 1, 8, file);
	(void)fclose(file);
	(void)setenv("P11_FAULT_PLAN", tmpdir_path(f->dir, "other"), 1);
	assert_int_equal(fixture_load(f, &said), CKR_GENERAL_ERROR);
	free(said);
}

/* A test that goes on with half a plan would pass by accident. */
static void
fails_every_call_while_the_plan_is_broken(void **state)
{
	struct fixture *f = *state;
	CK_INFO info;

	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
	fixture_plan(f, "fial\n");
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_GENERAL_ERROR);
	assert_int_equal(f->p11->C_Initialize(NULL), CKR_GENERAL_ERROR);
	fixture_plan(f, "");
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
}

static void
refuses_another_module_than_the_loaded_one(void **state)
{
	struct fixture *f = *state;
	char *said = NULL;

	fixture_plan(f, "module /nonexistent.so\n");
	assert_int_equal(fixture_load(f, &said), CKR_GENERAL_ERROR);
	assert_non_null(strstr(said, "another module"));
	free(said);
	fixture_plan(f, "module " FAULT_SOFTHSM "\n");
	assert_int_equal(fixture_load(f, NULL), CKR_OK);
}

static void
takes_every_rule(void **state)
{
	struct fixture *f = *state;
	char *said = NULL;

	fixture_plan(f,
	    "# all of them\n"
	    "module \"" FAULT_SOFTHSM "\"   # quoted\n"
	    "\tlog %s/log\n"
	    "state %s/state\n"
	    "fail C_Sign 1 CKR_DEVICE_ERROR\n"
	    "fail C_Sign 2-3 DEVICE_ERROR\n"
	    "fail C_Sign 4-* 0x30\n"
	    "fail C_SignFinal * 0x80000001\n"
	    "delay C_Sign 1 0\n"
	    "hang C_DigestKey 1\n"
	    "sign wrong 1\nsign truncate 2-3\nsign repeat 4-*\n"
	    "attribute CKA_SENSITIVE false\n"
	    "attribute private EXTRACTABLE true\n"
	    "attribute public 0x102 hex:00ff\n"
	    "attribute certificate CKA_KEY_TYPE 3\n"
	    "attribute secret CKA_LOCAL missing\n"
	    "attribute data CKA_VALUE sensitive\n"
	    "token-flags +CKF_USER_PIN_COUNT_LOW +USER_PIN_FINAL_TRY -RNG\n"
	    "slot-flags -REMOVABLE_DEVICE +0x4\n"
	    "token-info label \"a \\\"b\\\" \\\\ \\x1b\"\n"
	    "token-info manufacturer m\ntoken-info model m\n"
	    "token-info serial 1234567890123456\n"
	    "token-info firmware 255.0\n"
	    "mechanism -CKM_ECDSA -RSA_PKCS -0x1\n"
	    "lock-after 3\npinpad \"12 34\"\n"
	    "remove after C_Sign 1\nback after 0");
	if (fixture_load(f, &said) != CKR_OK)
		fail_msg("%s", said);
	assert_string_equal(said, "");
	free(said);
}

static void
needs_no_plan(void **state)
{
	struct fixture *f = *state;
	CK_INFO info;

	fixture_plan(f, "fail C_GetInfo * CKR_DEVICE_ERROR\n");
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_DEVICE_ERROR);
	(void)unsetenv("P11_FAULT_PLAN");
	assert_int_equal(fixture_load(f, NULL), CKR_OK);
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_a_line_that_is_no_rule_and_names_it),
		TEST(refuses_rules_that_do_not_go_together),
		TEST(refuses_a_plan_that_is_not_there),
		TEST(refuses_a_plan_that_is_no_text),
		TEST(fails_every_call_while_the_plan_is_broken),
		TEST(refuses_another_module_than_the_loaded_one),
		TEST(takes_every_rule),
		TEST(needs_no_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
