/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for held against what the policy permits: names. */
#include <openssl/crypto.h>
#include <string.h>

#include "core/policy_internal.h"

/* ::ffff:0:0/96 (RFC 4291 section 2.5.5.2) */
static const uint8_t ipv4_mapped[12] = { [10] = 0xff, [11] = 0xff };

const char *
ca_policy_profile_name(const struct ca_profile_policy *policy)
{
	return policy->profile != NULL ? policy->profile->name : "this profile";
}

static void
refuse_host(const struct ca_profile_policy *policy, const struct ca_name *name,
    const char *rule, const char *what, struct ca_findings *findings)
{
	ca_findings_add(findings, rule, CA_ERR_POLICY,
	    "host %s: policy permits no such %s for %s", name->text, what,
	    ca_policy_profile_name(policy));
}

/*
 * Whether TEXT is what PATTERN means, with `*` for any characters but STOP. Case
 * does not matter.
 */
static bool
glob_matches(const char *pattern, const char *text, char stop)
{
	const char *star = NULL, *retry = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (OPENSSL_strncasecmp(pattern, text, 1) == 0) {
			pattern++;
			text++;
		} else if (star != NULL && *retry != stop) {
			/* The last star takes one character more. */
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool
dns_glob_matches(const char *pattern, const char *name)
{
	return glob_matches(pattern, name, '.');
}

static bool
is_below(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && OPENSSL_strcasecmp(name + len - tail, suffix) == 0;
}

/* Whether NAME, which may begin with `*.`, is one that PATTERN means. */
static bool
dns_matches(const char *pattern, const char *name)
{
	if (strcmp(pattern, "*") == 0)
		return true;
	return pattern[0] == '.' ? is_below(name, pattern)
				 : dns_glob_matches(pattern, name);
}

/* Whether NAME, or one that it stands for, is one that PATTERN means. */
static bool
dns_touches(const char *pattern, const char *name)
{
	const char *rest;

	if (dns_matches(pattern, name))
		return true;
	/* `*.example.com` is every LABEL.example.com. */
	rest = strchr(pattern, '.');
	return strncmp(name, "*.", 2) == 0 && rest != NULL &&
	    dns_glob_matches(rest + 1, name + 2);
}

typedef bool (*match_fn)(const char *pattern, const char *name);

static bool
any_matches(const struct ca_strings *patterns, const char *name, match_fn match)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (match(patterns->item[i], name))
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
any_ip_matches(const struct ca_ip_ranges *ranges, const struct ca_name *name)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ip_matches(&ranges->item[i], name))
			return true;
	return false;
}

static bool
is_equal(const char *item, const char *name)
{
	return OPENSSL_strcasecmp(item, name) == 0;
}

static bool
is_reserved(const struct ca_profile_policy *policy, const char *name)
{
	return policy->reserved != NULL &&
	    any_matches(policy->reserved, name, is_equal);
}

static void
refuse_excluded(const struct ca_profile_policy *policy, const char *word,
    const char *text, struct ca_findings *findings)
{
	ca_findings_add(findings, "policy-excluded", CA_ERR_POLICY,
	    "%s %s: policy excludes it for %s", word, text,
	    ca_policy_profile_name(policy));
}

static void
check_dns(const struct ca_profile_policy *policy, const struct ca_name *name,
    struct ca_findings *findings)
{
	if (is_reserved(policy, name->text))
		ca_findings_add(findings, "principal-reserved", CA_ERR_POLICY,
		    "host %s: CockroachDB takes a DNS name for a user, and policy reserves this one",
		    name->text);
	else if (strncmp(name->text, "*.", 2) == 0 && !policy->wildcards)
		refuse_host(policy, name, "policy-wildcard", "wildcard",
		    findings);
	else if (!any_matches(&policy->dns, name->text, dns_matches))
		refuse_host(policy, name, "policy-dns", "DNS name", findings);
	else if (any_matches(&policy->excluded_dns, name->text, dns_touches))
		refuse_excluded(policy, "host", name->text, findings);
}

static void
check_ip(const struct ca_profile_policy *policy, const struct ca_name *name,
    struct ca_findings *findings)
{
	if (name->ip_len == 16 &&
	    memcmp(name->ip, ipv4_mapped, sizeof(ipv4_mapped)) == 0)
		refuse_host(policy, name, "policy-ip",
		    "IPv4 address in IPv6 form", findings);
	else if (!any_ip_matches(&policy->ip, name))
		refuse_host(policy, name, "policy-ip", "address", findings);
	else if (any_ip_matches(&policy->excluded_ip, name))
		refuse_excluded(policy, "host", name->text, findings);
}

void
ca_policy_check_host(const struct ca_profile_policy *policy,
    const struct ca_name *name, struct ca_findings *findings)
{
	switch (name->kind) {
	case CA_NAME_DNS:
		check_dns(policy, name, findings);
		return;
	case CA_NAME_IP:
		check_ip(policy, name, findings);
		return;
	case CA_NAME_URI:
	case CA_NAME_EMAIL:
	case CA_NAME_OTHER:
		refuse_host(policy, name, "policy-dns", "form of name",
		    findings);
		return;
	}
}

/* With `*` for any characters. */
static bool
user_matches(const char *pattern, const char *user)
{
	return glob_matches(pattern, user, '\0');
}

/* The certificates that open doors of a cluster: no pattern means them. */
static bool
user_permitted(const struct ca_profile_policy *policy, const char *user)
{
	return any_matches(&policy->users, user,
	    ca_principal_reserved(user) ? is_equal : user_matches);
}

void
ca_policy_check_user(const struct ca_profile_policy *policy, const char *user,
    struct ca_findings *findings)
{
	if (is_reserved(policy, user))
		ca_findings_add(findings, "principal-reserved", CA_ERR_POLICY,
		    "user %s: policy reserves this name", user);
	else if (!user_permitted(policy, user))
		ca_findings_add(findings, "policy-user", CA_ERR_POLICY,
		    "user %s: policy permits no such user for %s%s", user,
		    ca_policy_profile_name(policy),
		    ca_principal_reserved(user)
			? " unless its list spells the name"
			: "");
	else if (any_matches(&policy->excluded_users, user, user_matches))
		refuse_excluded(policy, "user", user, findings);
}

void
ca_policy_check_tenant(const struct ca_profile_policy *policy,
    const char *tenant, struct ca_findings *findings)
{
	if (!any_matches(&policy->users, tenant, user_matches))
		ca_findings_add(findings, "policy-tenant", CA_ERR_POLICY,
		    "tenant %s: policy permits no such tenant for %s", tenant,
		    ca_policy_profile_name(policy));
	else if (any_matches(&policy->excluded_users, tenant, user_matches))
		refuse_excluded(policy, "tenant", tenant, findings);
}

bool
ca_policy_spells_user(const struct ca_policy *policy, const char *name)
{
	return any_matches(&policy->profile[CA_PROFILE_CLIENT].users, name,
	    is_equal);
}
