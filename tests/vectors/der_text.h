/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_DER_TEXT_H
#define COLDCA_TESTS_DER_TEXT_H

#include "coldca/bytes.h"

/* What `%X` stands for in a text. */
struct der_part {
	char name;
	struct ca_bytes bytes;
};

/*
 * The bytes that TEXT describes, which may be wrong in every way:
 *
 *   30 82        octets in hex
 *   { ... }      the shortest length of what is within, and that
 *   "abc"        characters
 *   .1.2.840     the content of an OBJECT IDENTIFIER
 *   %k           the part of that name
 *   *300 61      the octet so many times
 *
 * Ends the program where TEXT can not be read.
 */
struct ca_bytes der_text(const char *text, const struct der_part *parts,
    size_t count);

#endif
