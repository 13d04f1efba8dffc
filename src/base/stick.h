/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_STICK_H
#define COLDCA_BASE_STICK_H

#include <stddef.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

#define CA_STICK_DEPTH_MAX 2 /* directories inside one another */

/* Limits of what is read. */
struct ca_stick_limits {
	size_t names; /* files and directories; of one CA_TREE_ENTRIES_MAX */
	size_t file;  /* bytes of one file */
	size_t bytes; /* of all */
};

/* One name on it. What can not be taken has a problem, and no content. */
struct ca_stick_file {
	char *path; /* owned; below the stick: "n1/node.csr" */
	struct ca_bytes content;
	struct ca_error problem; /* CA_OK: none */
};

/* All of them, by their paths. Zero-initialised is empty and valid. */
struct ca_stick {
	struct ca_stick_file *item;
	size_t count;
};

/*
 * Reads everything below the directory PATH into memory, through descriptors
 * and without following a link. Each refusal has a rule (struct ca_error): a
 * file that is a link (stick-link), is no regular file (stick-special), has a
 * second name (stick-hard-link) or is too large (stick-size) has its problem,
 * and the others are read. *RET is new; ca_stick_clear() it.
 *
 * CA_ERR_POLICY  a limit of the whole is passed: stick-depth, stick-count,
 *                stick-bytes
 * CA_ERR_FILE    it can not be read to its end: stick-gone
 */
CA_CHECKED enum ca_code ca_stick_read(const char *path,
    const struct ca_stick_limits *limits, struct ca_stick *ret,
    struct ca_error *err);

void ca_stick_clear(struct ca_stick *stick);

#endif
