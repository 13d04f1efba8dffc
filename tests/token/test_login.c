/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/checker.h"
#include "token/fixture.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static enum ca_code
login(struct fixture *f)
{
	return ca_token_login(f->token, fixture_ask, f, &f->err);
}

static void
open_shim(struct fixture *f)
{
	fixture_load_shim(f);
	fixture_open(f);
}

static void
spends_one_try_on_a_wrong_pin(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	f->pin = "00000000";
	assert_int_equal(login(f), CA_ERR_PIN);
	assert_string_equal(f->err.message,
	    "token ca: C_Login: CKR_PIN_INCORRECT (the PIN is wrong)");
	assert_non_null(strstr(f->err.hint, "nothing was tried again"));
	assert_int_equal(f->asked, 1);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
	fixture_close(f);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
}

/* Asserts that with FLAGS the PIN is neither asked for nor sent. */
static void
assert_pin_not_used(struct fixture *f, const char *flags, const char *word)
{
	(void)setenv("P11_SHIM_TOKEN_FLAGS", flags, 1);
	assert_int_equal(login(f), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, word));
	assert_int_not_equal(strlen(f->err.hint), 0);
	assert_int_equal(f->asked, 0);
	assert_int_equal(fixture_calls(f, "C_Login"), 0);
}

/* The flags are set after the slots were listed: they are read anew. */
static void
keeps_the_pin_back_at_the_final_try(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	assert_pin_not_used(f, "0x20000", "one try left");
}

static void
keeps_the_pin_back_where_it_is_locked(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	assert_pin_not_used(f, "0x40000", "locked");
}

static void
keeps_the_pin_back_where_none_was_set(void **state)
{
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:token=fresh");

	fixture_init_token("fresh", NULL);
	fixture_load(f);
	assert_ok(ca_token_open(f->module, uri, &f->token, &f->err), &f->err);
	ca_uri_free(uri);
	assert_int_equal(login(f), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "no user PIN"));
	assert_int_equal(f->asked, 0);
}

static enum ca_code
ask_and_see_count_low(const struct ca_token_info *info,
    char pin[CA_PIN_MAX + 1], void *arg, struct ca_error *err)
{
	assert_int_equal(info->pin_state, CA_PIN_COUNT_LOW);
	return fixture_ask(info, pin, arg, err);
}

static void
tells_the_pin_function_of_an_earlier_wrong_try(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x10000", 1);
	assert_ok(ca_token_login(f->token, ask_and_see_count_low, f, &f->err),
	    &f->err);
	assert_int_equal(ca_token_info(f->token)->pin_state, CA_PIN_COUNT_LOW);
}

static enum ca_code
refuse(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	(void)info, (void)arg, (void)pin;
	return ca_fail(err, CA_ERR_PIN, "no terminal");
}

static void
sends_nothing_where_no_pin_is_given(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	assert_int_equal(ca_token_login(f->token, refuse, f, &f->err),
	    CA_ERR_PIN);
	assert_string_equal(f->err.message, "no terminal");
	assert_int_equal(ca_token_login(f->token, NULL, NULL, &f->err),
	    CA_ERR_PIN);
	f->pin = "";
	assert_int_equal(login(f), CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "empty"));
	assert_int_equal(fixture_calls(f, "C_Login"), 0);
}

/* SoftHSM refuses a NULL PIN with ARGUMENTS_BAD: that is how it shows here. */
static void
leaves_the_pin_to_the_pinpad(void **state)
{
	struct fixture *f = *state;

	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x100", 1);
	open_shim(f);
	assert_true(ca_token_info(f->token)->pinpad);
	assert_int_equal(login(f), CA_ERR_TOKEN);
	assert_non_null(strstr(f->err.message, "CKR_ARGUMENTS_BAD"));
	assert_int_equal(f->asked, 0);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
}

static void
maps_what_a_pin_caused_to_a_pin_error(void **state)
{
	static const struct {
		const char *fail;
		enum ca_code code;
	} cases[] = {
		{ "C_Login:1:0xa0", CA_ERR_PIN },
		{ "C_Login:1:0xa1", CA_ERR_PIN },
		{ "C_Login:1:0xa2", CA_ERR_PIN },
		{ "C_Login:1:0xa3", CA_ERR_PIN },
		{ "C_Login:1:0xa4", CA_ERR_PIN },
		{ "C_Login:1:0x102", CA_ERR_PIN },
		{ "C_Login:1:0x32", CA_ERR_TOKEN },
	};
	struct fixture *f = *state;
	size_t i;

	open_shim(f);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setenv("P11_SHIM_FAIL", cases[i].fail, 1);
		assert_int_equal(login(f), cases[i].code);
		assert_int_equal(fixture_calls(f, "C_Login"), i + 1);
	}
}

static void
logs_in_once_also_when_asked_twice(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	assert_ok(login(f), &f->err);
	assert_ok(login(f), &f->err);
	assert_int_equal(f->asked, 1);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
}

static void
logs_out_when_the_token_is_closed(void **state)
{
	struct fixture *f = *state;

	open_shim(f);
	assert_ok(login(f), &f->err);
	ca_token_close(f->token);
	f->token = NULL;
	assert_int_equal(fixture_calls(f, "C_Logout"), 1);
}

/* Whether TEXT is anywhere in the memory from START up to END. */
static bool
is_in_range(FILE *mem, unsigned long start, unsigned long end, const char *text)
{
	size_t size = end - start, len;
	char *copy = malloc(size);
	bool found;

	assert_non_null(copy);
	assert_int_equal(fseek(mem, (long)start, SEEK_SET), 0);
	len = fread(copy, 1, size, mem);
	found = memmem(copy, len, text, strlen(text)) != NULL;
	explicit_bzero(copy, size);
	free(copy);
	return found;
}

/* Whether TEXT is on the heap of this process. */
static bool
is_on_heap(const char *text)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	FILE *mem = fopen("/proc/self/mem", "re");
	unsigned long start, end;
	char line[4200];
	bool found = false;

	assert_non_null(maps);
	assert_non_null(mem);
	while (fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, "[heap]") != NULL &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2)
			found = is_in_range(mem, start, end, text) || found;
	(void)fclose(mem);
	(void)fclose(maps);
	return found;
}

static void
leaves_no_copy_of_the_pin_behind(void **state)
{
	struct fixture *f = *state;

	fixture_open(f);
	assert_ok(login(f), &f->err);
	/* libp11's copy: shows that the search can find one. */
	if (!is_on_heap(FIXTURE_PIN))
		skip(); /* another allocator, as sanitizers have */
	ca_token_close(f->token);
	f->token = NULL;
	assert_false(is_on_heap(FIXTURE_PIN));
}

/* The KiB of this process that can not be swapped out. */
static long
locked_memory(void)
{
	static const char name[] = "VmLck:";
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	long locked = -1;

	assert_non_null(status);
	while (locked < 0 && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			locked = strtol(line + strlen(name), NULL, 10);
	(void)fclose(status);
	return locked;
}

/* What may be written, of which what is touched later becomes part. */
static void
keeps_memory_out_of_swap(void **state)
{
	struct fixture *f = *state;
	long before;

	/* As far as RLIMIT_MEMLOCK allows, which may be too little; a checker
	 * maps more than there is. */
	if (CA_CHECKER || mlockall(MCL_CURRENT | MCL_ONFAULT) < 0)
		skip();
	(void)munlockall();
	open_shim(f);
	before = locked_memory();
	assert_ok(login(f), &f->err);
	assert_true(locked_memory() > before + 1024);
}

/* Whether this process may lock more than its limit. True: that was set. */
static bool
exempt(bool wanted)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t bit = UINT32_C(1) << CAP_IPC_LOCK;

	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	data[0].effective =
	    wanted ? data[0].effective | bit : data[0].effective & ~bit;
	return syscall(SYS_capset, &header, data) == 0;
}

#define FEW ((rlim_t)256 * 1024) /* bytes */
#define PIN_ROOM ((size_t)32 * 1024)

/* A limit that is too small for all: as much as there is room for, but for PINs. */
static void
keeps_out_of_swap_what_a_limit_allows(void **state)
{
	struct fixture *f = *state;
	struct rlimit was, few;
	void *pin;
	long before;

	if (CA_CHECKER)
		skip();
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &was), 0);
	few = was;
	few.rlim_cur = was.rlim_max < FEW ? was.rlim_max : FEW;
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &few), 0);
	(void)munlockall();
	open_shim(f);
	assert_true(exempt(false));
	before = locked_memory();
	assert_ok(login(f), &f->err);
	assert_true(locked_memory() > before + 64);
	pin = mmap(NULL, PIN_ROOM, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(pin, MAP_FAILED);
	assert_int_equal(mlock(pin, PIN_ROOM), 0);
	assert_int_equal(munmap(pin, PIN_ROOM), 0);
	(void)exempt(true);
	(void)munlockall();
	assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &was), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spends_one_try_on_a_wrong_pin),
		TEST(keeps_the_pin_back_at_the_final_try),
		TEST(keeps_the_pin_back_where_it_is_locked),
		TEST(keeps_the_pin_back_where_none_was_set),
		TEST(tells_the_pin_function_of_an_earlier_wrong_try),
		TEST(sends_nothing_where_no_pin_is_given),
		TEST(leaves_the_pin_to_the_pinpad),
		TEST(maps_what_a_pin_caused_to_a_pin_error),
		TEST(logs_in_once_also_when_asked_twice),
		TEST(logs_out_when_the_token_is_closed),
		TEST(leaves_no_copy_of_the_pin_behind),
		TEST(keeps_memory_out_of_swap),
		TEST(keeps_out_of_swap_what_a_limit_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
