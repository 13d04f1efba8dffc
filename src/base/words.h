/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_BASE_WORDS_H
#define COLDCA_BASE_WORDS_H

#include <stddef.h>
#include <stdint.h>

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

#endif
