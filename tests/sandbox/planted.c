/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module with something planted in it: when it is loaded it tries
 * what a hostile module would, says on standard error how each attempt ended,
 * and hands on to the module that PLANTED_MODULE names. PLANTED_OUTSIDE is a
 * directory with a file `file` in it, where nothing may be written, and
 * PLANTED_INSIDE one where it may. PLANTED names the only attempt, PLANTED_BUT those
 * that are left out.
 */
#include <asm/ioctls.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <p11-kit/pkcs11.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char path[4096];

static const char *
below(const char *variable, const char *name)
{
	const char *dir = getenv(variable);

	(void)snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "",
	    name);
	return path;
}

static long
try_exec(void)
{
	char name[] = "/bin/true";
	char *const argv[] = { name, NULL };

	return execv(name, argv);
}

static long
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static long
try_read_parent(void)
{
	char byte;
	struct iovec iov = { &byte, 1 };

	return process_vm_readv(getppid(), &iov, 1, &iov, 1, 0);
}

static long
try_write(void)
{
	return open(below("PLANTED_OUTSIDE", "file"), O_WRONLY | O_CLOEXEC);
}

static long
try_create(void)
{
	return open(below("PLANTED_OUTSIDE", "new"),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long
try_mkdir(void)
{
	return mkdir(below("PLANTED_OUTSIDE", "dir"), 0700);
}

static long
try_unlink(void)
{
	return unlink(below("PLANTED_OUTSIDE", "file"));
}

static long
try_symlink(void)
{
	return symlink("file", below("PLANTED_OUTSIDE", "link"));
}

/* What Landlock does not hold before its version 3, seccomp does. */
static long
try_truncate(void)
{
	return truncate(below("PLANTED_OUTSIDE", "file"), 5);
}

static long
try_empty(void)
{
	return open(below("PLANTED_OUTSIDE", "file"),
	    O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static long
try_inside(void)
{
	int fd = open(below("PLANTED_INSIDE", "planted"),
	    O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : unlink(path);
}

static long
try_type(void)
{
	char byte = 'x';
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return syscall(SYS_ioctl, fd >= 0 ? fd : 0, TIOCSTI, &byte);
}

/* The bounds of ioctl() are held against 32 bits, as the kernel reads them. */
static long
try_type_high(void)
{
	char byte = 'x';

	return syscall(SYS_ioctl, 0, 0x100000000UL | TIOCSTI, &byte);
}

#define TRY(name, call)        \
	static long name(void) \
	{                      \
		return call;   \
	}

TRY(try_inet, socket(AF_INET, SOCK_STREAM, 0))
TRY(try_inet6, socket(AF_INET6, SOCK_DGRAM, 0))
TRY(try_netlink, socket(AF_NETLINK, SOCK_RAW, 0))
TRY(try_packet, socket(AF_PACKET, SOCK_RAW, 0))
TRY(try_unix, socket(AF_UNIX, SOCK_STREAM, 0))
TRY(try_attach, ptrace(PTRACE_ATTACH, getppid(), NULL, NULL))
TRY(try_traceme, ptrace(PTRACE_TRACEME, 0, NULL, NULL))
TRY(try_kill, kill(getppid(), SIGTERM))
TRY(try_dumpable, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
TRY(try_unshare, unshare(CLONE_NEWUSER))
TRY(try_mount, mount("none", "/mnt", "tmpfs", 0, NULL))
TRY(try_io_uring, syscall(SYS_io_uring_setup, 1, NULL))
TRY(try_bpf, syscall(SYS_bpf, 0, NULL, 0))
TRY(try_perf, syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0))
TRY(try_keyctl, syscall(SYS_keyctl, 0, 0, 0, 0, 0))
TRY(try_uffd, syscall(SYS_userfaultfd, 0))
TRY(try_setuid, setuid(getuid()))
TRY(try_listen, listen(0, 1))
TRY(try_descriptor, fcntl(7, F_GETFD))
TRY(try_owner, fcntl(0, F_SETOWN, getppid()))
TRY(try_signal, fcntl(0, F_SETSIG, SIGTERM))
TRY(try_unknown, syscall(511, 0))

static const struct {
	const char *name;
	long (*attempt)(void);
} attempts[] = {
	{ "inet", try_inet },
	{ "inet6", try_inet6 },
	{ "netlink", try_netlink },
	{ "packet", try_packet },
	{ "unix", try_unix },
	{ "exec", try_exec },
	{ "fork", try_fork },
	{ "attach", try_attach },
	{ "traceme", try_traceme },
	{ "read-parent", try_read_parent },
	{ "kill", try_kill },
	{ "dumpable", try_dumpable },
	{ "type", try_type },
	{ "type-high", try_type_high },
	{ "unshare", try_unshare },
	{ "mount", try_mount },
	{ "io-uring", try_io_uring },
	{ "bpf", try_bpf },
	{ "perf", try_perf },
	{ "keyctl", try_keyctl },
	{ "userfaultfd", try_uffd },
	{ "setuid", try_setuid },
	{ "listen", try_listen },
	{ "descriptor", try_descriptor },
	{ "owner", try_owner },
	{ "signal", try_signal },
	{ "unknown", try_unknown },
	{ "write", try_write },
	{ "create", try_create },
	{ "mkdir", try_mkdir },
	{ "symlink", try_symlink },
	{ "truncate", try_truncate },
	{ "empty", try_empty },
	{ "unlink", try_unlink },
	{ "inside", try_inside },
};

/* Whether NAME is the one of PLANTED, or, without that, not in PLANTED_BUT. */
static bool
is_wanted(const char *name)
{
	const char *only = getenv("PLANTED"), *but = getenv("PLANTED_BUT");
	size_t len = strlen(name);

	if (only != NULL)
		return strcmp(only, name) == 0;
	while (but != NULL && *but != '\0') {
		size_t word = strcspn(but, " ");

		if (word == len && memcmp(but, name, len) == 0)
			return false;
		but += word + strspn(but + word, " ");
	}
	return true;
}

static void
attempt_all(void)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		if (!is_wanted(attempts[i].name))
			continue;
		errno = 0;
		if (attempts[i].attempt() >= 0)
			(void)fprintf(stderr, "planted: %s: done\n",
			    attempts[i].name);
		else
			(void)fprintf(stderr, "planted: %s: %s\n",
			    attempts[i].name, strerrorname_np(errno));
	}
}

/* The same file as what an openssl.cnf has loaded: provider-base(7). */
int OSSL_provider_init(const void *handle, const void *in, const void **out,
    void **ctx);

int
OSSL_provider_init(const void *handle, const void *in, const void **out,
    void **ctx)
{
	(void)handle;
	(void)in;
	(void)out;
	(void)ctx;
	(void)fprintf(stderr, "planted: provider: loaded\n");
	return 0;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	const char *real = getenv("PLANTED_MODULE");
	CK_C_GetFunctionList get = NULL;
	static bool tried;
	void *handle;

	if (!tried)
		attempt_all();
	tried = true;
	handle = real == NULL ? NULL : dlopen(real, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return CKR_GENERAL_ERROR;
	/* dlsym(3): a function is found by way of a pointer to an object. */
	*(void **)(&get) = dlsym(handle, "C_GetFunctionList");
	return get == NULL ? CKR_GENERAL_ERROR : get(ret);
}
