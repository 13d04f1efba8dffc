/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that fail, wait, hang and are written down; signatures. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault/fixture.h"
#include "support/tmpdir.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define ROOM 256 /* bytes for any output here */

static CK_RV
get_info(struct fixture *f)
{
	CK_INFO info;

	return f->p11->C_GetInfo(&info);
}

static void
fails_the_calls_that_the_plan_names(void **state)
{
	struct fixture *f = *state;
	CK_SLOT_INFO slot;
	int i;

	fixture_plan(f,
	    "fail C_GetInfo 2 CKR_DEVICE_REMOVED\n"
	    "fail C_GetInfo 4-5 0x80000005\n"
	    "fail C_GetInfo 7-* HOST_MEMORY\n");
	assert_int_equal(get_info(f), CKR_OK);
	assert_int_equal(get_info(f), CKR_DEVICE_REMOVED);
	assert_int_equal(get_info(f), CKR_OK);
	assert_int_equal(get_info(f), 0x80000005);
	assert_int_equal(get_info(f), 0x80000005);
	assert_int_equal(get_info(f), CKR_OK);
	for (i = 0; i < 5; i++)
		assert_int_equal(get_info(f), CKR_HOST_MEMORY);
	assert_int_equal(f->p11->C_GetSlotInfo(f->slot, &slot), CKR_OK);
}

static void
counts_anew_when_the_plan_is_replaced(void **state)
{
	struct fixture *f = *state;

	fixture_plan(f, "fail C_GetInfo 2 CKR_DEVICE_REMOVED\n");
	assert_int_equal(get_info(f), CKR_OK);
	fixture_plan(f, "fail C_GetInfo 2 CKR_DEVICE_ERROR\n");
	assert_int_equal(get_info(f), CKR_OK);
	assert_int_equal(get_info(f), CKR_DEVICE_ERROR);
	fixture_plan(f, "");
	assert_int_equal(get_info(f), CKR_OK);
	assert_int_equal(get_info(f), CKR_OK);
}

static void
can_fail_the_list_of_functions_itself(void **state)
{
	struct fixture *f = *state;
	CK_FUNCTION_LIST *list = NULL;

	fixture_plan(f, "fail C_GetFunctionList 1 CKR_HOST_MEMORY\n");
	assert_int_equal(f->p11->C_GetFunctionList(&list), CKR_HOST_MEMORY);
	assert_null(list);
	assert_int_equal(f->p11->C_GetFunctionList(&list), CKR_OK);
	assert_ptr_equal(list, f->p11);
}

static void
wraps_every_function(void **state)
{
	struct fixture *f = *state;
	const unsigned char *ours, *theirs;
	CK_FUNCTION_LIST *real = NULL;
	CK_C_GetFunctionList get;
	void *handle = dlopen(FAULT_SOFTHSM, RTLD_NOW | RTLD_LOCAL), *symbol;
	size_t at = offsetof(CK_FUNCTION_LIST, C_Initialize);

	assert_non_null(handle);
	symbol = dlsym(handle, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	assert_int_equal(get(&real), CKR_OK);
	ours = (const unsigned char *)f->p11;
	theirs = (const unsigned char *)real;
	assert_int_equal((sizeof(*real) - at) / sizeof(void *), 68);
	for (; at < sizeof(*real); at += sizeof(void *)) {
		assert_memory_not_equal(ours + at, theirs + at, sizeof(void *));
		assert_memory_not_equal(ours + at, (void *[]){ NULL },
		    sizeof(void *));
	}
	assert_int_equal(f->p11->version.major, real->version.major);
	assert_int_equal(f->p11->version.minor, real->version.minor);
	(void)dlclose(handle);
}

/* The kinds of operation, each begun and ended by these. */
struct operation {
	const char *function; /* that is failed */
	CK_RV (*begin)(struct fixture *f, CK_OBJECT_HANDLE key);
	CK_RV (*step)(struct fixture *f);
};

#define INIT(name, type, ...)                                              \
	static CK_RV begin_##name(struct fixture *f, CK_OBJECT_HANDLE key) \
	{                                                                  \
		CK_MECHANISM mechanism = { type, NULL, 0 };                \
                                                                           \
		(void)key, (void)mechanism;                                \
		return f->p11->C_##name##Init(f->session, __VA_ARGS__);    \
	}
INIT(Encrypt, CKM_AES_ECB, &mechanism, key)
INIT(Decrypt, CKM_AES_ECB, &mechanism, key)
INIT(Digest, CKM_SHA256, &mechanism)
INIT(Sign, CKM_SHA256_HMAC, &mechanism, key)
INIT(Verify, CKM_SHA256_HMAC, &mechanism, key)
INIT(FindObjects, 0, NULL, 0)

#define STEP(name, ...)                                          \
	static CK_RV step_##name(struct fixture *f)              \
	{                                                        \
		CK_BYTE in[16] = { 0 }, out[ROOM];               \
		CK_ULONG len = sizeof(out);                      \
                                                                 \
		(void)in, (void)out, (void)len;                  \
		return f->p11->C_##name(f->session __VA_ARGS__); \
	}
STEP(Encrypt, , in, sizeof(in), out, &len)
STEP(EncryptUpdate, , in, sizeof(in), out, &len)
STEP(EncryptFinal, , out, &len)
STEP(Decrypt, , in, sizeof(in), out, &len)
STEP(DecryptUpdate, , in, sizeof(in), out, &len)
STEP(DecryptFinal, , out, &len)
STEP(Digest, , in, sizeof(in), out, &len)
STEP(DigestUpdate, , in, sizeof(in))
STEP(DigestFinal, , out, &len)
STEP(Sign, , in, sizeof(in), out, &len)
STEP(SignUpdate, , in, sizeof(in))
STEP(SignFinal, , out, &len)
STEP(Verify, , in, sizeof(in), out, 32)
STEP(VerifyUpdate, , in, sizeof(in))
STEP(VerifyFinal, , out, 32)
STEP(FindObjectsFinal, )

static const struct operation operations[] = {
#define OPERATION(begin, step)                         \
	{                                              \
		"C_" #step, begin_##begin, step_##step \
	}
	OPERATION(Encrypt, Encrypt),
	OPERATION(Encrypt, EncryptUpdate),
	OPERATION(Encrypt, EncryptFinal),
	OPERATION(Decrypt, Decrypt),
	OPERATION(Decrypt, DecryptUpdate),
	OPERATION(Decrypt, DecryptFinal),
	OPERATION(Digest, Digest),
	OPERATION(Digest, DigestUpdate),
	OPERATION(Digest, DigestFinal),
	OPERATION(Sign, Sign),
	OPERATION(Sign, SignUpdate),
	OPERATION(Sign, SignFinal),
	OPERATION(Verify, Verify),
	OPERATION(Verify, VerifyUpdate),
	OPERATION(Verify, VerifyFinal),
	OPERATION(FindObjects, FindObjectsFinal),
};

/* An AES key for ciphers, or a generic one for HMAC. */
static CK_OBJECT_HANDLE
secret_key(struct fixture *f, bool hmac)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = hmac ? CKK_GENERIC_SECRET : CKK_AES;
	CK_BYTE value[32] = { 1 };
	CK_BBOOL yes = CK_TRUE;
	CK_ATTRIBUTE template[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_VALUE, value, sizeof(value) },
		{ CKA_ENCRYPT, &yes, sizeof(yes) },
		{ CKA_DECRYPT, &yes, sizeof(yes) },
		{ CKA_SIGN, &yes, sizeof(yes) },
		{ CKA_VERIFY, &yes, sizeof(yes) },
	};
	CK_OBJECT_HANDLE key;

	assert_int_equal(f->p11->C_CreateObject(f->session, template, 7, &key),
	    CKR_OK);
	return key;
}

static void
leaves_no_operation_open_where_it_fails_one(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE aes, hmac, key;
	char plan[128];
	size_t i;

	fixture_session(f);
	aes = secret_key(f, false);
	hmac = secret_key(f, true);
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *o = &operations[i];

		key = o->begin == begin_Sign || o->begin == begin_Verify ? hmac
									 : aes;
		(void)snprintf(plan, sizeof(plan),
		    "fail %s 1 CKR_DEVICE_ERROR\n", o->function);
		fixture_plan(f, plan);
		assert_int_equal(o->begin(f, key), CKR_OK);
		assert_int_equal(o->begin(f, key), CKR_OPERATION_ACTIVE);
		if (o->step(f) != CKR_DEVICE_ERROR)
			fail_msg("%s did not fail", o->function);
		if (o->begin(f, key) != CKR_OK)
			fail_msg("%s left its operation open", o->function);
		fixture_plan(f, "");
		if (o->step(f) == CKR_DEVICE_ERROR)
			fail_msg("%s fails without a plan", o->function);
		/* What an update leaves open. */
		assert_int_equal(f->p11->C_CloseSession(f->session), CKR_OK);
		fixture_session(f);
		aes = secret_key(f, false);
		hmac = secret_key(f, true);
	}
}

static void
ends_nothing_by_an_answer_of_too_little_room(void **state)
{
	struct fixture *f = *state;

	fixture_session(f);
	fixture_plan(f, "fail C_Digest 1 CKR_BUFFER_TOO_SMALL\n");
	assert_int_equal(begin_Digest(f, 0), CKR_OK);
	assert_int_equal(step_Digest(f), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(begin_Digest(f, 0), CKR_OPERATION_ACTIVE);
	assert_int_equal(step_Digest(f), CKR_OK);
}

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
delays_the_calls_that_the_plan_names(void **state)
{
	struct fixture *f = *state;
	double start;

	fixture_plan(f, "delay C_GetInfo 2 200\n");
	start = seconds();
	assert_int_equal(get_info(f), CKR_OK);
	assert_true(seconds() - start < 0.1);
	start = seconds();
	assert_int_equal(get_info(f), CKR_OK);
	assert_true(seconds() - start >= 0.2);
}

/* What it does is done at once, and the answer comes late. */
static void *
close_the_session(void *arg)
{
	struct fixture *f = arg;

	(void)f->p11->C_CloseSession(f->session);
	return NULL;
}

static void
makes_a_call_that_is_late_at_once(void **state)
{
	struct fixture *f = *state;
	CK_SESSION_INFO info;
	pthread_t thread;
	double start;

	fixture_session(f);
	fixture_plan(f, "delay C_CloseSession 1 400\n");
	start = seconds();
	assert_int_equal(pthread_create(&thread, NULL, close_the_session, f),
	    0);
	while (f->p11->C_GetSessionInfo(f->session, &info) == CKR_OK)
		assert_true(seconds() - start < 0.3);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(seconds() - start >= 0.4);
}

/* However long SoftHSM takes for it, and however late a sleep ends. */
static void
takes_for_a_signature_what_the_plan_says(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE public, private;
	CK_MECHANISM mechanism = { .mechanism = CKM_ECDSA };
	CK_BYTE hash[32] = { 0 }, signature[ROOM];
	double whole = 1, last = 1;

	fixture_session(f);
	fixture_key(f, &public, &private);
	fixture_plan(f, "delay C_Sign * 10\n");
	for (int i = 0; i < 20; i++) {
		CK_ULONG len = sizeof(signature);
		double start = seconds(), begun;

		assert_int_equal(f->p11->C_SignInit(f->session, &mechanism,
				     private),
		    CKR_OK);
		begun = seconds();
		assert_int_equal(f->p11->C_Sign(f->session, hash, sizeof(hash),
				     signature, &len),
		    CKR_OK);
		if (seconds() - start < whole)
			whole = seconds() - start;
		if (seconds() - begun < last)
			last = seconds() - begun;
	}
	assert_true(whole >= 0.01);
	assert_true(last < 0.01);
}

static void
hangs_in_the_call_that_the_plan_names(void **state)
{
	struct fixture *f = *state;
	char *log;
	pid_t child;
	int status;

	fixture_plan(f, "log %s/log\nhang C_GetInfo 2\n");
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)get_info(f);
		(void)get_info(f);
		_exit(0);
	}
	/* Long enough for a call, which takes a thousandth of it. */
	(void)usleep(200000);
	assert_int_equal(waitpid(child, &status, WNOHANG), 0);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	log = fixture_log(f);
	assert_string_equal(log,
	    "1 C_GetInfo CKR_OK test_fault_calls\n"
	    "2 C_GetInfo hangs test_fault_calls plan:2\n");
	free(log);
}

/* Other threads are not held up by one that waits. */
static void *
wait_in_a_call(void *arg)
{
	CK_SLOT_INFO info;
	struct fixture *f = arg;

	(void)f->p11->C_GetSlotInfo(f->slot, &info);
	return NULL;
}

static void
holds_up_no_other_thread(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	double start;

	fixture_plan(f, "delay C_GetSlotInfo 1 400\n");
	assert_int_equal(pthread_create(&thread, NULL, wait_in_a_call, f), 0);
	(void)usleep(50000);
	start = seconds();
	assert_int_equal(get_info(f), CKR_OK);
	assert_true(seconds() - start < 0.2);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
writes_calls_down_without_what_they_carry(void **state)
{
	struct fixture *f = *state;
	CK_OBJECT_HANDLE key = 0;
	CK_BYTE signature[ROOM];
	CK_ULONG len = sizeof(signature);
	char *log;

	fixture_plan(f,
	    "log %s/log\nfail C_Sign 1 CKR_DEVICE_ERROR\n"
	    "fail C_GetInfo 1 0x80000005\n");
	assert_int_equal(get_info(f), 0x80000005);
	fixture_session(f);
	fixture_key(f, &key, &key);
	assert_int_equal(fixture_sign(f, key, 1, signature, &len),
	    CKR_DEVICE_ERROR);
	log = fixture_log(f);
	assert_string_equal(log,
	    "1 C_GetInfo 0x80000005 test_fault_calls plan:3\n"
	    "2 C_OpenSession CKR_OK test_fault_calls\n"
	    "3 C_Login CKR_OK test_fault_calls\n"
	    "4 C_GenerateKeyPair CKR_OK test_fault_calls\n"
	    "5 C_SignInit CKR_OK test_fault_calls\n"
	    "6 C_Sign CKR_DEVICE_ERROR test_fault_calls plan:2\n");
	free(log);
}

/* Makes three signatures under PLAN, and keeps the second and third. */
static void
sign_thrice(struct fixture *f, const char *plan, CK_BYTE made[3][ROOM],
    CK_ULONG len[3], CK_OBJECT_HANDLE *ret_public)
{
	CK_OBJECT_HANDLE private;
	CK_BYTE i;

	fixture_session(f);
	fixture_key(f, ret_public, &private);
	fixture_plan(f, plan);
	for (i = 0; i < 3; i++) {
		len[i] = ROOM;
		assert_int_equal(fixture_sign(f, private, i, made[i], &len[i]),
		    CKR_OK);
	}
}

static void
makes_good_signatures_without_a_rule(void **state)
{
	struct fixture *f = *state;
	CK_BYTE made[3][ROOM], i;
	CK_ULONG len[3];
	CK_OBJECT_HANDLE public;

	sign_thrice(f, "", made, len, &public);
	for (i = 0; i < 3; i++)
		assert_int_equal(fixture_verify(f, public, i, made[i], len[i]),
		    CKR_OK);
	assert_memory_not_equal(made[0], made[1], 32);
}

static void
makes_a_wrong_signature(void **state)
{
	struct fixture *f = *state;
	CK_BYTE made[3][ROOM];
	CK_ULONG len[3];
	CK_OBJECT_HANDLE public;

	sign_thrice(f, "sign wrong 2\n", made, len, &public);
	assert_int_equal(fixture_verify(f, public, 0, made[0], len[0]), CKR_OK);
	assert_int_equal(fixture_verify(f, public, 1, made[1], len[1]),
	    CKR_SIGNATURE_INVALID);
	assert_int_equal(fixture_verify(f, public, 2, made[2], len[2]), CKR_OK);
	made[1][len[1] - 1] ^= 1;
	assert_int_equal(fixture_verify(f, public, 1, made[1], len[1]), CKR_OK);
}

static void
makes_a_short_signature(void **state)
{
	struct fixture *f = *state;
	CK_BYTE made[3][ROOM];
	CK_ULONG len[3];
	CK_OBJECT_HANDLE public;

	sign_thrice(f, "sign truncate 2\n", made, len, &public);
	assert_int_equal(len[0], 64);
	assert_int_equal(len[1], 63);
	assert_int_equal(len[2], 64);
}

/* SIZE bytes of the data are returned for another, and so is r. */
static void
repeats_an_earlier_signature(void **state)
{
	struct fixture *f = *state;
	CK_BYTE made[3][ROOM];
	CK_ULONG len[3];
	CK_OBJECT_HANDLE public;

	sign_thrice(f, "sign repeat 2\n", made, len, &public);
	assert_memory_equal(made[0], made[1], 64);
	assert_memory_not_equal(made[0], made[2], 32);
	assert_int_equal(fixture_verify(f, public, 0, made[1], len[1]), CKR_OK);
	assert_int_equal(fixture_verify(f, public, 1, made[1], len[1]),
	    CKR_SIGNATURE_INVALID);
}

static void
repeats_no_signature_of_another_key(void **state)
{
	struct fixture *f = *state;
	CK_BYTE first[ROOM], second[ROOM];
	CK_ULONG len = ROOM;
	CK_OBJECT_HANDLE public, a, b;

	fixture_session(f);
	fixture_key(f, &public, &a);
	fixture_key(f, &public, &b);
	fixture_plan(f, "sign repeat 2\n");
	assert_int_equal(fixture_sign(f, a, 1, first, &len), CKR_OK);
	len = ROOM;
	assert_int_equal(fixture_sign(f, b, 1, second, &len), CKR_OK);
	assert_memory_not_equal(first, second, 64);
	assert_int_equal(fixture_verify(f, public, 1, second, len), CKR_OK);
}

#define THREADS 4
#define CALLS 200

static void *
ask_often(void *arg)
{
	struct fixture *f = arg;
	size_t failed = 0;
	int i;

	for (i = 0; i < CALLS; i++)
		failed += get_info(f) == CKR_DEVICE_ERROR;
	return (void *)failed;
}

static void
counts_right_between_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t thread[THREADS];
	size_t failed = 0;
	void *one;
	int i;

	fixture_plan(f, "log %s/log\nfail C_GetInfo 101-700 DEVICE_ERROR\n");
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, ask_often, f),
		    0);
	for (i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &one), 0);
		failed += (size_t)one;
	}
	assert_int_equal(failed, 600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fails_the_calls_that_the_plan_names),
		TEST(counts_anew_when_the_plan_is_replaced),
		TEST(can_fail_the_list_of_functions_itself),
		TEST(wraps_every_function),
		TEST(leaves_no_operation_open_where_it_fails_one),
		TEST(ends_nothing_by_an_answer_of_too_little_room),
		TEST(delays_the_calls_that_the_plan_names),
		TEST(makes_a_call_that_is_late_at_once),
		TEST(takes_for_a_signature_what_the_plan_says),
		TEST(hangs_in_the_call_that_the_plan_names),
		TEST(holds_up_no_other_thread),
		TEST(writes_calls_down_without_what_they_carry),
		TEST(makes_good_signatures_without_a_rule),
		TEST(makes_a_wrong_signature),
		TEST(makes_a_short_signature),
		TEST(repeats_an_earlier_signature),
		TEST(repeats_no_signature_of_another_key),
		TEST(counts_right_between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
