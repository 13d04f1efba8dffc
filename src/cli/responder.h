/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_RESPONDER_H
#define COLDCA_CLI_RESPONDER_H

#include "cli/publish.h"

/*
 * Opens the token that URI names, logs in and takes the key there for signing
 * in the place of the CA's. Its certificate, from the ledger, is *RET_DELEGATE,
 * which is new, and the CA that signed that becomes the one that is answered
 * for.
 *
 * CA_ERR_POLICY  the ledger has no certificate of this key that is valid now
 */
CA_CHECKED enum ca_code cli_responder_open(struct cli_publishing *publishing,
    const char *uri, struct ca_certificate **ret_delegate,
    struct ca_error *err);

#endif
