/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_MANIFEST_INTERNAL_H
#define COLDCA_CORE_MANIFEST_INTERNAL_H

#include "coldca/manifest.h"

/*
 * Whether KEY signed MANIFEST, which messages call WHAT.
 *
 * CA_ERR_POLICY  manifest-signature
 */
CA_CHECKED enum ca_code ca_manifest_verify(const struct ca_manifest *manifest,
    const char *what, EVP_PKEY *key, struct ca_error *err);

#endif
