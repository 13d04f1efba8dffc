/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each case runs in a process of its own, which is forked before the module
 * is loaded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "support/tmpdir.h"
#include "token/signers.h"
#include "token/watchdog.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define CALLS 200000       /* that are measured */
#define CALL_COST_MAX 1000 /* nanoseconds; sanitizers and valgrind: not */
#define SURVIVED 42

static const uint8_t tbs[] = "what is to be signed";

static void
say(const char *call, unsigned seconds, void *arg)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s after %u", call, seconds);
	tmpdir_write(tmpdir_path(((struct fixture *)arg)->dir, "said"), text);
	_exit(CA_ERR_TOKEN);
}

/* How RUN ends in a process of its own. */
static int
run(struct fixture *f, void (*work)(struct fixture *f))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		f->timeout = 1;
		work(f);
		_exit(SURVIVED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
sign_with(struct fixture *f, enum ca_signer_kind kind)
{
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer;
	struct ca_token_key key;

	ca_module_watchdog(say, f);
	fixture_load_shim(f);
	fixture_login(f);
	key = fixture_key(f, ca_signer_kind_name(kind), CA_KEY_P256);
	signer = signing_make(f, &key, kind, NULL, 1);
	(void)setenv("P11_SHIM_HANG", "C_Sign:1:0", 1);
	assert_int_equal(signer->sign(signer, tbs, sizeof(tbs), &signature,
			     &f->err),
	    CA_OK);
}

static void
sign_by_libp11(struct fixture *f)
{
	sign_with(f, CA_SIGNER_LIBP11);
}

static void
sign_by_engine(struct fixture *f)
{
	sign_with(f, CA_SIGNER_ENGINE);
}

static void
sign_by_cryptoki(struct fixture *f)
{
	sign_with(f, CA_SIGNER_CRYPTOKI);
}

static void
ends_a_signature_that_hangs(void **state)
{
	static void (*const cases[])(struct fixture *) = { sign_by_libp11,
		sign_by_engine, sign_by_cryptoki };
	struct fixture *f = *state;
	char *said;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(f, cases[i]), CA_ERR_TOKEN);
		said = tmpdir_read(tmpdir_path(f->dir, "said"));
		assert_non_null(said);
		assert_string_equal(said, "C_Sign after 1");
		free(said);
		(void)unlink(tmpdir_path(f->dir, "said"));
	}
}

static void
load(struct fixture *f)
{
	(void)setenv("P11_SHIM_HANG", "C_Initialize:1:0", 1);
	fixture_load_shim(f);
}

static void
list_slots(struct fixture *f)
{
	fixture_load_shim(f);
	(void)setenv("P11_SHIM_HANG", "C_GetSlotList:0:0", 1);
	fixture_open(f);
}

static void
log_in(struct fixture *f)
{
	fixture_load_shim(f);
	fixture_open(f);
	(void)setenv("P11_SHIM_HANG", "C_Login:1:0", 1);
	fixture_login(f);
}

static void
close_token(struct fixture *f)
{
	fixture_load_shim(f);
	fixture_login(f);
	(void)setenv("P11_SHIM_HANG", "C_CloseAllSessions:0:0", 1);
	fixture_close(f);
}

static void
unload(struct fixture *f)
{
	fixture_load_shim(f);
	fixture_login(f);
	(void)setenv("P11_SHIM_HANG", "C_Finalize:0:0", 1);
	fixture_close(f);
}

/* Without a function of the caller's the status alone tells. */
static void
ends_every_other_call_that_hangs(void **state)
{
	static void (*const cases[])(struct fixture *) = { load, list_slots,
		log_in, close_token, unload };
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(run(f, cases[i]), CA_ERR_TOKEN);
}

static void
type_slowly(struct fixture *f)
{
	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x100", 1);
	(void)setenv("P11_SHIM_PINPAD", FIXTURE_PIN, 1);
	fixture_load_shim(f);
	fixture_open(f);
	(void)setenv("P11_SHIM_HANG", "C_Login:1:2", 1);
	fixture_login(f);
}

static void
type_slowly_for_each_signature(struct fixture *f)
{
	static const enum ca_signer_kind kinds[] = { CA_SIGNER_LIBP11,
		CA_SIGNER_CRYPTOKI };
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x100", 1);
	(void)setenv("P11_SHIM_PINPAD", FIXTURE_PIN, 1);
	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	(void)setenv("P11_SHIM_HANG", "C_Login:0:2", 1);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		ca_signer_free(signer);
	}
	ca_token_key_clear(&key);
}

static void
lets_a_person_take_their_time_at_the_pinpad(void **state)
{
	assert_int_equal(run(*state, type_slowly), SURVIVED);
	assert_int_equal(run(*state, type_slowly_for_each_signature), SURVIVED);
}

static void
work_for_a_while(struct fixture *f)
{
	uint8_t bytes[16];
	size_t len;
	int64_t end;

	fixture_load(f);
	fixture_open(f);
	end = ca_time_monotonic() + INT64_C(1500000000);
	while (ca_time_monotonic() < end)
		assert_ok(ca_token_random(f->token, bytes, sizeof(bytes), &len,
			      &f->err),
		    &f->err);
}

static void
bounds_each_call_and_not_all_of_them_together(void **state)
{
	assert_int_equal(run(*state, work_for_a_while), SURVIVED);
}

static void
costs_next_to_nothing(void **state)
{
	struct ca_watch watch;
	struct ca_error err;
	int64_t took;
	int i;

	(void)state;
	assert_ok(ca_watchdog_start(60, &err), &err);
	took = ca_time_monotonic();
	for (i = 0; i < CALLS; i++) {
		ca_watch_begin(&watch, "C_Sign", 1);
		ca_watch_end(&watch);
	}
	took = (ca_time_monotonic() - took) / CALLS;
	ca_watchdog_stop();
	print_message("%d nanoseconds for a call\n", (int)took);
	if (getenv("COLDCA_TEST_SLOW") == NULL)
		assert_true(took < CALL_COST_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ends_a_signature_that_hangs),
		TEST(ends_every_other_call_that_hangs),
		TEST(lets_a_person_take_their_time_at_the_pinpad),
		TEST(bounds_each_call_and_not_all_of_them_together),
		cmocka_unit_test(costs_next_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
