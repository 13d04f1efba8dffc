/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that are allowed: one table, for the kernel and for people. */
#include "cli/sandbox_rules.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>

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
 * Without bounds. Each line begins with what it is for; the calls of a batch
 * that are made most often come first.
 */
const struct cli_sandbox_plain cli_sandbox_plain[] = {
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
	{ 0, NULL, NULL },
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
const struct cli_sandbox_rule cli_sandbox_bounded[] = {
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
	{ NULL, 0, NULL, 0, 0, 0, false },
};

const char cli_sandbox_refused[] =
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

bool
cli_sandbox_next_call(const char **list, char call[CLI_SANDBOX_CALL_SIZE])
{
	size_t len;

	*list += strspn(*list, " ");
	len = strcspn(*list, " ");
	if (len == 0 || len >= CLI_SANDBOX_CALL_SIZE)
		return false;
	memcpy(call, *list, len);
	call[len] = '\0';
	*list += len;
	return true;
}

unsigned
cli_sandbox_next_needs(unsigned needs)
{
	return ((needs - CLI_SANDBOX_CHOICES) & CLI_SANDBOX_CHOICES) |
	    CLI_SANDBOX_ALWAYS;
}
