/* SPDX-License-Identifier: Apache-2.0 */
/* Where a ledger's file is, and how SQLite opens it. */
#include "core/ledger_place.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

void
ca_ledger_place_clear(struct ca_ledger_place *place)
{
	free(place->dir);
	if (place->fd >= 0)
		(void)close(place->fd);
}

/*
 * SQLITE_OPEN_NOFOLLOW refuses a link in any part of a path, and an operator
 * may well have one above the CA directory: that part is resolved here.
 */
enum ca_code
ca_ledger_place_open(const char *path, struct ca_ledger_place *ret,
    struct ca_error *err)
{
	const char *slash = strrchr(path, '/');
	struct ca_ledger_place place = { .path = path, .fd = -1 };
	char *dir;
	enum ca_code rc;

	place.name = slash != NULL ? slash + 1 : path;
	if (*place.name == '\0' || strcmp(place.name, ".") == 0 ||
	    strcmp(place.name, "..") == 0)
		return ca_fail(err, CA_ERR_FILE, "%s: not a file's name", path);
	if (slash == NULL)
		dir = strdup(".");
	else if (slash == path)
		dir = strdup("/");
	else
		dir = strndup(path, (size_t)(slash - path));
	if (dir == NULL)
		return ca_fail_memory(err);
	place.dir = realpath(dir, NULL);
	free(dir);
	if (place.dir == NULL) {
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
		ca_hint(err, "make a CA directory with `coldca init`");
		return CA_ERR_FILE;
	}
	rc = ca_dir_open(place.dir, 0, &place.fd, err);
	if (rc != CA_OK) {
		ca_ledger_place_clear(&place);
		return rc;
	}
	*ret = place;
	return CA_OK;
}

/* Settings by sqlite3_db_config(): the file is not trusted to run code. */
static const struct {
	int option;
	int value;
} settings[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
	{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
	{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 1 },
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 },
	{ SQLITE_DBCONFIG_DQS_DDL, 0 },
};

void
ca_ledger_own_sqlite(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum ca_code
configure(sqlite3 *db, const char *path, struct ca_error *err)
{
	int bad = sqlite3_extended_result_codes(db, 1);

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		bad |= sqlite3_db_config(db, settings[i].option,
		    settings[i].value, NULL);
	bad |= sqlite3_busy_timeout(db, CA_LEDGER_PATIENCE);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, (int)CA_BYTES_MAX);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	bad |=
	    sqlite3_exec(db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
	if (bad != SQLITE_OK)
		return ca_ledger_fail(path, db, err);
	return CA_OK;
}

enum ca_code
ca_ledger_place_database(const struct ca_ledger_place *place, const char *name,
    int flags, sqlite3 **ret, struct ca_error *err)
{
	sqlite3 *db = NULL;
	char *file = NULL;
	enum ca_code rc;

	rc = ca_path_join(place->dir, name, &file, err);
	if (rc != CA_OK)
		return rc;
	/* One thread at a time has a ledger: see ca_ledger_has_user(). */
	if (sqlite3_open_v2(file, &db,
		flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK) {
		/* A system call failed: the file was there a moment ago. */
		rc = db == NULL ? ca_fail_memory(err)
				: ca_fail(err, CA_ERR_FILE, "%s: %s",
				      place->path, sqlite3_errmsg(db));
		goto out;
	}
	rc = configure(db, place->path, err);
	if (rc != CA_OK)
		goto out;
	*ret = db;
	db = NULL;
out:
	(void)sqlite3_close(db);
	free(file);
	return rc;
}

/* A new empty file for the owner alone, whatever the umask is. */
static enum ca_code
make_file(const struct ca_ledger_place *place, const char *name,
    struct ca_error *err)
{
	int fd = openat(place->fd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int bad;

	if (fd < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
	bad = fchmod(fd, 0600);
	if (bad == 0)
		bad = fsync(fd);
	if (close(fd) < 0 || bad < 0) {
		(void)ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
		(void)unlinkat(place->fd, name, 0);
		return CA_ERR_FILE;
	}
	return CA_OK;
}

static enum ca_code
temporary_name(char name[CA_LEDGER_TEMPORARY_SIZE], struct ca_error *err)
{
	uint8_t random[CA_LEDGER_TEMPORARY_RANDOM];
	char hex[2 * CA_LEDGER_TEMPORARY_RANDOM + 1];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return ca_fail(err, CA_ERR_INTERNAL, "no random numbers");
	ca_hex(random, sizeof(random), hex);
	(void)snprintf(name, CA_LEDGER_TEMPORARY_SIZE, ".coldca-%s", hex);
	return CA_OK;
}

enum ca_code
ca_ledger_place_temporary(const struct ca_ledger_place *place,
    char name[CA_LEDGER_TEMPORARY_SIZE], struct ca_error *err)
{
	enum ca_code rc = temporary_name(name, err);

	if (rc == CA_OK)
		rc = make_file(place, name, err);
	return rc;
}
