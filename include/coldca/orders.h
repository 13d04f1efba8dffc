/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_ORDERS_H
#define COLDCA_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/error.h"
#include "coldca/key.h"
#include "coldca/vet.h"

#define CA_ORDERS_VERSION 1 /* of the file's format */

/* One order of a prepared batch: which request gets what. */
struct ca_ordered {
	char *what;    /* owned; what messages call the request */
	char *request; /* owned; the end of its path; or NULL */
	bool has_key;
	uint8_t key[CA_SHA256_SIZE]; /* of its SubjectPublicKeyInfo */
	size_t line;                 /* of the file, from 1 */
	struct ca_order order;       /* owned; authority, ledger and what only
					an operator can say are not set */
};

/* Zero-initialised is empty and valid. */
struct ca_orders {
	struct ca_ordered *item;
	size_t count;
};

/*
 * Reads orders from the LEN bytes of YAML at TEXT; NAME is what messages call
 * them. The rules are those of ca_policy_parse(): unknown and repeated keys,
 * anchors, aliases, values that are none, names that the profile does not have
 * or lacks, and two orders for one request are errors that give line and column.
 * *RET is new; ca_orders_clear() it.
 *
 * CA_ERR_INPUT  not orders
 */
CA_CHECKED enum ca_code ca_orders_parse(const char *name, const void *text,
    size_t len, struct ca_orders *ret, struct ca_error *err);

/* How a request is held against orders. */
enum ca_orders_match {
	CA_ORDERS_NONE,      /* nothing is ordered for it */
	CA_ORDERS_FITS,      /* by its key, its name, or both where both are
				given */
	CA_ORDERS_OTHER_KEY, /* its name is, and its key is not */
};

/*
 * Finds the order for the request at PATH, whose key has SPKI_SHA256: *RET_INDEX
 * is its place in ORDERS, unless there is none. `request: n1/node.csr` means
 * every path that is this or ends in /n1/node.csr. A key is stronger than a name.
 */
enum ca_orders_match ca_orders_find(const struct ca_orders *orders,
    const char *path, const uint8_t spki_sha256[CA_SHA256_SIZE],
    size_t *ret_index);

/* Frees what ORDERED holds and makes it empty. */
void ca_ordered_clear(struct ca_ordered *ordered);

/* Accepts NULL and leaves an empty one. */
void ca_orders_clear(struct ca_orders *orders);

#endif
