/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token behind `p11-kit server`: another process holds it, and each
 * C_GetFunctionList of the client module gives an instance with a login of its
 * own.
 */
#include <openssl/evp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coldca/sigalg.h"
#include "support/tmpdir.h"
#include "token/fixture.h"

#define SKIPPED 77
#define ANSWER_MAX 4096 /* bytes that the server says of itself */

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

/* Starts the server, which answers once it listens and goes on by itself. */
static void
start_server(const char *socket)
{
	char name[ANSWER_MAX], answer[ANSWER_MAX] = "";
	char command[] = COLDCA_P11_KIT, verb[] = "server", token[] = "pkcs11:";
	char name_option[] = "--name", provider_option[] = "--provider";
	char provider[] = PROVIDER;
	char *argv[] = { command, verb, name_option, name, provider_option,
		provider, token, NULL };
	posix_spawn_file_actions_t actions;
	int pipes[2], status;
	const char *found;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	(void)snprintf(name, sizeof(name), "%s", socket);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, pipes[1],
			     STDOUT_FILENO),
	    0);
	assert_int_equal(posix_spawn_file_actions_addclose(&actions, pipes[0]),
	    0);
	assert_int_equal(posix_spawn(&pid, command, &actions, NULL, argv,
			     environ),
	    0);
	(void)posix_spawn_file_actions_destroy(&actions);
	(void)close(pipes[1]);
	while (len < sizeof(answer) - 1 &&
	    (got = read(pipes[0], answer + len, sizeof(answer) - 1 - len)) > 0)
		len += (size_t)got;
	(void)close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	found = strstr(answer, "P11_KIT_SERVER_PID=");
	assert_non_null(found);
	assert_int_equal(sscanf(found, "P11_KIT_SERVER_PID=%d", &server), 1);
}

static int
setup(void **state)
{
	struct fixture *f;
	char address[ANSWER_MAX];
	const char *socket;

	if (access(COLDCA_P11_KIT, X_OK) != 0 ||
	    access(COLDCA_P11_KIT_CLIENT, R_OK) != 0)
		exit(SKIPPED);
	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	socket = tmpdir_path(f->dir, "socket");
	start_server(socket);
	(void)snprintf(address, sizeof(address), "unix:path=%s", socket);
	(void)setenv("P11_KIT_SERVER_ADDRESS", address, 1);
	assert_ok(ca_module_load(COLDCA_P11_KIT_CLIENT, &f->module, &f->err),
	    &f->err);
	fixture_open(f);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	(void)kill(server, SIGTERM);
	return fixture_teardown(state);
}

static void
spends_one_try_on_a_wrong_pin(void **state)
{
	struct fixture *f = *state;

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

	fixture_login(f);
	assert_int_equal(f->asked, 1);
	if (COUNTS)
		assert_int_equal(fixture_calls(f, "C_Login"), 2);
}

static void
generates_in_one_instance_and_signs_in_the_other(void **state)
{
	struct fixture *f = *state;
	const struct ca_sigalg *algorithm = NULL;
	struct ca_bytes signature = { NULL, 0 };
	struct ca_signer *signer = NULL;
	struct ca_token_key key;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	fixture_login(f);
	key = fixture_key(f, "ca-key", CA_KEY_P256);
	assert_ok(ca_sigalg_for_key(key.public_key, &algorithm, &f->err),
	    &f->err);
	assert_ok(ca_token_signer(f->token, &key, algorithm, &signer, &f->err),
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spends_one_try_on_a_wrong_pin),
		TEST(asks_once_for_the_login_of_both_instances),
		TEST(generates_in_one_instance_and_signs_in_the_other),
	};

	/* The server going away must not end the test. */
	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
