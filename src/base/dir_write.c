/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories that appear whole or not at all: written under a hidden name, had
 * on disk, renamed, and the directory that they are in fsynced.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_hidden.h"

/* Removes the directory NAME of plain files, as far as it can. */
static void
remove_dir(int parent, const char *name)
{
	struct ca_error err;
	struct dirent *entry;
	DIR *dir;
	int fd = -1;

	if (ca_dir_open_at(parent, name, &fd, &err) != CA_OK)
		return;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	(void)closedir(dir);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

enum ca_code
ca_dir_hide_at(int dir, const char *path, const char *meant,
    const struct ca_file_new *files, size_t count, bool sync,
    struct ca_dir_hidden *ret, struct ca_error *err)
{
	struct ca_dir_hidden hidden = { "" };
	bool made = false;
	int fd = -1;
	enum ca_code rc;

	rc = ca_file_hidden_name(hidden.name, err);
	if (rc != CA_OK)
		return rc;
	if (mkdirat(dir, hidden.name, 0700) < 0)
		return ca_file_fail(err, path, meant);
	made = true;
	rc = ca_dir_open_at(dir, hidden.name, &fd, err);
	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = ca_file_write_hidden(fd, files[i].name, &files[i], NULL,
		    sync, meant, err);
	if (rc == CA_OK && (fchmod(fd, 0755) < 0 || (sync && fsync(fd) < 0)))
		rc = ca_file_fail(err, path, meant);
	if (rc == CA_OK) {
		*ret = hidden;
		made = false;
	}
	if (fd >= 0)
		(void)close(fd);
	if (made)
		remove_dir(dir, hidden.name);
	return rc;
}

enum ca_code
ca_dir_sync_all(int dir, const char *path, struct ca_error *err)
{
	return syncfs(dir) == 0 ? CA_OK : ca_file_fail(err, path, ".");
}

enum ca_code
ca_dir_reveal_at(int dir, const char *path, struct ca_dir_hidden *hidden,
    const char *name, bool overwrite, struct ca_error *err)
{
	if (renameat2(dir, hidden->name, dir, name, RENAME_NOREPLACE) == 0) {
		hidden->name[0] = '\0';
		return CA_OK;
	}
	if (errno != EEXIST || !overwrite)
		return ca_file_fail(err, path, name);
	if (renameat2(dir, hidden->name, dir, name, RENAME_EXCHANGE) < 0)
		return ca_file_fail(err, path, name);
	return CA_OK;
}

void
ca_dir_drop_at(int dir, struct ca_dir_hidden *hidden)
{
	if (hidden->name[0] != '\0')
		remove_dir(dir, hidden->name);
	hidden->name[0] = '\0';
}

enum ca_code
ca_dir_sync(int dir, const char *path, struct ca_error *err)
{
	return fsync(dir) == 0 ? CA_OK : ca_file_fail(err, path, ".");
}

enum ca_code
ca_dir_write_at(int dir, const char *path, const char *name,
    const struct ca_file_new *files, size_t count, bool overwrite,
    struct ca_error *err)
{
	struct ca_dir_hidden hidden = { "" };
	enum ca_code rc;

	rc = ca_dir_hide_at(dir, path, name, files, count, true, &hidden, err);
	if (rc == CA_OK)
		rc = ca_dir_reveal_at(dir, path, &hidden, name, overwrite, err);
	/* Where that fails nobody knows which of two is on disk: both stay. */
	if (rc == CA_OK && ca_dir_sync(dir, path, err) != CA_OK)
		return err->code;
	ca_dir_drop_at(dir, &hidden);
	return rc;
}
