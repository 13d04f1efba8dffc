/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_TREE_H
#define COLDCA_BASE_TREE_H

#include <stdbool.h>

#include "coldca/error.h"

/* Limits of one tree; what is deeper or larger is no certificate directory. */
#define CA_TREE_DEPTH_MAX 8
#define CA_TREE_ENTRIES_MAX 10000
#define CA_TREE_COUNT_RULE "tree-count" /* the rule of too many names */

/*
 * Calls EACH with every name in the directory DIR but "." and "..", until one
 * call fails. PATH is what messages call the directory.
 *
 * CA_ERR_FILE  it can not be read, or has more than CA_TREE_ENTRIES_MAX names
 */
CA_CHECKED enum ca_code ca_dir_each(int dir, const char *path,
    enum ca_code (*each)(void *context, const char *name, struct ca_error *err),
    void *context, struct ca_error *err);

/*
 * Makes the directory TO hold what the directory FROM holds: each file, link
 * or other thing becomes a hard link to the same inode, so that contents, mode,
 * owner, times and labels are the same; sub-directories are made anew, with
 * mode, owner and extended attributes. All is on disk on return, and TO has
 * mode, owner and extended attributes of FROM. What SKIP returns true for is
 * left out; it gets the path below FROM ("pending/node.key").
 *
 * Where a file system has no hard links, files and symbolic links are copied.
 *
 * CA_ERR_FILE  it can not be; TO is then as far as it came
 */
CA_CHECKED enum ca_code ca_tree_link(int from, int to, const char *path,
    bool (*skip)(const void *context, const char *below), const void *context,
    struct ca_error *err);

/*
 * Removes NAME in the directory PARENT with everything below it; links are not
 * followed. Nothing there is no error.
 *
 * CA_ERR_FILE  something can not be removed, or is deeper than the limit
 */
CA_CHECKED enum ca_code ca_tree_remove(int parent, const char *name,
    const char *path, struct ca_error *err);

#endif
