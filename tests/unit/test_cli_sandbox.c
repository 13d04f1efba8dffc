/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters for system calls: that what was built in is what libseccomp makes
 * of the rules, and what a process can do with one. That is tried in a child; the
 * line at which one goes wrong is how it ends.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/sandbox.h"
#include "cli/sandbox_compile.h"
#include "cli/sandbox_filter.h"
#include "unit/test.h"

#define MUST(holds)                      \
	do {                             \
		if (!(holds))            \
			return __LINE__; \
	} while (0)

static void
in_child(int (*attempt)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? __LINE__
								  : attempt());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("line %d", WEXITSTATUS(status));
}

static void
what_is_built_in_is_what_libseccomp_makes(void **state)
{
	/* Numbers that no rule has, up to the highest of a process. */
	static const pid_t processes[] = { 4711, 65536, 4194303 };
	static struct sock_filter code[BPF_MAXINSNS];
	unsigned needs = CLI_SANDBOX_ALWAYS, sets = 0;
	struct sock_fprog built;
	struct ca_error err;
	size_t count = 0;

	(void)state;
	do {
		for (size_t i = 0; i < 3; i++) {
			assert_ok(cli_sandbox_compile(needs,
				      (uint32_t)processes[i], code, &count,
				      &err),
			    &err);
			assert_ok(cli_sandbox_program(needs, processes[i],
				      &built, &err),
			    &err);
			assert_int_equal(built.len, count);
			assert_memory_equal(built.filter, code,
			    count * sizeof(code[0]));
			free(built.filter);
		}
		needs = cli_sandbox_next_needs(needs);
		sets++;
	} while (needs != CLI_SANDBOX_ALWAYS);
	assert_int_equal(sets, 8);
}

static void
needs_that_no_command_has_are_an_error(void **state)
{
	struct sock_fprog built = { 0 };
	struct ca_error err;

	(void)state;
	assert_int_equal(cli_sandbox_program(CLI_SANDBOX_CORE, 1, &built, &err),
	    CA_ERR_INTERNAL);
	assert_null(built.filter);
}

static bool
fails_with(long result, int number)
{
	return result == -1 && errno == number;
}

static int
try_calls(void)
{
	pid_t own = getpid(), parent = getppid();
	struct ca_error err;

	MUST(unshare(0) == 0);
	MUST(kill(parent, SIGURG) == 0);
	MUST(cli_sandbox_calls(CLI_SANDBOX_ALWAYS, &err) == CA_OK);
	MUST(fails_with(unshare(0), EPERM));
	MUST(fails_with(syscall(CLI_SANDBOX_NEW_LAST), ENOSYS));
	MUST(kill(own, SIGURG) == 0);
	MUST(kill(parent, 0) == 0);
	MUST(fails_with(kill(parent, SIGURG), EPERM));
	MUST(syscall(SYS_tgkill, own, own, SIGURG) == 0);
	MUST(fails_with(syscall(SYS_tgkill, parent, parent, SIGURG), EPERM));
	return 0;
}

static void
calls_that_no_rule_allows_fail_and_no_other_process_gets_signals(void **state)
{
	(void)state;
	in_child(try_calls);
}

/* A thread that is there before the filter is, and has one of its own or none. */
struct early {
	pthread_barrier_t barrier; /* once it is there, and to go on */
	const struct sock_fprog *own;
	bool ready, bounded;
};

static void *
run_early(void *data)
{
	struct early *early = data;

	early->ready = early->own == NULL ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, early->own) == 0;
	(void)pthread_barrier_wait(&early->barrier);
	(void)pthread_barrier_wait(&early->barrier);
	early->bounded = fails_with(unshare(0), EPERM);
	return NULL;
}

/* Applies the filter beside the thread EARLY: how that ends goes to *RET_RC. */
static int
apply_beside(struct early *early, enum ca_code *ret_rc, struct ca_error *err)
{
	pthread_t thread;

	MUST(pthread_barrier_init(&early->barrier, NULL, 2) == 0);
	MUST(pthread_create(&thread, NULL, run_early, early) == 0);
	(void)pthread_barrier_wait(&early->barrier);
	*ret_rc = cli_sandbox_calls(CLI_SANDBOX_ALWAYS, err);
	(void)pthread_barrier_wait(&early->barrier);
	MUST(pthread_join(thread, NULL) == 0);
	MUST(early->ready);
	return 0;
}

static int
try_thread(void)
{
	struct early early = { .own = NULL };
	struct ca_error err;
	enum ca_code rc = CA_ERR_INTERNAL;

	MUST(apply_beside(&early, &rc, &err) == 0);
	MUST(rc == CA_OK);
	MUST(early.bounded);
	return 0;
}

static void
threads_that_are_there_already_are_bounded_too(void **state)
{
	(void)state;
	in_child(try_thread);
}

static int
try_thread_that_can_not_follow(void)
{
	struct sock_filter code[] = { { BPF_RET | BPF_K, 0, 0,
	    SECCOMP_RET_ALLOW } };
	const struct sock_fprog own = { 1, code };
	struct early early = { .own = &own };
	struct ca_error err;
	enum ca_code rc = CA_OK;

	MUST(apply_beside(&early, &rc, &err) == 0);
	MUST(rc == CA_ERR_INTERNAL);
	MUST(strcmp(err.message,
		 "sandbox: no filter for system calls: No such process") == 0);
	return 0;
}

static void
a_thread_that_can_not_follow_is_an_error(void **state)
{
	(void)state;
	in_child(try_thread_that_can_not_follow);
}

static int
try_kernel_that_refuses(void)
{
	struct sock_filter code[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0,
		    offsetof(struct seccomp_data, nr) },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_seccomp },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EINVAL },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	const struct sock_fprog refusal = { 4, code };
	struct ca_error err;

	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &refusal) == 0);
	MUST(cli_sandbox_calls(CLI_SANDBOX_ALWAYS, &err) == CA_ERR_INTERNAL);
	MUST(strcmp(err.message,
		 "sandbox: no filter for system calls: Invalid argument") == 0);
	MUST(strstr(err.hint, "--no-sandbox goes on without") != NULL);
	return 0;
}

_Static_assert(__LINE__ < 256, "the lines of MUST() are exit statuses");

static void
a_kernel_that_refuses_is_an_error_with_a_way_out(void **state)
{
	(void)state;
	in_child(try_kernel_that_refuses);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_in_is_what_libseccomp_makes),
		cmocka_unit_test(needs_that_no_command_has_are_an_error),
		cmocka_unit_test(
		    calls_that_no_rule_allows_fail_and_no_other_process_gets_signals),
		cmocka_unit_test(
		    threads_that_are_there_already_are_bounded_too),
		cmocka_unit_test(a_thread_that_can_not_follow_is_an_error),
		cmocka_unit_test(
		    a_kernel_that_refuses_is_an_error_with_a_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
