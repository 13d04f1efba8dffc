/* SPDX-License-Identifier: Apache-2.0 */
/* A medium of somebody else's: everything on it, within limits, and no link. */
#include "base/stick.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"

/* One walk, and the directory that it is in. */
struct walk {
	struct ca_stick *stick;
	const struct ca_stick_limits *limits;
	size_t names;
	size_t bytes;
	unsigned depth;
	int fd;
	const char *path;  /* for messages */
	const char *below; /* the same from the stick on; "" at its top */
};

static enum ca_code walk_dir(struct walk *walk, struct ca_error *err);

static enum ca_code
fail_gone(const char *path, const char *why, struct ca_error *err)
{
	(void)ca_fail_rule(err, CA_ERR_FILE, "stick-gone",
	    "%s: can not be read: %s", path, why);
	ca_hint(err,
	    "nothing was taken: put the stick in again, and run this once more");
	return CA_ERR_FILE;
}

/* Why ST can not be taken is FILE's problem. */
static bool
is_good(const struct stat *st, size_t max, struct ca_stick_file *file,
    const char *path)
{
	struct ca_error *problem = &file->problem;

	if (S_ISLNK(st->st_mode))
		(void)ca_fail_rule(problem, CA_ERR_POLICY, "stick-link",
		    "%s: is a symbolic link, which is not followed", path);
	else if (!S_ISREG(st->st_mode))
		(void)ca_fail_rule(problem, CA_ERR_POLICY, "stick-special",
		    "%s: is not a regular file", path);
	else if (st->st_nlink != 1)
		(void)ca_fail_rule(problem, CA_ERR_POLICY, "stick-hard-link",
		    "%s: has another name as well (a hard link)", path);
	else if (st->st_size > (off_t)max)
		(void)ca_fail_rule(problem, CA_ERR_POLICY, "stick-size",
		    "%s: larger than %zu bytes", path, max);
	return problem->code == CA_OK;
}

/* Adds a file at PATH, which is taken, to STICK. NULL: there is no memory. */
static struct ca_stick_file *
add_path(struct ca_stick *stick, char *path)
{
	struct ca_stick_file *item = reallocarray(stick->item, stick->count + 1,
	    sizeof(struct ca_stick_file));

	if (item == NULL) {
		free(path);
		return NULL;
	}
	stick->item = item;
	item[stick->count] = (struct ca_stick_file){ .path = path };
	return &stick->item[stick->count++];
}

static enum ca_code
add(struct walk *walk, const char *name, struct ca_stick_file **ret,
    struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc;

	rc = ca_text_format(&path, err, "%s%s%s", walk->below,
	    walk->below[0] != '\0' ? "/" : "", name);
	if (rc != CA_OK)
		return rc;
	*ret = add_path(walk->stick, path);
	return *ret != NULL ? CA_OK : ca_fail_memory(err);
}

static enum ca_code
take_file(struct walk *walk, const char *name, const char *path,
    const struct stat *st, struct ca_error *err)
{
	struct ca_stick_file *file = NULL;
	struct ca_error why;
	enum ca_code rc = add(walk, name, &file, err);

	if (rc != CA_OK || !is_good(st, walk->limits->file, file, path))
		return rc;
	rc = ca_file_read_sole_at(walk->fd, name, path, walk->limits->file,
	    &file->content, &why);
	if (rc == CA_ERR_INTERNAL) {
		*err = why;
		return rc;
	}
	if (rc != CA_OK)
		return fail_gone(path, why.message, err);
	walk->bytes += file->content.len;
	if (walk->bytes > walk->limits->bytes)
		return ca_fail_rule(err, CA_ERR_POLICY, "stick-bytes",
		    "%s: there are more than %zu bytes up to here", path,
		    walk->limits->bytes);
	return CA_OK;
}

static enum ca_code
enter(struct walk *walk, const char *name, const char *path,
    struct ca_error *err)
{
	struct walk inner = *walk;
	struct ca_error why;
	char *below = NULL;
	enum ca_code rc;

	if (walk->depth == CA_STICK_DEPTH_MAX)
		return ca_fail_rule(err, CA_ERR_POLICY, "stick-depth",
		    "%s: more than %d directories deep", path,
		    CA_STICK_DEPTH_MAX);
	rc = ca_text_format(&below, err, "%s%s%s", walk->below,
	    walk->below[0] != '\0' ? "/" : "", name);
	if (rc != CA_OK)
		return rc;
	if (ca_dir_open_at(walk->fd, name, &inner.fd, &why) != CA_OK) {
		rc = fail_gone(path, why.message, err);
		goto out;
	}
	inner.depth++;
	inner.path = path;
	inner.below = below;
	rc = walk_dir(&inner, err);
	(void)close(inner.fd);
	walk->names = inner.names;
	walk->bytes = inner.bytes;
out:
	free(below);
	return rc;
}

static enum ca_code
take_name(void *context, const char *name, struct ca_error *err)
{
	struct walk *walk = context;
	char *path = NULL;
	struct stat st;
	enum ca_code rc = ca_path_join(walk->path, name, &path, err);

	if (rc != CA_OK)
		return rc;
	if (++walk->names > walk->limits->names)
		rc = ca_fail_rule(err, CA_ERR_POLICY, "stick-count",
		    "%s: is one of more than %zu names", path,
		    walk->limits->names);
	else if (fstatat(walk->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		rc = fail_gone(path, strerror(errno), err);
	else if (S_ISDIR(st.st_mode))
		rc = enter(walk, name, path, err);
	else
		rc = take_file(walk, name, path, &st, err);
	free(path);
	return rc;
}

static enum ca_code
walk_dir(struct walk *walk, struct ca_error *err)
{
	struct ca_error why;
	enum ca_code rc =
	    ca_dir_each(walk->fd, walk->path, take_name, walk, &why);

	if (rc == CA_OK)
		return rc;
	*err = why;
	if (why.rule != NULL && strcmp(why.rule, CA_TREE_COUNT_RULE) == 0)
		return ca_fail_rule(err, CA_ERR_POLICY, "stick-count", "%s",
		    why.message);
	/* Where the directory itself fails there is no rule yet. */
	if (rc == CA_ERR_FILE && why.rule == NULL)
		return fail_gone(walk->path, why.message, err);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	const struct ca_stick_file *left = a, *right = b;

	return strcmp(left->path, right->path);
}

enum ca_code
ca_stick_read(const char *path, const struct ca_stick_limits *limits,
    struct ca_stick *ret, struct ca_error *err)
{
	struct ca_stick stick = { 0 };
	struct walk walk = { .stick = &stick,
		.limits = limits,
		.fd = -1,
		.path = path,
		.below = "" };
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &walk.fd, err);
	if (rc != CA_OK)
		return rc;
	rc = walk_dir(&walk, err);
	(void)close(walk.fd);
	if (rc == CA_OK) {
		if (stick.count > 0)
			qsort(stick.item, stick.count, sizeof(*stick.item),
			    compare);
		*ret = stick;
		stick = (struct ca_stick){ 0 };
	}
	ca_stick_clear(&stick);
	return rc;
}

void
ca_stick_clear(struct ca_stick *stick)
{
	for (size_t i = 0; i < stick->count; i++) {
		free(stick->item[i].path);
		ca_bytes_free(&stick->item[i].content);
	}
	free(stick->item);
	*stick = (struct ca_stick){ 0 };
}
