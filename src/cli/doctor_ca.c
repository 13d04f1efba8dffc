/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the CA directory: who can change it, its disk, clock and backup. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/backup.h"
#include "cli/doctor_checks.h"

#define PATH_SIZE 512
#define OTHERS_WRITE ((mode_t)(S_IWGRP | S_IWOTH))
#define SPACE_MIN (UINT64_C(64) * 1024 * 1024) /* bytes */
#define INODES_MIN 1000
#define DEPTH_MAX 8                             /* devices above one another */
#define BACKUP_AGE_MAX ((int64_t)7 * 24 * 3600) /* seconds */
#define DAY ((int64_t)24 * 3600)

/* One file or directory of the CA, as `what` in the text. */
static void
look_at(const struct doctor_machine *machine, const char *what,
    const struct stat *st, char text[DOCTOR_TEXT_SIZE])
{
	if (S_ISLNK(st->st_mode))
		doctor_say(text, "%s is a link", what);
	else if ((st->st_mode & OTHERS_WRITE) != 0)
		doctor_say(text, "%s can be written by others", what);
	if (S_ISREG(st->st_mode) && st->st_nlink > 1)
		doctor_say(text, "%s has another name as well", what);
	if (st->st_uid != machine->user)
		doctor_say(text, "%s is user %ju's", what,
		    (uintmax_t)st->st_uid);
}

/*
 * The directories above it: who can write one puts another CA directory there.
 * In one with the sticky bit only the owner of a file moves it away.
 */
static void
look_above(const char *dir, char text[DOCTOR_TEXT_SIZE])
{
	char *path = realpath(dir, NULL), *slash;
	struct stat st;

	while (path != NULL && (slash = strrchr(path, '/')) != NULL &&
	    slash != path) {
		*slash = '\0';
		if (stat(path, &st) == 0 && (st.st_mode & S_ISVTX) == 0 &&
		    (st.st_mode & OTHERS_WRITE) != 0)
			doctor_say(text,
			    "%s, above it, can be written by others", path);
	}
	free(path);
}

enum doctor_verdict
doctor_ca_dir(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	static const char *const files[] = { CLI_POLICY_FILE, CA_LEDGER_FILE };
	struct ca_error ignored;
	struct stat st;
	int fd = -1;

	if (!machine->has_dir)
		return doctor_unknown(text, "there is none");
	look_at(machine, machine->cli->ca.path, &machine->dir, text);
	look_above(machine->cli->ca.path, text);
	if (ca_dir_open(machine->cli->ca.path, 0, &fd, &ignored) != CA_OK) {
		doctor_say(text, "it can not be read");
		return DOCTOR_BAD;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (fstatat(fd, files[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			look_at(machine, files[i], &st, text);
		else
			doctor_say(text, "%s: %s", files[i], strerror(errno));
	(void)close(fd);
	return doctor_judge(text, "only its owner can change it");
}

enum doctor_verdict
doctor_space(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	const struct statvfs *space = &machine->space;
	uint64_t free = (uint64_t)space->f_bavail * space->f_frsize;

	if (!machine->has_dir)
		return doctor_unknown(text, "there is no CA directory");
	if (free < SPACE_MIN)
		doctor_say(text, "%" PRIu64 " MiB are free",
		    free / UINT64_C(1048576));
	/* 0 of 0: a file system that does not count them. */
	if (space->f_files > 0 && space->f_favail < INODES_MIN)
		doctor_say(text, "%ju inodes are free",
		    (uintmax_t)space->f_favail);
	return doctor_judge(text, "there is enough");
}

/* What encryption() found. */
struct device {
	const char *dir; /* "sys/dev/block/254:0" */
	unsigned depth;
	bool any, plain; /* a device below; one that is not encrypted */
};

static void look_below(const struct doctor_machine *machine, const char *name,
    void *arg);

/* Whether all that the device at DIR stands on is encrypted by dm-crypt. */
static bool
is_encrypted(const struct doctor_machine *machine, const char *dir,
    unsigned depth)
{
	struct device device = { .dir = dir, .depth = depth };
	char path[PATH_SIZE], uuid[DOCTOR_TEXT_SIZE];

	(void)snprintf(path, sizeof(path), "%.400s/dm/uuid", dir);
	if (doctor_read(machine, path, uuid) &&
	    strncmp(uuid, "CRYPT-", strlen("CRYPT-")) == 0)
		return true;
	(void)snprintf(path, sizeof(path), "%.400s/slaves", dir);
	if (depth == DEPTH_MAX ||
	    !doctor_each(machine, path, look_below, &device))
		return false;
	return device.any && !device.plain;
}

static void
look_below(const struct doctor_machine *machine, const char *name, void *arg)
{
	struct device *device = arg;
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%.300s/slaves/%.100s", device->dir,
	    name);
	device->any = true;
	device->plain |= !is_encrypted(machine, path, device->depth + 1);
}

enum doctor_verdict
doctor_disk(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	char path[PATH_SIZE];

	if (!machine->has_dir)
		return doctor_unknown(text, "there is no CA directory");
	/* btrfs, overlayfs and tmpfs have numbers of their own. */
	if (major(machine->dir.st_dev) == 0)
		return doctor_unknown(text,
		    "the file system does not tell its device");
	(void)snprintf(path, sizeof(path), "sys/dev/block/%u:%u",
	    major(machine->dir.st_dev), minor(machine->dir.st_dev));
	if (!is_encrypted(machine, path, 0))
		doctor_say(text,
		    "the CA directory is on a device that dm-crypt does not encrypt");
	return doctor_judge(text, "dm-crypt encrypts the CA directory's");
}

enum doctor_verdict
doctor_clock(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	char now[CA_TIME_TEXT_SIZE], then[CA_TIME_TEXT_SIZE];
	struct ca_head head = { .time = 0 };
	struct ca_error ignored;

	ca_time_format(machine->now, now);
	ca_time_format(machine->built, then);
	if (machine->now < machine->built)
		doctor_say(text, "it says %s, and this coldca was made at %s",
		    now, then);
	if (machine->cli->ca.ledger != NULL &&
	    ca_ledger_head(machine->cli->ca.ledger, &head, &ignored) == CA_OK &&
	    machine->now < head.time) {
		ca_time_format(head.time, then);
		doctor_say(text,
		    "it says %s, and the ledger's last entry is of %s", now,
		    then);
	}
	return doctor_judge(text, now);
}

enum doctor_verdict
doctor_backup(const struct doctor_machine *machine, char text[DOCTOR_TEXT_SIZE])
{
	struct cli_backup_stamp stamp = { 0 };
	struct ca_head head = { .time = 0 };
	struct ca_error err;
	int64_t age;

	if (machine->cli->ca.ledger == NULL)
		return doctor_unknown(text, "there is no ledger");
	if (ca_ledger_head(machine->cli->ca.ledger, &head, &err) != CA_OK ||
	    cli_backup_last(machine->cli->ca.path, &stamp, &err) != CA_OK) {
		doctor_say(text, "%s", err.message);
		return DOCTOR_BAD;
	}
	if (stamp.entry == 0) {
		doctor_say(text, "there was never one");
		return DOCTOR_BAD;
	}
	age = machine->now - stamp.time;
	if (stamp.entry < head.entry && age > BACKUP_AGE_MAX)
		doctor_say(text,
		    "the last one is %" PRId64 " days old, and %" PRId64
		    " entries were added since",
		    age / DAY, head.entry - stamp.entry);
	return doctor_judge(text,
	    stamp.entry < head.entry ? "the last one is less than 7 days old"
				     : "the last one has every entry");
}
