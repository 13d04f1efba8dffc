/* SPDX-License-Identifier: Apache-2.0 */
/* Lint: what CockroachDB makes of a certificate, and Go refuses for it. */
#include <stdlib.h>
#include <string.h>

#include "coldca/profile.h"
#include "coldca/tenant.h"
#include "core/lint_internal.h"

static bool
common_name_once(const struct ca_lint_subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	int first = X509_NAME_get_index_by_NID(name, NID_commonName, -1);

	/* Behind none there is none either. */
	return X509_NAME_get_index_by_NID(name, NID_commonName, first) < 0;
}

static bool
is_no_principal(const struct ca_name *name)
{
	return !ca_principal_reserved(name->text);
}

static bool
hosts_no_principals(const struct ca_lint_subject *s)
{
	return ca_lint_each_name(s, CA_NAME_DNS, is_no_principal);
}

#define SCOPE "crdb:"

/*
 * One crdb URI, and CockroachDB looks at no other name: only a user's own, in
 * a certificate that is for nothing but logging in.
 */
static bool
scopes_fit(const struct ca_lint_subject *s)
{
	const struct ca_names *names = ca_certificate_names(s->cert);
	const char *user = ca_certificate_common_name(s->cert);

	for (size_t i = 0; i < names->count; i++)
		if (names->item[i].kind == CA_NAME_URI &&
		    strncasecmp(names->item[i].text, SCOPE, strlen(SCOPE)) ==
			0 &&
		    (s->extended != XKU_SSL_CLIENT || user == NULL ||
			!ca_scope_is_for_user(names->item[i].text, user)))
			return false;
	return true;
}

/* Whether entry AT of NAME is TEXT. */
static bool
is_entry(const X509_NAME *name, int at, const char *text)
{
	const ASN1_STRING *value =
	    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));

	return (size_t)ASN1_STRING_length(value) == strlen(text) &&
	    memcmp(ASN1_STRING_get0_data(value), text, strlen(text)) == 0;
}

/* OU=Tenants makes a tenant's server of it, and the common name its number. */
static bool
tenant_fits(const struct ca_lint_subject *s)
{
	const X509_NAME *name = X509_get_subject_name(s->x509);
	const char *tenant = ca_certificate_common_name(s->cert);
	bool of_tenant = false;
	struct ca_error ignored;
	uint64_t number;
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(name,
		    NID_organizationalUnitName, at)) >= 0)
		of_tenant = of_tenant || is_entry(name, at, CA_TENANTS_UNIT);
	return !of_tenant ||
	    (!s->is_ca && tenant != NULL &&
		ca_tenant_parse(tenant, &number, &ignored) == CA_OK &&
		s->extended == CA_LINT_TLS);
}

/*
 * A SQL login normalises the common name, RPC does not: of a name that is not
 * normal already, each makes another user.
 */
static bool
user_normal(const struct ca_lint_subject *s)
{
	const char *text = ca_certificate_common_name(s->cert);
	struct ca_error ignored;
	char *user = NULL;
	bool same;

	if (s->extended != XKU_SSL_CLIENT || text == NULL ||
	    ca_user_parse_any(text, &user, &ignored) != CA_OK)
		return true;
	same = strcmp(user, text) == 0;
	free(user);
	return same;
}

/*
 * Go wants each purpose of a leaf of all CAs above it, where they name any; where
 * none is named, s->extended has all bits.
 */
static bool
ca_for_both(const struct ca_lint_subject *s)
{
	return (s->extended & XKU_ANYEKU) != 0 ||
	    (s->extended & CA_LINT_TLS) == CA_LINT_TLS;
}

static bool
leaf_for_handshake(const struct ca_lint_subject *s)
{
	return (s->extended & (CA_LINT_TLS | XKU_OCSP_SIGN | XKU_ANYEKU)) != 0;
}

const struct ca_lint_rule ca_lint_cockroach_rules[] = {
	{ "lint-common-names", "CockroachDB principals", CA_LINT_ALL,
	    common_name_once,
	    "there are several common names: CockroachDB takes the last" },
	{ "lint-principals", "CockroachDB principals", CA_LINT_ALL,
	    hosts_no_principals,
	    "a DNS name is that of a reserved user: it logs in as that user" },
	{ "lint-scopes", "CockroachDB principals", CA_LINT_ALL, scopes_fit,
	    "a crdb URI is no tenant scope of the certificate's user" },
	{ "lint-tenants", "CockroachDB principals", CA_LINT_ALL, tenant_fits,
	    "the organizational unit is that of tenants, and the rest is not" },
	{ "lint-user", "CockroachDB principals", CA_LINT_LEAF, user_normal,
	    "the common name is not a normalised user name: SQL and RPC take it for two users" },
	{ "lint-ca-purpose", "Go crypto/x509", CA_LINT_CA, ca_for_both,
	    "the extended key usage of a CA has not both serverAuth and clientAuth" },
	{ "lint-purpose-tls", "CockroachDB handshake", CA_LINT_LEAF,
	    leaf_for_handshake,
	    "the extended key usage has neither serverAuth nor clientAuth" },
	{ .name = NULL },
};
