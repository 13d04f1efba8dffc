/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of libc that change what is in files, and those that have it on disk,
 * and the recorder before them. sync_file_range() is not among them: it
 * promises nothing (see its manual page), and so it is no barrier.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "powerloss/record.h"

#define HERE ((off_t)-1) /* where the descriptor stands */

/* LEN octets were written at OFFSET, or HERE up to where it stands now. */
static void
wrote(int fd, const void *data, ssize_t len, off_t offset)
{
	struct pl_record record = { .kind = PL_WRITE };
	int saved = errno;
	struct stat st;

	if (len <= 0 || !pl_records())
		return;
	if (fd == STDOUT_FILENO || fd == STDERR_FILENO) {
		record.kind = PL_OUTPUT;
		record.number = (uint64_t)fd;
	} else if (!pl_watches_fd(fd, &st) || !S_ISREG(st.st_mode)) {
		return;
	} else {
		if (offset == HERE)
			offset = lseek(fd, 0, SEEK_CUR) - len;
		record.object = st.st_ino;
		record.number = (uint64_t)offset;
	}
	pl_emit(record, NULL, NULL, data, (size_t)len);
	errno = saved;
}

PL_EXPORT ssize_t
write(int fd, const void *data, size_t len)
{
	ssize_t done;

	pl_lock();
	done = syscall(SYS_write, fd, data, len);
	wrote(fd, data, done, HERE);
	pl_unlock();
	return done;
}

#define PWRITE(function)                                                 \
	PL_EXPORT ssize_t function(int fd, const void *data, size_t len, \
	    off_t offset)                                                \
	{                                                                \
		ssize_t done;                                            \
                                                                         \
		pl_lock();                                               \
		done = syscall(SYS_pwrite64, fd, data, len, offset);     \
		wrote(fd, data, done, offset);                           \
		pl_unlock();                                             \
		return done;                                             \
	}
PWRITE(pwrite)
PWRITE(pwrite64)

/* The octets of PARTS that were written, one part after the other. */
static void
wrote_parts(int fd, const struct iovec *parts, int count, ssize_t done,
    off_t offset)
{
	uint8_t *all = done <= 0 ? NULL : malloc((size_t)done);
	size_t at = 0;

	if (done > 0 && all == NULL)
		abort();
	for (int i = 0; i < count && done > 0 && at < (size_t)done; i++) {
		size_t len = parts[i].iov_len;

		if (len > (size_t)done - at)
			len = (size_t)done - at;
		memcpy(all + at, parts[i].iov_base, len);
		at += len;
	}
	wrote(fd, all, done, offset);
	free(all);
}

PL_EXPORT ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	ssize_t done;

	pl_lock();
	done = syscall(SYS_writev, fd, parts, count);
	wrote_parts(fd, parts, count, done, HERE);
	pl_unlock();
	return done;
}

#define PWRITEV(function)                                                  \
	PL_EXPORT ssize_t function(int fd, const struct iovec *parts,      \
	    int count, off_t offset)                                       \
	{                                                                  \
		ssize_t done;                                              \
                                                                           \
		pl_lock();                                                 \
		done = syscall(SYS_pwritev, fd, parts, count, offset, 0L); \
		wrote_parts(fd, parts, count, done, offset);               \
		pl_unlock();                                               \
		return done;                                               \
	}
PWRITEV(pwritev)
PWRITEV(pwritev64)

/* The file FD was changed by FUNCTION, which nobody can replay. */
static void
unseen(int fd, const char *function)
{
	struct stat st;

	if (pl_watches_fd(fd, &st) && S_ISREG(st.st_mode))
		pl_emit((struct pl_record){ .kind = PL_UNSEEN,
			    .object = st.st_ino },
		    function, NULL, NULL, 0);
}

static int
set_length(int fd, off_t len)
{
	struct stat st;
	int rc;

	pl_lock();
	rc = (int)syscall(SYS_ftruncate, fd, len);
	if (rc == 0 && pl_watches_fd(fd, &st))
		pl_tell(PL_TRUNCATE, st.st_ino, (uint64_t)len);
	pl_unlock();
	return rc;
}

PL_EXPORT int
ftruncate(int fd, off_t len)
{
	return set_length(fd, len);
}

PL_EXPORT int
ftruncate64(int fd, off_t len)
{
	return set_length(fd, len);
}

static int
allocate(int fd, int mode, off_t offset, off_t len)
{
	struct stat before, after;
	bool watched;
	int rc;

	pl_lock();
	watched = pl_watches_fd(fd, &before);
	rc = (int)syscall(SYS_fallocate, fd, mode, offset, len);
	if (rc == 0 && watched && (mode & ~FALLOC_FL_KEEP_SIZE) != 0)
		unseen(fd, "fallocate");
	else if (rc == 0 && watched && pl_watches_fd(fd, &after) &&
	    before.st_size != after.st_size)
		pl_tell(PL_TRUNCATE, after.st_ino, (uint64_t)after.st_size);
	pl_unlock();
	return rc;
}

PL_EXPORT int
fallocate(int fd, int mode, off_t offset, off_t len)
{
	return allocate(fd, mode, offset, len);
}

PL_EXPORT int
fallocate64(int fd, int mode, off_t offset, off_t len)
{
	return allocate(fd, mode, offset, len);
}

PL_EXPORT int
posix_fallocate(int fd, off_t offset, off_t len)
{
	int saved = errno, rc = allocate(fd, 0, offset, len) == 0 ? 0 : errno;

	errno = saved;
	return rc;
}

static int
change_mode(int fd, mode_t mode)
{
	struct stat st;
	int rc;

	pl_lock();
	rc = (int)syscall(SYS_fchmod, fd, mode);
	if (rc == 0 && pl_watches_fd(fd, &st))
		pl_tell(PL_CHMOD, st.st_ino, st.st_mode & 07777);
	pl_unlock();
	return rc;
}

PL_EXPORT int
fchmod(int fd, mode_t mode)
{
	return change_mode(fd, mode);
}

PL_EXPORT int
fchmodat(int dir, const char *path, mode_t mode, int flags)
{
	struct stat st;
	int rc = -1;

	if (flags != 0) {
		errno = ENOTSUP;
		return rc;
	}
	pl_lock();
	rc = (int)syscall(SYS_fchmodat, dir, path, mode);
	if (rc == 0 && fstatat(dir, path, &st, 0) == 0 && pl_watches(&st))
		pl_tell(PL_CHMOD, st.st_ino, st.st_mode & 07777);
	pl_unlock();
	return rc;
}

PL_EXPORT int
chmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, 0);
}

static int
barrier(long call, enum pl_kind kind, int fd)
{
	struct stat st;
	int rc;

	pl_lock();
	rc = (int)syscall(call, fd);
	if (rc == 0 && pl_watches_fd(fd, &st))
		pl_tell(kind, st.st_ino, 0);
	pl_unlock();
	return rc;
}

PL_EXPORT int
fsync(int fd)
{
	return barrier(SYS_fsync, PL_SYNC, fd);
}

PL_EXPORT int
fdatasync(int fd)
{
	return barrier(SYS_fdatasync, PL_DATASYNC, fd);
}

PL_EXPORT int
syncfs(int fd)
{
	return barrier(SYS_syncfs, PL_SYNC_ALL, fd);
}

PL_EXPORT void
sync(void)
{
	pl_lock();
	(void)syscall(SYS_sync);
	if (pl_records())
		pl_tell(PL_SYNC_ALL, 0, 0);
	pl_unlock();
}

/* A mapping that can be written changes a file without a call. */
static void *
map(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	long mapped = syscall(SYS_mmap, at, len, protection, flags, fd, offset);
	void *ret;

	if (mapped != -1 && fd >= 0 && (flags & MAP_SHARED) != 0 &&
	    (protection & PROT_WRITE) != 0) {
		pl_lock();
		unseen(fd, "mmap");
		pl_unlock();
	}
	memcpy(&ret, &mapped, sizeof(ret));
	return ret;
}

PL_EXPORT void *
mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return map(at, len, protection, flags, fd, offset);
}

PL_EXPORT void *
mmap64(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return map(at, len, protection, flags, fd, offset);
}

PL_EXPORT ssize_t
copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset,
    size_t len, unsigned flags)
{
	ssize_t done;

	pl_lock();
	done = syscall(SYS_copy_file_range, from, from_offset, to, to_offset,
	    len, flags);
	if (done > 0)
		unseen(to, "copy_file_range");
	pl_unlock();
	return done;
}

PL_EXPORT ssize_t
sendfile(int to, int from, off_t *offset, size_t len)
{
	ssize_t done;

	pl_lock();
	done = syscall(SYS_sendfile, to, from, offset, len);
	if (done > 0)
		unseen(to, "sendfile");
	pl_unlock();
	return done;
}
