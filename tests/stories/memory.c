/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After logout the process holds no copy of the PIN: all of its memory is read
 * through /proc/self/mem and searched. The PIN is made at random, and its only
 * copy here is masked.
 *
 * usage: test_stories_memory                         over SoftHSM
 *        test_stories_memory MODULE ARGS URI SIGNER  a key of any token, its
 *                                                    PIN on standard input
 */
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coldca/sigalg.h"
#include "token/signers.h"

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#define SKIPPED 77
#define PIN_LEN 32
#define PIN_LEN_MIN 8           /* shorter ones are found by chance */
#define WINDOW (1024UL * 1024)  /* bytes that are read at a time */
#define MAPPING_MAX (1UL << 32) /* larger ones are a sanitizer's shadow */
#define LINE_MAX_LEN 4352       /* of /proc/self/maps: a path and some words */

/* The PIN is mask ^ masked. */
static uint8_t mask[PIN_LEN], masked[PIN_LEN];
static size_t pin_len;

static void
make_pin(void)
{
	static const char alphabet[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+";
	size_t i;

	assert_int_equal(RAND_bytes(mask, sizeof(mask)), 1);
	assert_int_equal(RAND_bytes(masked, sizeof(masked)), 1);
	pin_len = PIN_LEN;
	for (i = 0; i < PIN_LEN; i++)
		masked[i] = (uint8_t)alphabet[masked[i] % 64] ^ mask[i];
}

/* Through volatile, so that no register-wide copy is left on the stack. */
static void
unmask_pin(char *ret)
{
	volatile char *out = ret;
	size_t i;

	for (i = 0; i < pin_len; i++)
		out[i] = (char)(mask[i] ^ masked[i]);
	out[pin_len] = '\0';
}

static bool
is_pin(const uint8_t *at)
{
	size_t i;

	for (i = 0; i < pin_len; i++)
		if ((at[i] ^ mask[i]) != masked[i])
			return false;
	return true;
}

/* Searches the mapping from START to END; WINDOW bytes of scratch are given. */
static unsigned
search_mapping(int mem, uint64_t start, uint64_t end, uint8_t *scratch,
    const char *name)
{
	unsigned found = 0;
	uint64_t at;
	ssize_t i, n;

	for (at = start; at + pin_len <= end; at += (uint64_t)n - pin_len + 1) {
		n = pread(mem, scratch,
		    end - at < WINDOW ? (size_t)(end - at) : WINDOW, (off_t)at);
		/* Device memory and guard pages can not be read. */
		if (n < (ssize_t)pin_len)
			break;
		for (i = 0; i + (ssize_t)pin_len <= n; i++)
			if (is_pin(scratch + i)) {
				print_message("a copy at +0x%" PRIx64 " of %s",
				    at + (uint64_t)i - start, name);
				found++;
			}
	}
	return found;
}

/* How many copies of the PIN the process holds. */
static unsigned
count_copies(void)
{
	uint8_t *scratch = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t own = (uint64_t)(uintptr_t)scratch, start, end;
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned found = 0, searched = 0;
	char line[LINE_MAX_LEN], mode;

	assert_true(scratch != MAP_FAILED && mem >= 0 && maps != NULL);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %c", &start, &end,
			&mode) != 3 ||
		    mode != 'r' || end - start >= MAPPING_MAX)
			continue;
		/* The scratch may be a part of a larger mapping. */
		if (own < start || own >= end) {
			found += search_mapping(mem, start, end, scratch, line);
		} else {
			found += search_mapping(mem, start, own, scratch, line);
			found += search_mapping(mem, own + WINDOW, end, scratch,
			    line);
		}
		searched++;
	}
	assert_true(searched > 10);
	(void)fclose(maps);
	(void)close(mem);
	(void)munmap(scratch, WINDOW);
	return found;
}

/* A token "secret" with the PIN, made by a process of its own. */
static void
make_token(void)
{
	char pin[PIN_LEN + 1];
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		unmask_pin(pin);
		fixture_init_token("secret", pin);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static enum ca_code
ask(const struct ca_token_info *info, char pin[CA_PIN_MAX + 1], void *arg,
    struct ca_error *err)
{
	(void)info, (void)arg, (void)err;
	unmask_pin(pin);
	return CA_OK;
}

static void
log_in(struct fixture *f, const char *module)
{
	struct ca_uri *uri = fixture_uri("pkcs11:token=secret");

	fixture_load_path(f, module);
	assert_ok(ca_token_open(f->module, uri, &f->token, &f->err), &f->err);
	ca_uri_free(uri);
	assert_ok(ca_token_login(f->token, ask, NULL, &f->err), &f->err);
}

static void
finds_a_copy_that_is_planted(void **state)
{
	char *copy = malloc(PIN_LEN + 1);

	(void)state;
	make_pin();
	assert_non_null(copy);
	assert_int_equal(count_copies(), 0);
	unmask_pin(copy);
	assert_int_equal(count_copies(), 1);
	explicit_bzero(copy, PIN_LEN + 1);
	assert_int_equal(count_copies(), 0);
	free(copy);
}

/* So that the search afterwards can be believed: libp11 keeps one. */
static void
finds_the_copy_of_who_is_logged_in(void **state)
{
	struct fixture *f = *state;

	make_pin();
	make_token();
	log_in(f, COLDCA_SOFTHSM);
	assert_true(count_copies() > 0);
	fixture_close(f);
	assert_int_equal(count_copies(), 0);
}

static void
sign_and_search(struct fixture *f, enum ca_signer_kind kind, bool sign)
{
	struct ca_token_key key;
	struct ca_signer *signer;

	log_in(f, COLDCA_SOFTHSM);
	if (sign) {
		key = signing_find(f, "k");
		signer = signing_make(f, &key, kind, NULL, 2);
		signing_works(f, signer);
		ca_signer_free(signer);
	} else {
		key = fixture_key(f, "k", CA_KEY_P256);
	}
	ca_token_key_clear(&key);
	fixture_close(f);
	assert_int_equal(count_copies(), 0);
}

static void
holds_no_copy_after_any_signer(void **state)
{
	struct fixture *f = *state;

	make_pin();
	make_token();
	sign_and_search(f, CA_SIGNER_AUTO, false);
	sign_and_search(f, CA_SIGNER_CRYPTOKI, true);
	sign_and_search(f, CA_SIGNER_LIBP11, true);
	sign_and_search(f, CA_SIGNER_ENGINE, true);
}

static void
holds_no_copy_after_a_refused_one(void **state)
{
	struct fixture *f = *state;
	struct ca_uri *uri = fixture_uri("pkcs11:token=ca");

	make_pin();
	fixture_load_path(f, COLDCA_SOFTHSM);
	assert_ok(ca_token_open(f->module, uri, &f->token, &f->err), &f->err);
	ca_uri_free(uri);
	assert_int_equal(ca_token_login(f->token, ask, NULL, &f->err),
	    CA_ERR_PIN);
	fixture_close(f);
	assert_int_equal(count_copies(), 0);
}

/* Byte by byte, so that it never stands anywhere as a whole. */
static bool
read_pin(void)
{
	volatile uint8_t c;
	uint8_t byte;

	if (RAND_bytes(mask, sizeof(mask)) != 1)
		return false;
	for (pin_len = 0; pin_len < PIN_LEN; pin_len++) {
		if (read(STDIN_FILENO, &byte, 1) != 1 || byte == '\n')
			break;
		c = byte;
		masked[pin_len] = c ^ mask[pin_len];
	}
	return pin_len >= PIN_LEN_MIN;
}

/* One key of any token, as its module wants to be loaded. */
static char **arguments;

static void
holds_no_copy_after_this_token(void **state)
{
	const struct ca_module_options options = {
		.path = arguments[0],
		.init_args = arguments[1][0] == '\0' ? NULL : arguments[1],
		.timeout = CA_TOKEN_TIMEOUT,
	};
	struct ca_signer_options how = { CA_SIGNER_AUTO, 2, ask, NULL };
	const struct ca_sigalg *algorithm = NULL;
	struct ca_uri *uri = fixture_uri(arguments[2]);
	struct ca_token_key key = { .handle = 0 };
	struct ca_signer *signer = NULL;
	struct fixture f = { .dir = NULL };

	(void)state;
	assert_true(read_pin());
	assert_true(ca_signer_kind_parse(arguments[3], &how.kind));
	assert_ok(ca_module_load(&options, &f.module, &f.err), &f.err);
	assert_ok(ca_token_open(f.module, uri, &f.token, &f.err), &f.err);
	assert_ok(ca_token_login(f.token, ask, NULL, &f.err), &f.err);
	/* libp11 keeps one, so that the search below can be believed. */
	assert_true(count_copies() > 0);
	assert_ok(ca_token_find_key(f.token, uri, &key, &f.err), &f.err);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f.err),
	    &f.err);
	assert_ok(ca_token_signer(f.token, &key, algorithm, &how, &signer,
		      &f.err),
	    &f.err);
	signing_works(&f, signer);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
	ca_uri_free(uri);
	fixture_close(&f);
	assert_int_equal(count_copies(), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest any[] = {
		cmocka_unit_test(holds_no_copy_after_this_token),
	};
	const struct CMUnitTest tests[] = {
		TEST(finds_a_copy_that_is_planted),
		TEST(finds_the_copy_of_who_is_logged_in),
		TEST(holds_no_copy_after_a_refused_one),
		TEST(holds_no_copy_after_any_signer),
	};

#ifdef __SANITIZE_ADDRESS__
	/* What a module frees stays in the sanitizer's quarantine. */
	if (argc == 5)
		return SKIPPED;
#endif
	arguments = argv + 1;
	if (argc == 5)
		return cmocka_run_group_tests(any, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
