/* SPDX-License-Identifier: Apache-2.0 */
/* What token, slot and objects say of themselves; PINs; removal. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault/fixture.h"
#include "support/tmpdir.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define WRONG "00000000"
#define PIN_FLAGS \
	(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED)

/* Reads one attribute into SIZE bytes at VALUE; its length in *RET_LEN. */
static CK_RV
read_one(struct fixture *f, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
    void *value, CK_ULONG size, CK_ULONG *ret_len)
{
	CK_ATTRIBUTE attribute = { type, value, size };
	CK_RV rv =
	    f->p11->C_GetAttributeValue(f->session, object, &attribute, 1);

	*ret_len = attribute.ulValueLen;
	return rv;
}

static CK_BBOOL
read_bool(struct fixture *f, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL value = 99;
	CK_ULONG len;

	assert_int_equal(read_one(f, object, type, &value, 1, &len), CKR_OK);
	return value;
}

static void
lies_about_attributes(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;
	CK_ULONG type = 0, len;
	CK_BYTE id[8];

	fixture_session(f);
	fixture_key(f, &public, &private);
	assert_int_equal(read_bool(f, private, CKA_SIGN), CK_TRUE);
	fixture_plan(f,
	    "attribute CKA_SIGN false\n"
	    "attribute CKA_KEY_TYPE 17\n"
	    "attribute CKA_ID hex:0aff\n");
	assert_int_equal(read_bool(f, private, CKA_SIGN), CK_FALSE);
	assert_int_equal(read_one(f, private, CKA_KEY_TYPE, &type, sizeof(type),
			     &len),
	    CKR_OK);
	assert_int_equal(type, 17);
	assert_int_equal(read_one(f, private, CKA_ID, NULL, 0, &len), CKR_OK);
	assert_int_equal(len, 2);
	assert_int_equal(read_one(f, private, CKA_ID, id, 1, &len),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(len, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(read_one(f, private, CKA_ID, id, sizeof(id), &len),
	    CKR_OK);
	assert_int_equal(len, 2);
	assert_memory_equal(id, "\x0a\xff", 2);
	fixture_plan(f, "");
	assert_int_equal(read_bool(f, private, CKA_SIGN), CK_TRUE);
}

static void
lies_about_objects_of_one_class(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;

	fixture_session(f);
	fixture_key(f, &public, &private);
	assert_int_equal(read_bool(f, public, CKA_LOCAL), CK_TRUE);
	assert_int_equal(read_bool(f, private, CKA_LOCAL), CK_TRUE);
	fixture_plan(f, "attribute private CKA_LOCAL false\n");
	assert_int_equal(read_bool(f, public, CKA_LOCAL), CK_TRUE);
	assert_int_equal(read_bool(f, private, CKA_LOCAL), CK_FALSE);
	fixture_plan(f, "attribute public CKA_LOCAL false\n");
	assert_int_equal(read_bool(f, public, CKA_LOCAL), CK_FALSE);
	assert_int_equal(read_bool(f, private, CKA_LOCAL), CK_TRUE);
}

static void
leaves_attributes_out(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;
	CK_BBOOL local = CK_FALSE, sign = CK_FALSE;
	CK_ATTRIBUTE template[] = {
		{ CKA_LOCAL, &local, sizeof(local) },
		{ CKA_SIGN, &sign, sizeof(sign) },
	};

	fixture_session(f);
	fixture_key(f, &public, &private);
	fixture_plan(f, "attribute CKA_LOCAL missing\n");
	assert_int_equal(f->p11->C_GetAttributeValue(f->session, private,
			     template, 2),
	    CKR_ATTRIBUTE_TYPE_INVALID);
	assert_int_equal(template[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(template[1].ulValueLen, sizeof(sign));
	assert_int_equal(sign, CK_TRUE);
	template[0].ulValueLen = sizeof(local);
	fixture_plan(f, "attribute CKA_LOCAL sensitive\n");
	assert_int_equal(f->p11->C_GetAttributeValue(f->session, private,
			     template, 2),
	    CKR_ATTRIBUTE_SENSITIVE);
}

/* SoftHSM has no CKA_GOST28147_PARAMS in an EC key. */
static void
adds_attributes_that_the_token_does_not_have(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;
	CK_BYTE value[8];
	CK_ULONG len;

	fixture_session(f);
	fixture_key(f, &public, &private);
	assert_int_not_equal(read_one(f, private, CKA_GOST28147_PARAMS, value,
				 sizeof(value), &len),
	    CKR_OK);
	fixture_plan(f, "attribute CKA_GOST28147_PARAMS hex:01\n");
	assert_int_equal(read_one(f, private, CKA_GOST28147_PARAMS, value,
			     sizeof(value), &len),
	    CKR_OK);
	assert_int_equal(len, 1);
}

/* A secret that is asked for with others stays one. */
static void
keeps_what_the_token_refuses(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;
	CK_BBOOL local = CK_FALSE;
	CK_BYTE value[64];
	CK_ATTRIBUTE template[] = {
		{ CKA_VALUE, value, sizeof(value) },
		{ CKA_LOCAL, &local, sizeof(local) },
	};

	fixture_session(f);
	fixture_key(f, &public, &private);
	fixture_plan(f, "attribute CKA_LOCAL true\n");
	assert_int_equal(f->p11->C_GetAttributeValue(f->session, private,
			     template, 2),
	    CKR_ATTRIBUTE_SENSITIVE);
	assert_int_equal(local, CK_TRUE);
}

static void
changes_flags_of_tokens_and_slots(void **state)
{
	struct fixture *f = *state;
	CK_FLAGS before = fixture_flags(f, f->slot);
	CK_FLAGS empty = fixture_flags(f, f->empty);
	CK_SLOT_INFO slot;

	assert_int_equal(before & CKF_USER_PIN_FINAL_TRY, 0);
	assert_int_not_equal(before & CKF_RNG, 0);
	fixture_plan(f,
	    "token-flags +USER_PIN_FINAL_TRY -RNG\n"
	    "slot-flags +HW_SLOT +REMOVABLE_DEVICE -TOKEN_PRESENT\n");
	assert_int_equal(fixture_flags(f, f->slot),
	    (before | CKF_USER_PIN_FINAL_TRY) & ~CKF_RNG);
	assert_int_equal(fixture_flags(f, f->empty), empty);
	assert_int_equal(f->p11->C_GetSlotInfo(f->slot, &slot), CKR_OK);
	assert_int_equal(slot.flags, CKF_HW_SLOT | CKF_REMOVABLE_DEVICE);
	fixture_plan(f, "");
	assert_int_equal(fixture_flags(f, f->slot), before);
	assert_int_equal(f->p11->C_GetSlotInfo(f->slot, &slot), CKR_OK);
	assert_int_equal(slot.flags, CKF_TOKEN_PRESENT);
}

static void
changes_what_a_token_is_called(void **state)
{
	struct fixture *f = *state;
	CK_TOKEN_INFO info;

	assert_int_equal(f->p11->C_GetTokenInfo(f->slot, &info), CKR_OK);
	assert_memory_equal(info.label, "real   ", 7);
	fixture_plan(f,
	    "token-info label \"\\x1b[2J a\\\"b\"\n"
	    "token-info manufacturer \"ACME Inc.\"\n"
	    "token-info model X\n"
	    "token-info serial 1234567890123456\n"
	    "token-info firmware 7.42\n");
	assert_int_equal(f->p11->C_GetTokenInfo(f->slot, &info), CKR_OK);
	assert_memory_equal(info.label, "\x1b[2J a\"b                        ",
	    32);
	assert_memory_equal(info.manufacturerID,
	    "ACME Inc.                       ", 32);
	assert_memory_equal(info.model, "X               ", 16);
	assert_memory_equal(info.serialNumber, "1234567890123456", 16);
	assert_int_equal(info.firmwareVersion.major, 7);
	assert_int_equal(info.firmwareVersion.minor, 42);
	assert_int_equal(f->p11->C_GetTokenInfo(f->empty, &info), CKR_OK);
	assert_memory_not_equal(info.model, "X               ", 16);
}

static void
hides_mechanisms(void **state)
{
	struct fixture *f = *state;
	CK_MECHANISM_TYPE list[512];
	CK_MECHANISM_INFO info;
	CK_OBJECT_HANDLE public, private;
	CK_ULONG all = 0, some = 0, len = 128, i;
	CK_BYTE signature[128];

	fixture_session(f);
	fixture_key(f, &public, &private);
	assert_int_equal(f->p11->C_GetMechanismList(f->slot, NULL, &all),
	    CKR_OK);
	fixture_plan(f, "mechanism -CKM_ECDSA -CKM_RSA_PKCS\n");
	assert_int_equal(f->p11->C_GetMechanismList(f->slot, NULL, &some),
	    CKR_OK);
	assert_int_equal(some, all - 2);
	some--;
	assert_int_equal(f->p11->C_GetMechanismList(f->slot, list, &some),
	    CKR_BUFFER_TOO_SMALL);
	assert_int_equal(some, all - 2);
	assert_int_equal(f->p11->C_GetMechanismList(f->slot, list, &some),
	    CKR_OK);
	for (i = 0; i < some; i++)
		assert_true(list[i] != CKM_ECDSA && list[i] != CKM_RSA_PKCS);
	assert_int_equal(f->p11->C_GetMechanismInfo(f->slot, CKM_ECDSA, &info),
	    CKR_MECHANISM_INVALID);
	assert_int_equal(fixture_sign(f, private, 1, signature, &len),
	    CKR_MECHANISM_INVALID);
	fixture_plan(f, "");
	assert_int_equal(f->p11->C_GetMechanismInfo(f->slot, CKM_ECDSA, &info),
	    CKR_OK);
	assert_int_equal(fixture_sign(f, private, 1, signature, &len), CKR_OK);
}

/* A session without login. */
static void
open_session(struct fixture *f)
{
	assert_int_equal(f->p11->C_OpenSession(f->slot,
			     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
			     &f->session),
	    CKR_OK);
}

static void
never_locks_without_a_rule(void **state)
{
	struct fixture *f = *state;
	int i;

	open_session(f);
	for (i = 0; i < 5; i++)
		assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
	assert_int_equal(fixture_login(f, PIN), CKR_OK);
}

static void
locks_after_the_wrong_pins_that_the_plan_allows(void **state)
{
	static const CK_FLAGS after[] = { CKF_USER_PIN_COUNT_LOW,
		CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED };
	struct fixture *f = *state;
	int i;

	fixture_plan(f, "state %s/tries\nlock-after 3\n");
	open_session(f);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS, 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
		assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS,
		    after[i]);
	}
	assert_int_equal(fixture_login(f, WRONG), CKR_PIN_LOCKED);
	assert_int_equal(fixture_login(f, PIN), CKR_PIN_LOCKED);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS,
	    CKF_USER_PIN_LOCKED);
}

static void
forgets_wrong_pins_after_a_right_one(void **state)
{
	struct fixture *f = *state;

	fixture_plan(f, "state %s/tries\nlock-after 3\n");
	open_session(f);
	assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
	assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
	assert_int_equal(fixture_login(f, PIN), CKR_OK);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS, 0);
	/* A login that is there already costs nothing and proves nothing. */
	assert_int_equal(fixture_login(f, WRONG), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS, 0);
}

static void
counts_wrong_pins_of_other_processes(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	fixture_plan(f, "state %s/tries\nlock-after 2\n");
	open_session(f);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(fixture_login(f, WRONG) == CKR_PIN_INCORRECT ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS,
	    CKF_USER_PIN_FINAL_TRY);
	assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
	assert_int_equal(fixture_login(f, PIN), CKR_PIN_LOCKED);
}

static void
counts_wrong_pins_that_were_to_be_changed(void **state)
{
	struct fixture *f = *state;
	CK_UTF8CHAR wrong[] = WRONG, pin[] = PIN;

	fixture_plan(f, "state %s/tries\nlock-after 2\n");
	open_session(f);
	assert_int_equal(f->p11->C_SetPIN(f->session, wrong, 8, pin, 8),
	    CKR_PIN_INCORRECT);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS,
	    CKF_USER_PIN_FINAL_TRY);
	assert_int_equal(f->p11->C_SetPIN(f->session, pin, 8, pin, 8), CKR_OK);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS, 0);
}

static void
unlocks_when_the_security_officer_sets_a_pin(void **state)
{
	struct fixture *f = *state;
	CK_UTF8CHAR so[] = SO_PIN, pin[] = PIN;

	fixture_plan(f, "state %s/tries\nlock-after 1\n");
	open_session(f);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS,
	    CKF_USER_PIN_FINAL_TRY);
	assert_int_equal(fixture_login(f, WRONG), CKR_PIN_INCORRECT);
	assert_int_equal(fixture_login(f, PIN), CKR_PIN_LOCKED);
	assert_int_equal(f->p11->C_Login(f->session, CKU_SO, so, 8), CKR_OK);
	assert_int_equal(f->p11->C_InitPIN(f->session, pin, 8), CKR_OK);
	assert_int_equal(f->p11->C_Logout(f->session), CKR_OK);
	assert_int_equal(fixture_login(f, PIN), CKR_OK);
}

static void
counts_no_wrong_pin_of_the_security_officer(void **state)
{
	struct fixture *f = *state;
	CK_UTF8CHAR so[] = SO_PIN, wrong[] = WRONG;

	fixture_plan(f, "state %s/tries\nlock-after 2\n");
	open_session(f);
	assert_int_equal(f->p11->C_Login(f->session, CKU_SO, wrong, 8),
	    CKR_PIN_INCORRECT);
	assert_int_equal(f->p11->C_Login(f->session, CKU_SO, so, 8), CKR_OK);
	assert_int_equal(f->p11->C_SetPIN(f->session, wrong, 8, so, 8),
	    CKR_PIN_INCORRECT);
	assert_int_equal(fixture_flags(f, f->slot) & PIN_FLAGS, 0);
}

static void
has_a_pinpad(void **state)
{
	struct fixture *f = *state;
	CK_FLAGS pinpad = CKF_PROTECTED_AUTHENTICATION_PATH;

	open_session(f);
	assert_int_equal(fixture_flags(f, f->slot) & pinpad, 0);
	assert_int_not_equal(f->p11->C_Login(f->session, CKU_USER, NULL, 0),
	    CKR_OK);
	fixture_plan(f, "pinpad " WRONG "\n");
	assert_int_equal(fixture_flags(f, f->slot) & pinpad, pinpad);
	assert_int_equal(f->p11->C_Login(f->session, CKU_USER, NULL, 0),
	    CKR_PIN_INCORRECT);
	fixture_plan(f, "pinpad " PIN "\n");
	assert_int_equal(fixture_login(f, PIN), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->p11->C_Login(f->session, CKU_USER, NULL, 0),
	    CKR_OK);
}

/* What each call finds of a token that is out. */
static void
assert_gone(struct fixture *f, CK_RV session_rv)
{
	CK_SESSION_INFO info;

	assert_int_equal(f->p11->C_GetSessionInfo(f->session, &info),
	    session_rv);
}

static void
removes_the_token(void **state)
{
	struct fixture *f = *state;
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO token;
	CK_SLOT_INFO slot;
	CK_SLOT_ID slots[4];
	CK_ULONG count = 4;
	CK_INFO info;

	fixture_session(f);
	fixture_plan(f, "remove after C_GetInfo 2\n");
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
	assert_gone(f, CKR_OK);
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
	assert_gone(f, CKR_DEVICE_REMOVED);
	assert_int_equal(f->p11->C_GetTokenInfo(f->slot, &token),
	    CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(f->p11->C_OpenSession(f->slot, CKF_SERIAL_SESSION,
			     NULL, NULL, &session),
	    CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(f->p11->C_GetSlotInfo(f->slot, &slot), CKR_OK);
	assert_int_equal(slot.flags & CKF_TOKEN_PRESENT, 0);
	assert_int_equal(f->p11->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	assert_int_equal(count, 0);
	count = 4;
	assert_int_equal(f->p11->C_GetSlotList(CK_FALSE, slots, &count),
	    CKR_OK);
	assert_int_equal(count, 2);
	assert_gone(f, CKR_DEVICE_REMOVED);
}

static void
brings_the_token_back_without_its_sessions(void **state)
{
	struct fixture *f = *state;
	CK_SESSION_HANDLE old;
	CK_SESSION_INFO session;
	CK_INFO info;

	fixture_session(f);
	fixture_plan(f, "remove after C_GetInfo 1\nback after 2\n");
	assert_int_equal(f->p11->C_GetInfo(&info), CKR_OK);
	assert_gone(f, CKR_DEVICE_REMOVED);
	assert_gone(f, CKR_DEVICE_REMOVED);
	assert_gone(f, CKR_SESSION_HANDLE_INVALID);
	old = f->session;
	open_session(f);
	assert_int_equal(f->p11->C_GetSessionInfo(f->session, &session),
	    CKR_OK);
	/* The login went with the token. */
	assert_int_equal(session.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(f->p11->C_GetSessionInfo(old, &session),
	    CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(fixture_login(f, PIN), CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lies_about_attributes),
		TEST(lies_about_objects_of_one_class),
		TEST(leaves_attributes_out),
		TEST(adds_attributes_that_the_token_does_not_have),
		TEST(keeps_what_the_token_refuses),
		TEST(changes_flags_of_tokens_and_slots),
		TEST(changes_what_a_token_is_called),
		TEST(hides_mechanisms),
		TEST(never_locks_without_a_rule),
		TEST(locks_after_the_wrong_pins_that_the_plan_allows),
		TEST(forgets_wrong_pins_after_a_right_one),
		TEST(counts_wrong_pins_of_other_processes),
		TEST(counts_wrong_pins_that_were_to_be_changed),
		TEST(unlocks_when_the_security_officer_sets_a_pin),
		TEST(counts_no_wrong_pin_of_the_security_officer),
		TEST(has_a_pinpad),
		TEST(removes_the_token),
		TEST(brings_the_token_back_without_its_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
