/* SPDX-License-Identifier: Apache-2.0 */
/* How a ledger is opened, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/ledger_place.h"

/* Refuses what is no regular file before SQLite opens it, or waits on it. */
static enum ca_code
check_file(const struct ca_ledger_place *place, struct ca_error *err)
{
	struct stat st;

	if (fstatat(place->fd, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
		if (errno == ENOENT)
			ca_hint(err, "make a CA directory with `coldca init`");
		return CA_ERR_FILE;
	}
	if (S_ISLNK(st.st_mode))
		return ca_fail(err, CA_ERR_FILE,
		    "%s: is a symbolic link, which is not followed",
		    place->path);
	if (!S_ISREG(st.st_mode))
		return ca_fail(err, CA_ERR_FILE, "%s: not a regular file",
		    place->path);
	return CA_OK;
}

/* The number that the one-value query SQL gives. */
static enum ca_code
query_number(struct ca_ledger *ledger, const char *sql, int *ret,
    struct ca_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum ca_code rc = CA_OK;

	if (sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	else
		*ret = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return rc;
}

static enum ca_code
check_format(struct ca_ledger *ledger, struct ca_error *err)
{
	int application = 0, version = 0;
	enum ca_code rc;

	rc = query_number(ledger, "PRAGMA application_id", &application, err);
	if (rc == CA_OK)
		rc = query_number(ledger, "PRAGMA user_version", &version, err);
	if (rc != CA_OK)
		return rc;
	if (application != CA_LEDGER_APPLICATION || version < 1) {
		(void)ca_fail(err, CA_ERR_LEDGER, "%s: not a ledger",
		    ledger->path);
		ca_hint(err, "give the CA directory that `coldca init` made");
		return CA_ERR_LEDGER;
	}
	if (version > CA_LEDGER_SCHEMA) {
		(void)ca_fail(err, CA_ERR_LEDGER,
		    "%s: was written by a newer coldca (format %d, this one knows %d)",
		    ledger->path, version, CA_LEDGER_SCHEMA);
		ca_hint(err, "use that coldca, or a later one");
		return CA_ERR_LEDGER;
	}
	if (version < CA_LEDGER_FORMAT_OLDEST) {
		(void)ca_fail(err, CA_ERR_LEDGER,
		    "%s: is of format %d, from before the first release, and this coldca knows %d to %d",
		    ledger->path, version, CA_LEDGER_FORMAT_OLDEST,
		    CA_LEDGER_SCHEMA);
		ca_hint(err, "begin a new CA directory: coldca init");
		return CA_ERR_LEDGER;
	}
	ledger->format = version;
	return CA_OK;
}

/*
 * Undoes what an interrupted run left half written: only a database that is
 * opened for writing may do so, and the first read does.
 */
static enum ca_code
undo_interrupted(const struct ca_ledger_place *place, struct ca_error *err)
{
	struct ca_ledger writer = { .lock = -1 };
	int ignored;
	enum ca_code rc;

	rc = ca_text_format(&writer.path, err, "%s", place->path);
	if (rc == CA_OK)
		rc = ca_ledger_place_database(place, place->name,
		    SQLITE_OPEN_READWRITE, &writer.db, err);
	if (rc == CA_OK)
		rc = query_number(&writer, "PRAGMA application_id", &ignored,
		    err);
	ca_ledger_release(&writer);
	free(writer.path);
	return rc;
}

/* Makes every commit survive a power cut, the removal of its journal too. */
enum ca_code
ca_ledger_prepare_to_write(struct ca_ledger *ledger, struct ca_error *err)
{
	if (sqlite3_db_readonly(ledger->db, "main") == 1)
		return ca_fail(err, CA_ERR_FILE,
		    "%s: the file can not be written", ledger->path);
	if (sqlite3_exec(ledger->db,
		"PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA"
		"; " CA_LEDGER_CACHE "; " CA_LEDGER_SPILL,
		NULL, NULL, NULL) != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return CA_OK;
}

/* Reads an older format by the words of today's: see ledger_index.sql. */
static enum ca_code
view_entries(struct ca_ledger *ledger, struct ca_error *err)
{
	static const char view[] =
	    "PRAGMA temp_store = MEMORY;"
	    " CREATE TEMP VIEW entry AS SELECT e.*, c.id AS certificate"
	    " FROM main.entry e"
	    " LEFT JOIN main.certificate c ON c.serial = e.serial";

	if (ledger->format < CA_LEDGER_FORMAT_INDEX &&
	    sqlite3_exec(ledger->db, view, NULL, NULL, NULL) != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return CA_OK;
}

/*
 * A session has many commits: each begins the journal anew in the file of the one
 * before, and ends with its header overwritten. That takes one fsync less than a
 * removal, and none of them has to record a file that came or went.
 *
 * A query that lasts as long as the session keeps SQLite's shared lock, with which
 * SQLite also keeps the journal open: each time that it opens it, it has to fsync
 * the directory. Who reads has such a lock, too, and is not in the way.
 */
static enum ca_code
keep_journal(struct ca_ledger *ledger, struct ca_error *err)
{
	if (sqlite3_exec(ledger->db, "PRAGMA journal_mode = PERSIST", NULL,
		NULL, NULL) != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	ledger->keeps_journal = true;
	if (sqlite3_prepare_v2(ledger->db, "SELECT 1 FROM sqlite_schema", -1,
		&ledger->session, NULL) != SQLITE_OK ||
	    sqlite3_step(ledger->session) != SQLITE_ROW)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	return CA_OK;
}

static enum ca_code
open_ledger(const char *path, bool write, int64_t patience,
    struct ca_ledger **ret_ledger, struct ca_error *err)
{
	struct ca_ledger_place place = { .fd = -1 };
	struct ca_ledger *ledger = calloc(1, sizeof(*ledger));
	int flags = write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	enum ca_code rc;

	if (ledger == NULL)
		return ca_fail_memory(err);
	ledger->lock = -1;
	rc = ca_text_format(&ledger->path, err, "%s", path);
	if (rc == CA_OK)
		rc = ca_ledger_place_open(path, &place, err);
	if (rc == CA_OK)
		rc = check_file(&place, err);
	if (rc == CA_OK && write)
		rc = ca_ledger_lock(&place, patience, ledger, err);
	if (rc == CA_OK)
		rc = ca_ledger_place_database(&place, place.name, flags,
		    &ledger->db, err);
	if (rc != CA_OK)
		goto out;
	rc = check_format(ledger, err);
	if (rc != CA_OK &&
	    sqlite3_extended_errcode(ledger->db) == SQLITE_READONLY_ROLLBACK) {
		rc = undo_interrupted(&place, err);
		if (rc == CA_OK)
			rc = check_format(ledger, err);
	}
	if (rc == CA_OK && write)
		rc = ca_ledger_prepare_to_write(ledger, err);
	if (rc == CA_OK && write)
		rc = ca_ledger_upgrade_file(&place, ledger, err);
	if (rc == CA_OK)
		rc = write ? keep_journal(ledger, err)
			   : view_entries(ledger, err);
	if (rc != CA_OK)
		goto out;
	*ret_ledger = ledger;
	ledger = NULL;
out:
	ca_ledger_close(ledger);
	ca_ledger_place_clear(&place);
	return rc;
}

enum ca_code
ca_ledger_open(const char *path, bool write, struct ca_ledger **ret_ledger,
    struct ca_error *err)
{
	return open_ledger(path, write, 0, ret_ledger, err);
}

enum ca_code
ca_ledger_open_waiting(const char *path, int64_t patience,
    struct ca_ledger **ret_ledger, struct ca_error *err)
{
	return open_ledger(path, true, patience, ret_ledger, err);
}
