/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_FILE_H
#define COLDCA_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

#define CA_PATH_MAX 4096     /* bytes of a path, with the NUL */
#define CA_FILE_NAME_MAX 255 /* bytes of one file's name */

/*
 * Opens the directory at PATH; where it is missing it is made with MODE (one
 * level only), and its name is on disk on return, unless MODE is 0. *RET_FD is
 * close-on-exec; close() it.
 */
CA_CHECKED enum ca_code ca_dir_open(const char *path, mode_t mode, int *ret_fd,
    struct ca_error *err);

/* The same for NAME in the directory DIR, not following a link. */
CA_CHECKED enum ca_code ca_dir_open_at(int dir, const char *name, int *ret_fd,
    struct ca_error *err);

/*
 * Reads the regular file NAME in the directory DIR whole. Links are not
 * followed; FIFOs and devices are refused without waiting. *RET is new.
 * MAX is in bytes; a larger file is CA_ERR_INPUT. PATH is what messages call
 * it. RET_MODE, where not NULL, gets its permission bits.
 */
CA_CHECKED enum ca_code ca_file_read_at(int dir, const char *name,
    const char *path, size_t max, struct ca_bytes *ret, mode_t *ret_mode,
    struct ca_error *err);

/* The same, but following links, as the readers of a directory do. */
CA_CHECKED enum ca_code ca_file_read_followed_at(int dir, const char *name,
    const char *path, size_t max, struct ca_bytes *ret, struct ca_error *err);

/*
 * The same as ca_file_read_at() for a file that must have no other name:
 * CA_ERR_FILE where it has a second hard link.
 */
CA_CHECKED enum ca_code ca_file_read_sole_at(int dir, const char *name,
    const char *path, size_t max, struct ca_bytes *ret, struct ca_error *err);

/*
 * The same as ca_file_read_at() for a path that the operator gave: the directory part is followed,
 * the last part is not.
 */
CA_CHECKED enum ca_code ca_file_read(const char *path, size_t max,
    struct ca_bytes *ret, struct ca_error *err);

/* Whom a file is given to. */
struct ca_file_owner {
	uid_t user;
	gid_t group;
};

/* One file to be written by ca_files_write_at(). */
struct ca_file_new {
	const char *name;
	const struct ca_bytes *content;
	mode_t mode;
	bool overwrite; /* false: CA_ERR_FILE where something is there */
	const struct ca_file_owner *owner; /* borrowed; NULL: our own */
};

/* Writes all LEN bytes at DATA to FD; otherwise -1, and errno. */
int ca_fd_write(int fd, const void *data, size_t len);

/*
 * Writes COUNT files into the directory DIR, whose path is PATH for messages:
 * each under a temporary name and fsynced first; only when all are on disk are
 * they renamed, in order, and the directory is fsynced. A name that is taken
 * and may not be overwritten is found before anything is renamed; new names
 * that were given are taken back when a later one fails.
 */
CA_CHECKED enum ca_code ca_files_write_at(int dir, const char *path,
    const struct ca_file_new *files, size_t count, struct ca_error *err);

/* Writes to FD what one file is to hold. */
struct ca_file_fill {
	enum ca_code (*fn)(void *arg, int fd, struct ca_error *err);
	void *arg;
};

/*
 * The same, where a file without content is filled by the one of FILLS with its
 * index: it may be larger than what fits into memory.
 */
CA_CHECKED enum ca_code ca_files_fill_at(int dir, const char *path,
    const struct ca_file_new *files, const struct ca_file_fill *fills,
    size_t count, struct ca_error *err);

/* Bytes of randomness in a hidden name, and of such a name with its NUL. */
#define CA_HIDDEN_RANDOM ((size_t)8)
#define CA_HIDDEN_NAME_SIZE (sizeof(".coldca-") + 2 * CA_HIDDEN_RANDOM)

/* A directory that is complete, but under a hidden name yet. */
struct ca_dir_hidden {
	char name[CA_HIDDEN_NAME_SIZE]; /* "": there is none */
};

/*
 * Writes COUNT files into a new directory in DIR, of a hidden name. With SYNC it
 * is on disk on return; of many, ca_dir_sync_all() has them there in one go.
 * MEANT, the name that it is to get, and PATH, that of DIR, are for messages.
 */
CA_CHECKED enum ca_code ca_dir_hide_at(int dir, const char *path,
    const char *meant, const struct ca_file_new *files, size_t count, bool sync,
    struct ca_dir_hidden *ret, struct ca_error *err);

/* Has everything on disk that was written to the file system of DIR. */
CA_CHECKED enum ca_code ca_dir_sync_all(int dir, const char *path,
    struct ca_error *err);

/*
 * Gives HIDDEN its NAME. With OVERWRITE an existing directory takes its place
 * under the hidden name. All that is for good once DIR is fsynced: not before
 * may the old one be dropped.
 *
 * CA_ERR_FILE  something is there, or the name can not be given
 */
CA_CHECKED enum ca_code ca_dir_reveal_at(int dir, const char *path,
    struct ca_dir_hidden *hidden, const char *name, bool overwrite,
    struct ca_error *err);

/* Removes what has a hidden name: it was not revealed, or another was. */
void ca_dir_drop_at(int dir, struct ca_dir_hidden *hidden);

/* Fsyncs DIR, and with it the names in it. */
CA_CHECKED enum ca_code ca_dir_sync(int dir, const char *path,
    struct ca_error *err);

/*
 * All of that for one: makes the directory NAME in DIR appear with COUNT files in
 * it, complete or not at all.
 */
CA_CHECKED enum ca_code ca_dir_write_at(int dir, const char *path,
    const char *name, const struct ca_file_new *files, size_t count,
    bool overwrite, struct ca_error *err);

/*
 * Keeps ca_dir_tidy() away from the directory DIR until that is closed, as
 * whoever calls ca_dir_hide_at() does. Never fails: where another process holds
 * the directory's lock for good, nobody can tidy it up either.
 */
void ca_dir_share(int dir);

/*
 * Removes from the directory at PATH the hidden directories that killed runs
 * have left, as far as it can; returns how many. None is removed while somebody
 * writes there, and what belongs to another user, or holds anything but regular
 * files whose names end in SUFFIX, stays. Links are not followed below PATH.
 */
size_t ca_dir_tidy(const char *path, const char *suffix);

/*
 * Copies NAME, a regular file or a symbolic link, from the directory FROM to
 * the directory TO with mode, owner and times, and has it on disk. PATH is
 * what messages call FROM.
 *
 * CA_ERR_FILE  it is something else, is there already, or can not be copied
 */
CA_CHECKED enum ca_code ca_file_copy_at(int from, int to, const char *name,
    const char *path, struct ca_error *err);

/*
 * Writes CONTENT to NAME in DIR, where nothing of that name may be, and has it on
 * disk; otherwise -1, and errno. Its mode is what the file system gives.
 */
int ca_file_write_through_at(int dir, const char *name,
    const struct ca_bytes *content);

/*
 * Has the kernel forget what it holds of NAME in DIR, so that the next reader gets
 * what the medium has. As far as it can: it fails without a word.
 */
void ca_file_uncache_at(int dir, const char *name);

/* "DIR/NAME"; *RET_PATH is new, free() it. */
CA_CHECKED enum ca_code ca_path_join(const char *dir, const char *name,
    char **ret_path, struct ca_error *err);

/*
 * Opens the regular file NAME in the directory DIR to be read; the same as
 * ca_file_read_at(). *RET_SIZE is in bytes, *RET_MODE its permission bits.
 * *RET_FD is close-on-exec; close() it.
 */
CA_CHECKED enum ca_code ca_file_open_at(int dir, const char *name,
    const char *path, int *ret_fd, off_t *ret_size, mode_t *ret_mode,
    struct ca_error *err);

/* SHA-256 of the file at PATH, followed if it is a link, of any size. */
CA_CHECKED enum ca_code ca_file_sha256(const char *path, uint8_t ret_digest[32],
    struct ca_error *err);

#endif
