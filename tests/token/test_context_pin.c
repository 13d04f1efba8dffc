/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that want the PIN for each signature: CKA_ALWAYS_AUTHENTICATE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "token/signers.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static const uint8_t tbs[] = "what is to be signed";

static const enum ca_signer_kind kinds[] = { CA_SIGNER_LIBP11, CA_SIGNER_ENGINE,
	CA_SIGNER_CRYPTOKI };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
assert_no_signature(struct fixture *f, struct ca_signer *signer,
    enum ca_code code, const char *word)
{
	struct ca_bytes signature = { NULL, 0 };

	enum ca_code rc =
	    signer->sign(signer, tbs, sizeof(tbs), &signature, &f->err);

	assert_null(signature.data);
	if (strstr(f->err.message, word) == NULL)
		fail_msg("'%s' does not say '%s'", f->err.message, word);
	assert_int_equal(rc, code);
}

static void
spends_one_try_on_a_wrong_pin(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		f->pin = "00000000";
		f->asked = 0;
		assert_no_signature(f, signer, CA_ERR_PIN, "CKR_PIN_INCORRECT");
		f->pin = FIXTURE_PIN;
		assert_no_signature(f, signer, CA_ERR_PIN, "refused before");
		assert_int_equal(f->asked, 1);
		ca_signer_free(signer);
	}
	/* The one of the session, and one for each signer. */
	assert_int_equal(fixture_calls(f, "C_Login"), 1 + KINDS);
	ca_token_key_clear(&key);
}

/* Begun, and the PIN then not given: there is no other way to end it. */
static void
leaves_no_signature_half_made(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	signer = signing_make(f, &key, CA_SIGNER_CRYPTOKI, NULL, 1);
	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x20000", 1);
	assert_no_signature(f, signer, CA_ERR_PIN, "one try left");
	(void)unsetenv("P11_SHIM_TOKEN_FLAGS");
	signing_works(f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

static void
does_not_ask_where_one_try_is_left(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	f->asked = 0;
	for (i = 0; i < KINDS; i++) {
		(void)unsetenv("P11_SHIM_TOKEN_FLAGS");
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x20000", 1);
		assert_no_signature(f, signer, CA_ERR_PIN, "one try left");
		ca_signer_free(signer);
	}
	assert_int_equal(f->asked, 0);
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
	ca_token_key_clear(&key);
}

/* libp11 has room for so many bytes. */
static void
refuses_a_pin_that_libp11_can_not_take(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	f->pin = "123456789012345678901234567890123";
	for (i = 0; i < KINDS - 1; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		assert_no_signature(f, signer, CA_ERR_PIN, "4 to 32 bytes");
		assert_non_null(strstr(f->err.hint, "--signer=cryptoki"));
		ca_signer_free(signer);
	}
	assert_int_equal(fixture_calls(f, "C_Login"), 1);
	ca_token_key_clear(&key);
}

static void
asks_for_each_signature(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	fixture_login(f);
	key = signing_asking_key(f);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 4);
		assert_int_equal(signer->sessions, 1);
		f->asked = 0;
		signing_works(f, signer);
		signing_works(f, signer);
		assert_int_equal(f->asked, 2);
		ca_signer_free(signer);
	}
	ca_token_key_clear(&key);
}

static void
asks_nothing_where_there_is_a_pinpad(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	size_t i;

	(void)setenv("P11_SHIM_TOKEN_FLAGS", "0x100", 1);
	(void)setenv("P11_SHIM_PINPAD", FIXTURE_PIN, 1);
	fixture_load_shim(f);
	fixture_login(f);
	key = signing_asking_key(f);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		ca_signer_free(signer);
	}
	assert_int_equal(f->asked, 0);
	ca_token_key_clear(&key);
}

static void
asks_the_token_directly_by_itself(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	fixture_login(f);
	key = signing_asking_key(f);
	signer = signing_make(f, &key, CA_SIGNER_AUTO, NULL, 1);
	assert_string_equal(signer->kind, "cryptoki");
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

#ifndef __SANITIZE_ADDRESS__
/* How often PIN is in memory that is written to, the stack apart. */
static unsigned
count_copies(const char *pin)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	FILE *mem = fopen("/proc/self/mem", "re");
	size_t size = strlen(pin);
	unsigned long from, to;
	unsigned copies = 0;
	char line[512], rights[5], *data, *at;

	assert_non_null(maps);
	assert_non_null(mem);
	/* No buffer of stdio that would keep what is read. */
	assert_int_equal(setvbuf(mem, NULL, _IONBF, 0), 0);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 ||
		    rights[0] != 'r' || rights[1] != 'w' ||
		    strstr(line, "[stack]") != NULL)
			continue;
		/* Pages of its own, which are gone before the next look. */
		data = mmap(NULL, to - from, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_true(data != MAP_FAILED);
		if (fseek(mem, (long)from, SEEK_SET) == 0 &&
		    fread(data, 1, to - from, mem) == to - from)
			for (at = data;
			     (at = memmem(at, to - from - (size_t)(at - data),
				  pin, size)) != NULL;
			     at++)
				copies++;
		assert_int_equal(munmap(data, to - from), 0);
	}
	(void)fclose(maps);
	(void)fclose(mem);
	return copies;
}

static void
leaves_no_pin_in_memory(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;
	char *copy;
	size_t i;

	/* The look itself is proved first. */
	copy = strdup(FIXTURE_PIN);
	assert_non_null(copy);
	assert_true(count_copies(FIXTURE_PIN) > 0);
	memset(copy, 'x', strlen(copy));
	assert_string_equal(copy, "xxxxxxxx");
	free(copy);
	fixture_login(f);
	key = signing_asking_key(f);
	for (i = 0; i < KINDS; i++) {
		signer = signing_make(f, &key, kinds[i], NULL, 1);
		signing_works(f, signer);
		ca_signer_free(signer);
	}
	ca_token_key_clear(&key);
	fixture_close(f);
	assert_int_equal(count_copies(FIXTURE_PIN), 0);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifndef __SANITIZE_ADDRESS__ /* its memory is too large to look at */
		/* The first one: another leaves the PIN in the environment. */
		TEST(leaves_no_pin_in_memory),
#endif
		TEST(spends_one_try_on_a_wrong_pin),
		TEST(leaves_no_signature_half_made),
		TEST(does_not_ask_where_one_try_is_left),
		TEST(refuses_a_pin_that_libp11_can_not_take),
		TEST(asks_for_each_signature),
		TEST(asks_nothing_where_there_is_a_pinpad),
		TEST(asks_the_token_directly_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
