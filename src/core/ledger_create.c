/* SPDX-License-Identifier: Apache-2.0 */
/* How a ledger comes into being: complete under its name, or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/ledger_place.h"

/*
 * Refuses whatever is there already. A journal that outlived its ledger would
 * be taken for the new one's and rolled back into it.
 */
static enum ca_code
check_free(const struct ca_ledger_place *place, struct ca_error *err)
{
	static const char *const endings[] = { "", "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char *name = NULL;
		struct stat st;
		enum ca_code rc;
		int missing;

		rc =
		    ca_text_format(&name, err, "%s%s", place->name, endings[i]);
		if (rc != CA_OK)
			return rc;
		missing = fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW);
		free(name);
		if (missing < 0 && errno == ENOENT)
			continue;
		(void)ca_fail(err, CA_ERR_FILE, "%s%s: %s", place->path,
		    endings[i], strerror(missing < 0 ? errno : EEXIST));
		ca_hint(err,
		    "a ledger is never overwritten; choose another directory");
		return CA_ERR_FILE;
	}
	return CA_OK;
}

/* Schema and first entry, in one transaction. */
static enum ca_code
fill(struct ca_ledger *ledger, int64_t now, const char *detail,
    struct ca_error *err)
{
	const struct ca_ledger_entry entry = {
		.time = now,
		.kind = CA_ENTRY_CREATED,
		.detail = detail,
	};
	enum ca_code rc;

	if (sqlite3_exec(ledger->db, "PRAGMA synchronous = EXTRA", NULL, NULL,
		NULL) != SQLITE_OK)
		return ca_ledger_fail(ledger->path, ledger->db, err);
	rc = ca_ledger_begin(ledger, err);
	if (rc != CA_OK)
		return rc;
	if (!ca_ledger_upgrade(ledger->db, 0, CA_LEDGER_SCHEMA))
		rc = ca_ledger_fail(ledger->path, ledger->db, err);
	if (rc == CA_OK)
		rc = ca_ledger_append(ledger, entry, err);
	return ca_ledger_end(ledger, rc, err);
}

/* Gives the finished file NAME its place, durably, and never over another. */
static enum ca_code
put_in_place(const struct ca_ledger_place *place, const char *name,
    struct ca_error *err)
{
	if (renameat2(place->fd, name, place->fd, place->name,
		RENAME_NOREPLACE) < 0 ||
	    fsync(place->fd) < 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", place->path,
		    strerror(errno));
	return CA_OK;
}

enum ca_code
ca_ledger_create(const char *path, int64_t now, const char *detail,
    struct ca_error *err)
{
	struct ca_ledger_place place = { .fd = -1 };
	struct ca_ledger ledger = { .lock = -1 };
	char name[CA_LEDGER_TEMPORARY_SIZE] = "";
	bool made = false;
	enum ca_code rc;

	rc = ca_ledger_place_open(path, &place, err);
	if (rc == CA_OK)
		rc = check_free(&place, err);
	if (rc == CA_OK)
		rc = ca_text_format(&ledger.path, err, "%s", path);
	if (rc == CA_OK)
		rc = ca_ledger_place_temporary(&place, name, err);
	made = rc == CA_OK;
	if (rc == CA_OK)
		rc = ca_ledger_place_database(&place, name,
		    SQLITE_OPEN_READWRITE, &ledger.db, err);
	if (rc == CA_OK)
		rc = fill(&ledger, now, detail, err);
	ca_ledger_release(&ledger);
	if (rc == CA_OK)
		rc = put_in_place(&place, name, err);
	if (rc != CA_OK && made)
		(void)unlinkat(place.fd, name, 0);
	free(ledger.path);
	ca_ledger_place_clear(&place);
	return rc;
}
