/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of libc that change directories, and the recorder before them. Each
 * makes the system call itself and then says what it did.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "powerloss/record.h"

/* A name, and the directory that it is in. */
struct place {
	uint64_t dir;
	const char *name;
	bool watched;
};

static struct place
place_of(int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct place place = { .name = slash == NULL ? path : slash + 1 };
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
	char parent[PATH_MAX] = ".";
	int saved = errno;
	struct stat st;

	if (len >= sizeof(parent))
		return place;
	if (len > 0) {
		memcpy(parent, path, len);
		parent[len] = '\0';
	}
	if (fstatat(dir, parent, &st, 0) == 0) {
		place.dir = st.st_ino;
		place.watched = pl_watches(&st);
	}
	errno = saved;
	return place;
}

static void
tell_made(enum pl_kind kind, struct place place, const struct stat *st)
{
	pl_emit((struct pl_record){ .kind = kind,
		    .object = place.dir,
		    .target = st->st_ino,
		    .number = st->st_mode & 07777 },
	    place.name, NULL, NULL, 0);
}

static int
open_file(int dir, const char *path, int flags, mode_t mode)
{
	bool unnamed = (flags & O_TMPFILE) == O_TMPFILE, existed = true;
	int saved = errno, fd;
	struct place place;
	struct stat st;

	pl_lock();
	place = place_of(dir, path);
	if ((flags & O_CREAT) != 0)
		existed = fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	errno = saved;
	fd = (int)syscall(SYS_openat, dir, path, flags, mode);
	if (fd < 0 || !pl_watches_fd(fd, &st))
		goto out;
	if (unnamed)
		tell_made(PL_TMPFILE, (struct place){ .name = "" }, &st);
	else if (!existed && place.watched)
		tell_made(PL_CREATE, place, &st);
	else if ((flags & O_TRUNC) != 0)
		pl_tell(PL_TRUNCATE, st.st_ino, 0);
out:
	pl_unlock();
	return fd;
}

/* The mode, which is there only where a file may be made. */
#define TAKE_MODE(flags, mode)                        \
	do {                                          \
		va_list ap;                           \
                                                      \
		va_start(ap, flags);                  \
		if ((flags & O_CREAT) != 0 ||         \
		    (flags & O_TMPFILE) == O_TMPFILE) \
			mode = va_arg(ap, mode_t);    \
		va_end(ap);                           \
	} while (0)

#define OPEN(function)                                           \
	PL_EXPORT int function(const char *path, int flags, ...) \
	{                                                        \
		mode_t mode = 0;                                 \
                                                                 \
		TAKE_MODE(flags, mode);                          \
		return open_file(AT_FDCWD, path, flags, mode);   \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(function)                                                  \
	PL_EXPORT int function(int dir, const char *path, int flags, ...) \
	{                                                                 \
		mode_t mode = 0;                                          \
                                                                          \
		TAKE_MODE(flags, mode);                                   \
		return open_file(dir, path, flags, mode);                 \
	}
OPENAT(openat)
OPENAT(openat64)

/* What _FORTIFY_SOURCE makes of open() without a mode. */
PL_EXPORT int __open_2(const char *path, int flags);
PL_EXPORT int __open64_2(const char *path, int flags);
PL_EXPORT int __openat_2(int dir, const char *path, int flags);
PL_EXPORT int __openat64_2(int dir, const char *path, int flags);

int
__open_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int dir, const char *path, int flags)
{
	return open_file(dir, path, flags, 0);
}

int
__openat64_2(int dir, const char *path, int flags)
{
	return open_file(dir, path, flags, 0);
}

PL_EXPORT int
creat(const char *path, mode_t mode)
{
	return open_file(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

PL_EXPORT int
mkdirat(int dir, const char *path, mode_t mode)
{
	struct place place;
	struct stat st;
	int rc;

	pl_lock();
	place = place_of(dir, path);
	rc = (int)syscall(SYS_mkdirat, dir, path, mode);
	if (rc == 0 && place.watched &&
	    fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		tell_made(PL_MKDIR, place, &st);
	pl_unlock();
	return rc;
}

PL_EXPORT int
mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

PL_EXPORT int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
    unsigned flags)
{
	struct pl_record record = { .kind = PL_RENAME };
	struct place old, new;
	int rc;

	pl_lock();
	old = place_of(from_dir, from);
	new = place_of(to_dir, to);
	rc = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
	if (rc == 0 && (old.watched || new.watched)) {
		if ((flags & RENAME_EXCHANGE) != 0)
			record.kind = PL_EXCHANGE;
		record.object = old.dir;
		record.other = new.dir;
		pl_emit(record, old.name, new.name, NULL, 0);
	}
	pl_unlock();
	return rc;
}

PL_EXPORT int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return renameat2(from_dir, from, to_dir, to, 0);
}

PL_EXPORT int
rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

PL_EXPORT int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	struct place place;
	struct stat st;
	int rc;

	pl_lock();
	place = place_of(to_dir, to);
	rc = (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
	if (rc == 0 && place.watched &&
	    fstatat(to_dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		tell_made(PL_LINK, place, &st);
	pl_unlock();
	return rc;
}

PL_EXPORT int
link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

PL_EXPORT int
symlinkat(const char *target, int dir, const char *path)
{
	struct place place;
	int rc;

	pl_lock();
	place = place_of(dir, path);
	rc = (int)syscall(SYS_symlinkat, target, dir, path);
	if (rc == 0 && place.watched)
		pl_emit((struct pl_record){ .kind = PL_UNSEEN,
			    .object = place.dir },
		    "symlinkat", NULL, NULL, 0);
	pl_unlock();
	return rc;
}

PL_EXPORT int
unlinkat(int dir, const char *path, int flags)
{
	struct place place;
	int rc;

	pl_lock();
	place = place_of(dir, path);
	rc = (int)syscall(SYS_unlinkat, dir, path, flags);
	if (rc == 0 && place.watched)
		pl_emit((struct pl_record){ .kind = PL_UNLINK,
			    .object = place.dir },
		    place.name, NULL, NULL, 0);
	pl_unlock();
	return rc;
}

PL_EXPORT int
unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

PL_EXPORT int
rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}
