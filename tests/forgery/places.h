/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_FORGERY_PLACES_H
#define COLDCA_TESTS_FORGERY_PLACES_H

#include <stddef.h>
#include <stdint.h>

/*
 * What kind of place an octet of a SQLite file is in; the sections are those of
 * https://www.sqlite.org/fileformat2.html.
 */
enum place {
	PLACE_HEADER,      /* 1.3: the first 100 octets */
	PLACE_PAGE_HEADER, /* 1.6: of a b-tree page, with its cell pointers */
	PLACE_UNALLOCATED, /* 1.6: between cell pointers and cells */
	PLACE_FREEBLOCK,   /* 1.6: of a page, between cells */
	PLACE_CELL,        /* 1.6: cells, and fragments between them */
	PLACE_FREELIST,    /* 1.5: pages that nobody uses */
	PLACE_OVERFLOW,    /* 1.7: what is too long for a cell */
	PLACES
};

/* The place of octet AT of the LEN octets of FILE. */
enum place place_of(const uint8_t *file, size_t len, size_t at);

/* "the header of the file": static. */
const char *place_name(enum place place);

#endif
