/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_PROFILE_FILE_H
#define COLDCA_CORE_PROFILE_FILE_H

#include "coldca/error.h"
#include "coldca/profile.h"

/*
 * The name of PROFILE's file in the certificate directory for COMMON_NAME:
 * "node.crt", "client.maxroach.key". SUFFIX begins with the dot. *RET_FILE is
 * new; free() it.
 */
CA_CHECKED enum ca_code ca_profile_file(const struct ca_profile *profile,
    const char *common_name, const char *suffix, char **ret_file,
    struct ca_error *err);

#endif
