/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a policy. What is taken must keep its own promises: a lifetime
 * within its maximum, a least size that is never below coldca's own, and no
 * principal permitted that no item spells.
 */
#include <openssl/err.h>
#include <string.h>

#include "coldca/policy.h"
#include "fuzz/fuzz.h"

static bool
permits_user(const struct ca_profile_policy *policy, const char *user)
{
	struct ca_findings findings = { 0 };
	bool permitted;

	ca_policy_check_user(policy, user, &findings);
	permitted = ca_findings_code(&findings) == CA_OK;
	ca_findings_clear(&findings);
	return permitted;
}

static bool
spells(const struct ca_strings *list, const char *user)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], user) == 0)
			return true;
	}
	return false;
}

static void
check_hosts(const struct ca_profile_policy *policy)
{
	static const char *const hosts[] = { "a.example.com", "*.example.com",
		"192.0.2.1", "2001:db8::1" };
	struct ca_findings findings = { 0 };
	struct ca_error err = { 0 };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct ca_name name = { 0 };
		bool nothing;

		require(ca_host_parse(hosts[i], &name, &err) == CA_OK);
		nothing = name.kind == CA_NAME_IP ? policy->ip.count == 0
						  : policy->dns.count == 0;
		ca_policy_check_host(policy, &name, &findings);
		if (nothing || (hosts[i][0] == '*' && !policy->wildcards))
			require(ca_findings_code(&findings) == CA_ERR_POLICY);
		ca_findings_clear(&findings);
		ca_name_clear(&name);
	}
}

static void
check_profile(const struct ca_profile_policy *policy)
{
	static const char *const reserved[] = { "root", "node", "admin",
		"debuguser" };

	require(policy->lifetime >= CA_LIFETIME_MIN);
	require(policy->lifetime <= policy->max_lifetime);
	require(policy->max_lifetime <= CA_LIFETIME_MAX);
	require(policy->rsa_min_bits >= CA_RSA_BITS_MIN);
	require(policy->rsa_min_bits <= policy->rsa_max_bits);
	require(policy->rsa_max_bits <= CA_RSA_BITS_MAX);
	require(policy->backdate >= 0 && policy->backdate <= CA_BACKDATE_MAX);
	require(policy->approvals <= CA_APPROVALS_MAX);
	require(policy->dns.count <= CA_POLICY_LIST_MAX);
	require(policy->users.count <= CA_POLICY_LIST_MAX);
	require(policy->ip.count <= CA_POLICY_LIST_MAX);
	for (size_t i = 0; i < policy->ip.count; i++)
		require(
		    policy->ip.item[i].prefix <= 8 * policy->ip.item[i].len);
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		require(!permits_user(policy, reserved[i]) ||
		    spells(&policy->users, reserved[i]));
	check_hosts(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ca_policy *policy = NULL;
	struct ca_error err = { 0 };
	enum ca_code rc = ca_policy_parse("fuzz", data, size, &policy, &err);

	require(rc == CA_OK || rc == CA_ERR_INPUT);
	require((rc == CA_OK) == (policy != NULL));
	require(rc == CA_OK || err.message[0] != '\0');
	for (size_t i = 0; rc == CA_OK && i < CA_PROFILES; i++)
		check_profile(&policy->profile[i]);
	ca_policy_free(policy);
	return 0;
}
