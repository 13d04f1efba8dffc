/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for held against what the policy permits: all but names. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "base/time.h"
#include "core/policy_internal.h"

void
ca_policy_check_key(const struct ca_profile_policy *policy,
    const struct ca_key_info *key, struct ca_findings *findings)
{
	const char *name = ca_policy_profile_name(policy);

	if ((policy->keys & 1U << key->kind) == 0)
		ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
		    "key: policy permits no %s keys for %s",
		    ca_key_kind_name(key->kind), name);
	else if (key->kind == CA_KEY_RSA && key->bits < policy->rsa_min_bits)
		ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
		    "key: policy wants RSA keys of %u bits or more for %s, and this one has %u",
		    policy->rsa_min_bits, name, key->bits);
	else if (key->kind == CA_KEY_RSA && key->bits > policy->rsa_max_bits)
		ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
		    "key: policy wants RSA keys of %u bits or less for %s, and this one has %u",
		    policy->rsa_max_bits, name, key->bits);
}

/* The exponent of KEY; 0 where it is none that a policy could name. */
static uint32_t
exponent_of(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	uint32_t value = 0;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_num_bits(e) < 32)
		value = (uint32_t)BN_get_word(e);
	BN_free(e);
	return value;
}

void
ca_policy_check_exponent(const struct ca_profile_policy *policy, EVP_PKEY *key,
    struct ca_findings *findings)
{
	const struct ca_exponents *permitted = &policy->rsa_exponents;
	uint32_t exponent;

	if (permitted->count == 0 || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return;
	exponent = exponent_of(key);
	for (size_t i = 0; i < permitted->count; i++)
		if (permitted->item[i] == exponent)
			return;
	ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
	    "key: policy permits no such RSA exponent for %s",
	    ca_policy_profile_name(policy));
}

void
ca_policy_check_authority(const struct ca_policy *policy,
    enum ca_authority authority, const struct ca_profile *profile,
    int64_t lifetime, struct ca_findings *findings)
{
	const struct ca_authority_policy *ca = &policy->authority[authority];
	char asked[CA_DURATION_TEXT_SIZE], bound[CA_DURATION_TEXT_SIZE];

	/* What a CA is itself is no matter of what it signs. */
	if (profile->is_ca)
		return;
	if ((ca->profiles & 1U << profile->id) == 0)
		ca_findings_add(findings, "policy-ca", CA_ERR_POLICY,
		    "profile %s: policy does not let the %s CA sign it",
		    profile->name, ca_authority_name(authority));
	if (ca->max_lifetime == 0 || lifetime <= ca->max_lifetime)
		return;
	ca_duration_format(lifetime, asked);
	ca_duration_format(ca->max_lifetime, bound);
	ca_findings_add(findings, "policy-ca", CA_ERR_POLICY,
	    "lifetime %s: is longer than the %s that policy sets for the %s CA",
	    asked, bound, ca_authority_name(authority));
}

void
ca_policy_check_approvals(const struct ca_profile_policy *policy,
    struct ca_findings *findings)
{
	if (policy->approvals == 0)
		return;
	ca_findings_add(findings, "policy-approvals", CA_ERR_POLICY,
	    "profile %s: policy wants %u approval%s, and a key that is made here can get none",
	    ca_policy_profile_name(policy), policy->approvals,
	    policy->approvals == 1 ? "" : "s");
}
