/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/secret.h"
#include "base/text.h"

#define READ_SIZE ((size_t)64 * 1024)

/* Has the name of the directory FD on disk, which its parent holds. */
static int
sync_parent(int fd)
{
	int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = parent < 0 ? -1 : fsync(parent), saved = errno;

	if (parent >= 0)
		(void)close(parent);
	errno = saved;
	return rc;
}

enum ca_code
ca_dir_open(const char *path, mode_t mode, int *ret_fd, struct ca_error *err)
{
	bool made = mode != 0 && mkdir(path, mode) == 0;
	int fd;

	if (mode != 0 && !made && errno != EEXIST)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	if (made && sync_parent(fd) < 0) {
		(void)ca_fail(err, CA_ERR_FILE, "%s/..: %s", path,
		    strerror(errno));
		(void)close(fd);
		return CA_ERR_FILE;
	}
	*ret_fd = fd;
	return CA_OK;
}

enum ca_code
ca_dir_open_at(int dir, const char *name, int *ret_fd, struct ca_error *err)
{
	int fd =
	    openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", name,
		    strerror(errno));
	*ret_fd = fd;
	return CA_OK;
}

/*
 * Opens a regular file, and nothing that only looks like one, for reading;
 * LINKS is O_NOFOLLOW or 0.
 */
static enum ca_code
open_regular(int dir, const char *name, const char *path, int links,
    struct stat *st, int *ret_fd, struct ca_error *err)
{
	/* O_NONBLOCK: a FIFO must not keep us waiting for its writer. */
	int fd = openat(dir, name,
	    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | links);

	if (fd < 0 && errno == ELOOP)
		return ca_fail(err, CA_ERR_FILE,
		    "%s: is a symbolic link, which is not followed", path);
	if (fd < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		(void)close(fd);
		return ca_fail(err, CA_ERR_FILE, "%s: not a regular file",
		    path);
	}
	*ret_fd = fd;
	return CA_OK;
}

enum ca_code
ca_file_open_at(int dir, const char *name, const char *path, int *ret_fd,
    off_t *ret_size, mode_t *ret_mode, struct ca_error *err)
{
	struct stat st = { .st_size = 0 };
	enum ca_code rc;

	rc = open_regular(dir, name, path, O_NOFOLLOW, &st, ret_fd, err);
	if (rc != CA_OK)
		return rc;
	*ret_size = st.st_size;
	*ret_mode = st.st_mode & 07777;
	return CA_OK;
}

/*
 * Reads up to MAX + 1 bytes, so that a file that grew is noticed. SIZE is what
 * it had: one byte more is asked for at once, and less is its end.
 */
static enum ca_code
read_all(int fd, const char *path, size_t size, size_t max,
    struct ca_bytes *bytes, struct ca_error *err)
{
	size_t room = size > 0 && size < READ_SIZE ? size + 1 : READ_SIZE;
	size_t used = 0;
	uint8_t *buf = malloc(room);
	enum ca_code rc = CA_OK;
	ssize_t n;

	if (buf == NULL)
		return ca_fail_memory(err);
	while (rc == CA_OK && bytes->len <= max &&
	    (n = read(fd, buf, room)) != 0) {
		if (n > 0 && (size_t)n > used)
			used = (size_t)n;
		if (n > 0)
			rc = ca_bytes_append(bytes, buf, (size_t)n, err);
		else if (errno != EINTR)
			rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path,
			    strerror(errno));
		/* Of a regular file: an end is no interruption. */
		if (rc == CA_OK && bytes->len == size && (size_t)n < room)
			break;
	}
	if (rc == CA_OK && bytes->len > max)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    path, max);
	/* It may have been a host's key. */
	ca_wipe(buf, used);
	free(buf);
	return rc;
}

static enum ca_code
read_at(int dir, const char *name, const char *path, int links, size_t max,
    struct ca_bytes *ret, struct stat *ret_st, struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	struct stat st = { .st_size = 0 };
	int fd = -1;
	enum ca_code rc;

	rc = open_regular(dir, name, path, links, &st, &fd, err);
	if (rc != CA_OK)
		goto out;
	if (st.st_size > 0 && (uintmax_t)st.st_size > max) {
		rc = ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    path, max);
		goto out;
	}
	rc = read_all(fd, path, (size_t)st.st_size, max, &bytes, err);
	if (rc != CA_OK)
		goto out;
	*ret = bytes;
	bytes = (struct ca_bytes){ 0 };
	*ret_st = st;
out:
	if (fd >= 0)
		(void)close(fd);
	ca_bytes_free(&bytes);
	return rc;
}

enum ca_code
ca_file_read_at(int dir, const char *name, const char *path, size_t max,
    struct ca_bytes *ret, mode_t *ret_mode, struct ca_error *err)
{
	struct stat st;
	enum ca_code rc;

	rc = read_at(dir, name, path, O_NOFOLLOW, max, ret, &st, err);
	if (rc == CA_OK && ret_mode != NULL)
		*ret_mode = st.st_mode & 07777;
	return rc;
}

enum ca_code
ca_file_read_followed_at(int dir, const char *name, const char *path,
    size_t max, struct ca_bytes *ret, struct ca_error *err)
{
	struct stat st;

	return read_at(dir, name, path, 0, max, ret, &st, err);
}

enum ca_code
ca_file_read_sole_at(int dir, const char *name, const char *path, size_t max,
    struct ca_bytes *ret, struct ca_error *err)
{
	struct ca_bytes bytes = { 0 };
	struct stat st = { 0 };
	enum ca_code rc;

	rc = read_at(dir, name, path, O_NOFOLLOW, max, &bytes, &st, err);
	if (rc != CA_OK)
		return rc;
	if (st.st_nlink != 1) {
		ca_wipe(bytes.data, bytes.len);
		ca_bytes_free(&bytes);
		return ca_fail(err, CA_ERR_FILE,
		    "%s: has another name as well (a hard link)", path);
	}
	*ret = bytes;
	return CA_OK;
}

enum ca_code
ca_file_read(const char *path, size_t max, struct ca_bytes *ret,
    struct ca_error *err)
{
	return ca_file_read_at(AT_FDCWD, path, path, max, ret, NULL, err);
}

enum ca_code
ca_path_join(const char *dir, const char *name, char **ret_path,
    struct ca_error *err)
{
	return ca_text_format(ret_path, err, "%s/%s", dir, name);
}

enum ca_code
ca_file_sha256(const char *path, uint8_t ret_digest[32], struct ca_error *err)
{
	uint8_t *buf = malloc(READ_SIZE);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum ca_code rc = CA_OK;
	ssize_t n = -1;

	if (fd < 0) {
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (buf == NULL || ctx == NULL ||
	    EVP_DigestInit_ex(ctx, ca_sha256(), NULL) != 1) {
		rc = ca_fail_memory(err);
		goto out;
	}
	while ((n = read(fd, buf, READ_SIZE)) > 0)
		(void)EVP_DigestUpdate(ctx, buf, (size_t)n);
	if (n < 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
	else if (EVP_DigestFinal_ex(ctx, ret_digest, NULL) != 1)
		rc = ca_fail_memory(err);
out:
	if (fd >= 0)
		(void)close(fd);
	EVP_MD_CTX_free(ctx);
	free(buf);
	return rc;
}
