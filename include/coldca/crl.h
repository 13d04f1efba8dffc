/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CRL_H
#define COLDCA_CRL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/issue.h"

#define CA_CRL_LIFETIME (INT64_C(30) * 86400) /* seconds, unless told */

/* Bytes of the largest CRL in DER: some 2.7 million entries. */
#define CA_CRL_MAX ((size_t)128 * 1024 * 1024)

/*
 * One certificate revocation list (RFC 5280 section 5), read only. A long one
 * is in a file without a name, and read from there: its entries are never in
 * memory together.
 */
struct ca_crl;

/*
 * Reads one CRL from exactly LEN bytes of DER, which it copies; at most
 * CA_BYTES_MAX. *RET is new, freed with ca_crl_free().
 *
 * CA_ERR_INPUT  not one version 2 CRL with a number and a nextUpdate
 */
CA_CHECKED enum ca_code ca_crl_parse(const uint8_t *der, size_t len,
    struct ca_crl **ret, struct ca_error *err);

/* Getters: what is borrowed lives as long as CRL. */
const struct ca_bytes *ca_crl_der(const struct ca_crl *crl);
int64_t ca_crl_number(const struct ca_crl *crl);
int64_t ca_crl_this_update(const struct ca_crl *crl); /* seconds since 1970 */
int64_t ca_crl_next_update(const struct ca_crl *crl);
size_t ca_crl_count(const struct ca_crl *crl); /* revoked certificates */

/*
 * Checks that ISSUER signed CRL: issuer name equal byte for byte, the
 * authority key identifier that of its key, and the signature verifies.
 *
 * CA_ERR_POLICY  it did not
 */
CA_CHECKED enum ca_code ca_crl_check_issuer(const struct ca_crl *crl,
    const struct ca_certificate *issuer, struct ca_error *err);

/* Takes LEN bytes on to where they belong. */
typedef enum ca_code (*ca_crl_sink_fn)(void *arg, const void *data, size_t len,
    struct ca_error *err);

/* Gives the PEM of CRL (RFC 7468 section 6) to SINK, in pieces. */
CA_CHECKED enum ca_code ca_crl_write_pem(const struct ca_crl *crl,
    ca_crl_sink_fn sink, void *arg, struct ca_error *err);

/*
 * Issues the next CRL of ISSUER's key, with all that it signed and that is
 * revoked: composed, signed, verified with the CA's key, and recorded in the
 * ledger before anybody gets it. The number is the last one's and one more.
 *
 * nextUpdate is NEXT_UPDATE, but not after the CA certificate's notAfter, and
 * exactly that where the key is compromised: no later CRL is to be expected.
 *
 * A certificate that has expired is left out once it stood in a CRL issued
 * after its expiry (RFC 5280 section 3.3).
 *
 * *RET is new.
 *
 * CA_ERR_POLICY  the CA has expired, or the clock is behind the last CRL
 * CA_ERR_TOKEN, CA_ERR_PIN  from the signer; a signature that does not
 *                verify; an ECDSA r that the key used before (it is recorded
 *                as disclosed), or did so earlier and is not yet compromised
 * CA_ERR_LEDGER  nothing is handed out that is not recorded
 */
CA_CHECKED enum ca_code ca_crl_issue(const struct ca_issuer *issuer,
    int64_t next_update, int64_t now, struct ca_crl **ret,
    struct ca_error *err);

/*
 * The last CRL that the key of CERTIFICATE signed, or NULL in *RET, which is
 * new.
 */
CA_CHECKED enum ca_code ca_ledger_last_crl(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_crl **ret,
    struct ca_error *err);

/* Accepts NULL. */
void ca_crl_free(struct ca_crl *crl);

#endif
