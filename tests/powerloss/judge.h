/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_POWERLOSS_JUDGE_H
#define COLDCA_TESTS_POWERLOSS_JUDGE_H

#include "coldca/bytes.h"
#include "powerloss/disk.h"

#define PL_SHA256 ((size_t)32)

/* What a ledger says of itself. */
struct pl_register {
	size_t entries;
	uint8_t (*hash)[PL_SHA256]; /* of each of them */
	size_t reserved;
	uint8_t (*tbs)[PL_SHA256]; /* SHA-256 of each that was reserved */
	size_t issued;
	struct ca_bytes *certificate;
	size_t crls;
	struct ca_bytes *crl;
};

/* What the program has said up to a cut, and done that it must answer for. */
struct pl_promise {
	const char **path; /* below the root: was said to be written */
	size_t paths;
	size_t entry; /* of the ledger, in the head that was shown */
	bool ledger;  /* it was said to have been made */
	const uint8_t **signed_data; /* SHA-256 of what the token has signed */
	size_t signatures;
	size_t taken;       /* operations of the history that were looked at */
	char line[2][1024]; /* that are not complete yet: of both streams */
	size_t len[2];
};

struct pl_judge {
	const struct pl_history *history;
	const struct pl_disk *initial;
	const struct pl_disk *final;
	const char *ca;     /* the CA directory, below the root */
	const char *whole;  /* a directory that changes as one; NULL: none */
	const char *filled; /* one more that is filled file by file, or NULL */
	struct pl_register first; /* the ledger in the beginning */
	struct pl_register last;  /* and in the end */
	struct pl_promise promise;
};

/*
 * Reads the ledger PATH; false: it does not verify, and PROBLEM says why. As
 * `coldca ledger verify` does it: what a journal says is undone before.
 */
bool pl_register_read(const char *path, struct pl_register *ret, char *problem,
    size_t size);
void pl_register_clear(struct pl_register *reg);

/* Adds what was said by the operations before CUT. */
void pl_promise_read(struct pl_judge *judge, size_t cut);

/*
 * Whether DISK, whose CA directory is at PATH as real files, is one that a
 * power cut may leave; says what is wrong in PROBLEM.
 */
bool pl_judge_disk(const struct pl_judge *judge, const struct pl_disk *disk,
    const char *path, char *problem, size_t size);

#endif
