/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_REGISTERED_H
#define COLDCA_TOKEN_REGISTERED_H

#include "coldca/error.h"

/*
 * Reads the *.module files of the directories at DIRS, NULL at the end; the
 * file of a later directory overrules one of the same name before it. A
 * module that is named without a directory is in the one at HOME.
 */
CA_CHECKED enum ca_code ca_registered_read(const char *const *dirs,
    const char *home, char ***ret_paths, struct ca_error *err);

#endif
