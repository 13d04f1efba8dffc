/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program on what is to it a kernel without Landlock: its system calls
 * do not exist.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (argc < 2 || filter == NULL ||
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
		SYS_landlock_create_ruleset, 0) != 0 ||
	    seccomp_load(filter) != 0)
		return 125;
	seccomp_release(filter);
	(void)execv(argv[1], argv + 1);
	perror(argv[1]);
	return 125;
}
