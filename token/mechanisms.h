/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_MECHANISMS_H
#define COLDCA_TOKEN_MECHANISMS_H

#include "token/module.h"

#define CA_MECHANISMS_MAX 1024 /* mechanisms of a token that are looked at */

/*
 * The mechanisms of the token in SLOT that matter to a CA, by their names:
 * "ECDSA RSA_PKCS". *RET_NAMES is new. Where the token does not tell it is NULL,
 * and *RET_FAULT is new: what C_GetMechanismList of OBJECT ended with.
 */
CA_CHECKED enum ca_code ca_mechanisms_read(const struct ca_module *module,
    CK_SLOT_ID slot, const char *object, char **ret_names, char **ret_fault,
    struct ca_error *err);

#endif
