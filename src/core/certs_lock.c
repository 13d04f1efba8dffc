/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certs_lock.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define TRIES 200                /* for ten seconds */
#define PAUSE_NS (50 * 1000000L) /* between two of them */

static enum ca_code
lock_fd(int fd, const char *path, struct ca_error *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	for (unsigned i = 0; i < TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return CA_OK;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ca_fail(err, CA_ERR_FILE, "%s: lock: %s", path,
			    strerror(errno));
		(void)nanosleep(&pause, NULL);
	}
	(void)ca_fail(err, CA_ERR_FILE,
	    "%s: another run of coldca is at work there", path);
	ca_hint(err, "wait for it to end, then run this again");
	return err->code;
}

enum ca_code
ca_certs_lock(const char *path, struct ca_certs_lock *ret, struct ca_error *err)
{
	struct ca_certs_lock lock = CA_CERTS_UNLOCKED;
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &fd, err);
	/* The parent, as the directory may be exchanged as a whole. */
	if (rc == CA_OK)
		rc = ca_dir_open_at(fd, "..", &lock.parent, err);
	if (fd >= 0)
		(void)close(fd);
	if (rc == CA_OK)
		rc = lock_fd(lock.parent, path, err);
	if (rc == CA_OK)
		rc = ca_dir_open(path, 0, &lock.dir, err);
	if (rc != CA_OK) {
		ca_certs_unlock(&lock);
		return rc;
	}
	*ret = lock;
	return CA_OK;
}

void
ca_certs_unlock(struct ca_certs_lock *lock)
{
	if (lock->dir >= 0)
		(void)close(lock->dir);
	if (lock->parent >= 0)
		(void)close(lock->parent);
	*lock = (struct ca_certs_lock)CA_CERTS_UNLOCKED;
}
