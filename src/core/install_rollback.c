/* SPDX-License-Identifier: Apache-2.0 */
/* Back to the set before, or forth again. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/tree.h"
#include "core/certs_dir_internal.h"
#include "core/install_check.h"

/* Both directories, held against one another. */
struct rollback {
	const char *path; /* as the caller gave it */
	struct ca_certs_place place;
	int fd; /* of the set before */
	bool overwrite;
	struct ca_installed *installed;
};

/* The set must be of use now: what was fit once may have expired. */
static enum ca_code
check_fit(const struct rollback *r, int64_t now, struct ca_error *err)
{
	struct ca_cert_checks checks = { 0 };
	enum ca_code rc;

	rc = ca_cert_check_at(r->fd, r->place.previous_path, now, 0, &checks,
	    err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < checks.count && rc == CA_OK; i++) {
		const struct ca_cert_check *check = &checks.item[i];

		if (check->state <= CA_CERT_EXPIRES)
			continue;
		if (r->overwrite) {
			ca_findings_add(&r->installed->notices, "install-unfit",
			    CA_OK, "%s: %s", check->file, check->problem);
			continue;
		}
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: the set before is not fit to be used: %s",
		    r->place.previous_path, check->file, check->problem);
		ca_hint(err, "--overwrite takes it as it is");
	}
	ca_cert_checks_clear(&checks);
	return rc;
}

static bool
is_same(const struct stat *file, int dir, const char *name)
{
	struct stat other;

	return fstatat(dir, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
	    file->st_dev == other.st_dev && file->st_ino == other.st_ino;
}

/* Whether the set before has it too: waiting there, or in use there. */
static bool
is_kept(const struct rollback *r, const char *name, const char *below)
{
	struct stat waiting;

	return fstatat(r->place.fd, below, &waiting, AT_SYMLINK_NOFOLLOW) ==
	    0 &&
	    (is_same(&waiting, r->fd, below) || is_same(&waiting, r->fd, name));
}

/* A key that waits for its certificate would be put away, and lost later. */
static enum ca_code
check_waiting(void *context, const char *name, struct ca_error *err)
{
	const struct rollback *r = context;
	char *below = NULL;
	enum ca_code rc;

	rc = ca_path_join(CA_PENDING_DIR, name, &below, err);
	if (rc != CA_OK)
		return rc;
	if (!r->overwrite && !is_kept(r, name, below)) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s/%s: waits for its certificate, and is not in the set before",
		    r->path, below);
		ca_hint(err,
		    "move it away, or put it away with this set: --overwrite");
	}
	free(below);
	return rc;
}

static enum ca_code
check_pending(struct rollback *r, struct ca_error *err)
{
	struct ca_error absent;
	int fd = -1;
	enum ca_code rc;

	if (ca_dir_open_at(r->place.fd, CA_PENDING_DIR, &fd, &absent) != CA_OK)
		return CA_OK;
	rc = ca_dir_each(fd, CA_PENDING_DIR, check_waiting, r, err);
	(void)close(fd);
	return rc;
}

static enum ca_code
find_todo(const struct rollback *r, struct ca_error *err)
{
	struct ca_certs_rows now = { 0 }, then = { 0 };
	const struct ca_cert_sets before = { &now, NULL };
	const struct ca_cert_sets after = { &then, NULL };
	enum ca_code rc;

	rc = ca_certs_dir_scan_at(r->place.fd, r->path, &now, err);
	if (rc == CA_OK)
		rc = ca_certs_dir_scan_at(r->fd, r->place.previous_path, &then,
		    err);
	if (rc == CA_OK)
		r->installed->todo = ca_install_todo(&before, &after);
	ca_certs_rows_clear(&now);
	ca_certs_rows_clear(&then);
	return rc;
}

/* The mode goes with the name: 0700 is that of a set that was put away. */
static enum ca_code
exchange(const struct rollback *r, struct ca_error *err)
{
	const struct ca_certs_place *place = &r->place;
	struct stat st;
	enum ca_code rc;

	if (fstat(place->fd, &st) < 0 ||
	    fchmod(r->fd, st.st_mode & 07777) < 0 || fsync(r->fd) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->previous_path,
		    strerror(errno));
	rc = ca_install_exchange(place, place->previous, err);
	if (rc == CA_OK && fchmod(place->fd, 0700) < 0)
		ca_findings_add(&r->installed->notices, "install-left-over",
		    CA_OK, "%s: %s", place->previous_path, strerror(errno));
	return rc;
}

static enum ca_code
open_previous(struct rollback *r, struct ca_error *err)
{
	struct stat st;

	if (fstatat(r->place.parent, r->place.previous, &st,
		AT_SYMLINK_NOFOLLOW) < 0)
		return ca_fail(err, CA_ERR_FILE,
		    "%s: there is no set before this one", r->path);
	return ca_dir_open_at(r->place.parent, r->place.previous, &r->fd, err);
}

enum ca_code
ca_install_rollback(const char *certs_dir, bool overwrite, int64_t now,
    struct ca_installed *ret, struct ca_error *err)
{
	struct ca_installed installed = { .item = NULL };
	struct rollback r = { .path = certs_dir,
		.place = { .fd = -1, .parent = -1 },
		.fd = -1,
		.overwrite = overwrite,
		.installed = &installed };
	enum ca_code rc;

	rc = ca_certs_place_open(certs_dir, &r.place, err);
	if (rc == CA_OK)
		rc = ca_install_recover(&r.place, err);
	if (rc == CA_OK)
		rc = open_previous(&r, err);
	if (rc == CA_OK)
		rc = check_fit(&r, now, err);
	if (rc == CA_OK)
		rc = check_pending(&r, err);
	if (rc == CA_OK)
		rc = find_todo(&r, err);
	if (rc == CA_OK)
		rc = ca_text_format(&installed.previous, err, "%s",
		    r.place.previous_path);
	if (rc == CA_OK)
		rc = exchange(&r, err);
	if (rc == CA_OK) {
		*ret = installed;
		installed = (struct ca_installed){ .item = NULL };
	}
	ca_installed_clear(&installed);
	if (r.fd >= 0)
		(void)close(r.fd);
	ca_certs_place_close(&r.place);
	return rc;
}
