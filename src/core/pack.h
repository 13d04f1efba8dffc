/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_PACK_H
#define COLDCA_CORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"

/*
 * What waits outside of memory for its turn in a large batch, as plain bytes: no
 * format that outlives the process. Each value has its length before it.
 */

/* Appends the LEN octets at DATA; NULL is another value than none. */
CA_CHECKED enum ca_code ca_pack(struct ca_bytes *packed, const void *data,
    size_t len, struct ca_error *err);

/* The same of a number, and of a text, or NULL. */
CA_CHECKED enum ca_code ca_pack_number(struct ca_bytes *packed, int64_t number,
    struct ca_error *err);
CA_CHECKED enum ca_code ca_pack_text(struct ca_bytes *packed, const char *text,
    struct ca_error *err);

struct ca_names;

CA_CHECKED enum ca_code ca_pack_names(struct ca_bytes *packed,
    const struct ca_names *names, struct ca_error *err);

/* A reader of what is packed: it stays at the first fault. */
struct ca_unpack {
	const uint8_t *at;
	const uint8_t *end;
	bool failed; /* it is no such value, or memory ran out */
};

/* The next value, borrowed; *RET_LEN octets. NULL: that was packed. */
const void *ca_unpack(struct ca_unpack *unpack, size_t *ret_len);

/* The next value of exactly LEN octets, copied to RET. */
void ca_unpack_into(struct ca_unpack *unpack, void *ret, size_t len);

int64_t ca_unpack_number(struct ca_unpack *unpack);

/* Both are new. */
char *ca_unpack_text(struct ca_unpack *unpack);
void ca_unpack_bytes(struct ca_unpack *unpack, struct ca_bytes *ret);

/* Adds what was packed to NAMES, whatever comes of it. */
void ca_unpack_names(struct ca_unpack *unpack, struct ca_names *names);

#endif
