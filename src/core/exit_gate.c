/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/exit_gate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "core/exit_gate_internal.h"

/* A walk over everything below one directory. */
struct walk {
	const struct ca_exit_known *known;
	size_t files;
	unsigned depth;
};

enum ca_code
ca_exit_gate_content(const char *name, const struct ca_bytes *content,
    const struct ca_exit_known *known, struct ca_error *err)
{
	bool is_known = false;
	enum ca_code rc;

	if (content->len == 0)
		return ca_fail(err, CA_ERR_POLICY, "%s: is empty", name);
	if (content->len > CA_EXIT_FILE_MAX)
		return ca_fail(err, CA_ERR_POLICY, "%s: larger than %zu bytes",
		    name, CA_EXIT_FILE_MAX);
	/* What was made of certificates holds what they do, octet by octet. */
	if (ca_exit_is_made(content, known))
		return CA_OK;
	rc = ca_exit_find_key(content, err);
	if (rc == CA_ERR_POLICY) {
		(void)ca_error_prefix(err, "%s", name);
		ca_hint(err,
		    "it must not leave this machine; find out how it got there");
	}
	if (rc == CA_OK)
		rc = ca_exit_recognise(content, known, &is_known, err);
	if (rc != CA_OK || is_known)
		return rc;
	(void)ca_fail(err, CA_ERR_POLICY,
	    "%s: is neither certificate, CRL, OCSP response nor export", name);
	ca_hint(err, "nothing else leaves: take it out of there");
	return CA_ERR_POLICY;
}

/* What is too large for the memory may only be CRLs. FOUND is its size. */
static enum ca_code
gate_large(int dir, const char *name, const char *path, off_t found,
    bool *ret_large, struct ca_error *err)
{
	struct ca_error ignored;
	struct stat st = { 0 };
	off_t size = 0;
	mode_t mode;
	int fd = -1;
	enum ca_code rc = CA_OK;

	*ret_large = false;
	if (found <= (off_t)CA_EXIT_FILE_MAX)
		return CA_OK;
	/* Whatever is wrong is said where the file is read. */
	if (ca_file_open_at(dir, name, path, &fd, &size, &mode, &ignored) !=
	    CA_OK)
		return CA_OK;
	if (fstat(fd, &st) == 0 && st.st_nlink == 1 &&
	    size > (off_t)CA_EXIT_FILE_MAX && size <= (off_t)CA_EXIT_CRL_MAX) {
		*ret_large = true;
		rc = ca_exit_gate_crl(fd, err);
	}
	(void)close(fd);
	return rc == CA_OK ? rc : ca_error_prefix(err, "%s", path);
}

/* Judges a file that was found to be FOUND bytes long. */
static enum ca_code
gate_file(int dir, const char *name, const char *path, off_t found,
    const struct ca_exit_known *known, struct ca_error *err)
{
	struct ca_bytes content = { 0 };
	bool large = false;
	struct stat st;
	enum ca_code rc;

	rc = gate_large(dir, name, path, found, &large, err);
	if (rc != CA_OK || large)
		return rc;
	rc = ca_file_read_sole_at(dir, name, path, CA_EXIT_FILE_MAX, &content,
	    err);
	if (rc == CA_OK)
		rc = ca_exit_gate_content(path, &content, known, err);
	else if (rc == CA_ERR_INPUT ||
	    (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		(!S_ISREG(st.st_mode) || st.st_nlink != 1)))
		rc = err->code = CA_ERR_POLICY;
	/* It may have been a key. */
	if (content.data != NULL)
		ca_wipe(content.data, content.len);
	ca_bytes_free(&content);
	return rc;
}

enum ca_code
ca_exit_gate_file(int dir, const char *name, const char *path,
    const struct ca_exit_known *known, struct ca_error *err)
{
	struct stat st = { 0 };

	/* Whatever is wrong is said where the file is read. */
	(void)fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
	return gate_file(dir, name, path, st.st_size, known, err);
}

static enum ca_code walk_dir(struct walk *walk, int fd, const char *path,
    struct ca_error *err);

/* Judges one entry of the directory DIR; PATH is its own. */
static enum ca_code
walk_entry(struct walk *walk, int dir, const char *name, const char *path,
    struct ca_error *err)
{
	struct stat st;
	int fd = -1;
	enum ca_code rc;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	if (!S_ISDIR(st.st_mode)) {
		if (++walk->files > CA_EXIT_FILES_MAX)
			return ca_fail(err, CA_ERR_POLICY,
			    "%s: is one of more than %d files", path,
			    CA_EXIT_FILES_MAX);
		return gate_file(dir, name, path, st.st_size, walk->known, err);
	}
	if (walk->depth == CA_EXIT_DEPTH_MAX)
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: more than %d directories deep", path,
		    CA_EXIT_DEPTH_MAX);
	rc = ca_dir_open_at(dir, name, &fd, err);
	if (rc != CA_OK)
		return ca_error_prefix(err, "%s", path);
	walk->depth++;
	rc = walk_dir(walk, fd, path, err);
	walk->depth--;
	return rc;
}

/* Takes FD. */
static enum ca_code
walk_dir(struct walk *walk, int fd, const char *path, struct ca_error *err)
{
	enum ca_code rc = CA_OK;
	struct dirent *entry;
	DIR *dir = fdopendir(fd);

	if (dir == NULL) {
		(void)close(fd);
		return ca_fail(err, CA_ERR_FILE, "%s: %s", path,
		    strerror(errno));
	}
	while (rc == CA_OK && (entry = readdir(dir)) != NULL) {
		char *below = NULL;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		rc = ca_path_join(path, entry->d_name, &below, err);
		if (rc == CA_OK)
			rc = walk_entry(walk, fd, entry->d_name, below, err);
		free(below);
	}
	(void)closedir(dir);
	return rc;
}

enum ca_code
ca_exit_gate_dir(const char *path, const struct ca_exit_known *known,
    size_t *ret_count, struct ca_error *err)
{
	struct walk walk = { .known = known };
	int fd = -1;
	enum ca_code rc;

	rc = ca_dir_open(path, 0, &fd, err);
	if (rc == CA_OK)
		rc = walk_dir(&walk, fd, path, err);
	if (rc == CA_OK && ret_count != NULL)
		*ret_count = walk.files;
	return rc;
}

enum ca_code
ca_exit_gate_dir_at(int dir, const char *name, const char *path,
    const struct ca_exit_known *known, struct ca_error *err)
{
	struct walk walk = { .known = known };
	int fd = -1;
	enum ca_code rc = ca_dir_open_at(dir, name, &fd, err);

	if (rc != CA_OK)
		return ca_error_prefix(err, "%s", path);
	return walk_dir(&walk, fd, path, err);
}
