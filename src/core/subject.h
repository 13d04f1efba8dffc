/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_SUBJECT_H
#define COLDCA_CORE_SUBJECT_H

#include <openssl/types.h>

#include "coldca/error.h"
#include "coldca/profile.h"

/*
 * The subject of every certificate and request that coldca makes: O=Cockroach,
 * OU where PROFILE has one, CN=COMMON_NAME, in this order. Each is a PrintableString where its
 * characters allow that and a UTF8String otherwise (RFC 5280 section 4.1.2.4),
 * as Go writes them. *RET_NAME is new; X509_NAME_free() it.
 *
 * CA_ERR_POLICY  COMMON_NAME is longer than CA_CN_MAX characters
 */
CA_CHECKED enum ca_code ca_subject_name(const struct ca_profile *profile,
    const char *common_name, X509_NAME **ret_name, struct ca_error *err);

#endif
