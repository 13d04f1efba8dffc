/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TENANT_H
#define COLDCA_TENANT_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/error.h"
#include "coldca/name.h"

/* Bytes of a tenant's name: as long as a DNS label (RFC 1035 2.3.4). */
#define CA_TENANT_NAME_MAX 63

/*
 * Reads a tenant's number: decimal, from 1 (0 is no tenant, and CockroachDB
 * panics at it) to 2^64 - 1, without a sign or leading zeros.
 *
 * CA_ERR_INPUT  anything else
 */
CA_CHECKED enum ca_code ca_tenant_parse(const char *text, uint64_t *ret_tenant,
    struct ca_error *err);

/*
 * A tenant scope, by number or by name: the certificate of a user is good for
 * that tenant alone. *RET_SCOPE is of kind CA_NAME_URI, without the user yet:
 * "crdb://tenant/5", "crdb://tenant-name/app"; new, ca_name_clear() it. A name
 * holds lower-case letters, digits and hyphens, none at either end.
 *
 * CA_ERR_INPUT  not a tenant's number, or name
 */
CA_CHECKED enum ca_code ca_scope_parse(const char *text, bool by_name,
    struct ca_name *ret_scope, struct ca_error *err);

/*
 * The scope with its user: "crdb://tenant/5/user/maxroach". Octets of USER that
 * are not unreserved in a URI (RFC 3986 section 2.3) are percent-encoded.
 * *RET_NAME is new; ca_name_clear() it.
 */
CA_CHECKED enum ca_code ca_scope_for_user(const struct ca_name *scope,
    const char *user, struct ca_name *ret_name, struct ca_error *err);

/*
 * Whether URI is what ca_scope_for_user() makes of some scope and USER, byte
 * for byte.
 */
bool ca_scope_is_for_user(const char *uri, const char *user);

#endif
