/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/vet.h"

#include <string.h>

#include "base/spki.h"
#include "base/text.h"
#include "base/time.h"
#include "core/vetting.h"

#define PERMITS "`coldca policy check` shows what policy.yaml permits"

/* The way out, by how the rule of the first refusal begins. */
static const struct {
	const char *rule;
	const char *hint;
} hints[] = {
	{ "order-no-name", "give --host for each address, or --user" },
	{ "order-no-tenant", "give the tenant's number with --tenant" },
	{ "principal-spelled",
	    "--allow-root, or --allow-node, says that this is meant" },
	{ "principal-user",
	    "call the host by its full name, which is no user's" },
	{ "policy-approvals",
	    "make key and request on the host, and sign that: coldca sign --prepare=DIR, coldca approve, coldca sign --approved=DIR" },
	{ "policy-names-from-request", "give the names with --host or --user" },
	{ "policy-lifetime", "--lifetime asks for another one; " PERMITS },
	{ "policy-", PERMITS },
	{ "principal-reserved",
	    "call it by another name: this one is CockroachDB's own, or under `reserved` in policy.yaml" },
	{ "key-",
	    "on the host: coldca request --new-key, which makes a key and a new request" },
	{ "common-name-length",
	    "order a shorter host as well: the first one that fits is the common name" },
	{ "csr-bad-name",
	    "give the names with --host or --user, or have the request made again" },
	{ "csr-no-name", "give the names with --host or --user" },
	{ "csr-reserved-name",
	    "order the names with --host or --user; --drop-extra leaves out all others" },
	{ "csr-extra-name",
	    "--drop-extra signs the request without it; a host that is meant is ordered with --host" },
	{ "csr-common-name", "--drop-extra signs the request without it" },
	{ "csr-tenants", "--drop-extra signs the request without it" },
	{ "csr-ca", "--drop-extra signs the request without it" },
	{ "csr-key-usage", "--drop-extra signs the request without it" },
	{ "csr-extended-key-usage",
	    "--drop-extra signs the request without it" },
	{ "csr-extension", "--drop-extra signs the request without it" },
};

/* Finds orders that can not be meant. */
static void
check_order(struct ca_vetting *vetting)
{
	const struct ca_order *order = vetting->order;
	bool hosts = order->hosts.count > 0, user = order->user != NULL;
	bool tenant = order->tenant != 0;
	enum ca_profile_names names = order->profile->names;

	if (order->names_from_request && (hosts || user || tenant))
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "names are ordered, and are to come from the request as well");
	if (order->names_from_request && vetting->csr == NULL)
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "names are to come from a request, and there is none");
	if (hosts && !ca_profile_takes_hosts(order->profile))
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "profile %s: takes no hosts", order->profile->name);
	if (user && names != CA_NAMES_USER)
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "profile %s: takes no user", order->profile->name);
	if (tenant && names != CA_NAMES_TENANT)
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "profile %s: takes no tenant", order->profile->name);
	if (order->scopes.count > 0 && names != CA_NAMES_USER)
		ca_findings_add(vetting->findings, "order-names", CA_ERR_INPUT,
		    "profile %s: takes no tenant scope", order->profile->name);
	if (!ca_profile_signed_by(order->profile, order->authority))
		ca_findings_add(vetting->findings, "order-authority",
		    CA_ERR_POLICY, "profile %s: is not signed by a %s CA",
		    order->profile->name, ca_authority_name(order->authority));
	if (order->names_from_request && !vetting->policy->names_from_request)
		ca_findings_add(vetting->findings, "policy-names-from-request",
		    CA_ERR_POLICY,
		    "profile %s: policy does not let names come from requests",
		    order->profile->name);
}

/* The profile's, or that of the CA where it may not be as long. */
static int64_t
default_lifetime(const struct ca_vetting *vetting)
{
	int64_t lifetime = vetting->policy->lifetime;
	int64_t max =
	    vetting->whole->authority[vetting->order->authority].max_lifetime;

	return max != 0 && max < lifetime && !vetting->order->profile->is_ca
	    ? max
	    : lifetime;
}

static void
take_lifetime(struct ca_vetting *vetting)
{
	int64_t lifetime = vetting->order->lifetime;
	int64_t max = vetting->policy->max_lifetime;
	char asked[CA_DURATION_TEXT_SIZE], bound[CA_DURATION_TEXT_SIZE];

	if (lifetime == 0)
		lifetime = default_lifetime(vetting);
	vetting->grant.lifetime = lifetime;
	vetting->grant.backdate = vetting->policy->backdate;
	ca_duration_format(lifetime, asked);
	if (lifetime > max) {
		ca_duration_format(max, bound);
		ca_findings_add(vetting->findings, "policy-lifetime",
		    CA_ERR_POLICY,
		    "lifetime %s: is longer than the policy's maximum of %s",
		    asked, bound);
	} else if (lifetime < CA_LIFETIME_MIN) {
		ca_duration_format(CA_LIFETIME_MIN, bound);
		ca_findings_add(vetting->findings, "policy-lifetime",
		    CA_ERR_POLICY, "lifetime %s: is shorter than %s", asked,
		    bound);
	}
}

/* The key of a request was described, and is encoded, there. */
static enum ca_code
take_csr_key(struct ca_vetting *vetting, struct ca_error *err)
{
	size_t len = 0;
	const uint8_t *spki = ca_csr_spki(vetting->csr, &len);

	vetting->grant.key = *ca_csr_key_info(vetting->csr);
	return ca_bytes_append(&vetting->grant.spki, spki, len, err);
}

static enum ca_code
take_bare_key(struct ca_vetting *vetting, EVP_PKEY *key, bool *ret_taken,
    struct ca_error *err)
{
	struct ca_grant *grant = &vetting->grant;
	enum ca_code rc;

	rc = ca_key_describe(key, &grant->key, err);
	if (rc == CA_ERR_POLICY) {
		ca_findings_add(vetting->findings, err->rule, rc, "%s",
		    err->message);
		*ret_taken = false;
		return CA_OK;
	}
	if (rc != CA_OK)
		return rc;
	return ca_spki_encode(key, &grant->spki, err);
}

static enum ca_code
take_key(struct ca_vetting *vetting, EVP_PKEY *key, struct ca_error *err)
{
	bool taken = true;
	enum ca_code rc = vetting->csr != NULL
	    ? take_csr_key(vetting, err)
	    : take_bare_key(vetting, key, &taken, err);

	if (rc != CA_OK || !taken)
		return rc;
	ca_key_check(key, vetting->findings);
	ca_policy_check_key(vetting->policy, &vetting->grant.key,
	    vetting->findings);
	ca_policy_check_exponent(vetting->policy, key, vetting->findings);
	return CA_OK;
}

/* Turns the first refusal into ERR; CA_OK where there is none. */
static enum ca_code
conclude(const struct ca_vetting *vetting, struct ca_error *err)
{
	const struct ca_findings *findings = vetting->findings;
	enum ca_code code = ca_findings_code(findings);
	size_t at = 0;

	if (code == CA_OK)
		return CA_OK;
	while (at < findings->count && findings->item[at].code == CA_OK)
		at++;
	if (at == findings->count)
		return ca_fail(err, code, "%s: more than %d findings",
		    vetting->grant.request, CA_FINDINGS_MAX);
	(void)ca_fail_rule(err, code, findings->item[at].rule, "%s: %s",
	    vetting->grant.request, findings->item[at].text);
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strncmp(findings->item[at].rule, hints[i].rule,
			strlen(hints[i].rule)) == 0) {
			ca_hint(err, "%s", hints[i].hint);
			break;
		}
	return code;
}

/* Leaves get it, but for a responder, about which nobody asks. */
static enum ca_code
take_ocsp_url(struct ca_vetting *vetting, struct ca_error *err)
{
	const struct ca_policy *policy = vetting->whole;

	if (policy->ocsp_url == NULL ||
	    !ca_profile_on_request(vetting->order->profile))
		return CA_OK;
	return ca_text_format(&vetting->grant.ocsp_url, err, "%s",
	    policy->ocsp_url);
}

/* What a request and a bare key have in common. */
static enum ca_code
vet(struct ca_vetting *vetting, const char *request, EVP_PKEY *key,
    struct ca_error *err)
{
	enum ca_code rc;

	vetting->grant.profile = vetting->order->profile;
	vetting->grant.authority = vetting->order->authority;
	rc = ca_text_format(&vetting->grant.request, err, "%s", request);
	if (rc != CA_OK)
		return rc;
	check_order(vetting);
	if (!vetting->order->approvals_follow)
		ca_policy_check_approvals(vetting->policy, vetting->findings);
	rc = ca_vetting_take_names(vetting, err);
	if (rc == CA_OK)
		rc = ca_vetting_judge_principals(vetting, err);
	if (rc == CA_OK)
		rc = take_key(vetting, key, err);
	if (rc == CA_OK)
		rc = take_ocsp_url(vetting, err);
	if (rc != CA_OK)
		return rc;
	take_lifetime(vetting);
	ca_policy_check_authority(vetting->whole, vetting->order->authority,
	    vetting->order->profile, vetting->grant.lifetime,
	    vetting->findings);
	return CA_OK;
}

enum ca_code
ca_vet(const struct ca_csr *csr, const struct ca_order *order,
    const struct ca_policy *policy, struct ca_grant *ret_grant,
    struct ca_findings *findings, struct ca_error *err)
{
	struct ca_vetting vetting = {
		.csr = csr,
		.order = order,
		.whole = policy,
		.policy = &policy->profile[order->profile->id],
		.source = order->names_from_request ? &ca_vet_from_request
						    : &ca_vet_from_order,
		.findings = findings,
	};
	size_t len = 0;
	const uint8_t *der = ca_csr_der(csr, &len);
	enum ca_code rc;

	rc = vet(&vetting, ca_csr_name(csr), ca_csr_key(csr), err);
	if (rc == CA_OK)
		rc = ca_bytes_append(&vetting.grant.csr, der, len, err);
	if (rc != CA_OK)
		goto out;
	ca_findings_append(findings, ca_csr_notices(csr));
	ca_vetting_judge_asks(&vetting);
	rc = conclude(&vetting, err);
	if (rc != CA_OK)
		goto out;
	*ret_grant = vetting.grant;
	vetting.grant = (struct ca_grant){ 0 };
out:
	ca_grant_clear(&vetting.grant);
	return rc;
}

enum ca_code
ca_grant_for_key(EVP_PKEY *key, const struct ca_order *order,
    const struct ca_policy *policy, struct ca_grant *ret_grant,
    struct ca_findings *findings, struct ca_error *err)
{
	struct ca_vetting vetting = {
		.order = order,
		.whole = policy,
		.policy = &policy->profile[order->profile->id],
		.source = &ca_vet_from_order,
		.findings = findings,
	};
	enum ca_code rc;

	rc = vet(&vetting, order->profile->name, key, err);
	if (rc == CA_OK)
		rc = conclude(&vetting, err);
	if (rc != CA_OK)
		goto out;
	*ret_grant = vetting.grant;
	vetting.grant = (struct ca_grant){ 0 };
out:
	ca_grant_clear(&vetting.grant);
	return rc;
}

void
ca_order_clear(struct ca_order *order)
{
	if (order == NULL)
		return;
	ca_names_clear(&order->hosts);
	ca_names_clear(&order->scopes);
	free(order->user);
	*order = (struct ca_order){ 0 };
}

void
ca_grant_clear(struct ca_grant *grant)
{
	if (grant == NULL)
		return;
	free(grant->request);
	free(grant->common_name);
	free(grant->ocsp_url);
	ca_names_clear(&grant->names);
	ca_bytes_free(&grant->spki);
	ca_bytes_free(&grant->csr);
	*grant = (struct ca_grant){ 0 };
}

struct ca_grant *
ca_grant_new(void)
{
	return calloc(1, sizeof(struct ca_grant));
}

void
ca_grant_free(struct ca_grant *grant)
{
	ca_grant_clear(grant);
	free(grant);
}
