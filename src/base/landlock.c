/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock by its system calls: the C library has no names for them. */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VERSION_MIN 2      /* REFER: files move between directories */
#define VERSION_TRUNCATE 3 /* and ftruncate() of the third on is covered */

/* Debian 12's headers are older than its users' kernels. */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)

/* What is handled for directories; no path gets the last line of it. */
#define CHANGE                                                            \
	(LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |   \
	    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_MAKE_SOCK |  \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_REFER)
#define NEVER                                                        \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK)

int
ca_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version >= VERSION_MIN ? (int)version : 0;
}

static enum ca_code
fail_errno(struct ca_error *err, const char *what)
{
	return ca_fail(err, CA_ERR_INTERNAL, "sandbox: Landlock: %s: %s", what,
	    strerror(errno));
}

/* What RIGHT is for a directory, or for a FILE, in a kernel of VERSION. */
static uint64_t
access_of(enum ca_landlock_right right, bool file, int version)
{
	uint64_t access = LANDLOCK_ACCESS_FS_WRITE_FILE;

	if (version >= VERSION_TRUNCATE)
		access |= ACCESS_TRUNCATE;
	if (right == CA_LANDLOCK_CHANGE && !file)
		access |= CHANGE;
	return access;
}

static enum ca_code
add_path(int ruleset, const struct ca_landlock_path *path, int version,
    struct ca_error *err)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st = { .st_mode = 0 };
	enum ca_code rc = CA_OK;

	rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES
		    ? CA_OK
		    : fail_errno(err, path->path);
	if (fstat(rule.parent_fd, &st) < 0)
		rc = fail_errno(err, path->path);
	rule.allowed_access =
	    access_of(path->right, !S_ISDIR(st.st_mode), version);
	if (rc == CA_OK &&
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&rule, 0) != 0)
		rc = fail_errno(err, path->path);
	(void)close(rule.parent_fd);
	return rc;
}

enum ca_code
ca_landlock_apply(const struct ca_landlock_path *paths, size_t count,
    struct ca_error *err)
{
	int version = ca_landlock_version(), ruleset;
	struct landlock_ruleset_attr attr = {
		.handled_access_fs =
		    access_of(CA_LANDLOCK_CHANGE, false, version) | NEVER,
	};
	enum ca_code rc = CA_OK;

	if (version == 0)
		return CA_OK;
	ruleset =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return fail_errno(err, "no ruleset");
	for (size_t i = 0; i < count && rc == CA_OK; i++)
		rc = add_path(ruleset, &paths[i], version, err);
	if (rc == CA_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		rc = fail_errno(err, "not taken");
	(void)close(ruleset);
	return rc;
}
