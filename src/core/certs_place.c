/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certs_place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define LOCK_TRIES 200                /* for ten seconds */
#define LOCK_PAUSE_NS (50 * 1000000L) /* between two of them */

/*
 * The lock is on the parent: the directory itself is another one after an
 * exchange, and a lock file would be one more thing to leave behind.
 */
static enum ca_code
lock(const struct ca_certs_place *place, struct ca_error *err)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };

	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (flock(place->parent, LOCK_EX | LOCK_NB) == 0)
			return CA_OK;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ca_fail(err, CA_ERR_FILE, "%s: lock: %s",
			    place->parent_path, strerror(errno));
		(void)nanosleep(&pause, NULL);
	}
	(void)ca_fail(err, CA_ERR_FILE,
	    "%s: another run of coldca is at work there", place->parent_path);
	ca_hint(err, "wait for it to end, then run this again");
	return err->code;
}

/* The parts of the absolute path, and the names beside it. */
static enum ca_code
make_names(struct ca_certs_place *place, struct ca_error *err)
{
	const char *slash = strrchr(place->path, '/');
	int length = (int)(slash - place->path);
	enum ca_code rc;

	if (slash[1] == '\0')
		return ca_fail(err, CA_ERR_FILE,
		    "%s: the root directory can not be exchanged", place->path);
	rc = ca_text_format(&place->parent_path, err, "%.*s",
	    length == 0 ? 1 : length, place->path);
	if (rc == CA_OK)
		rc = ca_text_format(&place->name, err, "%s", slash + 1);
	if (rc == CA_OK)
		rc = ca_text_format(&place->next, err, ".%s.next", slash + 1);
	if (rc == CA_OK)
		rc = ca_text_format(&place->previous, err, ".%s.previous",
		    slash + 1);
	if (rc == CA_OK)
		rc = ca_path_join(length == 0 ? "" : place->parent_path,
		    place->previous, &place->previous_path, err);
	if (rc == CA_OK && strlen(place->previous) > CA_FILE_NAME_MAX)
		rc = ca_fail(err, CA_ERR_FILE, "%s: its name is too long",
		    place->path);
	return rc;
}

enum ca_code
ca_certs_place_open(const char *path, struct ca_certs_place *ret,
    struct ca_error *err)
{
	struct ca_certs_place place = { .fd = -1, .parent = -1 };
	enum ca_code rc;

	place.path = realpath(path, NULL);
	if (place.path == NULL) {
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
		if (errno == ENOENT)
			ca_hint(err,
			    "it is the directory in which the request was made");
		return err->code;
	}
	rc = make_names(&place, err);
	if (rc == CA_OK)
		rc = ca_dir_open(place.parent_path, 0, &place.parent, err);
	if (rc == CA_OK)
		rc = lock(&place, err);
	/* Under the lock: before, it may have been exchanged. */
	if (rc == CA_OK)
		rc = ca_dir_open_at(place.parent, place.name, &place.fd, err);
	if (rc != CA_OK)
		goto out;
	*ret = place;
	place = (struct ca_certs_place){ .fd = -1, .parent = -1 };
out:
	ca_certs_place_close(&place);
	return rc;
}

void
ca_certs_place_close(struct ca_certs_place *place)
{
	if (place->fd >= 0)
		(void)close(place->fd);
	if (place->parent >= 0)
		(void)close(place->parent);
	free(place->path);
	free(place->parent_path);
	free(place->name);
	free(place->next);
	free(place->previous);
	free(place->previous_path);
	*place = (struct ca_certs_place){ .fd = -1, .parent = -1 };
}
