/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_NAME_INTERNAL_H
#define COLDCA_CORE_NAME_INTERNAL_H

#include "coldca/name.h"

/*
 * HOST with its U-labels as A-labels, and its A-labels checked (IDNA 2008, RFC
 * 5891 section 5). *RET_ASCII is new; idn2_free() it.
 *
 * CA_ERR_INPUT  it has none
 */
CA_CHECKED enum ca_code ca_name_to_a_labels(const char *host, char **ret_ascii,
    struct ca_error *err);

#endif
