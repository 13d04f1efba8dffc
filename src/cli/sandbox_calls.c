/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that are allowed: one table, for the kernel and for people. */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/sandbox.h"
#include "cli/term.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CORE CLI_SANDBOX_CORE
#define THREADS CLI_SANDBOX_THREADS
#define NAMES CLI_SANDBOX_NAMES
#define MODULE CLI_SANDBOX_MODULE
#define NETWORK CLI_SANDBOX_NETWORK
#define ADDRESSES CLI_SANDBOX_ADDRESSES
#define CHECKER CLI_SANDBOX_CHECKER

/* Families and protocols by their numbers (socket(2), netlink(7)): an offline
 * CA includes no header of the network. */
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define FAMILY_INET6 10
#define FAMILY_NETLINK 16
#define NETLINK_ROUTE_PROTOCOL 0

#define VMA_NAME 0x53564d41       /* PR_SET_VMA: libc names its memory */
#define WORD UINT64_C(0xffffffff) /* what the kernel reads of an int */
#define TYPE UINT64_C(0xff00)     /* of an ioctl: _IOC_TYPE */

/* Of a command of fcntl(): none but 0 to 7, the last of which is F_SETLKW. */
#define FIRST_COMMANDS (WORD & ~UINT64_C(7))

/*
 * One rule: calls with an argument `arg` that, under MASK, is VALUE. Where a
 * bound is of the process itself, VALUE is put in when it is applied.
 */
struct rule {
	const char *call;
	unsigned needs;   /* any of these bits */
	const char *text; /* the bound, for people; NULL: any arguments */
	uint64_t mask, value;
	unsigned arg;
	bool own; /* VALUE is our process */
};

/*
 * Without bounds. Each line begins with what it is for; the calls of a batch
 * that are made most often come first.
 */
static const struct {
	unsigned needs;
	const char *what;
	const char *calls;
} plain[] = {
	{ CORE, "files, read and written",
	    "read write pread64 pwrite64 readv writev preadv pwritev lseek"
	    " _llseek close fsync fdatasync syncfs sync_file_range ftruncate"
	    " ftruncate64 fallocate fadvise64 copy_file_range"
	    " sendfile sendfile64 splice memfd_create flock dup"
	    " dup2 dup3 close_range" },
	{ CORE, "files, by name",
	    "creat newfstatat fstat stat lstat statx fstat64 stat64"
	    " lstat64 fstatat64 access faccessat faccessat2 readlink readlinkat"
	    " getdents getdents64 rename renameat renameat2 unlink unlinkat mkdir"
	    " mkdirat rmdir link linkat symlink symlinkat chmod fchmod fchmodat"
	    " fchmodat2 chown fchown lchown fchownat utime utimes utimensat"
	    " futimesat umask statfs fstatfs statfs64 fstatfs64 getxattr"
	    " lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr"
	    " lsetxattr fsetxattr getcwd chdir fchdir" },
	{ CORE, "memory",
	    "mmap mmap2 munmap mremap mprotect brk madvise mincore msync mlock"
	    " mlock2 mlockall munlock munlockall membarrier arch_prctl" },
	{ CORE, "locks, time and chance",
	    "futex futex_time64 clock_gettime clock_gettime64 clock_getres"
	    " gettimeofday time nanosleep clock_nanosleep clock_nanosleep_time64"
	    " getrandom restart_syscall alarm setitimer getitimer timer_create"
	    " timer_settime timer_gettime timer_delete timerfd_create"
	    " timerfd_settime timerfd_gettime" },
	{ CORE, "signals and the end",
	    "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending"
	    " rt_sigtimedwait rt_sigsuspend sigaltstack signalfd signalfd4 pause"
	    " exit exit_group wait4 waitid" },
	{ CORE, "what the process is",
	    "getpid gettid getppid getuid geteuid getgid getegid getresuid"
	    " getresgid getgroups getpgrp getpgid getsid uname sysinfo getrlimit"
	    " getrusage times capget getpriority sched_yield sched_getaffinity"
	    " sched_getparam sched_getscheduler sched_get_priority_min"
	    " sched_get_priority_max getcpu landlock_create_ruleset" },
	{ CORE, "waiting for several",
	    "poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl"
	    " epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2 pipe pipe2" },
	{ THREADS, "threads",
	    "set_robust_list get_robust_list rseq set_tid_address" },
	{ NAMES, "sockets that are open",
	    "connect sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown"
	    " getsockname getpeername getsockopt setsockopt bind" },
	{ MODULE, "shared memory of a token's daemon",
	    "shmget shmat shmdt shmctl semget semop semtimedop semctl" },
	{ CHECKER, "what AddressSanitizer does at the end",
	    "clone clone3 fork vfork execve ptrace prctl personality"
	    " process_vm_readv" },
};

#define FCNTL(call)                                                         \
	{ call, CORE, "F_DUPFD to F_SETLKW", FIRST_COMMANDS, 0, 1, false }, \
	    { call, CORE, "F_OFD_GETLK", WORD, F_OFD_GETLK, 1, false },     \
	    { call, CORE, "F_OFD_SETLK", WORD, F_OFD_SETLK, 1, false },     \
	    { call, CORE, "F_OFD_SETLKW", WORD, F_OFD_SETLKW, 1, false },   \
	    { call, CORE, "F_DUPFD_CLOEXEC", WORD, F_DUPFD_CLOEXEC, 1,      \
		    false },                                                \
	    { call, CORE, "F_GETPIPE_SZ", WORD, F_GETPIPE_SZ, 1, false },   \
	    { call, CORE, "F_SETPIPE_SZ", WORD, F_SETPIPE_SZ, 1, false },   \
	    { call, CORE, "F_ADD_SEALS", WORD, F_ADD_SEALS, 1, false },     \
	{                                                                   \
		call, CORE, "F_GET_SEALS", WORD, F_GET_SEALS, 1, false      \
	}

/* With bounds. */
static const struct rule bounded[] = {
	/* Landlock before its version 3 lets files be emptied that are not open
	 * to be written. */
	{ "openat", CORE, "no O_TRUNC", O_TRUNC, 0, 2, false },
	{ "openat", CORE, "O_WRONLY", O_ACCMODE, O_WRONLY, 2, false },
	{ "openat", CORE, "O_RDWR", O_ACCMODE, O_RDWR, 2, false },
	{ "open", CORE, "no O_TRUNC", O_TRUNC, 0, 1, false },
	{ "open", CORE, "O_WRONLY", O_ACCMODE, O_WRONLY, 1, false },
	{ "open", CORE, "O_RDWR", O_ACCMODE, O_RDWR, 1, false },
	/* Not F_SETOWN and F_SETSIG: by them any signal goes to any process. */
	FCNTL("fcntl"),
	FCNTL("fcntl64"),
	{ "fcntl64", CORE, "F_GETLK64", WORD, 12, 1, false },
	{ "fcntl64", CORE, "F_SETLK64", WORD, 13, 1, false },
	{ "fcntl64", CORE, "F_SETLKW64", WORD, 14, 1, false },
	{ "socket", NAMES, "AF_UNIX", WORD, FAMILY_UNIX, 0, false },
	{ "socket", NETWORK, "AF_INET", WORD, FAMILY_INET, 0, false },
	{ "socket", NETWORK, "AF_INET6", WORD, FAMILY_INET6, 0, false },
	{ "socket", NETWORK, "AF_NETLINK", WORD, FAMILY_NETLINK, 0, false },
	{ "socket", ADDRESSES, "AF_NETLINK", WORD, FAMILY_NETLINK, 0, false },
	{ "socketpair", NAMES, "AF_UNIX", WORD, FAMILY_UNIX, 0, false },
	{ "clone", THREADS, "CLONE_THREAD: no process", CLONE_THREAD,
	    CLONE_THREAD, 0, false },
	{ "kill", CORE, "itself", WORD, 0, 0, true },
	{ "kill", CORE, "signal 0: is it there", WORD, 0, 1, false },
	{ "tgkill", CORE, "itself", WORD, 0, 0, true },
	{ "prlimit64", CORE, "itself", WORD, 0, 0, false },
	{ "prctl", CORE, "PR_SET_NAME", WORD, PR_SET_NAME, 0, false },
	{ "prctl", CORE, "PR_GET_NAME", WORD, PR_GET_NAME, 0, false },
	{ "prctl", CORE, "PR_GET_DUMPABLE", WORD, PR_GET_DUMPABLE, 0, false },
	{ "prctl", CORE, "PR_GET_NO_NEW_PRIVS", WORD, PR_GET_NO_NEW_PRIVS, 0,
	    false },
	{ "prctl", CORE, "PR_GET_SECCOMP", WORD, PR_GET_SECCOMP, 0, false },
	{ "prctl", CORE, "PR_CAPBSET_READ", WORD, PR_CAPBSET_READ, 0, false },
	{ "prctl", CORE, "PR_SET_VMA", WORD, VMA_NAME, 0, false },
	{ "ioctl", CORE, "TCGETS", WORD, TCGETS, 1, false },
	{ "ioctl", CORE, "TCSETS", WORD, TCSETS, 1, false },
	{ "ioctl", CORE, "TCSETSW", WORD, TCSETSW, 1, false },
	{ "ioctl", CORE, "TCSETSF", WORD, TCSETSF, 1, false },
	{ "ioctl", CORE, "TCFLSH", WORD, TCFLSH, 1, false },
	{ "ioctl", CORE, "TIOCGPGRP", WORD, TIOCGPGRP, 1, false },
	{ "ioctl", CORE, "TIOCGWINSZ", WORD, TIOCGWINSZ, 1, false },
	{ "ioctl", CORE, "FIONREAD", WORD, FIONREAD, 1, false },
	{ "ioctl", CORE, "FIONBIO", WORD, FIONBIO, 1, false },
	{ "ioctl", MODULE, "USB devices", TYPE, (uint64_t)'U' << 8, 1, false },
	{ "ioctl", MODULE, "HID devices", TYPE, (uint64_t)'H' << 8, 1, false },
};

/*
 * What somebody would try first. Like all that is allowed nowhere it fails with
 * EPERM; it is named so that it is shown.
 */
static const char refused[] =
    "execve execveat fork vfork ptrace process_vm_readv process_vm_writev"
    " process_madvise pidfd_open pidfd_getfd pidfd_send_signal kcmp kexec_load"
    " kexec_file_load bpf perf_event_open mount umount2 move_mount open_tree"
    " fsopen fsconfig fsmount fspick mount_setattr pivot_root chroot unshare"
    " setns keyctl add_key request_key userfaultfd io_uring_setup"
    " io_uring_enter io_uring_register init_module finit_module delete_module"
    " reboot swapon swapoff settimeofday clock_settime clock_adjtime adjtimex"
    " setuid setgid setreuid setregid setresuid setresgid setgroups capset"
    " seccomp mknod mknodat open_by_handle_at fanotify_init personality accept"
    " accept4 listen tkill rt_sigqueueinfo rt_tgsigqueueinfo setrlimit truncate"
    " truncate64";

/*
 * Numbers that all architectures share, and from which on calls are newer than
 * what libraries can do without: these try them, and go by ENOSYS.
 */
#define NEW_FIRST 424
#define NEW_LAST 511

#define CALL_SIZE 32 /* bytes of a call's name, with the NUL */

/* Puts the next word of *LIST into CALL; false: there is none. */
static bool
next_call(const char **list, char *call, size_t size)
{
	size_t len;

	*list += strspn(*list, " ");
	len = strcspn(*list, " ");
	if (len == 0 || len >= size)
		return false;
	memcpy(call, *list, len);
	call[len] = '\0';
	*list += len;
	return true;
}

/* A filter being made, and the calls that it says something about, by number. */
struct making {
	scmp_filter_ctx filter;
	bool plain[NEW_LAST + 1];   /* whatever the arguments are */
	bool refused[NEW_LAST + 1]; /* as they are nowhere allowed */
};

/* The number of CALL here; negative: it is of another architecture, or kernel. */
static int
number_of(const char *call)
{
	return seccomp_syscall_resolve_name(call);
}

/* Allows the calls of LIST, in its order. */
static int
add_plain(struct making *making, const char *list)
{
	char call[CALL_SIZE];
	int fault = 0;

	while (fault == 0 && next_call(&list, call, sizeof(call))) {
		int number = number_of(call);

		if (number < 0)
			continue;
		fault =
		    seccomp_rule_add(making->filter, SCMP_ACT_ALLOW, number, 0);
		if (number <= NEW_LAST)
			making->plain[number] = true;
	}
	return fault;
}

static void
note_refused(struct making *making)
{
	const char *list = refused;
	char call[CALL_SIZE];

	while (next_call(&list, call, sizeof(call))) {
		int number = number_of(call);

		if (number >= 0 && number <= NEW_LAST)
			making->refused[number] = true;
	}
}

static int
add_bounded(struct making *making, unsigned needs)
{
	int fault = 0;

	for (size_t i = 0; i < COUNT(bounded) && fault == 0; i++) {
		const struct rule *rule = &bounded[i];
		int number = number_of(rule->call);
		const struct scmp_arg_cmp bound = {
			.arg = rule->arg,
			.op = SCMP_CMP_MASKED_EQ,
			.datum_a = rule->mask,
			.datum_b = rule->own ? (uint64_t)getpid() : rule->value,
		};

		if ((rule->needs & needs) != 0 && number >= 0 &&
		    !(number <= NEW_LAST && making->plain[number]))
			fault = seccomp_rule_add_array(making->filter,
			    SCMP_ACT_ALLOW, number, 1, &bound);
	}
	return fault;
}

static int
add_new(struct making *making)
{
	int fault = 0;

	for (int n = NEW_FIRST; n <= NEW_LAST && fault == 0; n++)
		if (!making->plain[n] && !making->refused[n])
			fault = seccomp_rule_add(making->filter,
			    SCMP_ACT_ERRNO(ENOSYS), n, 0);
	return fault;
}

enum ca_code
cli_sandbox_calls(unsigned needs, struct ca_error *err)
{
	struct making making = { .filter =
				     seccomp_init(SCMP_ACT_ERRNO(EPERM)) };
	scmp_filter_ctx filter = making.filter;
	int fault = -ENOMEM;

	if (filter == NULL)
		return ca_fail_memory(err);
	note_refused(&making);
	/* Also what a library that was loaded before has started. */
	fault = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A tree in place of a list; old libraries do not know it. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < COUNT(plain) && fault == 0; i++)
		if ((plain[i].needs & needs) != 0)
			fault = add_plain(&making, plain[i].calls);
	if (fault == 0)
		fault = add_bounded(&making, needs);
	if (fault == 0)
		fault = add_new(&making);
	if (fault == 0)
		fault = seccomp_load(filter);
	seccomp_release(filter);
	if (fault == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INTERNAL,
	    "sandbox: no filter for system calls: %s", strerror(-fault));
	ca_hint(err,
	    "a kernel with CONFIG_SECCOMP_FILTER has them; --no-sandbox goes on without");
	return CA_ERR_INTERNAL;
}

/* Whether any arguments of CALL are allowed. */
static bool
is_plain(unsigned needs, const char *call)
{
	char name[CALL_SIZE];

	for (size_t i = 0; i < COUNT(plain); i++) {
		const char *list = plain[i].calls;

		while ((plain[i].needs & needs) != 0 &&
		    next_call(&list, name, sizeof(name)))
			if (strcmp(name, call) == 0)
				return true;
	}
	return false;
}

/* One row as it is shown: CALLS, with BOUND where there is one. */
static void
show_row(const char *what, const char *calls, const char *bound)
{
	if (bound != NULL)
		term_line(stdout, "  %s(%s)", calls, bound);
	else
		term_line(stdout, "  %s: %s", what, calls);
}

void
cli_sandbox_calls_show(unsigned needs)
{
	term_line(stdout, "system calls that are allowed");
	for (size_t i = 0; i < COUNT(plain); i++)
		if ((plain[i].needs & needs) != 0)
			show_row(plain[i].what, plain[i].calls, NULL);
	term_line(stdout, "system calls that are allowed with these arguments");
	for (size_t i = 0; i < COUNT(bounded); i++)
		if ((bounded[i].needs & needs) != 0 &&
		    !is_plain(needs, bounded[i].call))
			show_row(NULL, bounded[i].call, bounded[i].text);
	term_line(stdout, "all others fail; among them");
	show_row("refused", refused, NULL);
}

/* Appends {call, arguments, why} to LIST; NULL once that has failed. */
static json_t *
append(json_t *list, const char *call, const char *bound)
{
	if (list != NULL &&
	    json_array_append_new(list,
		json_pack("{s:s,s:s?}", "call", call, "argument", bound)) == 0)
		return list;
	json_decref(list);
	return NULL;
}

json_t *
cli_sandbox_calls_json(unsigned needs)
{
	json_t *list = json_array();
	char call[CALL_SIZE];

	for (size_t i = 0; i < COUNT(plain); i++) {
		const char *calls = plain[i].calls;

		while ((plain[i].needs & needs) != 0 &&
		    next_call(&calls, call, sizeof(call)))
			list = append(list, call, NULL);
	}
	for (size_t i = 0; i < COUNT(bounded); i++)
		if ((bounded[i].needs & needs) != 0 &&
		    !is_plain(needs, bounded[i].call))
			list = append(list, bounded[i].call, bounded[i].text);
	return list;
}
