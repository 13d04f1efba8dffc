/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_LINT_OCSP_H
#define COLDCA_CORE_LINT_OCSP_H

#include "coldca/certificate.h"

/*
 * Whether the authority information access, where there is one, is a leaf's
 * and holds one http URL for OCSP that ends with its serial number.
 */
bool ca_lint_ocsp_fits(const struct ca_certificate *certificate);

/* Whether responders, and nobody else, have id-pkix-ocsp-nocheck. */
bool ca_lint_no_check_fits(const struct ca_certificate *certificate);

#endif
