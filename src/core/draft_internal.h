/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_DRAFT_INTERNAL_H
#define COLDCA_CORE_DRAFT_INTERNAL_H

#include "coldca/draft.h"

/*
 * The DER of a Certificate (RFC 5280 section 4.1): TBS, the
 * AlgorithmIdentifier of ALGORITHM, and SIGNATURE as BIT STRING. *RET_DER is
 * new.
 */
CA_CHECKED enum ca_code ca_certificate_assemble(const struct ca_bytes *tbs,
    const struct ca_sigalg *algorithm, const struct ca_bytes *signature,
    struct ca_bytes *ret_der, struct ca_error *err);

/* SHA-256 of the SubjectPublicKeyInfo of the key that is to sign DRAFT. */
const uint8_t *ca_draft_issuer_spki_sha256(const struct ca_draft *draft);

#endif
