/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_CASES_H
#define COLDCA_TESTS_POWERLOSS_CASES_H

#include "powerloss/disk.h"

/* Barriers that are taken for calls without any effect, by --ignore. */
enum pl_ignored {
	PL_IGNORE_NOTHING,
	PL_IGNORE_JOURNAL,   /* fsync of SQLite's journals */
	PL_IGNORE_LEDGER,    /* of the database */
	PL_IGNORE_DIRECTORY, /* of directories, and syncfs */
	PL_IGNORE_FILE,      /* of all other files, and syncfs */
	PL_IGNORE_SYNCFS,    /* syncfs */
	PL_IGNORED
};

/* A power cut before operation CUT of the history, and what it left. */
struct pl_case {
	size_t cut;
	const char *how;            /* in words, static */
	size_t which;               /* the pending operation that is meant */
	const size_t *pending;      /* operations that no barrier covers */
	const struct pl_fate *fate; /* of each of these */
	size_t count;
	const struct pl_disk *disk;
};

struct pl_cases {
	const struct pl_history *history;
	enum pl_ignored ignored;
	size_t random; /* random cases for each cut that is looked at closely */
	/* False: that is enough. */
	bool (*judge)(void *arg, const struct pl_case *one);
	void *arg;
	size_t cuts; /* how many there were */
	size_t made; /* how many cases */
};

/* Calls judge() with every case. */
void pl_cases_run(struct pl_cases *cases);

#endif
