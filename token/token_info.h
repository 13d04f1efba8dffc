/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_TOKEN_INFO_H
#define COLDCA_TOKEN_TOKEN_INFO_H

#include "coldca/token.h"
#include "token/uri.h"

/* Says what VIEW shows. *RET is new, freed with ca_token_info_clear(). */
CA_CHECKED enum ca_code ca_token_info_make(const struct ca_slot_view *view,
    struct ca_token_info *ret, struct ca_error *err);

/* Frees what INFO owns and makes it empty. */
void ca_token_info_clear(struct ca_token_info *info);

/* The state of the user PIN by the FLAGS of CK_TOKEN_INFO. */
enum ca_pin_state ca_pin_state(CK_FLAGS flags);

#endif
