/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "support/tmpdir.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* Asserts that the module at PATH does not load, and that the error says WORD. */
static void
assert_no_module(struct fixture *f, const char *path, const char *word)
{
	const struct ca_module_options options = { .path = path };

	assert_int_equal(ca_module_load(&options, &f->module, &f->err),
	    CA_ERR_TOKEN);
	assert_null(f->module);
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
}

static void
reports_a_module_that_is_not_there(void **state)
{
	struct fixture *f = *state;

	assert_no_module(f, "/nonexistent", "No such file or directory");
	assert_string_equal(f->err.message,
	    "/nonexistent: No such file or directory");
	/* Never looked for in the directories of libraries. */
	assert_no_module(f, "libc.so.6", "No such file or directory");
}

static void
reports_a_file_that_is_no_library(void **state)
{
	struct fixture *f = *state;
	const char *path = tmpdir_path(f->dir, "text.so");

	tmpdir_write(path, "not a library\n");
	assert_no_module(f, path, "can not be loaded");
}

static void
reports_a_library_that_is_no_module(void **state)
{
	assert_no_module(*state, COLDCA_OTHER_LIBRARY, "C_GetFunctionList");
}

static void
reports_a_module_that_does_not_initialize(void **state)
{
	struct fixture *f = *state;

	(void)setenv("P11_SHIM_FAIL", "C_Initialize:1:0x30", 1);
	assert_no_module(f, COLDCA_SHIM,
	    "PKCS11_CTX_load (C_Initialize or C_GetInfo): CKR_DEVICE_ERROR");
}

static void
loads_again_after_a_failure(void **state)
{
	struct fixture *f = *state;

	(void)setenv("P11_SHIM_FAIL", "C_Initialize:1:0x30", 1);
	assert_no_module(f, COLDCA_SHIM, "C_Initialize");
	(void)unsetenv("P11_SHIM_FAIL");
	fixture_load_shim(f);
}

static void
finalizes_the_module_when_it_is_freed(void **state)
{
	struct fixture *f = *state;

	fixture_load_shim(f);
	ca_module_free(f->module);
	f->module = NULL;
	assert_int_equal(fixture_calls(f, "C_Initialize"), 1);
	assert_int_equal(fixture_calls(f, "C_Finalize"), 1);
}

static void
lists_tokens_also_those_that_are_not_initialized(void **state)
{
	struct fixture *f = *state;
	struct ca_token_infos infos;
	const struct ca_token_info *ca = NULL, *blank = NULL;
	size_t i;

	fixture_load(f);
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	assert_int_equal(infos.count, 2);
	for (i = 0; i < infos.count; i++)
		if (infos.item[i].initialized)
			ca = &infos.item[i];
		else
			blank = &infos.item[i];
	assert_non_null(ca);
	assert_non_null(blank);
	assert_string_equal(ca->label, "ca");
	assert_string_equal(ca->manufacturer, "SoftHSM project");
	assert_int_equal(strlen(ca->serial), 16);
	assert_false(ca->hardware);
	assert_false(ca->pinpad);
	assert_true(ca->login_required);
	assert_int_equal(ca->pin_state, CA_PIN_OK);
	assert_int_equal(blank->pin_state, CA_PIN_NOT_SET);
	ca_token_infos_clear(&infos);
	assert_int_equal(infos.count, 0);
}

static void
lists_a_slot_whose_token_is_away_as_empty(void **state)
{
	struct fixture *f = *state;
	struct ca_token_infos infos;

	fixture_load_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_GetTokenInfo:1:0xe0", 1);
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	assert_int_equal(infos.count, 2);
	assert_false(infos.item[0].present);
	assert_false(infos.item[0].initialized);
	assert_string_equal(infos.item[0].label, "");
	assert_null(infos.item[0].mechanisms);
	assert_non_null(strstr(infos.item[0].slot, "SoftHSM"));
	assert_true(infos.item[1].present);
	ca_token_infos_clear(&infos);
}

static void
lists_tokens_without_opening_a_session(void **state)
{
	struct fixture *f = *state;
	struct ca_token_infos infos;

	fixture_load_shim(f);
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	ca_token_infos_clear(&infos);
	assert_int_equal(fixture_calls(f, "C_OpenSession"), 0);
}

/* Asserts that the token that TEXT names does not open. */
static void
assert_not_opened(struct fixture *f, const char *text)
{
	struct ca_uri *uri = fixture_uri(text);

	assert_int_equal(ca_token_open(f->module, uri, &f->token, &f->err),
	    CA_ERR_TOKEN);
	assert_null(f->token);
	ca_uri_free(uri);
}

static void
lists_what_is_there_where_no_token_matches(void **state)
{
	struct fixture *f = *state;

	fixture_load(f);
	assert_not_opened(f, "pkcs11:token=other");
	assert_non_null(strstr(f->err.message, "no token"));
	assert_non_null(strstr(f->err.message, "'ca' (SoftHSM v2, serial "));
}

static void
lists_what_is_there_where_several_match(void **state)
{
	struct fixture *f = *state;

	fixture_init_token("second", FIXTURE_PIN);
	fixture_load(f);
	assert_not_opened(f, "pkcs11:");
	assert_non_null(strstr(f->err.message, "more than one token"));
	assert_non_null(strstr(f->err.message, "'ca'"));
	assert_non_null(strstr(f->err.message, "'second'"));
	assert_non_null(strstr(f->err.hint, "serial="));
}

/* libp11 would wait for ever for a session on it. */
static void
never_opens_a_token_that_is_not_initialized(void **state)
{
	struct fixture *f = *state;
	struct ca_token_infos infos;
	char uri[64] = "";
	size_t i;

	fixture_load_shim(f);
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	for (i = 0; i < infos.count; i++)
		if (!infos.item[i].initialized)
			(void)snprintf(uri, sizeof(uri), "pkcs11:slot-id=%lu",
			    infos.item[i].slot_id);
	ca_token_infos_clear(&infos);
	assert_not_opened(f, uri);
	assert_int_equal(fixture_calls(f, "C_OpenSession"), 0);
}

static void
does_not_hang_where_no_session_can_be_opened(void **state)
{
	struct fixture *f = *state;

	fixture_load_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_OpenSession:1:0x32", 1);
	assert_not_opened(f, "pkcs11:token=ca");
	assert_string_equal(f->err.message,
	    "token ca: C_OpenSession: CKR_DEVICE_REMOVED (the token was removed)");
}

/* libp11 needs a session beside ours, and would wait for it for ever. */
static void
does_not_hang_where_the_token_has_one_session_only(void **state)
{
	struct fixture *f = *state;

	fixture_load_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_OpenSession:2:0xb1", 1);
	assert_not_opened(f, "pkcs11:token=ca");
	assert_non_null(strstr(f->err.message, "CKR_SESSION_COUNT"));
}

static void
opens_the_token_that_the_uri_names(void **state)
{
	struct fixture *f = *state;

	fixture_init_token("second", FIXTURE_PIN);
	fixture_open(f);
	assert_string_equal(ca_token_info(f->token)->label, "ca");
}

static void
opens_the_only_token_where_the_uri_names_none(void **state)
{
	struct fixture *f = *state;

	fixture_load(f);
	assert_ok(ca_token_open(f->module, NULL, &f->token, &f->err), &f->err);
	assert_string_equal(ca_token_info(f->token)->label, "ca");
}

static void
opens_a_token_a_second_time(void **state)
{
	struct fixture *f = *state;

	fixture_login(f);
	ca_token_close(f->token);
	f->token = NULL;
	fixture_login(f);
	assert_int_equal(f->asked, 2);
}

static void
gives_random_bytes_before_the_login(void **state)
{
	struct fixture *f = *state;
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	size_t len = 0;

	fixture_open(f);
	assert_ok(ca_token_random(f->token, a, sizeof(a), &len, &f->err),
	    &f->err);
	assert_int_equal(len, sizeof(a));
	assert_ok(ca_token_random(f->token, b, sizeof(b), &len, &f->err),
	    &f->err);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
gives_no_random_bytes_where_the_token_has_none(void **state)
{
	struct fixture *f = *state;
	uint8_t a[32];
	size_t len = 1;

	fixture_load_shim(f);
	fixture_open(f);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateRandom:0:0x54", 1);
	assert_ok(ca_token_random(f->token, a, sizeof(a), &len, &f->err),
	    &f->err);
	assert_int_equal(len, 0);
	(void)setenv("P11_SHIM_FAIL", "C_GenerateRandom:0:0x30", 1);
	assert_int_equal(ca_token_random(f->token, a, sizeof(a), &len, &f->err),
	    CA_ERR_TOKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reports_a_module_that_is_not_there),
		TEST(reports_a_file_that_is_no_library),
		TEST(reports_a_library_that_is_no_module),
		TEST(reports_a_module_that_does_not_initialize),
		TEST(loads_again_after_a_failure),
		TEST(finalizes_the_module_when_it_is_freed),
		TEST(lists_tokens_also_those_that_are_not_initialized),
		TEST(lists_a_slot_whose_token_is_away_as_empty),
		TEST(lists_tokens_without_opening_a_session),
		TEST(lists_what_is_there_where_no_token_matches),
		TEST(lists_what_is_there_where_several_match),
		TEST(never_opens_a_token_that_is_not_initialized),
		TEST(does_not_hang_where_no_session_can_be_opened),
		TEST(does_not_hang_where_the_token_has_one_session_only),
		TEST(opens_the_token_that_the_uri_names),
		TEST(opens_the_only_token_where_the_uri_names_none),
		TEST(opens_a_token_a_second_time),
		TEST(gives_random_bytes_before_the_login),
		TEST(gives_no_random_bytes_where_the_token_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
