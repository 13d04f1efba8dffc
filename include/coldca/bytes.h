/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BYTES_H
#define COLDCA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/* No object that coldca builds or reads is larger: 16 MiB, in bytes. */
#define CA_BYTES_MAX ((size_t)16 * 1024 * 1024)

/*
 * Bytes that their holder owns. { NULL, 0 } is empty and valid. A PIN never is
 * in one; whoever puts a host's private key in one wipes it before freeing.
 */
struct ca_bytes {
	uint8_t *data;
	size_t len;
};

/*
 * Appends LEN bytes at DATA to BYTES, growing it. On failure BYTES is as it
 * was.
 *
 * CA_ERR_INTERNAL  out of memory, or the result would pass CA_BYTES_MAX
 */
CA_CHECKED enum ca_code ca_bytes_append(struct ca_bytes *bytes,
    const void *data, size_t len, struct ca_error *err);

bool ca_bytes_equal(const struct ca_bytes *a, const struct ca_bytes *b);

/* Frees what BYTES holds and makes it empty. Accepts NULL. */
void ca_bytes_free(struct ca_bytes *bytes);

#endif
