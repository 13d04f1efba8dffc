/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_CKR_H
#define COLDCA_TOKEN_CKR_H

#include <p11-kit/pkcs11.h>

#include "coldca/error.h"

/* "CKR_PIN_INCORRECT", static; NULL where PKCS#11 2.40 has no such code. */
const char *ca_ckr_name(CK_RV rv);

/*
 * Records that CALL on OBJECT ended with RV: the name, what it means and,
 * where there is one, the way out as hint. What a PIN caused is CA_ERR_PIN,
 * everything else CA_ERR_TOKEN; ERR's ckr is RV.
 */
enum ca_code ca_ckr_fail(struct ca_error *err, const char *object,
    const char *call, CK_RV rv);

/*
 * The same for a call of libp11, which leaves the code in OpenSSL's error
 * queue; the queue is empty afterwards.
 */
enum ca_code ca_ckr_fail_libp11(struct ca_error *err, const char *object,
    const char *call);

#endif
