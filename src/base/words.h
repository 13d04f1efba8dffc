/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_WORDS_H
#define COLDCA_BASE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"

/*
 * The PGP word list (P. Juola and P. Zimmermann, "Whole-word phonetic
 * distances and the PGPfone alphabet", ICSLP 1996): one word for each value of
 * a byte, for two people to compare over the telephone.
 */

/*
 * The word for BYTE at POSITION, counted from 0: two syllables where POSITION
 * is even, three where it is odd, so that a word left out, said twice or
 * exchanged with its neighbour is noticed. Static.
 */
const char *ca_word(uint8_t byte, size_t position);

#define CA_WORD_MAX 11 /* letters of the longest word */

/*
 * Reads what ca_word() says of up to MAX octets, or their hex digits: words in
 * small or capital letters, parted by blanks, commas, hyphens or nothing but
 * line ends. *RET_LEN is how many octets were read.
 *
 * CA_ERR_INPUT  a word that is none, or not at its place; no octet, or too many
 */
CA_CHECKED enum ca_code ca_words_parse(const char *text, uint8_t *ret,
    size_t max, size_t *ret_len, struct ca_error *err);

#endif
