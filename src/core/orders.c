/* SPDX-License-Identifier: Apache-2.0 */
/* Requests held against what is ordered. */
#include "coldca/orders.h"

#include <stdlib.h>
#include <string.h>

/* Whether PATH is NAME, or ends in it behind a slash. */
static bool
is_path(const char *path, const char *name)
{
	size_t len = strlen(path), tail = strlen(name);

	if (len < tail || strcmp(path + len - tail, name) != 0)
		return false;
	return len == tail || path[len - tail - 1] == '/';
}

enum ca_orders_match
ca_orders_find(const struct ca_orders *orders, const char *path,
    const uint8_t spki_sha256[CA_SHA256_SIZE], size_t *ret_index)
{
	enum ca_orders_match match = CA_ORDERS_NONE;

	for (size_t i = 0; i < orders->count; i++) {
		const struct ca_ordered *item = &orders->item[i];
		bool key = item->has_key &&
		    memcmp(item->key, spki_sha256, CA_SHA256_SIZE) == 0;
		bool named =
		    item->request == NULL || is_path(path, item->request);

		if (!named)
			continue;
		if (key) {
			*ret_index = i;
			return CA_ORDERS_FITS;
		}
		if (item->request == NULL || match == CA_ORDERS_FITS)
			continue;
		*ret_index = i;
		match = item->has_key ? CA_ORDERS_OTHER_KEY : CA_ORDERS_FITS;
	}
	return match;
}

void
ca_ordered_clear(struct ca_ordered *ordered)
{
	free(ordered->what);
	free(ordered->request);
	ca_order_clear(&ordered->order);
	*ordered = (struct ca_ordered){ 0 };
}

void
ca_orders_clear(struct ca_orders *orders)
{
	if (orders == NULL)
		return;
	for (size_t i = 0; i < orders->count; i++)
		ca_ordered_clear(&orders->item[i]);
	free(orders->item);
	*orders = (struct ca_orders){ 0 };
}
