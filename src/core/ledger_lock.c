/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one writer's place: a lock on the directory, because closing any
 * descriptor of the file itself would drop SQLite's own locks on it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "core/ledger_place.h"

#define POLL_NANOSECONDS 100000000L /* between two tries */
#define NANOSECONDS ((int64_t)1000000000)
#define COMM_SIZE 32 /* bytes of a process's name, with the NUL */

/*
 * The process of a LINE of /proc/locks ("1: FLOCK ADVISORY WRITE 4711
 * fe:00:1234 0 EOF") where that is a flock() on FILE; 0: it is not.
 */
static long
owner_of(char *line, const char *file)
{
	enum { KIND = 1, PROCESS = 4, FILE_ID = 5, FIELDS = 6 };
	const char *field[FIELDS] = { NULL };
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " ", &rest);
	     word != NULL && count < FIELDS; word = strtok_r(NULL, " ", &rest))
		field[count++] = word;
	if (count < FIELDS || strcmp(field[KIND], "FLOCK") != 0 ||
	    strcmp(field[FILE_ID], file) != 0)
		return 0;
	return strtol(field[PROCESS], NULL, 10);
}

/* The process that has a flock() on the file of FD; 0: it can not be told. */
static long
find_owner(int fd)
{
	FILE *locks = fopen("/proc/locks", "re");
	struct stat st;
	char line[256], file[64];
	long owner = 0;

	if (locks == NULL || fstat(fd, &st) < 0)
		goto out;
	(void)snprintf(file, sizeof(file), "%02x:%02x:%ju", major(st.st_dev),
	    minor(st.st_dev), (uintmax_t)st.st_ino);
	while (owner == 0 && fgets(line, sizeof(line), locks) != NULL)
		owner = owner_of(line, file);
out:
	if (locks != NULL)
		(void)fclose(locks);
	return owner;
}

/* Its name, as it says itself; empty where it can not be told. */
static void
read_name(long pid, char name[COMM_SIZE])
{
	char path[64];
	FILE *file;

	name[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(name, COMM_SIZE, file) == NULL)
		name[0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	(void)fclose(file);
}

static enum ca_code
fail_locked(const struct ca_ledger_place *place, struct ca_error *err)
{
	long owner = find_owner(place->fd);
	char name[COMM_SIZE] = "";

	if (owner > 0)
		read_name(owner, name);
	if (name[0] != '\0')
		(void)ca_fail(err, CA_ERR_LEDGER,
		    "%s: another process is writing: %s, process %ld",
		    place->path, name, owner);
	else
		(void)ca_fail(err, CA_ERR_LEDGER,
		    "%s: another process is writing", place->path);
	ca_hint(err,
	    "wait until it has finished, then try again; or --wait=DURATION");
	return CA_ERR_LEDGER;
}

enum ca_code
ca_ledger_lock(struct ca_ledger_place *place, int64_t patience,
    struct ca_ledger *ledger, struct ca_error *err)
{
	const struct timespec pause = { .tv_nsec = POLL_NANOSECONDS };
	const int64_t end = ca_time_monotonic() + patience * NANOSECONDS;

	while (flock(place->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ca_fail(err, CA_ERR_LEDGER, "%s: %s",
			    place->path, strerror(errno));
		if (ca_time_monotonic() >= end)
			return fail_locked(place, err);
		(void)nanosleep(&pause, NULL);
	}
	ledger->lock = place->fd;
	place->fd = -1;
	return CA_OK;
}
