/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two directories exchanged in one step, and what a run left that was killed.
 *
 * Beside the directory "certs" there may be ".certs.previous", the set before,
 * and, while a run is at work or after one was killed, ".certs.next". Whether
 * the latter is a new set in the making, or the old one that has just been
 * exchanged out, is told by CA_UNFINISHED_FILE in "certs": it is made with the
 * new set and comes with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "core/certs_dir_internal.h"
#include "core/install_internal.h"

/* Why two directories can not be exchanged, and what can be done about it. */
static const struct {
	int number;
	const char *why;
	const char *hint;
} reasons[] = {
	{ EBUSY, "is a mount point, which can not be exchanged",
	    "let the server use a directory below it, or mount the directory above it" },
	{ EXDEV, "is a mount point, or in the lower layer of an overlay",
	    "let the server use a directory that was made on the file system itself" },
	{ EINVAL,
	    "its file system can not exchange two directories in one step",
	    "keep the certificate directory on a local file system such as ext4, xfs or btrfs" },
	{ ENOSYS, "this kernel can not exchange two directories in one step",
	    "renameat2 with RENAME_EXCHANGE came with Linux 3.15" },
};

static enum ca_code
fail_exchange(const struct ca_certs_place *place, struct ca_error *err)
{
	int failed = errno;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].number != failed)
			continue;
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    reasons[i].why);
		ca_hint(err, "%s; nothing was changed", reasons[i].hint);
		return err->code;
	}
	return ca_fail(err, CA_ERR_FILE, "%s: can not be exchanged: %s",
	    place->path, strerror(failed));
}

/* In another mount, or on another file system, than what it is in. */
static bool
is_mounted(const struct ca_certs_place *place)
{
	struct statx own, parent;

	if (statx(place->fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &own) < 0 ||
	    statx(place->parent, "", AT_EMPTY_PATH, STATX_MNT_ID, &parent) < 0)
		return false;
	return own.stx_dev_major != parent.stx_dev_major ||
	    own.stx_dev_minor != parent.stx_dev_minor ||
	    ((own.stx_mask & parent.stx_mask & STATX_MNT_ID) != 0 &&
		own.stx_mnt_id != parent.stx_mnt_id);
}

enum ca_code
ca_install_exchangeable(const struct ca_certs_place *place,
    struct ca_error *err)
{
	if (!is_mounted(place))
		return CA_OK;
	errno = EBUSY;
	return fail_exchange(place, err);
}

enum ca_code
ca_install_exchange(const struct ca_certs_place *place, const char *name,
    struct ca_error *err)
{
	if (renameat2(place->parent, name, place->parent, place->name,
		RENAME_EXCHANGE) < 0)
		return fail_exchange(place, err);
	if (fsync(place->parent) == 0)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_FILE, "%s: %s", place->parent_path,
	    strerror(errno));
	ca_hint(err, "%s is the new set, but may not be after a power failure",
	    place->path);
	return err->code;
}

/* "Can not be seen" is not "is not there": a set would be thrown away. */
static enum ca_code
look_for(int dir, const char *name, bool *ret_there, struct ca_error *err)
{
	struct stat st;

	*ret_there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (*ret_there || errno == ENOENT)
		return CA_OK;
	return ca_fail(err, CA_ERR_FILE, "%s: %s", name, strerror(errno));
}

/* A set without a certificate, as before the first bundle, is nothing. */
static enum ca_code
is_worth_keeping(const struct ca_certs_place *place, bool *ret,
    struct ca_error *err)
{
	struct ca_certs_rows rows = { 0 };
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open_at(place->parent, place->next, &fd, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_certs_dir_scan_at(fd, place->next, &rows, err);
	*ret = rows.count > 0;
	ca_certs_rows_clear(&rows);
	(void)close(fd);
	return rc;
}

/* NEXT, which was the set in use, becomes the set before. */
static enum ca_code
keep_previous(const struct ca_certs_place *place, struct ca_error *err)
{
	bool there = false, keep = false;
	enum ca_code rc;

	rc = look_for(place->parent, place->next, &there, err);
	if (rc == CA_OK && there)
		rc = is_worth_keeping(place, &keep, err);
	if (rc != CA_OK || !there)
		return rc;
	if (!keep)
		return ca_tree_remove(place->parent, place->next, place->next,
		    err);
	rc = ca_tree_remove(place->parent, place->previous,
	    place->previous_path, err);
	if (rc != CA_OK)
		return rc;
	/* Keys are in it, and nobody but its owner has business there. */
	if (fchmodat(place->parent, place->next, 0700, 0) < 0 ||
	    renameat2(place->parent, place->next, place->parent,
		place->previous, RENAME_NOREPLACE) < 0 ||
	    fsync(place->parent) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->previous_path,
		    strerror(errno));
	return CA_OK;
}

enum ca_code
ca_install_recover(const struct ca_certs_place *place, struct ca_error *err)
{
	bool unfinished = false;
	int fd = -1;
	enum ca_code rc;

	/* Not place->fd: after an exchange that is the set before. */
	rc = ca_dir_open_at(place->parent, place->name, &fd, err);
	if (rc != CA_OK)
		return rc;
	rc = look_for(fd, CA_UNFINISHED_FILE, &unfinished, err);
	if (rc == CA_OK && !unfinished)
		rc = ca_tree_remove(place->parent, place->next, place->next,
		    err);
	else if (rc == CA_OK)
		rc = keep_previous(place, err);
	if (rc == CA_OK && unfinished &&
	    (unlinkat(fd, CA_UNFINISHED_FILE, 0) < 0 || fsync(fd) < 0))
		rc = ca_fail(err, CA_ERR_FILE, "%s/%s: %s", place->path,
		    CA_UNFINISHED_FILE, strerror(errno));
	(void)close(fd);
	return rc;
}
