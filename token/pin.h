/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_PIN_H
#define COLDCA_TOKEN_PIN_H

#include <p11-kit/pkcs11.h>

#include "base/secret.h"
#include "coldca/error.h"

/*
 * Refuses a PIN of a length that the token in INFO does not take, before it is
 * sent: some tokens count such a one as a wrong try. OBJECT and WHOSE are for
 * the message: "token ca", "the new user PIN".
 *
 * CA_ERR_PIN  too short or too long
 */
CA_CHECKED enum ca_code ca_pin_check_length(const CK_TOKEN_INFO *info,
    const char *object, const char *whose, const struct ca_secret *pin,
    struct ca_error *err);

/* PIN as Cryptoki wants it: NULL and 0 at a pinpad, where PIN is empty. */
CK_UTF8CHAR *ca_pin_text(const struct ca_secret *pin);
CK_ULONG ca_pin_length(const struct ca_secret *pin);

#endif
