/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_URI_H
#define COLDCA_TOKEN_URI_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/token.h"

/* What one slot shows of itself and of the token in it. */
struct ca_slot_view {
	CK_SLOT_ID id;
	CK_SLOT_INFO slot;
	bool present;        /* a token is in it, and can be read */
	CK_TOKEN_INFO token; /* blank where none is */
	CK_INFO module;      /* all zero where the module does not tell */
};

/* Whether URI names the module that shows INFO. A NULL URI names all. */
bool ca_uri_names_module(const struct ca_uri *uri, const CK_INFO *info);

/* Whether URI names the token in VIEW. A NULL URI names all. */
bool ca_uri_names_token(const struct ca_uri *uri,
    const struct ca_slot_view *view);

/* CKA_ID, borrowed; NULL where the URI does not have it. */
const uint8_t *ca_uri_id(const struct ca_uri *uri, size_t *ret_len);

/*
 * Formats a URI of those fields of INFO that are not blank: all four of them,
 * or, where KEY is not NULL, token and serial with KEY's label and id.
 * *RET_TEXT is new; free() it.
 */
CA_CHECKED enum ca_code ca_uri_format(const CK_TOKEN_INFO *info,
    const struct ca_token_key *key, char **ret_text, struct ca_error *err);

#endif
