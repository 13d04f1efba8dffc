/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_FILE_HIDDEN_H
#define COLDCA_BASE_FILE_HIDDEN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/file.h"

/*
 * What file_write.c and dir_write.c have in common: names that nobody reads by.
 */

/* Makes a new one, ".coldca-" and random hex digits. */
CA_CHECKED enum ca_code ca_file_hidden_name(char name[CA_HIDDEN_NAME_SIZE],
    struct ca_error *err);

/*
 * Writes FILE as NAME in DIR, where nothing of that name may be; SYNC: and has
 * it on disk. Without content it is filled by FILL, or empty. PATH is what
 * messages call DIR.
 */
CA_CHECKED enum ca_code ca_file_write_hidden(int dir, const char *name,
    const struct ca_file_new *file, const struct ca_file_fill *fill, bool sync,
    const char *path, struct ca_error *err);

/*
 * Whether what is NAME in PATH, and is ST, may be replaced: a file, or a link,
 * which is not followed. A device or a FIFO is something to other programs.
 *
 * CA_ERR_FILE  it may not
 */
CA_CHECKED enum ca_code ca_file_check_replaced(const struct stat *st,
    const char *path, const char *name, struct ca_error *err);

/* Says what errno says about NAME in PATH. */
enum ca_code ca_file_fail(struct ca_error *err, const char *path,
    const char *name);

#endif
