/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_SIGALG_H
#define COLDCA_SIGALG_H

#include "coldca/certificate.h"
#include "coldca/signer.h"

/*
 * The algorithm with which a CA key signs: SHA-256 for RSA (PKCS#1 v1.5) and
 * P-256, and the hash of matching strength for the other curves
 * (RFC 5480 section 4).
 *
 * CA_ERR_POLICY  no algorithm is known for such a key
 */
CA_CHECKED enum ca_code ca_sigalg_for_key(EVP_PKEY *key,
    const struct ca_sigalg **ret_algorithm, struct ca_error *err);

/*
 * The algorithm with which CERTIFICATE, a self-signed CA certificate, is
 * signed: its leaves are signed in the same way.
 *
 * CA_ERR_POLICY  not one of ours
 */
CA_CHECKED enum ca_code
ca_sigalg_of_certificate(const struct ca_certificate *certificate,
    const struct ca_sigalg **ret_algorithm, struct ca_error *err);

/*
 * The algorithm that NAME names ("RSASSA-PSS-SHA384"), or NULL. The first row
 * of a kind of key is the one that ca_sigalg_for_key() gives.
 */
const struct ca_sigalg *ca_sigalg_by_name(const char *name);

/* Row INDEX of the table, or NULL after the last: for help texts. */
const struct ca_sigalg *ca_sigalg_at(size_t index);

/*
 * The DER of the AlgorithmIdentifier of ALGORITHM (RFC 5280 section 4.1.1.2),
 * parameters NULL or absent as RFC 3279 section 2.2.1, RFC 5758 section 3.2
 * and RFC 8410 section 3 say, and for RSASSA-PSS those of RFC 4055 section
 * 3.1: the hash, MGF1 with the same hash, a salt as long as it. *RET_DER is
 * new.
 */
CA_CHECKED enum ca_code ca_sigalg_der(const struct ca_sigalg *algorithm,
    struct ca_bytes *ret_der, struct ca_error *err);

/*
 * Whether the SIGNATURE_LEN bytes at SIGNATURE are KEY's, made by ALGORITHM over
 * the LEN bytes at DATA: RSASSA-PSS as ca_sigalg_der() says.
 */
bool ca_sigalg_verifies(const struct ca_sigalg *algorithm, EVP_PKEY *key,
    const uint8_t *data, size_t len, const uint8_t *signature,
    size_t signature_len);

#endif
