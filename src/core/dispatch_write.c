/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stick may be pulled at any moment, and may be FAT: what is written gets its
 * name once it is complete, modes are not insisted on, and what counts is what the
 * medium gives back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_hidden.h"
#include "base/text.h"
#include "base/tree.h"
#include "core/dispatch_internal.h"

static enum ca_code
fail_gone(const char *path, const char *name, struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_FILE, "dispatch-gone", "%s/%s: %s", path,
	    name, strerror(errno));
	ca_hint(err,
	    "was the stick pulled? What has its name on it is complete; put it in again and run this once more");
	return CA_ERR_FILE;
}

/* The name of FILE in its folder. */
static const char *
last_part(const struct ca_stick_file *file)
{
	size_t folder = ca_dispatch_folder(file->path);

	return folder > 0 ? file->path + folder + 1 : file->path;
}

static enum ca_code
write_file(int dir, const char *path, const char *name,
    const struct ca_bytes *content, struct ca_error *err)
{
	return ca_file_write_through_at(dir, name, content) == 0
	    ? CA_OK
	    : fail_gone(path, name, err);
}

/* Whether DIR has under NAME exactly CONTENT, by the medium itself. */
static enum ca_code
compare(int dir, const char *path, const char *name,
    const struct ca_bytes *content, struct ca_error *err)
{
	struct ca_bytes there = { 0 };
	struct ca_error why;
	bool same;

	ca_file_uncache_at(dir, name);
	if (ca_file_read_at(dir, name, name, content->len, &there, NULL,
		&why) != CA_OK)
		return ca_fail_rule(err, CA_ERR_FILE, "dispatch-differs",
		    "%s/%s: %s", path, name, why.message);
	same = ca_bytes_equal(&there, content);
	ca_bytes_free(&there);
	if (same)
		return CA_OK;
	(void)ca_fail_rule(err, CA_ERR_FILE, "dispatch-differs",
	    "%s/%s: is not what was written, or something else was there", path,
	    name);
	ca_hint(err,
	    "move it off the stick; if it comes again, use another stick");
	return CA_ERR_FILE;
}

static enum ca_code
count_name(void *context, const char *name, struct ca_error *err)
{
	size_t *count = context;

	(void)name;
	(void)err;
	(*count)++;
	return CA_OK;
}

/* The folder NAME holds these files and no other. */
static enum ca_code
compare_folder(int stick, const char *path, const char *name,
    const struct ca_stick_file *files, size_t count, struct ca_error *err)
{
	struct ca_error why;
	size_t there = 0;
	int fd = -1;
	enum ca_code rc = CA_OK;

	if (ca_dir_open_at(stick, name, &fd, &why) != CA_OK ||
	    ca_dir_each(fd, name, count_name, &there, &why) != CA_OK)
		rc = ca_fail_rule(err, CA_ERR_FILE, "dispatch-differs",
		    "%s/%s: %s", path, name, why.message);
	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = compare(fd, path, last_part(&files[i]), &files[i].content,
		    err);
	if (rc == CA_OK && there != count) {
		rc = ca_fail_rule(err, CA_ERR_FILE, "dispatch-differs",
		    "%s/%s: holds something else besides", path, name);
		ca_hint(err, "move it off the stick");
	}
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static enum ca_code
fill_folder(int stick, const char *path, const char *hidden,
    const struct ca_stick_file *files, size_t count, struct ca_error *err)
{
	struct ca_error why;
	int fd = -1;
	enum ca_code rc = CA_OK;

	if (mkdirat(stick, hidden, 0755) < 0)
		return fail_gone(path, hidden, err);
	if (ca_dir_open_at(stick, hidden, &fd, &why) != CA_OK)
		return fail_gone(path, hidden, err);
	for (size_t i = 0; rc == CA_OK && i < count; i++)
		rc = write_file(fd, path, last_part(&files[i]),
		    &files[i].content, err);
	if (rc == CA_OK && fsync(fd) < 0)
		rc = fail_gone(path, hidden, err);
	(void)close(fd);
	return rc;
}

/* Writes under a hidden name, and gives it NAME. */
static enum ca_code
write_new(int stick, const char *path, const char *name, bool folder,
    const struct ca_stick_file *files, size_t count, struct ca_error *err)
{
	char hidden[CA_HIDDEN_NAME_SIZE];
	struct ca_error ignored;
	enum ca_code rc = ca_file_hidden_name(hidden, err);

	if (rc != CA_OK)
		return rc;
	rc = folder ? fill_folder(stick, path, hidden, files, count, err)
		    : write_file(stick, path, hidden, &files[0].content, err);
	if (rc == CA_OK &&
	    (renameat2(stick, hidden, stick, name, RENAME_NOREPLACE) < 0 ||
		fsync(stick) < 0))
		rc = fail_gone(path, name, err);
	if (rc != CA_OK)
		(void)!ca_tree_remove(stick, hidden, hidden, &ignored);
	return rc;
}

enum ca_code
ca_dispatch_write(int stick, const char *path,
    const struct ca_stick_file *files, size_t count,
    struct ca_dispatched_item *ret, struct ca_error *err)
{
	size_t len = ca_dispatch_folder(files[0].path);
	bool folder = len > 0;
	struct ca_dispatched_item item = { .files = count };
	struct stat st;
	enum ca_code rc;

	rc = ca_text_format(&item.name, err, "%.*s",
	    folder ? (int)len : (int)strlen(files[0].path), files[0].path);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		item.bytes += files[i].content.len;
	item.there = fstatat(stick, item.name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!item.there)
		rc = write_new(stick, path, item.name, folder, files, count,
		    err);
	if (rc == CA_OK)
		rc = folder
		    ? compare_folder(stick, path, item.name, files, count, err)
		    : compare(stick, path, item.name, &files[0].content, err);
	if (rc == CA_OK)
		*ret = item;
	else
		free(item.name);
	return rc;
}
