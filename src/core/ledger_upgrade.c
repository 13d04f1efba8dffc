/* SPDX-License-Identifier: Apache-2.0 */
/* An older ledger becomes one of today's format: in a copy, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ledger_place.h"

/* Each step adds to the one before: what is written is never changed. */
bool
ca_ledger_upgrade(sqlite3 *db, int from, int to)
{
	static const struct {
		int format; /* that it leads to */
		const char *sql;
	} steps[] = { { CA_LEDGER_FORMAT_OLDEST, ca_ledger_schema },
		{ CA_LEDGER_FORMAT_POLICY, ca_ledger_schema_policy },
		{ CA_LEDGER_FORMAT_HEAD, ca_ledger_schema_head },
		{ CA_LEDGER_FORMAT_EXCHANGE, ca_ledger_schema_exchange },
		{ CA_LEDGER_FORMAT_INDEX, ca_ledger_schema_index } };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].format > from && steps[i].format <= to &&
		    sqlite3_exec(db, steps[i].sql, NULL, NULL, NULL) !=
			SQLITE_OK)
			return false;
	return true;
}

static enum ca_code
fail_errno(const struct ca_ledger_place *place, struct ca_error *err)
{
	return ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
	    strerror(errno));
}

enum ca_code
ca_ledger_copy(const struct ca_ledger *from, const struct ca_ledger *to,
    struct ca_error *err)
{
	sqlite3_backup *backup =
	    sqlite3_backup_init(to->db, "main", from->db, "main");

	if (backup == NULL)
		return ca_ledger_fail(to->path, to->db, err);
	(void)sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) != SQLITE_OK)
		return ca_ledger_fail(to->path, to->db, err);
	return CA_OK;
}

/* Brings the copy TO, of FORMAT, to today's. */
static enum ca_code
upgrade(struct ca_ledger *to, int format, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_begin(to, err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_upgrade(to->db, format, CA_LEDGER_SCHEMA))
		rc = ca_ledger_fail(to->path, to->db, err);
	return ca_ledger_end(to, rc, err);
}

/* The copy NAME gets the owner of the ledger, and then its place. */
static enum ca_code
put_in_place(const struct ca_ledger_place *place, const char *name,
    struct ca_error *err)
{
	struct stat is, copied;

	if (fstatat(place->fd, place->name, &is, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fstatat(place->fd, name, &copied, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno(place, err);
	if ((is.st_uid != copied.st_uid || is.st_gid != copied.st_gid) &&
	    fchownat(place->fd, name, is.st_uid, is.st_gid,
		AT_SYMLINK_NOFOLLOW) < 0)
		return fail_errno(place, err);
	if (renameat(place->fd, name, place->fd, place->name) < 0 ||
	    fsync(place->fd) < 0)
		return fail_errno(place, err);
	return CA_OK;
}

/* Makes the copy NAME: durable and of today's format on return. */
static enum ca_code
fill(const struct ca_ledger_place *place, const char *name,
    const struct ca_ledger *ledger, struct ca_error *err)
{
	struct ca_ledger to = { .path = ledger->path, .lock = -1 };
	enum ca_code rc;

	rc = ca_ledger_place_database(place, name, SQLITE_OPEN_READWRITE,
	    &to.db, err);
	if (rc == CA_OK)
		rc = ca_ledger_prepare_to_write(&to, err);
	if (rc == CA_OK)
		rc = ca_ledger_copy(ledger, &to, err);
	if (rc == CA_OK)
		rc = upgrade(&to, ledger->format, err);
	ca_ledger_release(&to);
	return rc;
}

/* Opens what has taken the place of the file that LEDGER had open. */
static enum ca_code
open_again(const struct ca_ledger_place *place, struct ca_ledger *ledger,
    struct ca_error *err)
{
	sqlite3 *db = NULL;
	enum ca_code rc;

	rc = ca_ledger_place_database(place, place->name, SQLITE_OPEN_READWRITE,
	    &db, err);
	if (rc != CA_OK)
		return rc;
	(void)sqlite3_close(ledger->db);
	ledger->db = db;
	ledger->format = CA_LEDGER_SCHEMA;
	return ca_ledger_prepare_to_write(ledger, err);
}

enum ca_code
ca_ledger_upgrade_file(const struct ca_ledger_place *place,
    struct ca_ledger *ledger, struct ca_error *err)
{
	const struct ca_ledger_place locked = { .path = place->path,
		.dir = place->dir,
		.name = place->name,
		.fd = ledger->lock };
	char name[CA_LEDGER_TEMPORARY_SIZE];
	enum ca_code rc;

	if (ledger->format == CA_LEDGER_SCHEMA)
		return CA_OK;
	rc = ca_ledger_place_temporary(&locked, name, err);
	if (rc != CA_OK)
		return rc;
	rc = fill(&locked, name, ledger, err);
	if (rc == CA_OK)
		rc = put_in_place(&locked, name, err);
	if (rc == CA_OK)
		return open_again(&locked, ledger, err);
	(void)unlinkat(locked.fd, name, 0);
	ca_hint(err, "the ledger is as it was");
	return rc;
}
