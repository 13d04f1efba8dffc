/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files of a request go, whose they are and who may read them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "core/certs_place.h"
#include "core/request_internal.h"

#define PENDING CA_PENDING_DIR "/"

/* The directory to write into, and to whom what is written belongs. */
struct target {
	int fd;
	char *path;
	bool made; /* this run made it */
	bool give; /* to OWNER */
	struct ca_file_owner owner;
};

/*
 * A directory of the server's own, filled by root: the server could not read
 * a key of root's with mode 0600.
 */
static enum ca_code
find_owner(int fd, const char *path, struct target *target,
    struct ca_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	target->give = geteuid() == 0 && st.st_uid != 0;
	target->owner = (struct ca_file_owner){ st.st_uid, st.st_gid };
	return CA_OK;
}

static enum ca_code
open_pending(int fd, struct target *target, struct ca_error *err)
{
	enum ca_code rc;

	if (mkdirat(fd, CA_PENDING_DIR, 0700) == 0)
		target->made = true;
	else if (errno != EEXIST)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", target->path,
		    strerror(errno));
	rc = ca_dir_open_at(fd, CA_PENDING_DIR, &target->fd, err);
	if (rc == CA_OK && target->made && target->give &&
	    fchown(target->fd, target->owner.user, target->owner.group) < 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", target->path,
		    strerror(errno));
	/* A key is not on disk while the directory around it is not. */
	if (rc == CA_OK && target->made && fsync(fd) < 0)
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", target->path,
		    strerror(errno));
	return rc;
}

static enum ca_code
open_target(int fd, const char *path, bool pending, struct target *target,
    struct ca_error *err)
{
	enum ca_code rc;

	rc = find_owner(fd, path, target, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_path_join(path, pending ? CA_PENDING_DIR : ".", &target->path,
	    err);
	if (rc != CA_OK)
		return rc;
	if (pending)
		return open_pending(fd, target, err);
	target->path[strlen(path)] = '\0';
	return ca_dir_open_at(fd, ".", &target->fd, err);
}

/* NAME without "pending/". */
static const char *
last_part(const char *name)
{
	bool pending = strncmp(name, PENDING, strlen(PENDING)) == 0;

	return pending ? name + strlen(PENDING) : name;
}

/* The copy for Java that an earlier run made of the same key may stay. */
static bool
is_there(const struct target *target, const char *name,
    const struct ca_bytes *content)
{
	struct ca_bytes there = { 0 };
	struct ca_error err;
	bool same;

	if (ca_file_read_at(target->fd, name, name, content->len, &there, NULL,
		&err) != CA_OK)
		return false;
	same = ca_bytes_equal(&there, content);
	ca_wipe(there.data, there.len);
	ca_bytes_free(&there);
	return same;
}

static void
explain(struct ca_error *err, const struct ca_request *request)
{
	static const char *const hints[] = {
		[CA_REQUEST_KEY_NEW] =
		    "a key is never overwritten: --reuse-key makes a request of the key that is there, --new-key keeps a new one apart until its certificate is installed",
		[CA_REQUEST_KEY_PENDING] =
		    "it waits for its certificate: send the request that is there, or move both files away",
		[CA_REQUEST_KEY_THERE] = "move the file away",
	};

	if (err->code == CA_ERR_FILE && err->hint[0] != '\0')
		ca_hint(err, "%s", hints[request->which]);
}

enum ca_code
ca_request_write(int fd, const char *path, const struct ca_request *request,
    const struct ca_request_files *names,
    const struct ca_request_content *content, struct ca_error *err)
{
	const struct ca_file_owner shared = { 0, request->group };
	const mode_t mode = request->for_group ? 0640 : 0600;
	const bool pending = request->which == CA_REQUEST_KEY_PENDING;
	const struct ca_file_owner *owner, *key_owner;
	struct target target = { .fd = -1 };
	struct ca_file_new files[4];
	size_t count = 0;
	enum ca_code rc;

	rc = open_target(fd, path, pending, &target, err);
	if (rc != CA_OK)
		goto out;
	owner = target.give ? &target.owner : NULL;
	key_owner = request->for_group ? &shared : owner;
	if (content->key.len > 0)
		files[count++] = (struct ca_file_new){ last_part(names->key),
			&content->key, mode, false, key_owner };
	files[count++] = (struct ca_file_new){ last_part(names->csr),
		&content->csr, 0644, content->key.len == 0, owner };
	if (content->pkcs8.len > 0 &&
	    (content->key.len > 0 ||
		!is_there(&target, last_part(names->pkcs8), &content->pkcs8)))
		files[count++] = (struct ca_file_new){ last_part(names->pkcs8),
			&content->pkcs8, mode, false, key_owner };
	if (content->manifest.len > 0)
		files[count++] =
		    (struct ca_file_new){ last_part(names->manifest),
			    &content->manifest, 0644, content->key.len == 0,
			    owner };
	rc = ca_files_write_at(target.fd, target.path, files, count, err);
	if (rc != CA_OK)
		explain(err, request);
out:
	if (target.fd >= 0)
		(void)close(target.fd);
	/* Only an empty one goes. */
	if (rc != CA_OK && target.made)
		(void)unlinkat(fd, CA_PENDING_DIR, AT_REMOVEDIR);
	free(target.path);
	return rc;
}
