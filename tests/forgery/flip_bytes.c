/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: flip_bytes LEDGER STEP
 *
 * Turns each STEP-th octet of a good ledger into another, one at a time, and
 * has the ledger verified. Every change must be noticed that changes what is
 * recorded; what is not noticed is listed by what kind of place it is in.
 * Status 1: a change of what is recorded was not noticed.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "coldca/ledger.h"
#include "forgery/places.h"

#define DUMP_MAX ((size_t)64 * 1024 * 1024)

struct tally {
	size_t tried;
	size_t noticed;
	size_t changed; /* what is recorded, and nobody noticed */
	size_t quiet[PLACES];
};

static void
die(const char *what)
{
	(void)fprintf(stderr, "flip_bytes: %s\n", what);
	exit(2);
}

/* One row, every column with its type and length. */
static void
add_row(sqlite3_stmt *stmt, struct ca_bytes *dump)
{
	struct ca_error err;

	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		int type = sqlite3_column_type(stmt, i);
		const void *data = sqlite3_column_blob(stmt, i);
		int len = sqlite3_column_bytes(stmt, i);

		if (ca_bytes_append(dump, &type, sizeof(type), &err) != CA_OK ||
		    ca_bytes_append(dump, &len, sizeof(len), &err) != CA_OK ||
		    ca_bytes_append(dump, data, (size_t)len, &err) != CA_OK)
			die("out of memory");
	}
}

/* All that is recorded: each table, row by row. False: it can not be read. */
static bool
dump_tables(const char *path, struct ca_bytes *dump)
{
	static const char *const tables[] = { "certificate", "authority",
		"entry", "passport", "revocation", "crl", "crl_part", "ocsp",
		"policy", "head" };
	sqlite3 *db = NULL;
	bool good =
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;

	for (size_t i = 0; good && i < sizeof(tables) / sizeof(tables[0]);
	     i++) {
		sqlite3_stmt *stmt = NULL;
		char sql[64];
		int step = SQLITE_ERROR;

		(void)snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1",
		    tables[i]);
		if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
			while ((step = sqlite3_step(stmt)) == SQLITE_ROW &&
			    dump->len < DUMP_MAX)
				add_row(stmt, dump);
		good = step == SQLITE_DONE;
		(void)sqlite3_finalize(stmt);
	}
	(void)sqlite3_close(db);
	return good;
}

static bool
verifies(const char *path)
{
	const struct ca_ledger_watch nobody = { 0 };
	struct ca_ledger *ledger = NULL;
	struct ca_error err;
	bool good = ca_ledger_open(path, false, &ledger, &err) == CA_OK &&
	    ca_ledger_verify_with(ledger, 1, nobody, NULL, &err) == CA_OK;

	ca_ledger_close(ledger);
	return good;
}

/* One octet is another; the copy is as it was afterwards. */
static void
try_one(const char *path, int fd, const struct ca_bytes *file, size_t at,
    const struct ca_bytes *recorded, struct tally *tally)
{
	const uint8_t flipped = file->data[at] ^ 0xff;
	struct ca_bytes dump = { 0 };

	if (pwrite(fd, &flipped, 1, (off_t)at) != 1)
		die("can not write");
	tally->tried++;
	if (!verifies(path)) {
		tally->noticed++;
	} else if (!dump_tables(path, &dump) || dump.len != recorded->len ||
	    memcmp(dump.data, recorded->data, dump.len) != 0) {
		tally->changed++;
		(void)fprintf(stderr, "not noticed: octet %zu (%s)\n", at,
		    place_name(place_of(file->data, file->len, at)));
	} else {
		tally->quiet[place_of(file->data, file->len, at)]++;
	}
	ca_bytes_free(&dump);
	if (pwrite(fd, &file->data[at], 1, (off_t)at) != 1)
		die("can not write");
}

/* What one process of COUNT does: every COUNT-th, from the INDEX-th on. */
static struct tally
run(const struct ca_bytes *file, size_t step, size_t index, size_t count)
{
	char dir[] = "/dev/shm/coldca-flip-XXXXXX", path[64];
	struct ca_bytes recorded = { 0 };
	struct tally tally = { 0 };
	int fd;

	if (mkdtemp(dir) == NULL)
		die("no directory in /dev/shm");
	(void)snprintf(path, sizeof(path), "%s/ledger.db", dir);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, file->data, file->len) != (ssize_t)file->len ||
	    !verifies(path) || !dump_tables(path, &recorded))
		die("the ledger is not good to begin with");
	for (size_t at = index * step; at < file->len; at += count * step)
		try_one(path, fd, file, at, &recorded, &tally);
	ca_bytes_free(&recorded);
	(void)close(fd);
	(void)unlink(path);
	(void)rmdir(dir);
	return tally;
}

static int
start(const struct ca_bytes *file, size_t step, size_t index, size_t count)
{
	int ends[2];

	if (pipe(ends) != 0)
		die("no pipe");
	switch (fork()) {
	case -1:
		die("no process");
		break;
	case 0: {
		struct tally tally = run(file, step, index, count);

		(void)close(ends[0]);
		_exit(write(ends[1], &tally, sizeof(tally)) ==
			    (ssize_t)sizeof(tally)
			? 0
			: 2);
	}
	default:
		break;
	}
	(void)close(ends[1]);
	return ends[0];
}

static void
add(int end, struct tally *all)
{
	struct tally one;

	if (read(end, &one, sizeof(one)) != (ssize_t)sizeof(one))
		die("a process ended too early");
	(void)close(end);
	all->tried += one.tried;
	all->noticed += one.noticed;
	all->changed += one.changed;
	for (size_t i = 0; i < PLACES; i++)
		all->quiet[i] += one.quiet[i];
}

int
main(int argc, char **argv)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count =
	    processors > 0 && processors < 64 ? (size_t)processors : 1;
	size_t step = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct ca_bytes file = { 0 };
	struct tally all = { 0 };
	struct ca_error err;
	int ends[64];

	if (step == 0 ||
	    ca_file_read(argv[1], CA_BYTES_MAX, &file, &err) != CA_OK)
		die("usage: flip_bytes LEDGER STEP");
	for (size_t i = 0; i < count; i++)
		ends[i] = start(&file, step, i, count);
	for (size_t i = 0; i < count; i++)
		add(ends[i], &all);
	while (wait(NULL) > 0)
		continue;
	(void)printf(
	    "%zu octets of %zu changed: %zu noticed, %zu of nothing that is recorded, %zu not noticed\n",
	    all.tried, file.len, all.noticed,
	    all.tried - all.noticed - all.changed, all.changed);
	for (size_t i = 0; i < PLACES; i++)
		if (all.quiet[i] > 0)
			(void)printf("  %6zu %s\n", all.quiet[i],
			    place_name((enum place)i));
	ca_bytes_free(&file);
	return all.changed > 0;
}
