/* SPDX-License-Identifier: Apache-2.0 */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ELSEWHERE "/var/tmp" /* larger than /tmp, which may be memory */

static enum ca_code
fail_errno(struct ca_error *err)
{
	return ca_fail(err, CA_ERR_FILE, "a temporary file: %s",
	    strerror(errno));
}

enum ca_code
ca_spool_open(const char *dir, struct ca_spool *ret, struct ca_error *err)
{
	const char *const places[] = { dir, ELSEWHERE };
	int fd = -1;

	for (size_t i = 0; i < 2 && fd < 0; i++)
		fd = open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = memfd_create("coldca", MFD_CLOEXEC);
	if (fd < 0)
		return fail_errno(err);
	*ret = (struct ca_spool){ .fd = fd };
	return CA_OK;
}

enum ca_code
ca_spool_put(const struct ca_spool *spool, size_t offset, const void *data,
    size_t len, struct ca_error *err)
{
	const uint8_t *at = data;
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(spool->fd, at + done, len - done,
		    (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail_errno(err);
		done += (size_t)n;
	}
	return CA_OK;
}

enum ca_code
ca_spool_write(struct ca_spool *spool, size_t offset, const void *data,
    size_t len, struct ca_error *err)
{
	enum ca_code rc = ca_spool_put(spool, offset, data, len, err);

	if (rc == CA_OK && offset + len > spool->len)
		spool->len = offset + len;
	return rc;
}

enum ca_code
ca_spool_read(const struct ca_spool *spool, size_t offset, size_t len,
    struct ca_bytes *ret, struct ca_error *err)
{
	size_t done = 0;
	enum ca_code rc = CA_OK;
	uint8_t *data;

	if (len == 0)
		return CA_OK;
	/* In its place: what is read may be the most that the process has. */
	data = realloc(ret->data, ret->len + len);
	if (data == NULL)
		return ca_fail_memory(err);
	ret->data = data;
	data += ret->len;
	while (done < len && rc == CA_OK) {
		ssize_t n = pread(spool->fd, data + done, len - done,
		    (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			rc = fail_errno(err);
		else
			done += (size_t)n;
	}
	if (rc == CA_OK)
		ret->len += len;
	return rc;
}

static void
unmap(struct ca_spool *spool)
{
	if (spool->data != NULL)
		(void)munmap(spool->data, spool->mapped);
	spool->data = NULL;
}

enum ca_code
ca_spool_map(struct ca_spool *spool, struct ca_error *err)
{
	void *data;

	unmap(spool);
	data = mmap(NULL, spool->len, PROT_READ, MAP_SHARED, spool->fd, 0);
	if (data == MAP_FAILED)
		return fail_errno(err);
	(void)madvise(data, spool->len, MADV_SEQUENTIAL);
	spool->data = data;
	spool->mapped = spool->len;
	return CA_OK;
}

void
ca_spool_close(struct ca_spool *spool)
{
	unmap(spool);
	if (spool->fd >= 0)
		(void)close(spool->fd);
	*spool = (struct ca_spool)CA_SPOOL_NONE;
}
