/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "token/fixture.h"
#include "token/module.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define SO_PIN "51173399" /* of the fixture's token */
#define NEW_PIN "24680135"

/* What is asked, in its order, and what is answered. */
static struct {
	const char *so_pin;
	const char *user_pin;
	unsigned so_asked;
	unsigned user_asked;
} asked;

static enum ca_code
ask_so(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	(void)info, (void)arg, (void)err;
	asked.so_asked++;
	memcpy(pin, asked.so_pin, strlen(asked.so_pin) + 1);
	return CA_OK;
}

static enum ca_code
ask_user(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	(void)info, (void)arg, (void)err;
	asked.user_asked++;
	memcpy(pin, asked.user_pin, strlen(asked.user_pin) + 1);
	return CA_OK;
}

static enum ca_code
refuse(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	(void)info, (void)arg, (void)pin;
	return ca_fail(err, CA_ERR_PIN, "no terminal");
}

static struct ca_token_new
wanted(const char *label, bool erase)
{
	asked.so_pin = SO_PIN;
	asked.user_pin = FIXTURE_PIN;
	asked.so_asked = asked.user_asked = 0;
	return (struct ca_token_new){
		.label = label,
		.erase = erase,
		.so_pin = ask_so,
		.user_pin = ask_user,
	};
}

static enum ca_code
initialize(struct fixture *f, const char *text, const struct ca_token_new *new)
{
	struct ca_uri *uri = text == NULL ? NULL : fixture_uri(text);
	enum ca_code rc = ca_token_initialize(f->module, uri, new, &f->err);

	ca_uri_free(uri);
	return rc;
}

/* Logs in to the token LABEL with PIN; it must hold COUNT objects. */
static void
assert_usable(struct fixture *f, const char *label, const char *pin,
    size_t count)
{
	char text[64] = "pkcs11:token=";
	struct ca_uri *uri;

	memcpy(text + strlen(text), label, strlen(label) + 1);
	uri = fixture_uri(text);
	assert_ok(ca_token_open(f->module, uri, &f->token, &f->err), &f->err);
	f->pin = pin;
	fixture_login(f);
	assert_int_equal(fixture_objects(f), count);
	ca_token_close(f->token);
	f->token = NULL;
	ca_uri_free(uri);
}

static void
refuses_an_initialized_token(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", false);

	fixture_load_shim(f);
	assert_int_equal(initialize(f, "pkcs11:token=ca", &new), CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "would be lost"));
	assert_non_null(strstr(f->err.hint, "--erase"));
	assert_int_equal(asked.so_asked, 0);
	assert_usable(f, "ca", FIXTURE_PIN, 0);
}

static void
refuses_labels_that_do_not_fit(void **state)
{
	static const char *const labels[] = { "",
		"123456789012345678901234567890123", "a\nb", "a\xff",
		"ends with a blank ", "a\xe2\x80\xae" };
	struct fixture *f = *state;
	struct ca_token_new new = wanted("", false);
	size_t i;

	fixture_load(f);
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		new.label = labels[i];
		assert_int_equal(initialize(f, NULL, &new), CA_ERR_USAGE);
	}
	assert_int_equal(asked.so_asked, 0);
}

static void
refuses_a_name_that_no_token_has(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", true);

	fixture_load(f);
	assert_int_equal(initialize(f, "pkcs11:token=other", &new),
	    CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "'ca' (SoftHSM v2"));
	assert_non_null(strstr(f->err.message, "not initialized"));
}

static void
refuses_a_name_that_two_tokens_have(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", true);

	fixture_init_token("ca", FIXTURE_PIN);
	fixture_load(f);
	assert_int_equal(initialize(f, "pkcs11:token=ca", &new), CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "more than one"));
	assert_int_equal(asked.so_asked, 0);
}

static void
sends_no_pin_of_a_wrong_length(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", false);

	fixture_load(f);
	asked.so_pin = "123";
	assert_int_equal(initialize(f, NULL, &new), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "have 4 to 255 characters"));
	assert_int_equal(asked.user_asked, 0);
	asked.so_pin = SO_PIN;
	asked.user_pin = "123";
	assert_int_equal(initialize(f, NULL, &new), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "the user PIN"));
	new.user_pin = refuse;
	assert_int_equal(initialize(f, NULL, &new), CA_ERR_PIN);
	/* Nothing was begun. */
	new = wanted("new", false);
	assert_ok(initialize(f, NULL, &new), &f->err);
	assert_usable(f, "new", FIXTURE_PIN, 0);
}

static void
spends_no_last_try_of_the_security_officer(void **state)
{
	static const struct {
		const char *flags, *word;
	} cases[] = {
		{ "0x200000", "one try left" },
		{ "0x400000", "locked" },
	};
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", true);
	size_t i;

	fixture_load_shim(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setenv("P11_SHIM_TOKEN_FLAGS", cases[i].flags, 1);
		assert_int_equal(initialize(f, "pkcs11:token=ca", &new),
		    CA_ERR_PIN);
		assert_non_null(strstr(f->err.message, cases[i].word));
		assert_int_equal(asked.so_asked, 0);
	}
}

static void
erases_nothing_with_a_wrong_pin(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", true);

	fixture_load(f);
	asked.so_pin = "00000000";
	assert_int_equal(initialize(f, "pkcs11:token=ca", &new), CA_ERR_PIN);
	assert_non_null(
	    strstr(f->err.message, "C_InitToken: CKR_PIN_INCORRECT"));
	assert_int_equal(asked.so_asked, 1);
	assert_usable(f, "ca", FIXTURE_PIN, 0);
}

static void
says_what_a_token_without_a_user_pin_needs(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", false);

	fixture_load_shim(f);
	(void)setenv("P11_SHIM_FAIL", "C_Login:1:0xa3", 1);
	assert_int_equal(initialize(f, NULL, &new), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "C_Login: CKR_PIN_EXPIRED"));
	assert_non_null(strstr(f->err.hint, "--erase"));
	/* That is the way out. */
	new = wanted("again", true);
	assert_ok(initialize(f, "pkcs11:token=new", &new), &f->err);
	assert_usable(f, "again", FIXTURE_PIN, 0);
}

static void
makes_the_first_free_token(void **state)
{
	struct fixture *f = *state;
	/* As long as a label may be. */
	struct ca_token_new new =
	    wanted("12345678901234567890123456789012", false);

	fixture_load(f);
	assert_ok(initialize(f, NULL, &new), &f->err);
	assert_int_equal(asked.so_asked, 1);
	assert_int_equal(asked.user_asked, 1);
	assert_usable(f, new.label, FIXTURE_PIN, 0);
	assert_usable(f, "ca", FIXTURE_PIN, 0);
}

/* A module that gives every token another slot once one was initialized. */
static struct {
	CK_FUNCTION_LIST list;
	const CK_FUNCTION_LIST *real;
	CK_ULONG shift;
} moving;

static CK_RV
moving_init(CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG len, CK_UTF8CHAR *label)
{
	CK_RV rv = moving.real->C_InitToken(slot, pin, len, label);

	moving.shift = 1000;
	return rv;
}

static CK_RV
moving_list(CK_BYTE present, CK_SLOT_ID *slots, CK_ULONG *count)
{
	CK_RV rv = moving.real->C_GetSlotList(present, slots, count);
	CK_ULONG i;

	for (i = 0; rv == CKR_OK && slots != NULL && i < *count; i++)
		slots[i] += moving.shift;
	return rv;
}

static CK_RV
moving_slot(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	return moving.real->C_GetSlotInfo(slot - moving.shift, info);
}

static CK_RV
moving_token(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	return moving.real->C_GetTokenInfo(slot - moving.shift, info);
}

static CK_RV
moving_open(CK_SLOT_ID slot, CK_FLAGS flags, void *application,
    CK_NOTIFY notify, CK_SESSION_HANDLE *ret)
{
	return moving.real->C_OpenSession(slot - moving.shift, flags,
	    application, notify, ret);
}

static void
finds_the_token_again_in_another_slot(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("ca", false);
	struct ca_token_infos infos = { NULL, 0 };
	CK_FUNCTION_LIST *real;

	fixture_load(f);
	moving.real = real = f->module->p11;
	moving.list = *real;
	moving.shift = 0;
	moving.list.C_InitToken = moving_init;
	moving.list.C_GetSlotList = moving_list;
	moving.list.C_GetSlotInfo = moving_slot;
	moving.list.C_GetTokenInfo = moving_token;
	moving.list.C_OpenSession = moving_open;
	f->module->p11 = &moving.list;
	/* Another one of this label is there already. */
	assert_ok(initialize(f, NULL, &new), &f->err);
	f->module->p11 = real;
	assert_ok(ca_module_slots(f->module, &infos, &f->err), &f->err);
	assert_string_equal(infos.item[0].label, "ca");
	assert_string_equal(infos.item[1].label, "ca");
	assert_int_equal(infos.item[0].pin_state, CA_PIN_OK);
	assert_int_equal(infos.item[1].pin_state, CA_PIN_OK);
	ca_token_infos_clear(&infos);
}

static void
erases_the_token_that_is_named(void **state)
{
	struct fixture *f = *state;
	struct ca_token_new new = wanted("new", true);
	struct ca_token_key key;

	fixture_init_token("other", FIXTURE_PIN);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	ca_token_key_clear(&key);
	fixture_close(f);
	fixture_load(f);
	asked.user_pin = NEW_PIN;
	assert_ok(initialize(f, "pkcs11:token=ca", &new), &f->err);
	assert_usable(f, "new", NEW_PIN, 0);
	assert_usable(f, "other", FIXTURE_PIN, 0);
}

static void
changes_no_pin_with_a_wrong_one(void **state)
{
	struct fixture *f = *state;

	(void)wanted(NULL, false);
	fixture_load_shim(f);
	fixture_open(f);
	asked.user_pin = NEW_PIN;
	f->pin = "00000000";
	assert_int_equal(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
			     &f->err),
	    CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "CKR_PIN_INCORRECT"));
	assert_int_equal(f->asked, 1);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
	assert_int_equal(fixture_calls(f, "C_Logout"), 0);
}

static void
changes_no_pin_at_the_last_try(void **state)
{
	struct fixture *f = *state;

	(void)wanted(NULL, false);
	fixture_load_shim(f);
	fixture_open(f);
	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x20000", 1);
	assert_int_equal(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
			     &f->err),
	    CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "one try left"));
	assert_int_equal(f->asked, 0);
	assert_int_equal(fixture_calls(f, "C_Login"), 0);
}

static void
sends_no_new_pin_of_a_wrong_length(void **state)
{
	struct fixture *f = *state;

	(void)wanted(NULL, false);
	fixture_load_shim(f);
	fixture_open(f);
	asked.user_pin = "123";
	assert_int_equal(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
			     &f->err),
	    CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "the new user PIN"));
	/* An old one of a wrong length would be a try. */
	f->pin = "123";
	assert_int_equal(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
			     &f->err),
	    CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "the old user PIN"));
	assert_int_equal(fixture_calls(f, "C_Login"), 0);
}

static void
changes_the_pin_before_and_after_a_login(void **state)
{
	struct fixture *f = *state;
	struct ca_token_key key;

	(void)wanted(NULL, false);
	fixture_open(f);
	asked.user_pin = NEW_PIN;
	assert_ok(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
		      &f->err),
	    &f->err);
	f->pin = NEW_PIN;
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	asked.user_pin = FIXTURE_PIN;
	assert_ok(ca_token_change_pin(f->token, fixture_ask, ask_user, f,
		      &f->err),
	    &f->err);
	/* The login is still there: it shows the private key. */
	assert_int_equal(fixture_objects(f), 2);
	ca_token_key_clear(&key);
	ca_token_close(f->token);
	f->token = NULL;
	assert_usable(f, "ca", FIXTURE_PIN, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(refuses_an_initialized_token),
		TEST(refuses_labels_that_do_not_fit),
		TEST(refuses_a_name_that_no_token_has),
		TEST(refuses_a_name_that_two_tokens_have),
		TEST(sends_no_pin_of_a_wrong_length),
		TEST(spends_no_last_try_of_the_security_officer),
		TEST(erases_nothing_with_a_wrong_pin),
		TEST(says_what_a_token_without_a_user_pin_needs),
		TEST(makes_the_first_free_token),
		TEST(finds_the_token_again_in_another_slot),
		TEST(erases_the_token_that_is_named),
		TEST(changes_no_pin_with_a_wrong_one),
		TEST(changes_no_pin_at_the_last_try),
		TEST(sends_no_new_pin_of_a_wrong_length),
		TEST(changes_the_pin_before_and_after_a_login),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
