/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BLOCKED_KEYS_H
#define COLDCA_BLOCKED_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "coldca/error.h"
#include "coldca/key.h"

#define CA_BLOCKED_KEYS_FILE "blocked-keys.txt" /* in the CA directory */

/* Bytes of the comments at the top; more of them is refused. */
#define CA_BLOCKED_HEAD_MAX ((size_t)64 * 1024)

/* Keys of one list; a file that could hold more of them is refused. */
#define CA_BLOCKED_KEYS_MAX ((size_t)16 * 1024 * 1024)

/*
 * A list of public keys that nobody may use: their private keys are known,
 * such as those of Debian's generator of 2008 (CVE-2008-0166). One text file:
 * lines that begin with `#` and empty lines at the top, then one line for each
 * key, the SHA-256 of its SubjectPublicKeyInfo in 64 lower-case hex digits, in
 * ascending order. It is read in place, so that millions of lines cost no
 * memory.
 */
struct ca_blocked_keys;

/*
 * Opens the list NAME in the directory DIR; PATH is what messages call it.
 * Every line is checked: a list that is not sorted would let keys through.
 * *RET is new, freed with ca_blocked_keys_free(). RET_MODE gets the file's
 * permission bits.
 *
 * CA_ERR_FILE   it is not there, is a link, or can not be read
 * CA_ERR_INPUT  a line, which the message numbers, is malformed or out of
 *               order, or the file is too long; the rule is blocked-keys
 */
CA_CHECKED enum ca_code ca_blocked_keys_open(int dir, const char *name,
    const char *path, struct ca_blocked_keys **ret, mode_t *ret_mode,
    struct ca_error *err);

/* How many keys LIST names. */
size_t ca_blocked_keys_count(const struct ca_blocked_keys *list);

/*
 * Whether LIST names the key of SPKI_SHA256, by binary search.
 *
 * CA_ERR_FILE  it can not be read
 */
CA_CHECKED enum ca_code ca_blocked_keys_find(const struct ca_blocked_keys *list,
    const uint8_t spki_sha256[CA_SHA256_SIZE], bool *ret_found,
    struct ca_error *err);

/* Accepts NULL. */
void ca_blocked_keys_free(struct ca_blocked_keys *list);

#endif
