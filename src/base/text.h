/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_TEXT_H
#define COLDCA_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/* Bytes of one text that can be escaped; nothing we show is near it. */
#define CA_TEXT_MAX ((size_t)1024 * 1024)

/*
 * Makes LEN bytes from outside fit to be shown: valid UTF-8 is kept, and
 * everything that could move a cursor, hide or reorder text (C0, DEL, C1,
 * bidirectional controls, zero-width and other format characters, line
 * separators), bytes that are not UTF-8, and NUL become \xNN or \u{NNNN}.
 * *RET_TEXT is new; free() it.
 *
 * CA_ERR_INPUT  longer than CA_TEXT_MAX
 */
CA_CHECKED enum ca_code ca_text_escape(const void *data, size_t len,
    char **ret_text, struct ca_error *err);

/* The same, and whatever is beyond ASCII becomes \u{NNNN} too. */
CA_CHECKED enum ca_code ca_text_escape_ascii(const void *data, size_t len,
    char **ret_text, struct ca_error *err);

/* asprintf() that reports like everything else. *RET_TEXT is new. */
CA_CHECKED enum ca_code ca_text_format(char **ret_text, struct ca_error *err,
    const char *fmt, ...) CA_PRINTF(3, 4);

/* Lower-case hex of LEN bytes with a NUL: TEXT has room for 2 * LEN + 1. */
void ca_hex(const uint8_t *data, size_t len, char *text);

/* Reads exactly 2 * LEN hex digits. CA_ERR_INPUT: anything else. */
CA_CHECKED enum ca_code ca_hex_parse(const char *text, uint8_t *ret, size_t len,
    struct ca_error *err);

#endif
