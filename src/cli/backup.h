/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_BACKUP_H
#define COLDCA_CLI_BACKUP_H

#include <stdint.h>

#include "coldca/error.h"
#include "coldca/head.h"

#define CLI_BACKUP_STAMP "last-backup" /* in the CA directory */

/* Up to which entry the last backup goes. Entry 0: there was none. */
struct cli_backup_stamp {
	int64_t entry;
	int64_t time; /* seconds since 1970-01-01 UTC */
};

/*
 * What the stamp in the CA directory PATH says.
 *
 * CA_ERR_INPUT  it is not one
 * CA_ERR_FILE   it can not be read
 */
CA_CHECKED enum ca_code cli_backup_last(const char *path,
    struct cli_backup_stamp *ret, struct ca_error *err);

/* Leaves the stamp of a backup up to HEAD there, in the place of the last. */
CA_CHECKED enum ca_code cli_backup_note(const char *path,
    const struct ca_head *head, int64_t now, struct ca_error *err);

#endif
