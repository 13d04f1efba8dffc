/* SPDX-License-Identifier: Apache-2.0 */
/* A directory beside another, with the same things in it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

#define XATTR_NAMES_MAX ((size_t)64 * 1024) /* XATTR_LIST_MAX of Linux */
#define XATTR_VALUE_MAX ((size_t)64 * 1024) /* XATTR_SIZE_MAX of Linux */

/* Where the walk is. */
struct walk {
	int from;
	int to;
	const char *path;  /* of FROM, for messages */
	const char *below; /* of FROM, below the tree's top; "" there */
	unsigned depth;
	bool (*skip)(const void *context, const char *below);
	const void *context;
};

static enum ca_code
fail_at(struct ca_error *err, const char *path, const char *name)
{
	int saved = errno;

	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: %s", path, name,
	    strerror(saved));
	if (saved == EXDEV)
		ca_hint(err,
		    "something is mounted there: a directory that is exchanged as a whole can not hold a mount point");
	return err->code;
}

/* Labels of the system, which it gives by itself and not everybody may set. */
static bool
may_fail(const char *name)
{
	return strncmp(name, "security.", 9) == 0 ||
	    strncmp(name, "trusted.", 8) == 0;
}

static enum ca_code
copy_xattr(int from, int to, const char *name, char *value, const char *path,
    struct ca_error *err)
{
	ssize_t len = fgetxattr(from, name, value, XATTR_VALUE_MAX);

	if (len >= 0 && fsetxattr(to, name, value, (size_t)len, 0) == 0)
		return CA_OK;
	if (may_fail(name))
		return CA_OK;
	return fail_at(err, path, name);
}

static enum ca_code
copy_xattrs(int from, int to, const char *path, struct ca_error *err)
{
	char *names = malloc(XATTR_NAMES_MAX), *value = malloc(XATTR_VALUE_MAX);
	enum ca_code rc = CA_OK;
	ssize_t len;

	if (names == NULL || value == NULL) {
		rc = ca_fail_memory(err);
		goto out;
	}
	len = flistxattr(from, names, XATTR_NAMES_MAX);
	if (len < 0 && errno != ENOTSUP)
		rc = fail_at(err, path, ".");
	for (ssize_t at = 0; rc == CA_OK && at < len;
	     at += (ssize_t)strlen(names + at) + 1)
		rc = copy_xattr(from, to, names + at, value, path, err);
out:
	free(names);
	free(value);
	return rc;
}

/* Owner before mode: a change of owner may clear bits of it. */
static enum ca_code
finish_dir(int from, int to, const char *path, struct ca_error *err)
{
	struct stat st, own;
	enum ca_code rc;

	if (fstat(from, &st) < 0 || fstat(to, &own) < 0)
		return fail_at(err, path, ".");
	if ((st.st_uid != own.st_uid || st.st_gid != own.st_gid) &&
	    fchown(to, st.st_uid, st.st_gid) < 0) {
		(void)fail_at(err, path, ".");
		ca_hint(err,
		    "its copy must have the same owner: run as that owner, or as root");
		return err->code;
	}
	rc = copy_xattrs(from, to, path, err);
	if (rc != CA_OK)
		return rc;
	if (fchmod(to, st.st_mode & 07777) < 0 || fsync(to) < 0)
		return fail_at(err, path, ".");
	return CA_OK;
}

static enum ca_code link_directory(const struct walk *here, const char *name,
    const char *below, struct ca_error *err);

static bool
is_directory(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode);
}

static enum ca_code
link_entry(void *context, const char *name, struct ca_error *err)
{
	const struct walk *here = context;
	char *below = NULL;
	int failed;
	enum ca_code rc;

	rc = ca_text_format(&below, err, "%s%s%s", here->below,
	    here->below[0] == '\0' ? "" : "/", name);
	if (rc != CA_OK)
		return rc;
	if (here->skip(here->context, below))
		goto out;
	/* Without AT_SYMLINK_FOLLOW a symbolic link is linked itself. */
	if (linkat(here->from, name, here->to, name, 0) == 0)
		goto out;
	failed = errno;
	if (is_directory(here->from, name)) {
		rc = link_directory(here, name, below, err);
	} else if (failed == EPERM || failed == EMLINK || failed == ENOTSUP) {
		rc = ca_file_copy_at(here->from, here->to, name, here->path,
		    err);
	} else {
		errno = failed;
		rc = fail_at(err, here->path, name);
	}
out:
	free(below);
	return rc;
}

static enum ca_code
link_directory(const struct walk *here, const char *name, const char *below,
    struct ca_error *err)
{
	struct walk inner = *here;
	char *path = NULL;
	enum ca_code rc;

	inner.from = inner.to = -1;
	inner.below = below;
	inner.depth++;
	rc = ca_path_join(here->path, name, &path, err);
	if (rc != CA_OK)
		return rc;
	inner.path = path;
	if (inner.depth > CA_TREE_DEPTH_MAX)
		rc = ca_fail(err, CA_ERR_FILE,
		    "%s: more than %d directories deep", path,
		    CA_TREE_DEPTH_MAX);
	else if (mkdirat(here->to, name, 0700) < 0)
		rc = fail_at(err, here->path, name);
	if (rc == CA_OK)
		rc = ca_dir_open_at(here->from, name, &inner.from, err);
	if (rc == CA_OK)
		rc = ca_dir_open_at(here->to, name, &inner.to, err);
	if (rc == CA_OK)
		rc = ca_dir_each(inner.from, path, link_entry, &inner, err);
	if (rc == CA_OK)
		rc = finish_dir(inner.from, inner.to, path, err);
	if (inner.from >= 0)
		(void)close(inner.from);
	if (inner.to >= 0)
		(void)close(inner.to);
	free(path);
	return rc;
}

enum ca_code
ca_tree_link(int from, int to, const char *path,
    bool (*skip)(const void *context, const char *below), const void *context,
    struct ca_error *err)
{
	struct walk top = { .from = from,
		.to = to,
		.path = path,
		.below = "",
		.skip = skip,
		.context = context };
	enum ca_code rc;

	rc = ca_dir_each(from, path, link_entry, &top, err);
	if (rc != CA_OK)
		return rc;
	return finish_dir(from, to, path, err);
}
