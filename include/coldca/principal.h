/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PRINCIPAL_H
#define COLDCA_PRINCIPAL_H

#include <stddef.h>

#include "coldca/error.h"

#define CA_PRINCIPAL_MAP_MAX 1000 /* entries; more is a mistake */

/*
 * What CockroachDB's --cert-principal-map says: whom it takes a certificate's
 * common name, or one of its DNS names, for. Zero-initialised is empty.
 */
struct ca_principal_map {
	struct ca_principal {
		char *certificate; /* owned; "db.example.com" */
		char *database;    /* owned; "node" */
	} * item;
	size_t count;
};

/*
 * Appends to MAP what TEXT says, "CERTIFICATE:DATABASE,...", each split at its
 * last colon. Empty entries between commas are passed over, as CockroachDB
 * does.
 *
 * CA_ERR_INPUT  no colon, an empty side, more than CA_PRINCIPAL_MAP_MAX
 */
CA_CHECKED enum ca_code ca_principal_map_add(struct ca_principal_map *map,
    const char *text, struct ca_error *err);

/* Whom NAME is taken for: the last entry wins, and otherwise itself. */
const char *ca_principal_map_get(const struct ca_principal_map *map,
    const char *name);

/* Frees what MAP holds and makes it empty. */
void ca_principal_map_clear(struct ca_principal_map *map);

#endif
