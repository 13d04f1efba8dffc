/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as orders. What is taken must keep its own promises: each order says
 * what messages call it and which request it is of, has the names that its
 * profile wants and no others, and is found by what it names.
 */
#include <openssl/err.h>
#include <string.h>

#include "coldca/orders.h"
#include "coldca/tenant.h"
#include "fuzz/fuzz.h"

/* What an operator says in person is not in a file. */
static void
check_silent(const struct ca_order *order)
{
	require(!order->allow_root && !order->allow_node);
	require(!order->names_from_request && !order->drop_extra);
	require(!order->any_user && order->ledger == NULL);
}

static void
check_names(const struct ca_order *order)
{
	enum ca_profile_names names = order->profile->names;

	require(ca_profile_on_request(order->profile));
	require((order->user != NULL) == (names == CA_NAMES_USER));
	require((order->tenant != 0) == (names == CA_NAMES_TENANT));
	require(
	    ca_profile_takes_hosts(order->profile) || order->hosts.count == 0);
	require(names != CA_NAMES_HOSTS || order->hosts.count > 0);
	require(names == CA_NAMES_USER || order->scopes.count == 0);
	for (size_t i = 0; i < order->hosts.count; i++)
		require(order->hosts.item[i].text != NULL);
}

/* By its key where it has one, else by its name, in any directory. */
static void
check_found(const struct ca_orders *orders, size_t index)
{
	static const uint8_t other[CA_SHA256_SIZE] = { 0x5a };
	const struct ca_ordered *ordered = &orders->item[index];
	char path[2 * 4096];
	size_t found = orders->count;

	require(ordered->what != NULL && ordered->what[0] != '\0');
	require(ordered->line > 0);
	require(ordered->request != NULL || ordered->has_key);
	if (ordered->request != NULL)
		(void)snprintf(path, sizeof(path), "in/%s", ordered->request);
	else
		(void)snprintf(path, sizeof(path), "in/none");
	require(ca_orders_find(orders, path,
		    ordered->has_key ? ordered->key : other,
		    &found) == CA_ORDERS_FITS);
	require(found < orders->count);
	if (ordered->has_key)
		require(found == index);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ca_orders orders = { 0 };
	struct ca_error err = { 0 };
	enum ca_code rc = ca_orders_parse("fuzz", data, size, &orders, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (orders.count > 0));
	require(rc == CA_OK || err.message[0] != '\0');
	for (size_t i = 0; i < orders.count; i++) {
		check_silent(&orders.item[i].order);
		check_names(&orders.item[i].order);
		check_found(&orders, i);
	}
	ca_orders_clear(&orders);
	require(ERR_peek_error() == 0);
	return 0;
}
