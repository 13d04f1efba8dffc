/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token behind `p11-kit server`: another process holds it, and each
 * C_GetFunctionList of the client module gives an instance with a login of its
 * own.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "coldca/sigalg.h"
#include "support/tmpdir.h"
#include "token/signers.h"

#define SKIPPED 77
#define PATH_SIZE 108  /* bytes of a socket's path, with the NUL */
#define STEPS_MAX 2000 /* of 5 ms until the server listens */

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

extern char **environ;
static pid_t server;

/* Sanitized modules do not load into other people's programs. */
#ifdef __SANITIZE_ADDRESS__
#define PROVIDER COLDCA_SOFTHSM
#define COUNTS false
#else
#define PROVIDER COLDCA_SHIM
#define COUNTS true
#endif

static bool
listens(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ok = connect(fd, (struct sockaddr *)(void *)&address,
		 sizeof(address)) == 0;
	(void)close(fd);
	return ok;
}

/* Starts the server and waits until it listens: it does not say when. */
static void
start_server(const char *path)
{
	static const struct timespec step = { 0, 5000000 };
	char name[PATH_SIZE], command[] = COLDCA_P11_KIT, verb[] = "server";
	char foreground[] = "--foreground", name_option[] = "--name";
	/* It ends by itself where this test could not stop it. */
	char timeout[] = "--timeout=60";
	char provider_option[] = "--provider", provider[] = PROVIDER;
	char token[] = "pkcs11:token=ca";
	char *argv[] = { command, verb, foreground, timeout, name_option, name,
		provider_option, provider, token, NULL };
	posix_spawn_file_actions_t actions;
	unsigned steps;

	(void)snprintf(name, sizeof(name), "%s", path);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions,
			     STDOUT_FILENO, "/dev/null", O_WRONLY, 0),
	    0);
	assert_int_equal(posix_spawn(&server, command, &actions, NULL, argv,
			     environ),
	    0);
	(void)posix_spawn_file_actions_destroy(&actions);
	for (steps = 0; steps < STEPS_MAX && !listens(path); steps++)
		(void)nanosleep(&step, NULL);
}

/* Waits for the server, and for those that it started for each connection. */
static void
stop_server(void)
{
	int status;

	(void)kill(server, SIGTERM);
	while (waitpid(-1, &status, 0) > 0)
		continue;
}

static int
setup(void **state)
{
	struct fixture *f;
	char address[PATH_SIZE + 16];
	const char *path;

	if (access(COLDCA_P11_KIT, X_OK) != 0 ||
	    access(COLDCA_P11_KIT_CLIENT, R_OK) != 0)
		exit(SKIPPED);
	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	path = tmpdir_path(f->dir, "socket");
	start_server(path);
	(void)snprintf(address, sizeof(address), "unix:path=%s", path);
	(void)setenv("P11_KIT_SERVER_ADDRESS", address, 1);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	stop_server();
	return fixture_teardown(state);
}

static void
open_remote(struct fixture *f)
{
	fixture_load_path(f, COLDCA_P11_KIT_CLIENT);
	fixture_open(f);
}

static void
spends_one_try_on_a_wrong_pin(void **state)
{
	struct fixture *f = *state;

	open_remote(f);
	f->pin = "00000000";
	assert_int_equal(ca_token_login(f->token, fixture_ask, f, &f->err),
	    CA_ERR_PIN);
	assert_int_equal(f->asked, 1);
	if (COUNTS)
		assert_int_equal(fixture_calls(f, "C_Login"), 1);
}

static void
asks_once_for_the_login_of_both_instances(void **state)
{
	struct fixture *f = *state;

	open_remote(f);
	fixture_login(f);
	assert_int_equal(f->asked, 1);
	if (COUNTS)
		assert_int_equal(fixture_calls(f, "C_Login"), 2);
}

static void
generates_in_one_instance_and_signs_in_the_other(void **state)
{
	struct fixture *f = *state;
	const struct ca_signer_options options = { .sessions = 1 };
	const struct ca_sigalg *algorithm = NULL;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer = NULL;
	struct ca_token_key key;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	open_remote(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	assert_ok(ca_token_signer(f->token, &key, algorithm, &options, &signer,
		      &f->err),
	    &f->err);
	assert_ok(signer->sign(signer, (const uint8_t *)"x", 1, &signature,
		      &f->err),
	    &f->err);
	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL, algorithm->digest,
			     NULL, NULL, key.public_key, NULL),
	    1);
	assert_int_equal(EVP_DigestVerify(ctx, signature.data, signature.len,
			     (const uint8_t *)"x", 1),
	    1);
	EVP_MD_CTX_free(ctx);
	ca_bytes_free(&signature);
	ca_signer_free(signer);
	ca_token_key_clear(&key);
}

/* The engine's instance is a third one. */
static void
logs_the_engine_in_by_itself(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *signer;
	struct ca_token_key key;

	open_remote(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	f->asked = 0;
	signer = signing_make(f, &key, CA_SIGNER_ENGINE, NULL, 1);
	signing_works(f, signer);
	ca_signer_free(signer);
	signer = signing_make(f, &key, CA_SIGNER_ENGINE, NULL, 1);
	signing_works(f, signer);
	ca_signer_free(signer);
	assert_int_equal(f->asked, 1);
	if (COUNTS)
		assert_int_equal(fixture_calls(f, "C_Login"), 3);
	ca_token_key_clear(&key);
}

static void
spends_one_try_on_the_engine(void **state)
{
	const struct ca_signer_options options = { CA_SIGNER_ENGINE, 1,
		fixture_ask, *state };
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_signer *signer = NULL;
	struct ca_token_key key;

	open_remote(f);
	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	f->pin = "00000000";
	assert_int_equal(ca_token_signer(f->token, &key, algorithm, &options,
			     &signer, &f->err),
	    CA_ERR_PIN);
	assert_non_null(strstr(f->err.message, "CKR_PIN_INCORRECT"));
	if (COUNTS)
		assert_int_equal(fixture_calls(f, "C_Login"), 3);
	ca_token_key_clear(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spends_one_try_on_a_wrong_pin),
		TEST(asks_once_for_the_login_of_both_instances),
		TEST(logs_the_engine_in_by_itself),
		TEST(spends_one_try_on_the_engine),
		TEST(generates_in_one_instance_and_signs_in_the_other),
	};

	/* The server going away must not end the test. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
