/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder: a library for LD_PRELOAD. Below POWERLOSS_ROOT it writes down
 * all that changes files, and all that has them on disk, to POWERLOSS_LOG,
 * which must not exist; first what is there to begin with. What is printed goes
 * to the log, too: it is what the program has promised.
 */
#include "powerloss/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define LOG_FD_LEAST 500 /* where no program looks for it */
#define FILE_MAX ((size_t)16 * 1024 * 1024)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static dev_t device;
static int log_fd = -1;

static void __attribute__((noreturn)) die(const char *what)
{
	static const char head[] = "powerloss recorder: ";

	(void)syscall(SYS_write, STDERR_FILENO, head, sizeof(head) - 1);
	(void)syscall(SYS_write, STDERR_FILENO, what, strlen(what));
	(void)syscall(SYS_write, STDERR_FILENO, "\n", (size_t)1);
	_exit(99);
}

void
pl_lock(void)
{
	(void)pthread_mutex_lock(&mutex);
}

void
pl_unlock(void)
{
	(void)pthread_mutex_unlock(&mutex);
}

bool
pl_records(void)
{
	return log_fd >= 0;
}

bool
pl_watches(const struct stat *st)
{
	return log_fd >= 0 && st->st_dev == device &&
	    (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode));
}

bool
pl_watches_fd(int fd, struct stat *st)
{
	int saved = errno;
	bool watches = fstat(fd, st) == 0 && pl_watches(st);

	errno = saved;
	return watches;
}

/* A part of a record. */
static struct iovec
part(const void *data, size_t len)
{
	struct iovec iov = { .iov_len = len };

	memcpy(&iov.iov_base, &data, sizeof(data));
	return iov;
}

void
pl_emit(struct pl_record record, const char *name, const char *name2,
    const void *data, size_t len)
{
	struct iovec parts[4];
	size_t all = sizeof(record) + len;
	int saved = errno;

	record.name_len = name == NULL ? 0 : (uint32_t)strlen(name);
	record.name2_len = name2 == NULL ? 0 : (uint32_t)strlen(name2);
	record.data_len = len;
	all += record.name_len + record.name2_len;
	parts[0] = part(&record, sizeof(record));
	parts[1] = part(name, record.name_len);
	parts[2] = part(name2, record.name2_len);
	parts[3] = part(data, len);
	if (syscall(SYS_writev, log_fd, parts, 4) != (long)all)
		die("the log can not be written");
	errno = saved;
}

void
pl_tell(enum pl_kind kind, uint64_t object, uint64_t number)
{
	pl_emit((struct pl_record){ .kind = kind,
		    .object = object,
		    .number = number },
	    NULL, NULL, NULL, 0);
}

void
powerloss_mark(const char *what, const void *data, size_t len)
{
	pl_lock();
	if (pl_records())
		pl_emit((struct pl_record){ .kind = PL_MARK }, what, NULL, data,
		    len);
	pl_unlock();
}

static void
snapshot_file(int dir, const char *name, uint64_t object)
{
	char *data = malloc(FILE_MAX);
	int fd = (int)syscall(SYS_openat, dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t len = data == NULL || fd < 0 ? -1 : read(fd, data, FILE_MAX);

	if (len < 0 || (size_t)len == FILE_MAX)
		die("a file can not be read");
	pl_emit((struct pl_record){ .kind = PL_WRITE, .object = object }, NULL,
	    NULL, data, (size_t)len);
	(void)close(fd);
	free(data);
}

/* What is below the directory FD, which is closed; PARENT is its number. */
static void
snapshot(int fd, uint64_t parent)
{
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (stream == NULL)
		die("a directory can not be read");
	while ((entry = readdir(stream)) != NULL) {
		const char *name = entry->d_name;
		struct pl_record record = { .object = parent };
		struct stat st;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			die(name);
		if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			die("neither a file nor a directory");
		record.kind = S_ISDIR(st.st_mode) ? PL_MKDIR : PL_CREATE;
		record.target = st.st_ino;
		record.number = st.st_mode & 07777;
		pl_emit(record, name, NULL, NULL, 0);
		if (S_ISREG(st.st_mode))
			snapshot_file(fd, name, st.st_ino);
		else
			snapshot((int)syscall(SYS_openat, fd, name,
				     O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			    st.st_ino);
	}
	(void)closedir(stream);
}

/* Writes for the streams below; what has been printed is promised. */
static ssize_t
print(void *cookie, const char *data, size_t len)
{
	int fd = cookie == NULL ? STDOUT_FILENO : STDERR_FILENO;
	ssize_t done = write(fd, data, len);

	return done < 0 ? 0 : done;
}

/*
 * stdio writes without asking anybody outside of libc. As on a terminal, a line
 * is out when it is complete.
 */
static void
take_streams(void)
{
	static char is_error;
	const cookie_io_functions_t calls = { .write = print };
	FILE *out = fopencookie(NULL, "w", calls);
	FILE *error = fopencookie(&is_error, "w", calls);

	if (out == NULL || error == NULL ||
	    setvbuf(out, NULL, _IOLBF, BUFSIZ) != 0 ||
	    setvbuf(error, NULL, _IOLBF, BUFSIZ) != 0)
		die("no streams");
	stdout = out;
	stderr = error;
}

/* The program closes what it did not open, but for the log. */
PL_EXPORT int
close_range(unsigned first, unsigned last, int flags)
{
	unsigned log = (unsigned)log_fd;

	if (log_fd < 0 || log < first || log > last)
		return (int)syscall(SYS_close_range, first, last, flags);
	if (log > first && syscall(SYS_close_range, first, log - 1, flags) != 0)
		return -1;
	return log < last ? (int)syscall(SYS_close_range, log + 1, last, flags)
			  : 0;
}

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("POWERLOSS_LOG");
	const char *root = getenv("POWERLOSS_ROOT");
	struct pl_record record = { .kind = PL_ROOT };
	struct stat st;
	int fd, dir;

	if (path == NULL || root == NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		die("POWERLOSS_LOG can not be made");
	log_fd = fcntl(fd, F_DUPFD_CLOEXEC, LOG_FD_LEAST);
	(void)close(fd);
	dir = (int)syscall(SYS_openat, AT_FDCWD, root,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log_fd < 0 || dir < 0 || fstat(dir, &st) < 0)
		die("POWERLOSS_ROOT is no directory");
	device = st.st_dev;
	record.object = st.st_ino;
	record.number = st.st_mode & 07777;
	pl_emit(record, root, NULL, NULL, 0);
	snapshot(dir, st.st_ino);
	pl_tell(PL_BEGIN, 0, 0);
	take_streams();
}
