/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of one profile in a policy, and how the value of each is read. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/time.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum ca_code
ca_policy_read_flag(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	bool *value = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_plain(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	*value = strcmp(text, "true") == 0;
	if (!*value && strcmp(text, "false") != 0)
		return ca_policy_yaml_fail(reader, node,
		    "%s: neither true nor false", text);
	return CA_OK;
}

enum ca_code
ca_policy_read_lifetime(struct ca_policy_reader *reader,
    const yaml_node_t *node, void *field)
{
	int64_t *lifetime = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_duration_parse(text, lifetime, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	if (*lifetime < CA_LIFETIME_MIN || *lifetime > CA_LIFETIME_MAX)
		return ca_policy_yaml_fail(reader, node,
		    "%s: not between one minute and 100 years", text);
	return CA_OK;
}

static enum ca_code
read_backdate(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	int64_t *backdate = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_duration_parse(text, backdate, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	if (*backdate > CA_BACKDATE_MAX)
		return ca_policy_yaml_fail(reader, node, "%s: more than 7 days",
		    text);
	return CA_OK;
}

static enum ca_code
read_approvals(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *approvals = field;
	enum ca_code rc;

	rc = ca_policy_yaml_number(reader, node, approvals);
	if (rc == CA_OK && *approvals > CA_APPROVALS_MAX)
		rc = ca_policy_yaml_fail(reader, node, "%u: more than %d",
		    *approvals, CA_APPROVALS_MAX);
	return rc;
}

static enum ca_code
read_exponent(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	struct ca_exponents *exponents = field;
	unsigned value = 0;
	enum ca_code rc;

	rc = ca_policy_yaml_number(reader, node, &value);
	if (rc != CA_OK)
		return rc;
	/* SP 800-89 section 5.3.3; ca_key_check() lets no other pass. */
	if (value < 65537 || value % 2 == 0)
		return ca_policy_yaml_fail(reader, node,
		    "%u: even, or less than 65537", value);
	if (exponents->count == CA_RSA_EXPONENTS_MAX)
		return ca_policy_yaml_fail(reader, node, "more than %d",
		    CA_RSA_EXPONENTS_MAX);
	exponents->item[exponents->count++] = value;
	return CA_OK;
}

static enum ca_code
read_exponents(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const struct ca_exponents *exponents = field;
	enum ca_code rc;

	rc = ca_policy_yaml_each(reader, node, read_exponent, field);
	if (rc == CA_OK && exponents->count == 0)
		rc = ca_policy_yaml_fail(reader, node, "permits no exponent");
	return rc;
}

static enum ca_code
read_rsa_bits(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *bits = field;
	enum ca_code rc;

	rc = ca_policy_yaml_number(reader, node, bits);
	if (rc == CA_OK && (*bits < CA_RSA_BITS_MIN || *bits > CA_RSA_BITS_MAX))
		rc = ca_policy_yaml_fail(reader, node,
		    "%u: not between %d and %d bits", *bits, CA_RSA_BITS_MIN,
		    CA_RSA_BITS_MAX);
	return rc;
}

static enum ca_code
read_key_kind(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *keys = field;
	enum ca_key_kind kind;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (!ca_key_kind_parse(text, &kind)) {
		rc = ca_policy_yaml_fail(reader, node, "%s: not a kind of key",
		    text);
		ca_hint(reader->err,
		    "there are rsa, p256, p384, p521 and ed25519");
		return rc;
	}
	*keys |= 1U << kind;
	return CA_OK;
}

static enum ca_code
read_keys(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	unsigned *keys = field;
	enum ca_code rc;

	*keys = 0;
	rc = ca_policy_yaml_each(reader, node, read_key_kind, keys);
	if (rc == CA_OK && *keys == 0)
		rc =
		    ca_policy_yaml_fail(reader, node, "permits no kind of key");
	return rc;
}

enum ca_code
ca_policy_read_pattern(struct ca_policy_reader *reader, const yaml_node_t *node,
    ca_policy_pattern_fn parse, struct ca_strings *strings)
{
	const char *text;
	char *pattern = NULL;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (parse(text, &pattern, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	rc = ca_strings_add(strings, pattern, reader->err);
	if (rc != CA_OK)
		free(pattern);
	return rc;
}

static enum ca_code
read_dns_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_read_pattern(reader, node, ca_policy_dns_parse, field);
}

static enum ca_code
read_dns(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	return ca_policy_yaml_each(reader, node, read_dns_item, field);
}

static enum ca_code
read_user_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_read_pattern(reader, node, ca_policy_user_parse,
	    field);
}

static enum ca_code
read_users(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_user_item, field);
}

static enum ca_code
read_tenant_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_read_pattern(reader, node, ca_policy_tenant_parse,
	    field);
}

static enum ca_code
read_tenants(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_tenant_item, field);
}

static enum ca_code
read_ip_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	struct ca_ip_ranges *ranges = field;
	struct ca_ip_range range, *item;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_policy_ip_parse(text, &range, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	item = reallocarray(ranges->item, ranges->count + 1, sizeof(*item));
	if (item == NULL)
		return ca_fail_memory(reader->err);
	ranges->item = item;
	ranges->item[ranges->count++] = range;
	return CA_OK;
}

static enum ca_code
read_ip(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	return ca_policy_yaml_each(reader, node, read_ip_item, field);
}

#define ALL CA_POLICY_ANY_PROFILE
#define CLIENT (1U << CA_PROFILE_CLIENT)
#define TENANT (1U << CA_PROFILE_TENANT_CLIENT)
#define HOSTS (1U << CA_PROFILE_NODE | 1U << CA_PROFILE_UI | TENANT)
#define FIELD(member) offsetof(struct ca_profile_policy, member)

static const struct ca_policy_key profile_keys[] = {
	{ "lifetime", ca_policy_read_lifetime, FIELD(lifetime), ALL, false },
	{ "max-lifetime", ca_policy_read_lifetime, FIELD(max_lifetime), ALL,
	    false },
	{ "backdate", read_backdate, FIELD(backdate), ALL, false },
	{ "keys", read_keys, FIELD(keys), ALL, false },
	{ "rsa-min-bits", read_rsa_bits, FIELD(rsa_min_bits), ALL, false },
	{ "rsa-max-bits", read_rsa_bits, FIELD(rsa_max_bits), ALL, false },
	{ "rsa-exponents", read_exponents, FIELD(rsa_exponents), ALL, false },
	{ "dns", read_dns, FIELD(dns), HOSTS, false },
	{ "excluded-dns", read_dns, FIELD(excluded_dns), HOSTS, false },
	{ "ip", read_ip, FIELD(ip), HOSTS, false },
	{ "excluded-ip", read_ip, FIELD(excluded_ip), HOSTS, false },
	{ "wildcards", ca_policy_read_flag, FIELD(wildcards), HOSTS, false },
	{ "users", read_users, FIELD(users), CLIENT, false },
	{ "excluded-users", read_users, FIELD(excluded_users), CLIENT, false },
	{ "tenants", read_tenants, FIELD(users), TENANT, false },
	{ "excluded-tenants", read_tenants, FIELD(excluded_users), TENANT,
	    false },
	{ "new-key-on-renewal", ca_policy_read_flag, FIELD(new_key_on_renewal),
	    HOSTS | CLIENT, false },
	{ "names-from-request", ca_policy_read_flag, FIELD(names_from_request),
	    HOSTS | CLIENT, false },
	{ "approvals", read_approvals, FIELD(approvals), HOSTS | CLIENT,
	    false },
};

/* A max-lifetime that stands alone lowers the default of lifetime too. */
static enum ca_code
settle_lifetimes(const struct ca_policy_reader *reader, const yaml_node_t *node,
    struct ca_profile_policy *policy)
{
	char is[CA_DURATION_TEXT_SIZE], max[CA_DURATION_TEXT_SIZE];
	const yaml_node_t *at = ca_policy_yaml_value(reader, node, "lifetime");
	enum ca_code rc;

	if (policy->lifetime <= policy->max_lifetime)
		return CA_OK;
	if (at == node) {
		policy->lifetime = policy->max_lifetime;
		return CA_OK;
	}
	ca_duration_format(policy->lifetime, is);
	ca_duration_format(policy->max_lifetime, max);
	rc = ca_policy_yaml_fail(reader, at,
	    "lifetime %s is longer than max-lifetime %s", is, max);
	ca_hint(reader->err, "write a longer max-lifetime too");
	return rc;
}

static enum ca_code
check_rsa_bits(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_profile_policy *policy)
{
	if (policy->rsa_min_bits <= policy->rsa_max_bits)
		return CA_OK;
	return ca_policy_yaml_fail(reader,
	    ca_policy_yaml_value(reader, node, "rsa-max-bits"),
	    "rsa-max-bits %u is less than rsa-min-bits %u",
	    policy->rsa_max_bits, policy->rsa_min_bits);
}

enum ca_code
ca_policy_read_profile(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	struct ca_profile_policy *policy = field;
	const struct ca_policy_keys keys = {
		.item = profile_keys,
		.count = COUNT(profile_keys),
		.profiles = 1U << policy->profile->id,
	};
	enum ca_code rc;

	rc = ca_policy_yaml_bind(reader, node, &keys, policy);
	if (rc != CA_OK)
		return rc;
	rc = settle_lifetimes(reader, node, policy);
	if (rc != CA_OK)
		return rc;
	return check_rsa_bits(reader, node, policy);
}
