/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_LOG_H
#define COLDCA_TESTS_POWERLOSS_LOG_H

#include <stdint.h>

/*
 * The log that the recorder writes and the replayer reads: records, each a
 * struct pl_record, then its two names without a NUL, then its data. Files and
 * directories are named by the number of their inode, which belongs to what was
 * last made with it. The first record is PL_ROOT, and what is before PL_BEGIN
 * was on disk when the program started.
 */
enum pl_kind {
	PL_ROOT = 1, /* object: the directory; name: its absolute path */
	PL_BEGIN,
	PL_CREATE,   /* file TARGET as NAME in OBJECT; number: mode */
	PL_MKDIR,    /* the same, a directory */
	PL_TMPFILE,  /* file TARGET, which has no name; number: mode */
	PL_LINK,     /* TARGET gets NAME in OBJECT */
	PL_UNLINK,   /* NAME in OBJECT is gone: a file, or an empty directory */
	PL_RENAME,   /* NAME in OBJECT to NAME2 in OTHER */
	PL_EXCHANGE, /* these two change places */
	PL_WRITE,    /* data at offset number of OBJECT */
	PL_TRUNCATE, /* OBJECT is number octets long */
	PL_CHMOD,    /* OBJECT has mode number */
	PL_SYNC,     /* fsync() of OBJECT returned */
	PL_DATASYNC, /* fdatasync() did */
	PL_SYNC_ALL, /* syncfs() or sync() did */
	PL_OUTPUT,   /* data was printed to descriptor number */
	PL_MARK,     /* the program did what NAME says, with data */
	PL_UNSEEN,   /* NAME changed OBJECT in a way that is not recorded */
	PL_KINDS
};

struct pl_record {
	uint32_t kind;
	uint32_t name_len;
	uint32_t name2_len;
	uint32_t unused;
	uint64_t object;
	uint64_t other;
	uint64_t target;
	uint64_t number;
	uint64_t data_len;
};

#endif
