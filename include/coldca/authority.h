/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_AUTHORITY_H
#define COLDCA_AUTHORITY_H

#include <stdbool.h>

#include "coldca/certificate.h"

/*
 * The certificate authorities of one CA directory, by the file of CockroachDB's
 * certificate directory that holds their certificates. The order is that of
 * the table; the words are stored in ledgers.
 */
enum ca_authority {
	CA_AUTHORITY_CLUSTER, /* ca.crt: signs whatever no other does */
	CA_AUTHORITY_CLIENT,  /* ca-client.crt: clients, and nodes as such */
	CA_AUTHORITY_UI,      /* ca-ui.crt: the DB Console */
	CA_AUTHORITY_TENANT_CLIENT, /* ca-client-tenant.crt: tenant servers */
	CA_AUTHORITIES
};

#define CA_AUTHORITY_BIT(authority) (1U << (authority))

/* One row. All texts are static. */
struct ca_authority_info {
	const char *name;    /* "tenant-client": the word of --ca */
	const char *file;    /* "ca-client-tenant.crt" */
	const char *command; /* what makes one: "create-tenant-client-ca" */
};

/* The certificates of every authority; zero-initialised: there are none. */
struct ca_authorities {
	struct ca_certificates of[CA_AUTHORITIES];
};

/* Never NULL. */
const struct ca_authority_info *ca_authority_get(enum ca_authority authority);

/* The same as ca_authority_get()->name: "cluster", static. */
const char *ca_authority_name(enum ca_authority authority);

/* Finds the authority that WORD names; false where there is none. */
bool ca_authority_by_name(const char *word, enum ca_authority *ret_authority);

/* Frees what AUTHORITIES holds and makes it empty. Accepts NULL. */
void ca_authorities_clear(struct ca_authorities *authorities);

#endif
