/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files on a medium that will be pulled out, and that may be FAT, which has no
 * modes to insist on: what counts is what the medium gives back.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

int
ca_file_write_through_at(int dir, const char *name,
    const struct ca_bytes *content)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	int rc, saved;

	if (fd < 0)
		return -1;
	rc = ca_fd_write(fd, content->data, content->len);
	if (rc == 0)
		rc = fsync(fd);
	saved = errno;
	if (close(fd) < 0)
		return -1;
	errno = saved;
	return rc;
}

void
ca_file_uncache_at(int dir, const char *name)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)close(fd);
}
