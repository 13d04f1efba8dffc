/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders that a run began to write under a hidden name, and never named. Who
 * writes has the directory's lock together with all others who do; who tidies up
 * has it alone.
 */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

#define SHARE_TRIES 100
#define SHARE_NANOSECONDS 10000000L /* between two tries */

#define PREFIX ".coldca-"
#define DIGITS (2 * CA_HIDDEN_RANDOM)

void
ca_dir_share(int dir)
{
	const struct timespec pause = { 0, SHARE_NANOSECONDS };

	/* Tidying up takes no time; the lock of a CA directory does. */
	for (int i = 0; i < SHARE_TRIES; i++) {
		if (flock(dir, LOCK_SH | LOCK_NB) == 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

/* Whether NAME is one that a folder has before its own. */
static bool
is_hidden(const char *name)
{
	size_t len = strlen(PREFIX);

	return strncmp(name, PREFIX, len) == 0 &&
	    strspn(name + len, "0123456789abcdef") == DIGITS &&
	    name[len + DIGITS] == '\0';
}

static bool
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A regular file whose name ends as those do that are written there. */
static bool
is_known(int dir, const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);
	struct stat st;

	return len > end && strcmp(name + len - end, suffix) == 0 &&
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode);
}

/* Whether nothing else is in the directory that STREAM reads, which is ours. */
static bool
holds_only(DIR *stream, const char *suffix)
{
	const struct dirent *entry;
	struct stat st;

	if (fstat(dirfd(stream), &st) < 0 || st.st_uid != geteuid())
		return false;
	while ((entry = readdir(stream)) != NULL)
		if (!is_dot(entry->d_name) &&
		    !is_known(dirfd(stream), entry->d_name, suffix))
			return false;
	return true;
}

/* Removes the folder NAME in DIR, where it holds nothing else. */
static bool
tidy(int dir, const char *name, const char *suffix)
{
	const struct dirent *entry;
	struct ca_error ignored;
	bool gone = false;
	DIR *stream;
	int fd = -1;

	if (ca_dir_open_at(dir, name, &fd, &ignored) != CA_OK)
		return false;
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return false;
	}
	if (holds_only(stream, suffix)) {
		rewinddir(stream);
		while ((entry = readdir(stream)) != NULL)
			if (!is_dot(entry->d_name))
				(void)unlinkat(fd, entry->d_name, 0);
		gone = unlinkat(dir, name, AT_REMOVEDIR) == 0;
	}
	(void)closedir(stream);
	return gone;
}

/* All of them in the directory that STREAM reads. */
static size_t
tidy_all(DIR *stream, const char *suffix)
{
	char name[CA_FILE_NAME_MAX + 1];
	const struct dirent *entry;
	size_t count = 0;

	while ((entry = readdir(stream)) != NULL) {
		if (!is_hidden(entry->d_name))
			continue;
		memcpy(name, entry->d_name, strlen(entry->d_name) + 1);
		if (!tidy(dirfd(stream), name, suffix))
			continue;
		count++;
		/* The directory has changed under the stream. */
		rewinddir(stream);
	}
	return count;
}

size_t
ca_dir_tidy(const char *path, const char *suffix)
{
	struct ca_error ignored;
	size_t count = 0;
	DIR *stream;
	int fd = -1;

	if (ca_dir_open(path, 0, &fd, &ignored) != CA_OK)
		return 0;
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return 0;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		count = tidy_all(stream, suffix);
	(void)closedir(stream);
	return count;
}
