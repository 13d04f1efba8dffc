/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_DIFF_H
#define COLDCA_BASE_DIFF_H

#include <stddef.h>

#include "coldca/bytes.h"

/* How many lines differ. */
struct ca_diff_size {
	size_t added;
	size_t removed;
};

/*
 * Compares two texts line by line, by a longest common subsequence. *RET_TEXT,
 * which may be NULL, gets the difference in unified form with three lines around
 * each change, without the two lines of file names; empty where there is none.
 * It is new. Texts that differ in thousands of lines are compared roughly: what
 * is between the first and the last difference counts as replaced.
 */
CA_CHECKED enum ca_code ca_diff(const struct ca_bytes *old,
    const struct ca_bytes *new, struct ca_bytes *ret_text,
    struct ca_diff_size *ret_size, struct ca_error *err);

#endif
