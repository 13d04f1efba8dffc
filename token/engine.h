/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_ENGINE_H
#define COLDCA_TOKEN_ENGINE_H

struct ca_engine; /* OpenSSL's `pkcs11` engine on one module */

/*
 * Finishes it. It finalizes the module for every other user too: the module is
 * not to be used any longer. Accepts NULL.
 */
void ca_engine_close(struct ca_engine *engine);

#endif
