/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_KEY_H
#define COLDCA_TOKEN_KEY_H

#include <p11-kit/pkcs11.h>

#include "coldca/token.h"

/*
 * Reads CKA_ID and CKA_LABEL of OBJECT, which need not be a key, into KEY, and
 * sets its handle.
 *
 * CA_ERR_TOKEN  longer than CA_KEY_ID_MAX or CA_KEY_LABEL_MAX
 */
CA_CHECKED enum ca_code ca_key_read_names(struct ca_token *token,
    CK_OBJECT_HANDLE object, struct ca_token_key *key, struct ca_error *err);

#endif
