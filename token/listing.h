/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TOKEN_LISTING_H
#define COLDCA_TOKEN_LISTING_H

#include <stddef.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

#define CA_LISTING_MAX 8 /* things that one message names; more are "..." */

/* What is there, for a message: zero-initialised is empty and valid. */
struct ca_listing {
	struct ca_bytes text; /* NUL-terminated once there is something */
	size_t count;
};

CA_CHECKED enum ca_code ca_listing_add(struct ca_listing *listing,
    struct ca_error *err, const char *fmt, ...) CA_PRINTF(3, 4);

/* "A, B, ...", or "none"; borrowed. */
const char *ca_listing_text(const struct ca_listing *listing);

/* Frees what LISTING holds and makes it empty. */
void ca_listing_clear(struct ca_listing *listing);

#endif
