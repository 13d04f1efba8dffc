/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for held against what the policy permits. */
#include <openssl/crypto.h>
#include <string.h>

#include "coldca/policy.h"

/* The certificates that open every door of a cluster: no pattern means them. */
static const char *const spelled_users[] = { "root", "node" };

/* "for node (profiles.node.dns)", in the words of messages. */
static const char *
profile_name(const struct ca_profile_policy *policy)
{
	return policy->profile != NULL ? policy->profile->name : "this profile";
}

static void
refuse_host(const struct ca_profile_policy *policy, const struct ca_name *name,
    const char *rule, const char *what, struct ca_findings *findings)
{
	ca_findings_add(findings, rule, CA_ERR_POLICY,
	    "host %s: policy permits no such %s for %s", name->text, what,
	    profile_name(policy));
}

/* Whether NAME, which may begin with `*.`, is one that PATTERN means. */
static bool
dns_matches(const char *pattern, const char *name)
{
	size_t len = strlen(name), tail = strlen(pattern);

	if (strcmp(pattern, "*") == 0)
		return true;
	if (pattern[0] != '.')
		return OPENSSL_strcasecmp(pattern, name) == 0;
	return len > tail &&
	    OPENSSL_strcasecmp(name + len - tail, pattern) == 0;
}

static bool
dns_permitted(const struct ca_profile_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->dns.count; i++)
		if (dns_matches(policy->dns.item[i], name))
			return true;
	return false;
}

/* Whether the first PREFIX bits of both addresses are the same. */
static bool
ip_matches(const struct ca_ip_range *range, const struct ca_name *name)
{
	size_t whole = range->prefix / 8;
	unsigned rest = range->prefix % 8;
	uint8_t mask = (uint8_t)(0xff00U >> rest);

	if (range->len != name->ip_len ||
	    memcmp(range->address, name->ip, whole) != 0)
		return false;
	return rest == 0 ||
	    ((range->address[whole] ^ name->ip[whole]) & mask) == 0;
}

static bool
ip_permitted(const struct ca_profile_policy *policy, const struct ca_name *name)
{
	for (size_t i = 0; i < policy->ip_count; i++)
		if (ip_matches(&policy->ip[i], name))
			return true;
	return false;
}

void
ca_policy_check_host(const struct ca_profile_policy *policy,
    const struct ca_name *name, struct ca_findings *findings)
{
	switch (name->kind) {
	case CA_NAME_DNS:
		if (strncmp(name->text, "*.", 2) == 0 && !policy->wildcards)
			refuse_host(policy, name, "policy-wildcard", "wildcard",
			    findings);
		else if (!dns_permitted(policy, name->text))
			refuse_host(policy, name, "policy-dns", "DNS name",
			    findings);
		return;
	case CA_NAME_IP:
		if (!ip_permitted(policy, name))
			refuse_host(policy, name, "policy-ip", "address",
			    findings);
		return;
	case CA_NAME_URI:
	case CA_NAME_EMAIL:
	case CA_NAME_OTHER:
		refuse_host(policy, name, "policy-dns", "form of name",
		    findings);
		return;
	}
}

/* Whether USER is what PATTERN means, with `*` for any characters. */
static bool
glob_matches(const char *pattern, const char *user)
{
	const char *star = NULL, *retry = NULL;

	while (*user != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = user;
		} else if (*pattern == *user) {
			pattern++;
			user++;
		} else if (star != NULL) {
			/* The last star takes one character more. */
			pattern = star;
			user = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
must_be_spelled(const char *user)
{
	for (size_t i = 0; i < sizeof(spelled_users) / sizeof(spelled_users[0]);
	     i++)
		if (strcmp(spelled_users[i], user) == 0)
			return true;
	return false;
}

void
ca_policy_check_user(const struct ca_profile_policy *policy, const char *user,
    struct ca_findings *findings)
{
	bool spelled = must_be_spelled(user);

	for (size_t i = 0; i < policy->users.count; i++) {
		const char *item = policy->users.item[i];

		if (strcmp(item, user) == 0 ||
		    (!spelled && glob_matches(item, user)))
			return;
	}
	ca_findings_add(findings, "policy-user", CA_ERR_POLICY,
	    "user %s: policy permits no such user for %s%s", user,
	    profile_name(policy),
	    spelled ? " unless its list spells the name" : "");
}

void
ca_policy_check_tenant(const struct ca_profile_policy *policy,
    const char *tenant, struct ca_findings *findings)
{
	for (size_t i = 0; i < policy->users.count; i++)
		if (glob_matches(policy->users.item[i], tenant))
			return;
	ca_findings_add(findings, "policy-tenant", CA_ERR_POLICY,
	    "tenant %s: policy permits no such tenant for %s", tenant,
	    profile_name(policy));
}

void
ca_policy_check_key(const struct ca_profile_policy *policy,
    const struct ca_key_info *key, struct ca_findings *findings)
{
	if ((policy->keys & 1U << key->kind) == 0)
		ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
		    "key: policy permits no %s keys for %s",
		    ca_key_kind_name(key->kind), profile_name(policy));
	else if (key->kind == CA_KEY_RSA && key->bits < policy->rsa_min_bits)
		ca_findings_add(findings, "policy-key", CA_ERR_POLICY,
		    "key: policy wants RSA keys of %u bits or more for %s, and this one has %u",
		    policy->rsa_min_bits, profile_name(policy), key->bits);
}
