/* SPDX-License-Identifier: Apache-2.0 */
#include "token/listing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ITEM_SIZE 256 /* bytes of one item with its NUL; longer ones are cut */

enum ca_code
ca_listing_add(struct ca_listing *listing, struct ca_error *err,
    const char *fmt, ...)
{
	char item[ITEM_SIZE] = "...";
	const char *separator = listing->count == 0 ? "" : ", ";
	enum ca_code rc;
	va_list ap;

	if (listing->count++ > CA_LISTING_MAX)
		return CA_OK;
	if (listing->count <= CA_LISTING_MAX) {
		va_start(ap, fmt);
		(void)vsnprintf(item, sizeof(item), fmt, ap);
		va_end(ap);
	}
	if (listing->text.len > 0)
		listing->text.len--; /* the NUL */
	rc = ca_bytes_append(&listing->text, separator, strlen(separator), err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&listing->text, item, strlen(item) + 1,
		    err);
	return rc;
}

const char *
ca_listing_text(const struct ca_listing *listing)
{
	return listing->count == 0 ? "none" : (const char *)listing->text.data;
}

void
ca_listing_clear(struct ca_listing *listing)
{
	ca_bytes_free(&listing->text);
	listing->count = 0;
}
