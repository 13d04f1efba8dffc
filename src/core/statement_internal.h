/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_STATEMENT_INTERNAL_H
#define COLDCA_CORE_STATEMENT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "coldca/statement.h"

/* The key of the last line. */
#define CA_STATEMENT_SIGNATURE "signature"

/* Whether the LEN octets at VALUE may be a value. */
bool ca_statement_value_is_good(const char *value, size_t len);

#endif
