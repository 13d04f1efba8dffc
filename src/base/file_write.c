/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that appear whole or not at all: written under a hidden name, fsynced,
 * renamed, and the directory fsynced.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_hidden.h"
#include "base/text.h"

enum ca_code
ca_file_fail(struct ca_error *err, const char *path, const char *name)
{
	int saved = errno;

	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: %s", path, name,
	    strerror(saved));
	if (saved == EEXIST)
		ca_hint(err, "move it away, or overwrite it with --overwrite");
	return err->code;
}

enum ca_code
ca_file_hidden_name(char name[CA_HIDDEN_NAME_SIZE], struct ca_error *err)
{
	uint8_t random[CA_HIDDEN_RANDOM];
	char hex[2 * CA_HIDDEN_RANDOM + 1];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random numbers");
	ca_hex(random, sizeof(random), hex);
	(void)snprintf(name, CA_HIDDEN_NAME_SIZE, ".coldca-%s", hex);
	return CA_OK;
}

enum ca_code
ca_file_check_replaced(const struct stat *st, const char *path,
    const char *name, struct ca_error *err)
{
	if (S_ISREG(st->st_mode) || S_ISLNK(st->st_mode))
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: is %s, and is not replaced",
	    path, name,
	    S_ISDIR(st->st_mode) ? "a directory" : "not a regular file");
	ca_hint(err, "give the name of a file");
	return CA_ERR_FILE;
}

static int
give(int fd, const struct ca_file_owner *owner)
{
	return owner == NULL ? 0 : fchown(fd, owner->user, owner->group);
}

int
ca_fd_write(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, at + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

enum ca_code
ca_file_write_hidden(int dir, const char *name, const struct ca_file_new *file,
    const struct ca_file_fill *fill, bool sync, const char *path,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return ca_file_fail(err, path, file->name);
	if (file->content != NULL &&
	    ca_fd_write(fd, file->content->data, file->content->len) < 0)
		rc = ca_file_fail(err, path, file->name);
	else if (file->content == NULL && fill != NULL)
		rc = fill->fn(fill->arg, fd, err);
	if (rc != CA_OK)
		goto out;
	/* fchmod() and not the open mode: the umask must not have a say. */
	if (give(fd, file->owner) < 0 || fchmod(fd, file->mode) < 0 ||
	    (sync && fsync(fd) < 0))
		rc = ca_file_fail(err, path, file->name);
out:
	if (close(fd) < 0 && rc == CA_OK)
		rc = ca_file_fail(err, path, file->name);
	if (rc != CA_OK)
		(void)unlinkat(dir, name, 0);
	return rc;
}

static enum ca_code
check_free(int dir, const char *path, const struct ca_file_new *files,
    size_t count, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		struct stat st;

		if (fstatat(dir, files[i].name, &st, AT_SYMLINK_NOFOLLOW) ==
		    0) {
			if (files[i].overwrite) {
				rc = ca_file_check_replaced(&st, path,
				    files[i].name, err);
				continue;
			}
			errno = EEXIST;
		}
		if (errno != ENOENT)
			return ca_file_fail(err, path, files[i].name);
	}
	return rc;
}

/* Renames all; takes new names back when one fails. */
static enum ca_code
rename_all(int dir, const char *path, const struct ca_file_new *files,
    char (*names)[CA_HIDDEN_NAME_SIZE], size_t count, struct ca_error *err)
{
	for (size_t i = 0; i < count; i++) {
		unsigned flags = files[i].overwrite ? 0 : RENAME_NOREPLACE;

		if (renameat2(dir, names[i], dir, files[i].name, flags) == 0) {
			names[i][0] = '\0';
			continue;
		}
		(void)ca_file_fail(err, path, files[i].name);
		for (size_t k = 0; k < i; k++)
			if (!files[k].overwrite)
				(void)unlinkat(dir, files[k].name, 0);
		return err->code;
	}
	if (fsync(dir) < 0)
		return ca_file_fail(err, path, ".");
	return CA_OK;
}

enum ca_code
ca_files_write_at(int dir, const char *path, const struct ca_file_new *files,
    size_t count, struct ca_error *err)
{
	return ca_files_fill_at(dir, path, files, NULL, count, err);
}

enum ca_code
ca_files_fill_at(int dir, const char *path, const struct ca_file_new *files,
    const struct ca_file_fill *fills, size_t count, struct ca_error *err)
{
	char(*names)[CA_HIDDEN_NAME_SIZE] = calloc(count, sizeof(*names));
	enum ca_code rc;

	if (names == NULL)
		return ca_fail_memory(err);
	rc = check_free(dir, path, files, count, err);
	for (size_t i = 0; rc == CA_OK && i < count; i++) {
		rc = ca_file_hidden_name(names[i], err);
		if (rc == CA_OK)
			rc = ca_file_write_hidden(dir, names[i], &files[i],
			    fills != NULL ? &fills[i] : NULL, true, path, err);
		if (rc != CA_OK)
			names[i][0] = '\0';
	}
	if (rc == CA_OK)
		rc = rename_all(dir, path, files, names, count, err);
	for (size_t i = 0; i < count; i++)
		if (names[i][0] != '\0')
			(void)unlinkat(dir, names[i], 0);
	free(names);
	return rc;
}
