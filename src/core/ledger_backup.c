/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a ledger: verified before it has its name, or not there at all. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "coldca/head.h"
#include "core/ledger_place.h"

/* The copy NAME, durable on return. */
static enum ca_code
fill(const struct ca_ledger_place *place, const char *name,
    const struct ca_ledger *ledger, struct ca_error *err)
{
	struct ca_ledger to = { .lock = -1 };
	enum ca_code rc;

	rc = ca_text_format(&to.path, err, "%s", place->path);
	if (rc == CA_OK)
		rc = ca_ledger_place_database(place, name,
		    SQLITE_OPEN_READWRITE, &to.db, err);
	if (rc == CA_OK)
		rc = ca_ledger_prepare_to_write(&to, err);
	if (rc == CA_OK)
		rc = ca_ledger_copy(ledger, &to, err);
	ca_ledger_release(&to);
	free(to.path);
	return rc;
}

/* The copy NAME is a ledger like any, and ends where LEDGER does. */
static enum ca_code
verify(const struct ca_ledger_place *place, const char *name,
    struct ca_ledger *ledger, struct ca_error *err)
{
	struct ca_head is = { 0 }, wanted = { 0 };
	struct ca_ledger *copy = NULL;
	char *path = NULL;
	enum ca_code rc;

	rc = ca_path_join(place->dir, name, &path, err);
	if (rc == CA_OK)
		rc = ca_ledger_open(path, false, &copy, err);
	if (rc == CA_OK)
		rc = ca_ledger_verify(copy, err);
	if (rc == CA_OK)
		rc = ca_ledger_head(copy, &is, err);
	if (rc == CA_OK)
		rc = ca_ledger_head(ledger, &wanted, err);
	if (rc == CA_OK && memcmp(is.hash, wanted.hash, sizeof(is.hash)) != 0)
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: the ledger was written meanwhile", place->path);
	ca_ledger_close(copy);
	free(path);
	return rc;
}

enum ca_code
ca_ledger_backup(struct ca_ledger *ledger, const char *path,
    struct ca_error *err)
{
	struct ca_ledger_place place = { .fd = -1 };
	char name[CA_LEDGER_TEMPORARY_SIZE] = "";
	enum ca_code rc;

	rc = ca_ledger_place_open(path, &place, err);
	if (rc == CA_OK)
		rc = ca_ledger_place_temporary(&place, name, err);
	if (rc != CA_OK)
		goto out;
	rc = fill(&place, name, ledger, err);
	if (rc == CA_OK)
		rc = verify(&place, name, ledger, err);
	if (rc == CA_OK &&
	    (renameat2(place.fd, name, place.fd, place.name, RENAME_NOREPLACE) <
		    0 ||
		fsync(place.fd) < 0))
		rc = ca_fail(err, CA_ERR_FILE, "%s: %s", path, strerror(errno));
	if (rc != CA_OK)
		(void)unlinkat(place.fd, name, 0);
out:
	ca_ledger_place_clear(&place);
	return rc;
}
