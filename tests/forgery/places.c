/* SPDX-License-Identifier: Apache-2.0 */
#include "forgery/places.h"

#include <stdbool.h>

#define HEADER ((size_t)100)

static size_t
number(const uint8_t *at, size_t octets)
{
	size_t value = 0;

	for (size_t i = 0; i < octets; i++)
		value = value << 8 | at[i];
	return value;
}

static size_t
page_size(const uint8_t *file)
{
	size_t size = number(file + 16, 2);

	return size == 1 ? 65536 : size;
}

/* Whether PAGE, counted from 1, is a trunk or leaf of the freelist. */
static bool
is_free(const uint8_t *file, size_t len, size_t page)
{
	size_t size = page_size(file);

	for (size_t trunk = number(file + 32, 4), n = 0;
	     trunk != 0 && trunk * size <= len && n < len / size; n++) {
		const uint8_t *at = file + (trunk - 1) * size;
		size_t leaves = number(at + 4, 4);

		if (trunk == page)
			return true;
		for (size_t i = 0; i < leaves && 8 + 4 * i < size; i++)
			if (number(at + 8 + 4 * i, 4) == page)
				return true;
		trunk = number(at, 4);
	}
	return false;
}

static bool
in_freeblock(const uint8_t *page, size_t size, size_t header, size_t at)
{
	size_t block = number(page + header + 1, 2);

	for (size_t n = 0; block != 0 && block + 4 <= size && n < size; n++) {
		if (at >= block && at < block + number(page + block + 2, 2))
			return true;
		block = number(page + block, 2);
	}
	return false;
}

static enum place
place_in_tree(const uint8_t *page, size_t size, size_t header, size_t at)
{
	bool inner = page[header] == 2 || page[header] == 5;
	size_t cells = number(page + header + 3, 2);
	size_t pointers = header + (inner ? 12 : 8) + 2 * cells;
	size_t content = number(page + header + 5, 2);

	if (content == 0)
		content = 65536;
	if (at < pointers)
		return PLACE_PAGE_HEADER;
	if (at < content)
		return PLACE_UNALLOCATED;
	return in_freeblock(page, size, header, at) ? PLACE_FREEBLOCK
						    : PLACE_CELL;
}

enum place
place_of(const uint8_t *file, size_t len, size_t at)
{
	size_t size = page_size(file), index = at / size;
	const uint8_t *page = file + index * size;
	size_t header = index == 0 ? HEADER : 0;
	uint8_t type = page[header];

	if (at < HEADER)
		return PLACE_HEADER;
	if (is_free(file, len, index + 1))
		return PLACE_FREELIST;
	if (type != 2 && type != 5 && type != 10 && type != 13)
		return PLACE_OVERFLOW;
	return place_in_tree(page, size, header, at - index * size);
}

const char *
place_name(enum place place)
{
	static const char *const names[PLACES] = {
		[PLACE_HEADER] = "in the header of the file",
		[PLACE_PAGE_HEADER] = "in the header of a page",
		[PLACE_UNALLOCATED] =
		    "between the cell pointers and the cells of a page",
		[PLACE_FREEBLOCK] = "in a free block of a page",
		[PLACE_CELL] = "in cells",
		[PLACE_FREELIST] = "in pages that nobody uses",
		[PLACE_OVERFLOW] = "in overflow pages",
	};

	return names[place];
}
