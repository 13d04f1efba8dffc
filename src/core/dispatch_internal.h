/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DISPATCH_INTERNAL_H
#define COLDCA_CORE_DISPATCH_INTERNAL_H

#include "base/stick.h"
#include "coldca/authority.h"
#include "coldca/dispatch.h"

/* Whether everything in FILES may leave; see ca_dispatch(). */
CA_CHECKED enum ca_code ca_dispatch_judge(const struct ca_dispatch *dispatch,
    const struct ca_stick *files, struct ca_error *err);

/*
 * Writes COUNT files, which are in one folder, or one file that is in none, to
 * the directory STICK, which messages call PATH; and reads them again.
 */
CA_CHECKED enum ca_code ca_dispatch_write(int stick, const char *path,
    const struct ca_stick_file *files, size_t count,
    struct ca_dispatched_item *ret, struct ca_error *err);

/* Bytes of the folder's name that PATH begins with; 0: it is a file alone. */
size_t ca_dispatch_folder(const char *path);

#endif
