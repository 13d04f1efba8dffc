/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_SPOOL_H
#define COLDCA_BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"

/*
 * Something large on its way, in a file without a name: it is gone with the
 * process, and its pages are the kernel's to take back. Nothing secret is in it.
 */
struct ca_spool {
	int fd;        /* -1: there is none */
	uint8_t *data; /* once it is mapped, to be read */
	size_t len;    /* bytes in the file */
	size_t mapped; /* of them */
};

#define CA_SPOOL_NONE    \
	{                \
		.fd = -1 \
	}

/*
 * A new empty one, in the directory DIR, or where nothing can be written in
 * /var/tmp, or in memory. *RET is closed with ca_spool_close().
 *
 * CA_ERR_FILE  it can not be made
 */
CA_CHECKED enum ca_code ca_spool_open(const char *dir, struct ca_spool *ret,
    struct ca_error *err);

/* Writes LEN bytes at OFFSET; what lies before it and was not written is 0. */
CA_CHECKED enum ca_code ca_spool_write(struct ca_spool *spool, size_t offset,
    const void *data, size_t len, struct ca_error *err);

/*
 * The same where several threads write, each at places of its own: `len` stays,
 * and is whatever the caller makes it.
 */
CA_CHECKED enum ca_code ca_spool_put(const struct ca_spool *spool,
    size_t offset, const void *data, size_t len, struct ca_error *err);

/* Appends LEN bytes from OFFSET on to RET: without mapping them. */
CA_CHECKED enum ca_code ca_spool_read(const struct ca_spool *spool,
    size_t offset, size_t len, struct ca_bytes *ret, struct ca_error *err);

/* Makes all that is in it readable in `data`; again after more was written. */
CA_CHECKED enum ca_code ca_spool_map(struct ca_spool *spool,
    struct ca_error *err);

/* Accepts one that is closed. */
void ca_spool_close(struct ca_spool *spool);

#endif
