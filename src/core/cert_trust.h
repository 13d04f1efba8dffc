/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_CERT_TRUST_H
#define COLDCA_CORE_CERT_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "coldca/certs_dir.h"
#include "coldca/error.h"

/*
 * The files of a certificate directory as they would be with those of FIRST
 * laid over those of SECOND. Both borrowed; SECOND may be NULL.
 */
struct ca_cert_sets {
	const struct ca_certs_rows *first;
	const struct ca_certs_rows *second;
};

/* The row of FILE, or NULL. */
const struct ca_certs_row *ca_cert_sets_find(const struct ca_cert_sets *sets,
    const char *file);

/* Calls EACH with every row of SETS, each file once. */
void ca_cert_sets_each(const struct ca_cert_sets *sets,
    void (*each)(void *context, const struct ca_certs_row *row), void *context);

/* Whether both files have the same certificates in the same order. */
bool ca_certs_row_same(const struct ca_certs_row *a,
    const struct ca_certs_row *b);

/* Whether a row is of a CA's file, and whether it is client.node.crt. */
bool ca_certs_row_is_ca(const struct ca_certs_row *row);
bool ca_certs_row_is_node_client(const struct ca_certs_row *row);

/*
 * Whether only another machine can say if LEAF is trusted: a user's certificate
 * on a machine with no server and no ca-client.crt, where ca.crt does not hold
 * its CA. A client needs the CA of the servers, not that of the clients.
 */
bool ca_cert_trusted_elsewhere(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf);

/* Whether FILE of SETS is what CockroachDB verifies LEAF with. */
bool ca_cert_verified_by(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf, const char *file);

/*
 * Checks that LEAF chains, with its dates, usages and constraints at NOW, to
 * the CA files of SETS with which CockroachDB verifies its kind: node.crt to
 * ca.crt; client.*.crt, and node.crt where there is no client.node.crt, to
 * ca-client.crt; ui.crt to ca-ui.crt; client-tenant.*.crt to
 * ca-client-tenant.crt, else ca-client.crt; and each to ca.crt where there is
 * no such file. What ca_cert_trusted_elsewhere() is not checked. Issuers are compared byte for byte, as Go does.
 *
 * CA_ERR_POLICY  it does not; the message has no object
 */
CA_CHECKED enum ca_code ca_cert_trust_check(const struct ca_cert_sets *sets,
    const struct ca_certs_row *leaf, int64_t now, struct ca_error *err);

#endif
