/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_PROFILE_H
#define COLDCA_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/authority.h"

/* The kinds of certificate. The order is that of the table. */
enum ca_profile_id {
	CA_PROFILE_CA,
	CA_PROFILE_NODE,
	CA_PROFILE_CLIENT,
	CA_PROFILE_UI,
	CA_PROFILE_TENANT_CLIENT,
	CA_PROFILE_OCSP,
	CA_PROFILES /* how many there are */
};

/* Whose names a profile carries. */
enum ca_profile_names {
	CA_NAMES_NONE,   /* a fixed subject and no subject alternative name */
	CA_NAMES_HOSTS,  /* hosts as alternative names; a fixed common name, or
			    the first of the hosts */
	CA_NAMES_USER,   /* the user as common name; scopes, where ordered, as
			    alternative names */
	CA_NAMES_TENANT, /* the tenant's number as common name, and hosts */
};

/* Extended key usages, as bits (RFC 5280 section 4.2.1.12). */
#define CA_EKU_SERVER_AUTH 1U
#define CA_EKU_CLIENT_AUTH 2U
#define CA_EKU_OCSP_SIGNING 4U /* alone, with id-pkix-ocsp-nocheck */

#define CA_ORGANIZATION "Cockroach" /* O of every subject */
#define CA_TENANTS_UNIT "Tenants"   /* OU of tenant servers, and of no other */

/* One row: what a certificate of this kind contains. */
struct ca_profile {
	enum ca_profile_id id;
	const char *name;  /* "node": the word of the command line */
	const char *usage; /* "Node": as `cockroach cert list` says */
	enum ca_profile_names names;
	const char *common_name; /* NULL: from the names */
	const char *unit;        /* OU of the subject; NULL: none */
	bool is_ca;              /* cA TRUE, path length 0 */
	uint32_t key_usage;      /* OpenSSL's KU_ bits, for any key */
	uint32_t key_usage_rsa;  /* further bits where the key is RSA */
	unsigned extended;       /* CA_EKU_ bits */
	int64_t lifetime;        /* default, in seconds */
	const char *file;        /* "node"; a user's name follows "client" */
	const char *bundle;      /* prefix of the bundle's name: "node" */
	/*
	 * The CAs that sign it, the most special first: the first of these that
	 * there is, as CockroachDB looks for the files that verify it.
	 */
	enum ca_authority signer[CA_AUTHORITIES];
	size_t signers;
	unsigned trusts; /* CA_AUTHORITY_BIT() of the files that its host wants
			    beside it, as far as there are such CAs */
};

/* How long before now a certificate begins to be valid, in seconds. */
#define CA_BACKDATE ((int64_t)24 * 3600)

/* Never NULL. */
const struct ca_profile *ca_profile_get(enum ca_profile_id id);

/* Whether a host or a user can ask for it: neither a CA nor a responder. */
bool ca_profile_on_request(const struct ca_profile *profile);

/* Whether hosts are named for it; whether SIGNER is one of its signers. */
bool ca_profile_takes_hosts(const struct ca_profile *profile);
bool ca_profile_signed_by(const struct ca_profile *profile,
    enum ca_authority signer);

/* The profile that WORD names, or NULL. */
const struct ca_profile *ca_profile_by_name(const char *word);

#endif
