/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of one file, for where no hard link can be made. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define CHUNK ((size_t)1024 * 1024) /* bytes in one call */

/* Within the kernel: it may be a key, which then is never in our memory. */
static int
copy_content(int from, int to)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, CHUNK);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
	}
}

static int
copy_regular(int from, int to, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	struct stat own;

	if (fstat(to, &own) < 0 || copy_content(from, to) < 0)
		return -1;
	if ((st->st_uid != own.st_uid || st->st_gid != own.st_gid) &&
	    fchown(to, st->st_uid, st->st_gid) < 0)
		return -1;
	return fchmod(to, st->st_mode & 07777) < 0 || futimens(to, times) < 0 ||
		fsync(to) < 0
	    ? -1
	    : 0;
}

static int
copy_link(int from, int to, const char *name)
{
	char target[CA_PATH_MAX];
	ssize_t len = readlinkat(from, name, target, sizeof(target));

	if (len < 0)
		return -1;
	if ((size_t)len == sizeof(target)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	target[len] = '\0';
	return symlinkat(target, to, name);
}

static int
copy(int from, int to, const char *name)
{
	struct stat st;
	int in = -1, out = -1, rc = -1, saved;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return copy_link(from, to, name);
	in = openat(from, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (in < 0)
		return -1;
	if (fstat(in, &st) < 0)
		goto out;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		goto out;
	}
	out = openat(to, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out >= 0)
		rc = copy_regular(in, out, &st);
out:
	saved = errno;
	(void)close(in);
	if (out >= 0)
		(void)close(out);
	errno = saved;
	return rc;
}

enum ca_code
ca_file_copy_at(int from, int to, const char *name, const char *path,
    struct ca_error *err)
{
	if (copy(from, to, name) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: can not be carried over: %s",
	    path, name, strerror(errno));
	if (errno == EPERM || errno == EACCES)
		ca_hint(err,
		    "it belongs to somebody else: run as root, or as its owner");
	return err->code;
}
