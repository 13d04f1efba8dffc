/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "coldca/tenant.h"
#include "core/vetting.h"

const struct ca_vet_source ca_vet_from_order = { "order-name", "order-name",
	"order-no-name", true };
const struct ca_vet_source ca_vet_from_request = { "csr-bad-name",
	"csr-reserved-name", "csr-no-name", false };

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

/*
 * Reads HOST, as somebody wrote it, into *NAME. Everything but CA_OK is the
 * code of a finding, or CA_ERR_INTERNAL.
 */
static enum ca_code
read_host(const struct ca_name *host, struct ca_name *name,
    struct ca_error *err)
{
	enum ca_code rc;

	/* RFC 5280 section 4.2.1.6: dNSName is an IA5String of A-labels. */
	if (!is_ascii(host->text))
		return ca_fail(err, CA_ERR_INPUT,
		    "host %s: RFC 5280 section 4.2.1.6: is not ASCII",
		    host->text);
	rc = ca_host_parse(host->text, name, err);
	if (rc == CA_OK && name->kind != host->kind) {
		ca_name_clear(name);
		return ca_fail(err, CA_ERR_INPUT,
		    "host %s: RFC 5280 section 4.2.1.6: an address is no DNS name",
		    host->text);
	}
	return rc;
}

static enum ca_code
take_host(struct ca_vetting *vetting, const struct ca_name *host,
    struct ca_error *err)
{
	const struct ca_vet_source *source = vetting->source;
	struct ca_name name = { 0 };
	enum ca_code rc = read_host(host, &name, err);

	if (rc == CA_ERR_INTERNAL)
		return rc;
	if (rc != CA_OK) {
		ca_findings_add(vetting->findings,
		    rc == CA_ERR_POLICY ? source->reserved : source->bad, rc,
		    "%s", err->message);
		return CA_OK;
	}
	ca_policy_check_host(vetting->policy, &name, vetting->findings);
	if (!ca_names_has(&vetting->grant.names, &name))
		rc = ca_names_add(&vetting->grant.names, &name, err);
	ca_name_clear(&name);
	return rc;
}

static void
miss_names(struct ca_vetting *vetting, const char *what)
{
	ca_findings_add(vetting->findings, vetting->source->none, CA_ERR_INPUT,
	    "%s %s", what,
	    vetting->source->trusted ? "is ordered" : "is in the request");
}

/* DNS names first and then addresses, as `cockroach cert` sorts them. */
static enum ca_code
take_host_names(struct ca_vetting *vetting, struct ca_error *err)
{
	static const enum ca_name_kind kinds[] = { CA_NAME_DNS, CA_NAME_IP };
	const struct ca_names *hosts = vetting->source->trusted
	    ? &vetting->order->hosts
	    : ca_csr_names(vetting->csr);
	bool any = false;
	enum ca_code rc;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (size_t i = 0; i < hosts->count; i++) {
			if (hosts->item[i].kind != kinds[k])
				continue;
			any = true;
			rc = take_host(vetting, &hosts->item[i], err);
			if (rc != CA_OK)
				return rc;
		}
	}
	if (!any)
		miss_names(vetting, "no DNS name or IP address");
	return CA_OK;
}

/* The profile's own, or the first name that fits (RFC 5280 appendix A.1). */
static const char *
host_common_name(const struct ca_grant *grant)
{
	const struct ca_names *names = &grant->names;

	if (grant->profile->common_name != NULL)
		return grant->profile->common_name;
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->item[i].text) <= CA_CN_MAX)
			return names->item[i].text;
	return NULL;
}

static enum ca_code
take_hosts(struct ca_vetting *vetting, struct ca_error *err)
{
	const char *common_name;
	enum ca_code rc = take_host_names(vetting, err);

	if (rc != CA_OK)
		return rc;
	common_name = host_common_name(&vetting->grant);
	if (common_name != NULL)
		return ca_text_format(&vetting->grant.common_name, err, "%s",
		    common_name);
	if (vetting->grant.names.count > 0)
		ca_findings_add(vetting->findings, "common-name-length",
		    CA_ERR_POLICY,
		    "RFC 5280 appendix A.1: no host of at most %d characters for the common name",
		    CA_CN_MAX);
	return CA_OK;
}

/* The common name that CSR asks for, or NULL. */
static const char *
asked_common_name(const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);

	for (size_t i = 0; i < count; i++)
		if (asks[i].kind == CA_ASK_CN)
			return asks[i].text;
	return NULL;
}

/* The alternative names of a user who may log in to some tenants only. */
static enum ca_code
take_scopes(struct ca_vetting *vetting, const char *user, struct ca_error *err)
{
	const struct ca_names *scopes = &vetting->order->scopes;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < scopes->count && rc == CA_OK; i++) {
		struct ca_name name = { 0 };

		rc = ca_scope_for_user(&scopes->item[i], user, &name, err);
		if (rc == CA_OK && !ca_names_has(&vetting->grant.names, &name))
			rc = ca_names_add(&vetting->grant.names, &name, err);
		ca_name_clear(&name);
	}
	return rc;
}

static enum ca_code
take_user(struct ca_vetting *vetting, struct ca_error *err)
{
	const struct ca_vet_source *source = vetting->source;
	const char *text = source->trusted ? vetting->order->user
					   : asked_common_name(vetting->csr);
	char *user = NULL;
	enum ca_code rc;

	if (text == NULL) {
		miss_names(vetting, "no user");
		return CA_OK;
	}
	rc = source->trusted && vetting->order->any_user
	    ? ca_user_parse_any(text, &user, err)
	    : ca_user_parse(text, &user, err);
	if (rc == CA_ERR_INTERNAL)
		return rc;
	if (rc != CA_OK) {
		ca_findings_add(vetting->findings, source->bad, rc, "%s",
		    err->message);
		return CA_OK;
	}
	if (!source->trusted && ca_principal_reserved(user) &&
	    !ca_vetting_must_be_spelled(user))
		ca_findings_add(vetting->findings, source->reserved,
		    CA_ERR_POLICY,
		    "CN=%s: is reserved, and never taken from a request", user);
	else
		ca_policy_check_user(vetting->policy, user, vetting->findings);
	vetting->grant.common_name = user;
	return take_scopes(vetting, user, err);
}

/* The tenant's number, ordered or asked for, and its hosts. */
static enum ca_code
take_tenant(struct ca_vetting *vetting, struct ca_error *err)
{
	uint64_t tenant = vetting->order->tenant;
	const char *text = NULL;
	enum ca_code rc = take_host_names(vetting, err);

	if (rc != CA_OK)
		return rc;
	if (!vetting->source->trusted) {
		text = asked_common_name(vetting->csr);
		if (text != NULL &&
		    ca_tenant_parse(text, &tenant, err) != CA_OK) {
			ca_findings_add(vetting->findings, vetting->source->bad,
			    err->code, "%s", err->message);
			return CA_OK;
		}
	}
	if (tenant == 0) {
		ca_findings_add(vetting->findings,
		    vetting->source->trusted ? "order-no-tenant"
					     : "csr-no-name",
		    CA_ERR_INPUT, "no tenant's number %s",
		    vetting->source->trusted ? "is ordered"
					     : "is in the request");
		return CA_OK;
	}
	rc = ca_text_format(&vetting->grant.common_name, err, "%" PRIu64,
	    tenant);
	if (rc == CA_OK)
		ca_policy_check_tenant(vetting->policy,
		    vetting->grant.common_name, vetting->findings);
	return rc;
}

static enum ca_code
take_nothing(struct ca_vetting *vetting, struct ca_error *err)
{
	const struct ca_profile *profile = vetting->order->profile;

	if (vetting->csr != NULL)
		ca_findings_add(vetting->findings, "order-profile",
		    CA_ERR_POLICY, "profile %s: is never signed for a request",
		    profile->name);
	return ca_text_format(&vetting->grant.common_name, err, "%s",
	    profile->common_name);
}

enum ca_code
ca_vetting_take_names(struct ca_vetting *vetting, struct ca_error *err)
{
	/* By enum ca_profile_names. */
	static enum ca_code (*const takers[])(struct ca_vetting * vetting,
	    struct ca_error * err) = {
		[CA_NAMES_NONE] = take_nothing,
		[CA_NAMES_HOSTS] = take_hosts,
		[CA_NAMES_USER] = take_user,
		[CA_NAMES_TENANT] = take_tenant,
	};

	return takers[vetting->order->profile->names](vetting, err);
}
