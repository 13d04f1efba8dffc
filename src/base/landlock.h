/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_LANDLOCK_H
#define COLDCA_BASE_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "coldca/error.h"

/* What is allowed at and below one path. */
enum ca_landlock_right {
	CA_LANDLOCK_WRITE,  /* what is there, and files without a name */
	CA_LANDLOCK_CHANGE, /* files, directories and links come and go */
};

struct ca_landlock_path {
	const char *path; /* one that is not there is left out */
	enum ca_landlock_right right;
};

/*
 * The version of Landlock (landlock(7)) that the kernel has; 0: none that
 * serves, as before version 2 no file could be moved to another directory.
 */
int ca_landlock_version(void);

/*
 * From here on, for good, this thread and those that it starts change files
 * only at and below the COUNT PATHS, and run no program. Reading is as it was,
 * and so is what is open already. Does nothing where ca_landlock_version() is
 * 0. PR_SET_NO_NEW_PRIVS must be set.
 *
 * CA_ERR_INTERNAL  the kernel refuses
 */
CA_CHECKED enum ca_code ca_landlock_apply(const struct ca_landlock_path *paths,
    size_t count, struct ca_error *err);

#endif
