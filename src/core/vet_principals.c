/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom a certificate lets its holder log in. CockroachDB takes the common
 * name and every DNS name for a user, one crdb URI for the only user there is,
 * and a subject with OU=Tenants for a tenant's server. Whatever the order, the
 * request and the policy say, the finished grant is judged here once more.
 */
#include <string.h>

#include "coldca/ledger.h"
#include "coldca/tenant.h"
#include "core/vetting.h"

#define LOCALHOST "localhost" /* many a host is called so, and no user */

bool
ca_vetting_must_be_spelled(const char *user)
{
	return strcmp(user, "root") == 0 || strcmp(user, "node") == 0;
}

static bool
is_spelled(const struct ca_order *order, const char *user)
{
	return strcmp(user, "root") == 0 ? order->allow_root
					 : order->allow_node;
}

/* They open every door of a cluster: that must have been said in person. */
static void
judge_user(const struct ca_vetting *vetting, const char *user)
{
	if (ca_vetting_must_be_spelled(user) &&
	    !is_spelled(vetting->order, user))
		ca_findings_add(vetting->findings, "principal-spelled",
		    CA_ERR_POLICY,
		    "user %s: nobody has said in person that it may be this one",
		    user);
}

static enum ca_code
judge_host(const struct ca_vetting *vetting, const char *host,
    struct ca_error *err)
{
	struct ca_ledger *ledger = vetting->order->ledger;
	bool issued = false;
	enum ca_code rc = CA_OK;

	if (ca_principal_reserved(host))
		ca_findings_add(vetting->findings, "principal-reserved",
		    CA_ERR_POLICY,
		    "host %s: CockroachDB takes a DNS name for a user, and this one is reserved",
		    host);
	if (strcmp(host, LOCALHOST) == 0)
		return CA_OK;
	if (ledger != NULL)
		rc = ca_ledger_has_user(ledger, host, &issued, err);
	if (rc == CA_OK &&
	    (issued || ca_policy_spells_user(vetting->whole, host)))
		ca_findings_add(vetting->findings, "principal-user",
		    CA_ERR_POLICY,
		    "host %s: CockroachDB takes a DNS name for a user, and %s",
		    host,
		    issued ? "a user of this name has a certificate"
			   : "policy names a user like this");
	return rc;
}

static void
judge_uri(const struct ca_vetting *vetting, const char *uri)
{
	const struct ca_grant *grant = &vetting->grant;

	if (grant->profile->names == CA_NAMES_USER &&
	    grant->common_name != NULL &&
	    ca_scope_is_for_user(uri, grant->common_name))
		return;
	ca_findings_add(vetting->findings, "principal-uri", CA_ERR_POLICY,
	    "URI %s: is no tenant scope of the certificate's user", uri);
}

enum ca_code
ca_vetting_judge_principals(const struct ca_vetting *vetting,
    struct ca_error *err)
{
	const struct ca_grant *grant = &vetting->grant;
	enum ca_code rc = CA_OK;

	if (grant->profile->names == CA_NAMES_USER &&
	    grant->common_name != NULL)
		judge_user(vetting, grant->common_name);
	for (size_t i = 0; i < grant->names.count && rc == CA_OK; i++) {
		const struct ca_name *name = &grant->names.item[i];

		switch (name->kind) {
		case CA_NAME_DNS:
			rc = judge_host(vetting, name->text, err);
			break;
		case CA_NAME_URI:
			judge_uri(vetting, name->text);
			break;
		case CA_NAME_IP:
		case CA_NAME_EMAIL:
		case CA_NAME_OTHER:
			break;
		}
	}
	return rc;
}
