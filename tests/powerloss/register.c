/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coldca/ledger.h"
#include "powerloss/judge.h"

static bool
verifies(const char *path, char *problem, size_t size)
{
	const struct ca_ledger_watch nobody = { 0 };
	struct ca_ledger *ledger = NULL;
	struct ca_error err;
	bool good = ca_ledger_open(path, false, &ledger, &err) == CA_OK &&
	    ca_ledger_verify_with(ledger, 1, nobody, NULL, &err) == CA_OK;

	ca_ledger_close(ledger);
	if (!good)
		(void)snprintf(problem, size, "%s", err.message);
	return good;
}

/* One column of blobs: each is given to ADD. */
static void
each(sqlite3 *db, const char *sql,
    void (*add)(struct pl_register *reg, const void *data, size_t len),
    struct pl_register *reg)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		pl_die("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW)
		add(reg, sqlite3_column_blob(stmt, 0),
		    (size_t)sqlite3_column_bytes(stmt, 0));
	if (sqlite3_finalize(stmt) != SQLITE_OK)
		pl_die("%s: %s", sql, sqlite3_errmsg(db));
}

static void
add_hash(uint8_t (**list)[PL_SHA256], size_t *count, const void *data,
    size_t len)
{
	if (len != PL_SHA256)
		pl_die("a hash of %zu octets", len);
	*list = pl_allocate(*list, *count + 1, PL_SHA256);
	memcpy((*list)[(*count)++], data, PL_SHA256);
}

static void
add_blob(struct ca_bytes **list, size_t *count, const void *data, size_t len)
{
	struct ca_bytes bytes = { 0 };
	struct ca_error err;

	if (ca_bytes_append(&bytes, data, len, &err) != CA_OK)
		pl_die("%s", err.message);
	*list = pl_allocate(*list, *count + 1, sizeof(struct ca_bytes));
	(*list)[(*count)++] = bytes;
}

static void
add_entry(struct pl_register *reg, const void *data, size_t len)
{
	add_hash(&reg->hash, &reg->entries, data, len);
}

static void
add_reserved(struct pl_register *reg, const void *data, size_t len)
{
	add_hash(&reg->tbs, &reg->reserved, data, len);
}

static void
add_certificate(struct pl_register *reg, const void *data, size_t len)
{
	add_blob(&reg->certificate, &reg->issued, data, len);
}

static void
add_crl(struct pl_register *reg, const void *data, size_t len)
{
	add_blob(&reg->crl, &reg->crls, data, len);
}

bool
pl_register_read(const char *path, struct pl_register *ret, char *problem,
    size_t size)
{
	sqlite3 *db = NULL;

	if (!verifies(path, problem, size))
		return false;
	*ret = (struct pl_register){ 0 };
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		pl_die("%s can not be opened", path);
	each(db, "SELECT hash FROM entry ORDER BY id", add_entry, ret);
	each(db, "SELECT tbs_sha256 FROM certificate", add_reserved, ret);
	each(db, "SELECT certificate FROM certificate WHERE state = 'issued'",
	    add_certificate, ret);
	each(db, "SELECT crl FROM crl", add_crl, ret);
	(void)sqlite3_close(db);
	return true;
}

static void
clear_blobs(struct ca_bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ca_bytes_free(&list[i]);
	free(list);
}

void
pl_register_clear(struct pl_register *reg)
{
	clear_blobs(reg->certificate, reg->issued);
	clear_blobs(reg->crl, reg->crls);
	free(reg->hash);
	free(reg->tbs);
	*reg = (struct pl_register){ 0 };
}
