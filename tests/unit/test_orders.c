/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "unit/test.h"

#define HEAD "version: 1\norders:\n"
#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct ca_orders
parse(const char *text)
{
	struct ca_orders orders = { 0 };
	struct ca_error err = { 0 };

	assert_ok(ca_orders_parse("o.yaml", text, strlen(text), &orders, &err),
	    &err);
	return orders;
}

static void
assert_refused(const char *text, const char *message, const char *hint)
{
	struct ca_orders orders = { 0 };
	struct ca_error err = { 0 };

	assert_int_equal(ca_orders_parse("o.yaml", text, strlen(text), &orders,
			     &err),
	    CA_ERR_INPUT);
	assert_string_equal(err.message, message);
	assert_string_equal(err.hint, hint);
	assert_null(orders.item);
}

static void
refuses_what_are_no_orders(void **state)
{
	char *text = calloc(1, CA_POLICY_SIZE_MAX + 2);

	(void)state;
	assert_refused("", "o.yaml: is empty", "");
	assert_refused("[]", "o.yaml:1:1: `key: value` lines are wanted here",
	    "");
	assert_refused("version: 1\n", "o.yaml:1:1: missing key \"orders\"",
	    "");
	assert_refused("orders: []\n", "o.yaml:1:9: orders: nothing is ordered",
	    "");
	assert_refused("version: 2\norders: []\n",
	    "o.yaml:1:10: version: 2: this coldca reads version 1",
	    "a higher version was written for a newer coldca");
	assert_refused("version: 1\norders: {}\n",
	    "o.yaml:2:9: orders: a list is wanted here",
	    "write [] for an empty list, [\"one\"] for a single item");
	assert_refused("version: 1\norders: &a []\n",
	    "o.yaml:2:9: anchors are not used here",
	    "put a & that begins a value in quotes");
	assert_refused("version: 1\norder: []\n",
	    "o.yaml:2:1: unknown key \"order\"",
	    "the keys here are: version, orders");
	assert_non_null(text);
	memset(text, '#', CA_POLICY_SIZE_MAX + 1);
	assert_refused(text, "o.yaml: larger than 1048576 bytes", "");
	free(text);
}

static void
refuses_an_order_that_is_half_said(void **state)
{
	static const char keys[] =
	    "the keys here are: request, key, profile, hosts, user, tenant, tenant-scope, tenant-name-scope, lifetime";

	(void)state;
	assert_refused(HEAD "- {request: a.csr, hosts: [a.b]}\n",
	    "o.yaml:3:3: missing key \"profile\" in orders", "");
	assert_refused(HEAD "- {profile: node, hosts: [a.b]}\n",
	    "o.yaml:3:3: orders: an order names its request, by `request` or `key`",
	    "");
	assert_refused(HEAD "- {request: a.csr, profile: node}\n",
	    "o.yaml:3:3: orders: a node certificate needs `hosts`", "");
	assert_refused(HEAD "- {request: a.csr, profile: client}\n",
	    "o.yaml:3:3: orders: a client certificate needs `user`", "");
	assert_refused(HEAD
	    "- {request: a.csr, profile: tenant-client, hosts: [a.b]}\n",
	    "o.yaml:3:3: orders: a tenant-client certificate needs `tenant`",
	    "");
	assert_refused(HEAD
	    "- {request: a.csr, profile: node, hosts: [a.b], user: max}\n",
	    "o.yaml:3:55: orders: a node certificate has no user", "");
	assert_refused(HEAD
	    "- {request: a.csr, profile: client, user: max, hosts: [a.b]}\n",
	    "o.yaml:3:55: orders: a client certificate has no hosts", "");
	assert_refused(HEAD
	    "- {request: a.csr, profile: ui, hosts: [a.b], tenant: 5}\n",
	    "o.yaml:3:55: orders: a ui certificate has no tenant", "");
	assert_refused(HEAD
	    "- {request: a.csr, profile: ui, hosts: [a.b], tenant-scope: [5]}\n",
	    "o.yaml:3:61: orders: a ui certificate has no tenant-scope", "");
	assert_refused(HEAD "- {request: a.csr, host: a.b}\n",
	    "o.yaml:3:20: unknown key \"host\" in orders", keys);
	assert_refused(HEAD "- a.csr\n",
	    "o.yaml:3:3: orders: `key: value` lines are wanted here", "");
}

static void
refuses_values_that_are_none(void **state)
{
	(void)state;
	assert_refused(HEAD "- {request: /a.csr}\n",
	    "o.yaml:3:13: orders.request: /a.csr: not the name of a file, or the end of its path",
	    "");
	assert_refused(HEAD "- {request: a/}\n",
	    "o.yaml:3:13: orders.request: a/: not the name of a file, or the end of its path",
	    "");
	assert_refused(HEAD "- {request: []}\n",
	    "o.yaml:3:13: orders.request: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "- {key: ab}\n",
	    "o.yaml:3:9: orders.key: not 64 hex digits",
	    "the SHA-256 of the key's SubjectPublicKeyInfo: `coldca inspect` prints it");
	assert_refused(HEAD "- {key: []}\n",
	    "o.yaml:3:9: orders.key: a text is wanted here, without NUL", "");
	assert_refused(HEAD "- {profile: ca}\n",
	    "o.yaml:3:13: orders.profile: ca: unknown profile",
	    "node, client, ui or tenant-client");
	assert_refused(HEAD "- {profile: x}\n",
	    "o.yaml:3:13: orders.profile: x: unknown profile",
	    "node, client, ui or tenant-client");
	assert_refused(HEAD "- {profile: []}\n",
	    "o.yaml:3:13: orders.profile: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "- {hosts: [root]}\n",
	    "o.yaml:3:12: orders.hosts: host root: CockroachDB takes a DNS name for a user, and this one is reserved",
	    "");
	assert_refused(HEAD "- {hosts: [a_b]}\n",
	    "o.yaml:3:12: orders.hosts: host a_b: has an underscore (RFC 1123 section 2.1)",
	    "DNS names have letters, digits, hyphens and dots");
	assert_refused(HEAD "- {hosts: [[a]]}\n",
	    "o.yaml:3:12: orders.hosts: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "- {user: a b}\n",
	    "o.yaml:3:10: orders.user: user name a b: has a character that is not allowed",
	    "a user name has 1 to 63 bytes: a lower-case letter, digit or underscore, then also dashes and periods");
	assert_refused(HEAD "- {user: []}\n",
	    "o.yaml:3:10: orders.user: a text is wanted here, without NUL", "");
	assert_refused(HEAD "- {tenant: 0}\n",
	    "o.yaml:3:12: orders.tenant: tenant `0`: not a tenant's number",
	    "a whole number from 1 on, without leading zeros");
	assert_refused(HEAD "- {tenant: []}\n",
	    "o.yaml:3:12: orders.tenant: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "- {tenant-scope: [0]}\n",
	    "o.yaml:3:19: orders.tenant-scope: tenant `0`: not a tenant's number",
	    "a whole number from 1 on, without leading zeros");
	assert_refused(HEAD "- {tenant-scope: [[0]]}\n",
	    "o.yaml:3:19: orders.tenant-scope: a text is wanted here, without NUL",
	    "");
	assert_refused(HEAD "- {tenant-name-scope: [A]}\n",
	    "o.yaml:3:24: orders.tenant-name-scope: tenant `A`: not a tenant's name",
	    "lower-case letters, digits and hyphens, at most 63");
	assert_refused(HEAD "- {lifetime: 1s}\n",
	    "o.yaml:3:14: orders.lifetime: 1s: not between one minute and 100 years",
	    "");
}

static void
refuses_to_order_one_request_twice(void **state)
{
	static const char user[] = "profile: client, user: max";
	char text[1000];

	(void)state;
	(void)snprintf(text, sizeof(text),
	    HEAD "- {request: a.csr, %s}\n- {request: a.csr, %s}\n", user,
	    user);
	assert_refused(text,
	    "o.yaml:4:3: orders: a.csr: is ordered in line 3 already", "");
	(void)snprintf(text, sizeof(text),
	    HEAD "- {request: a.csr, %s}\n- {request: a.csr, key: " HEX
		 ", %s}\n",
	    user, user);
	assert_refused(text,
	    "o.yaml:4:3: orders: a.csr: is ordered in line 3 already", "");
	(void)snprintf(text, sizeof(text),
	    HEAD "- {request: a.csr, key: " HEX
		 ", %s}\n- {request: a.csr, %s}\n",
	    user, user);
	assert_refused(text,
	    "o.yaml:4:3: orders: a.csr: is ordered in line 3 already", "");
	(void)snprintf(text, sizeof(text),
	    HEAD "- {request: a.csr, key: " HEX ", %s}\n- {key: " HEX ", %s}\n",
	    user, user);
	assert_refused(text,
	    "o.yaml:4:3: orders: key " HEX ": is ordered in line 3 already",
	    "");
}

/* No key is not a key of zeros, and two keys are two requests. */
static void
takes_orders_that_only_look_alike(void **state)
{
	static const char user[] = "profile: client, user: max";
	char text[1000];
	struct ca_orders orders;

	(void)state;
	(void)snprintf(text, sizeof(text),
	    HEAD "- {request: a.csr, %s}\n- {key: '%064d', %s}\n"
		 "- {request: b.csr, %s}\n- {request: c.csr, key: " HEX
		 ", %s}\n- {request: c.csr, key: " OTHER ", %s}\n",
	    user, 0, user, user, user, user);
	orders = parse(text);
	assert_int_equal(orders.count, 5);
	ca_orders_clear(&orders);
}

static void
refuses_a_request_that_is_too_long(void **state)
{
	char text[CA_PATH_MAX + 100];
	struct ca_orders orders = { 0 };
	struct ca_error err = { 0 };

	(void)state;
	(void)snprintf(text, sizeof(text), HEAD "- {request: r%0*d}\n",
	    CA_PATH_MAX - 1, 0);
	assert_int_equal(ca_orders_parse("o.yaml", text, strlen(text), &orders,
			     &err),
	    CA_ERR_INPUT);
	assert_non_null(strstr(err.message, "o.yaml:3:13: orders.request: r0"));
}

static void
reads_every_key(void **state)
{
	struct ca_orders orders = parse(HEAD
	    "- request: n1/node.csr\n"
	    "  key: " HEX "\n"
	    "  profile: node\n"
	    "  hosts: [Node1.example.com, 10.0.0.1]\n"
	    "  lifetime: 720h\n"
	    "- key: " OTHER "\n"
	    "  profile: client\n"
	    "  user: Max\n"
	    "  tenant-scope: [5]\n"
	    "  tenant-name-scope: [app]\n"
	    "- {request: t.csr, profile: tenant-client, tenant: 7, hosts: [t.b]}\n");
	const struct ca_ordered *item = orders.item;

	(void)state;
	assert_int_equal(orders.count, 3);
	assert_string_equal(item[0].what, "n1/node.csr");
	assert_true(item[0].has_key);
	assert_int_equal(item[0].key[1], 0x11);
	assert_int_equal(item[0].line, 3);
	assert_int_equal(item[0].order.profile->id, CA_PROFILE_NODE);
	assert_int_equal(item[0].order.hosts.count, 2);
	assert_string_equal(item[0].order.hosts.item[0].text,
	    "node1.example.com");
	assert_int_equal(item[0].order.lifetime, 720 * 3600);
	assert_string_equal(item[1].what, "key " OTHER);
	assert_null(item[1].request);
	assert_string_equal(item[1].order.user, "max");
	assert_int_equal(item[1].order.scopes.count, 2);
	assert_string_equal(item[1].order.scopes.item[1].text,
	    "crdb://tenant-name/app");
	assert_int_equal(item[1].order.lifetime, 0);
	assert_false(item[2].has_key);
	assert_int_equal(item[2].order.tenant, 7);
	for (size_t i = 0; i < 3; i++) {
		assert_false(item[i].order.allow_root);
		assert_false(item[i].order.allow_node);
		assert_false(item[i].order.drop_extra);
		assert_false(item[i].order.names_from_request);
	}
	ca_orders_clear(&orders);
	ca_orders_clear(NULL);
}

static void
holds_requests_against_orders(void **state)
{
	struct ca_orders orders = parse(HEAD
	    "- {request: n1/node.csr, profile: client, user: a}\n"
	    "- {request: n2/node.csr, key: " HEX ", profile: client, user: b}\n"
	    "- {key: " OTHER ", profile: client, user: c}\n");
	uint8_t hex[CA_SHA256_SIZE], other[CA_SHA256_SIZE];
	uint8_t third[CA_SHA256_SIZE] = { 3 };
	const struct {
		const char *path;
		const uint8_t *key;
		enum ca_orders_match match;
		size_t index;
	} cases[] = {
		{ "n1/node.csr", third, CA_ORDERS_FITS, 0 },
		{ "/in/n1/node.csr", third, CA_ORDERS_FITS, 0 },
		{ "xn1/node.csr", third, CA_ORDERS_NONE, 9 },
		{ "node.csr", third, CA_ORDERS_NONE, 9 },
		{ "n1/node.csr.bak", third, CA_ORDERS_NONE, 9 },
		{ "n1/node.csr", other, CA_ORDERS_FITS, 2 },
		{ "n2/node.csr", hex, CA_ORDERS_FITS, 1 },
		{ "n2/node.csr", third, CA_ORDERS_OTHER_KEY, 1 },
		{ "n2/node.csr", other, CA_ORDERS_FITS, 2 },
		{ "n3/node.csr", hex, CA_ORDERS_NONE, 9 },
		{ "n3/node.csr", other, CA_ORDERS_FITS, 2 },
	};
	struct ca_error err = { 0 };

	(void)state;
	assert_ok(ca_hex_parse(HEX, hex, sizeof(hex), &err), &err);
	assert_ok(ca_hex_parse(OTHER, other, sizeof(other), &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t index = 9;

		if (ca_orders_find(&orders, cases[i].path, cases[i].key,
			&index) != cases[i].match ||
		    index != cases[i].index)
			fail_msg("case %zu: %zu", i, index);
	}
	ca_orders_clear(&orders);
}

/* The first that is named, unless a key says another one. */
static void
takes_the_first_name_that_fits(void **state)
{
	struct ca_orders orders =
	    parse(HEAD "- {request: n1/a.csr, profile: client, user: a}\n"
		       "- {request: a.csr, profile: client, user: b}\n"
		       "- {request: in/n1/a.csr, key: " HEX
		       ", profile: client, user: c}\n");
	uint8_t key[CA_SHA256_SIZE] = { 3 };
	size_t index = 9;

	(void)state;
	assert_int_equal(ca_orders_find(&orders, "in/n1/a.csr", key, &index),
	    CA_ORDERS_FITS);
	assert_int_equal(index, 0);
	ca_orders_clear(&orders);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_are_no_orders),
		cmocka_unit_test(refuses_an_order_that_is_half_said),
		cmocka_unit_test(refuses_values_that_are_none),
		cmocka_unit_test(refuses_to_order_one_request_twice),
		cmocka_unit_test(takes_orders_that_only_look_alike),
		cmocka_unit_test(refuses_a_request_that_is_too_long),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(holds_requests_against_orders),
		cmocka_unit_test(takes_the_first_name_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
