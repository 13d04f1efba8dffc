/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_PAIR_TRUST_H
#define COLDCA_CORE_PAIR_TRUST_H

#include "coldca/pair.h"

/*
 * Writes the CA files that TRUST's host wants and that are missing in DIR,
 * which messages call PATH.
 */
CA_CHECKED enum ca_code ca_pair_write_trust(int dir, const char *path,
    const struct ca_pair_trust *trust, struct ca_error *err);

#endif
