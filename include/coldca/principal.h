/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PRINCIPAL_H
#define COLDCA_PRINCIPAL_H

#include <stdbool.h>
#include <stddef.h>

#include "coldca/error.h"
#include "coldca/name.h"

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

/*
 * Whether CockroachDB takes a certificate with COMMON_NAME, which may be NULL,
 * and alternative NAMES for USER: one of its principals is, which are the common
 * name and each DNS name, through MAP; or, where it has one, its crdb URIs
 * alone. But for root and node, whom also its RPC compares, case does not
 * count. MAP may be NULL.
 */
bool ca_principal_is(const char *common_name, const struct ca_names *names,
    const struct ca_principal_map *map, const char *user);

/*
 * The principals as CockroachDB prints them: ["max" "db.example.com"]. *RET_TEXT
 * is new; free() it.
 */
CA_CHECKED enum ca_code ca_principals_text(const char *common_name,
    const struct ca_names *names, const struct ca_principal_map *map,
    char **ret_text, struct ca_error *err);

/*
 * Whether two distinguished names in the form of RFC 4514 are the same, each
 * in the order of its certificate as CockroachDB compares them: spaces around
 * separators and the case of attribute types do not count.
 */
bool ca_dn_equal(const char *a, const char *b);

/* Frees what MAP holds and makes it empty. */
void ca_principal_map_clear(struct ca_principal_map *map);

#endif
