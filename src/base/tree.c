/* SPDX-License-Identifier: Apache-2.0 */
/* Directories with what is below them: read, removed. */
#include "base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "coldca/bytes.h"

/* Where a removal is. */
struct removal {
	int dir;
	const char *path;
	unsigned depth;
};

/* Names of a directory, each with its NUL, read before anything is done. */
struct names {
	struct ca_bytes text;
	size_t count;
};

static enum ca_code
read_names(DIR *stream, const char *path, struct names *names,
    struct ca_error *err)
{
	struct dirent *entry;
	enum ca_code rc = CA_OK;

	/* readdir() says that it failed by errno alone. */
	while (rc == CA_OK && (errno = 0, entry = readdir(stream)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (names->count++ == CA_TREE_ENTRIES_MAX)
			rc = ca_fail_rule(err, CA_ERR_FILE, CA_TREE_COUNT_RULE,
			    "%s: more than %d files", path,
			    CA_TREE_ENTRIES_MAX);
		else
			rc = ca_bytes_append(&names->text, entry->d_name,
			    strlen(entry->d_name) + 1, err);
	}
	if (rc == CA_OK && errno != 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
	return rc;
}

enum ca_code
ca_dir_each(int dir, const char *path,
    enum ca_code (*each)(void *context, const char *name, struct ca_error *err),
    void *context, struct ca_error *err)
{
	struct names names = { .count = 0 };
	DIR *stream = NULL;
	int fd = -1;
	enum ca_code rc;

	/* Not dup(): the copy would share the place that reading has come to. */
	rc = ca_dir_open_at(dir, ".", &fd, err);
	if (rc != CA_OK)
		return ca_fail(err, CA_ERR_FILE, "%s: can not be read", path);
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return ca_fail_memory(err);
	}
	rc = read_names(stream, path, &names, err);
	(void)closedir(stream);
	for (size_t at = 0; rc == CA_OK && at < names.text.len;) {
		const char *name = (const char *)names.text.data + at;

		at += strlen(name) + 1;
		rc = each(context, name, err);
	}
	ca_bytes_free(&names.text);
	return rc;
}

/* A directory's own entries, and it can be removed. */
static enum ca_code
remove_entry(void *context, const char *name, struct ca_error *err)
{
	const struct removal *here = context;
	struct removal below = { .dir = -1, .depth = here->depth + 1 };
	char *path = NULL;
	int fd = -1, failed;
	enum ca_code rc;

	if (unlinkat(here->dir, name, 0) == 0 || errno == ENOENT)
		return CA_OK;
	failed = errno;
	rc = ca_path_join(here->path, name, &path, err);
	if (rc != CA_OK)
		return rc;
	if (failed != EISDIR) {
		rc =
		    ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(failed));
		goto out;
	}
	if (below.depth > CA_TREE_DEPTH_MAX) {
		rc = ca_fail(err, CA_ERR_FILE,
		    "%s: more than %d directories deep", path,
		    CA_TREE_DEPTH_MAX);
		goto out;
	}
	rc = ca_dir_open_at(here->dir, name, &fd, err);
	if (rc != CA_OK)
		goto out;
	below.dir = fd;
	below.path = path;
	rc = ca_dir_each(fd, path, remove_entry, &below, err);
	if (rc == CA_OK && unlinkat(here->dir, name, AT_REMOVEDIR) < 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
out:
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return rc;
}

enum ca_code
ca_tree_remove(int parent, const char *name, const char *path,
    struct ca_error *err)
{
	struct removal here = { .dir = parent, .path = path };

	return remove_entry(&here, name, err);
}
