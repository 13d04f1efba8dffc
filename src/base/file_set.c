/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_hidden.h"
#include "base/text.h"

/* How the hidden directory of a set is called; its head's name follows. */
static const struct {
	const char *prefix;
	bool overwrite;
} journals[] = {
	{ ".coldca-add-", false },
	{ ".coldca-replace-", true },
};

#define JOURNALS (sizeof(journals) / sizeof(journals[0]))

/* ca_dir_write_at()'s temporary name: this, and hex digits. */
#define PREPARED ".coldca-"
#define PREPARED_DIGITS 16

/* One hidden directory on its way into DIR. */
struct set {
	int dir;
	const char *path;
	int journal; /* the hidden directory */
	const char *journal_name;
	const char *head;
	bool overwrite;
};

static enum ca_code
fail_errno(struct ca_error *err, const char *path, const char *name)
{
	int saved = errno;

	(void)ca_fail(err, CA_ERR_FILE, "%s/%s: %s", path, name,
	    strerror(saved));
	return err->code;
}

/* What is there must be a file, and replaceable. */
static enum ca_code
check_places(int dir, const char *path, const struct ca_file_new *files,
    size_t count, bool overwrite, struct ca_error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct stat st;

		if (fstatat(dir, files[i].name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue;
			return fail_errno(err, path, files[i].name);
		}
		if (!overwrite) {
			(void)ca_fail(err, CA_ERR_FILE,
			    "%s/%s: is there already", path, files[i].name);
			ca_hint(err,
			    "--overwrite replaces it; or move it away");
			return err->code;
		}
		if (ca_file_check_replaced(&st, path, files[i].name, err) !=
		    CA_OK)
			return err->code;
	}
	return CA_OK;
}

/* Moves NAME of the set to its place; what was moved before is no failure. */
static enum ca_code
place_file(const struct set *set, const char *name, struct ca_error *err)
{
	unsigned flags = set->overwrite ? 0 : RENAME_NOREPLACE;

	if (renameat2(set->journal, name, set->dir, name, flags) == 0 ||
	    errno == ENOENT)
		return CA_OK;
	return fail_errno(err, set->path, name);
}

static bool
has_head(const struct set *set)
{
	struct stat st;

	return fstatat(set->journal, set->head, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Every file of the set but its head. */
static enum ca_code
place_others(const struct set *set, struct ca_error *err)
{
	char names[CA_FILE_SET_MAX][CA_FILE_NAME_MAX + 1];
	const struct dirent *entry;
	size_t count = 0;
	DIR *stream;
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open_at(set->journal, ".", &fd, err);
	if (rc != CA_OK)
		return rc;
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return ca_fail_memory(err);
	}
	/* All names first: renaming changes what is being read. */
	while (count < CA_FILE_SET_MAX && (entry = readdir(stream)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, set->head) != 0)
			(void)snprintf(names[count++], sizeof(names[0]), "%s",
			    entry->d_name);
	(void)closedir(stream);
	for (size_t i = 0; i < count && rc == CA_OK; i++)
		rc = place_file(set, names[i], err);
	return rc;
}

/* From whatever point on a run was killed at. */
static enum ca_code
place_set(const struct set *set, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	if (has_head(set)) {
		if (set->overwrite && unlinkat(set->dir, set->head, 0) < 0 &&
		    errno != ENOENT)
			return fail_errno(err, set->path, set->head);
		/* On disk before anything of the new set is beside it. */
		if (fsync(set->dir) < 0)
			return fail_errno(err, set->path, ".");
		rc = place_others(set, err);
		if (rc == CA_OK && fsync(set->dir) < 0)
			rc = fail_errno(err, set->path, ".");
		if (rc == CA_OK)
			rc = place_file(set, set->head, err);
	}
	if (rc == CA_OK && fsync(set->dir) < 0)
		rc = fail_errno(err, set->path, ".");
	if (rc == CA_OK &&
	    unlinkat(set->dir, set->journal_name, AT_REMOVEDIR) < 0)
		rc = fail_errno(err, set->path, set->journal_name);
	return rc;
}

static enum ca_code
finish_set(struct set *set, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_dir_open_at(set->dir, set->journal_name, &set->journal, err);
	if (rc != CA_OK)
		return rc;
	rc = place_set(set, err);
	(void)close(set->journal);
	if (rc != CA_OK)
		ca_hint(err,
		    "the new files are in %s/%s; the next run that writes here finishes, once the cause is gone",
		    set->path, set->journal_name);
	return rc;
}

enum ca_code
ca_file_set_write_at(int dir, const char *path, const struct ca_file_new *files,
    size_t count, bool overwrite, struct ca_error *err)
{
	struct set set = { .dir = dir,
		.path = path,
		.journal = -1,
		.head = files[0].name,
		.overwrite = overwrite };
	char *journal = NULL;
	enum ca_code rc;

	if (count > CA_FILE_SET_MAX)
		return ca_fail(err, CA_ERR_INTERNAL, "too many files");
	rc = check_places(dir, path, files, count, overwrite, err);
	if (rc == CA_OK)
		rc = ca_text_format(&journal, err, "%s%s",
		    journals[overwrite].prefix, files[0].name);
	if (rc == CA_OK)
		rc = ca_dir_write_at(dir, path, journal, files, count, false,
		    err);
	set.journal_name = journal;
	if (rc == CA_OK)
		rc = finish_set(&set, err);
	free(journal);
	return rc;
}

/* Whether NAME is that of a directory which never became a set. */
static bool
is_prepared(const char *name)
{
	size_t len = strlen(PREPARED);

	return strncmp(name, PREPARED, len) == 0 &&
	    strspn(name + len, "0123456789abcdef") == PREPARED_DIGITS &&
	    name[len + PREPARED_DIGITS] == '\0';
}

/* Files of single writers have such names, too, and are left alone. */
static void
remove_prepared(int dir, const char *name)
{
	const struct dirent *entry;
	struct ca_error err;
	struct stat st;
	DIR *stream;
	int fd = -1;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode) || ca_dir_open_at(dir, name, &fd, &err))
		return;
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return;
	}
	while ((entry = readdir(stream)) != NULL)
		(void)unlinkat(dirfd(stream), entry->d_name, 0);
	(void)closedir(stream);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
}

/* Which row NAME begins with; JOURNALS: none. */
static size_t
find_journal(const char *name)
{
	size_t i;

	for (i = 0; i < JOURNALS; i++)
		if (strncmp(name, journals[i].prefix,
			strlen(journals[i].prefix)) == 0)
			break;
	return i;
}

/* The next name in STREAM that begins as ours do, copied; NULL: no more. */
static const char *
next_of_ours(DIR *stream, char name[CA_FILE_NAME_MAX + 1])
{
	const struct dirent *entry;

	while ((entry = readdir(stream)) != NULL) {
		if (strncmp(entry->d_name, PREPARED, strlen(PREPARED)) != 0)
			continue;
		(void)snprintf(name, CA_FILE_NAME_MAX + 1, "%s", entry->d_name);
		return name;
	}
	return NULL;
}

enum ca_code
ca_file_sets_finish_at(int dir, const char *path,
    void (*finished)(void *arg, const char *head), void *arg,
    struct ca_error *err)
{
	char buffer[CA_FILE_NAME_MAX + 1];
	const char *name;
	DIR *stream;
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open_at(dir, ".", &fd, err);
	if (rc != CA_OK)
		return rc;
	stream = fdopendir(fd);
	if (stream == NULL) {
		(void)close(fd);
		return ca_fail_memory(err);
	}
	while (rc == CA_OK && (name = next_of_ours(stream, buffer)) != NULL) {
		size_t row = find_journal(name);
		struct set set = { .dir = dir,
			.path = path,
			.journal = -1,
			.journal_name = name };

		if (is_prepared(name))
			remove_prepared(dir, name);
		if (row == JOURNALS)
			continue;
		set.head = name + strlen(journals[row].prefix);
		set.overwrite = journals[row].overwrite;
		rc = finish_set(&set, err);
		if (rc == CA_OK && finished != NULL)
			finished(arg, set.head);
		/* The directory has changed under the stream. */
		rewinddir(stream);
	}
	(void)closedir(stream);
	return rc;
}
