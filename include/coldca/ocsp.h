/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_OCSP_H
#define COLDCA_OCSP_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/issue.h"
#include "coldca/revocation.h"

#define CA_OCSP_LIFETIME (INT64_C(7) * 86400) /* seconds, unless told */
#define CA_OCSP_DIR "ocsp" /* the folder that responses are in */
#define CA_OCSP_GROUP 64   /* responses that share one durable write */

/* Who answers for a CA. Everything is borrowed. */
struct ca_responder {
	struct ca_ledger *ledger;
	struct ca_signer *signer;        /* of the key that signs */
	const struct ca_certificate *ca; /* whose certificates these are */
	const struct ca_certificate *delegate; /* NULL: the CA's key signs */
};

/*
 * Checks that DELEGATE may answer for CA (RFC 6960 section 4.2.2.2): CA
 * signed it, it is no CA, has id-kp-OCSPSigning, digitalSignature, and
 * id-pkix-ocsp-nocheck, without which a client would have to ask about it.
 *
 * CA_ERR_POLICY  it may not
 */
CA_CHECKED enum ca_code
ca_ocsp_check_delegate(const struct ca_certificate *delegate,
    const struct ca_certificate *ca, struct ca_error *err);

/*
 * Makes one OCSPResponse (RFC 6960 section 4.2.1) for each of COUNT STATUSES,
 * at most CA_OCSP_GROUP: signed, verified, and recorded in the ledger, all of
 * them or none, before anybody gets them. RET has room for COUNT; each is new
 * DER.
 *
 * Each holds the same answer twice, for the CertID by SHA-1 and by SHA-256: a
 * static server does not know which one was asked for. producedAt and
 * thisUpdate are NOW; nextUpdate is NEXT_UPDATE, but not after the notAfter of
 * the certificate of the key that signs.
 *
 * CA_ERR_POLICY  that one has expired
 * CA_ERR_TOKEN, CA_ERR_PIN, CA_ERR_LEDGER  as ca_crl_issue()
 */
CA_CHECKED enum ca_code ca_ocsp_issue(const struct ca_responder *responder,
    const struct ca_status *statuses, size_t count, int64_t next_update,
    int64_t now, struct ca_bytes *ret, struct ca_error *err);

#endif
