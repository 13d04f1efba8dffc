/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a policy, and how the value of each is read. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DIGITS_MAX 9 /* of a number, so that it fits into an unsigned */

static enum ca_code
read_number(const struct ca_policy_reader *reader, const yaml_node_t *node,
    unsigned *ret)
{
	const char *text;
	unsigned value = 0;
	size_t len;
	enum ca_code rc;

	rc = ca_policy_yaml_plain(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	len = strspn(text, "0123456789");
	if (text[len] != '\0' || len > DIGITS_MAX ||
	    (text[0] == '0' && len > 1))
		return ca_policy_yaml_fail(reader, node,
		    "%s: not a decimal number", text);
	for (size_t i = 0; i < len; i++)
		value = 10 * value + (unsigned)(text[i] - '0');
	*ret = value;
	return CA_OK;
}

static enum ca_code
read_version(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned version;
	enum ca_code rc;

	(void)field;
	rc = read_number(reader, node, &version);
	if (rc == CA_OK && version != CA_POLICY_VERSION) {
		rc = ca_policy_yaml_fail(reader, node,
		    "%u: this coldca reads version %d", version,
		    CA_POLICY_VERSION);
		ca_hint(reader->err,
		    "a higher version was written for a newer coldca");
	}
	return rc;
}

static enum ca_code
read_mode(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	enum ca_mode *mode = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc == CA_OK && !ca_mode_parse(text, mode))
		rc = ca_policy_yaml_fail(reader, node,
		    "%s: neither production nor test", text);
	return rc;
}

static enum ca_code
read_bool(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
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

static enum ca_code
read_lifetime(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
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
read_rsa_bits(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *bits = field;
	enum ca_code rc;

	rc = read_number(reader, node, bits);
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

typedef enum ca_code (
    *pattern_fn)(const char *text, char **ret_pattern, struct ca_error *err);

static enum ca_code
read_pattern(struct ca_policy_reader *reader, const yaml_node_t *node,
    pattern_fn parse, struct ca_strings *strings)
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
	return read_pattern(reader, node, ca_policy_dns_parse, field);
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
	return read_pattern(reader, node, ca_policy_user_parse, field);
}

static enum ca_code
read_users(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_user_item, field);
}

static enum ca_code
read_ip_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	struct ca_profile_policy *policy = field;
	struct ca_ip_range range, *item;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_policy_ip_parse(text, &range, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	item = reallocarray(policy->ip, policy->ip_count + 1, sizeof(*item));
	if (item == NULL)
		return ca_fail_memory(reader->err);
	policy->ip = item;
	policy->ip[policy->ip_count++] = range;
	return CA_OK;
}

/* FIELD is the whole profile: list and count belong together. */
static enum ca_code
read_ip(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	return ca_policy_yaml_each(reader, node, read_ip_item, field);
}

#define ALL CA_POLICY_ANY_PROFILE
#define CA (1U << CA_PROFILE_CA)
#define NODE (1U << CA_PROFILE_NODE)
#define CLIENT (1U << CA_PROFILE_CLIENT)
#define FIELD(member) offsetof(struct ca_profile_policy, member)

static const struct ca_policy_key profile_keys[] = {
	{ "lifetime", read_lifetime, FIELD(lifetime), ALL, false },
	{ "max-lifetime", read_lifetime, FIELD(max_lifetime), ALL, false },
	{ "keys", read_keys, FIELD(keys), ALL, false },
	{ "rsa-min-bits", read_rsa_bits, FIELD(rsa_min_bits), ALL, false },
	{ "dns", read_dns, FIELD(dns), NODE, false },
	{ "ip", read_ip, 0, NODE, false },
	{ "wildcards", read_bool, FIELD(wildcards), NODE, false },
	{ "users", read_users, FIELD(users), CLIENT, false },
	{ "names-from-request", read_bool, FIELD(names_from_request),
	    NODE | CLIENT, false },
};

static enum ca_code
check_lifetimes(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_profile_policy *policy)
{
	char is[CA_DURATION_TEXT_SIZE], max[CA_DURATION_TEXT_SIZE];
	const yaml_node_t *at;
	enum ca_code rc;

	if (policy->lifetime <= policy->max_lifetime)
		return CA_OK;
	ca_duration_format(policy->lifetime, is);
	ca_duration_format(policy->max_lifetime, max);
	at = ca_policy_yaml_value(reader, node, "lifetime");
	if (at == node)
		at = ca_policy_yaml_value(reader, node, "max-lifetime");
	rc = ca_policy_yaml_fail(reader, at,
	    "lifetime %s is longer than max-lifetime %s", is, max);
	ca_hint(reader->err, "write both; the defaults are %" PRId64 "h",
	    policy->profile->lifetime / 3600);
	return rc;
}

static enum ca_code
read_profile(struct ca_policy_reader *reader, const yaml_node_t *node,
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
	return check_lifetimes(reader, node, policy);
}

#define PROFILE(id) offsetof(struct ca_policy, profile[id])

static const struct ca_policy_key profiles_keys[] = {
	{ "ca", read_profile, PROFILE(CA_PROFILE_CA), ALL, false },
	{ "node", read_profile, PROFILE(CA_PROFILE_NODE), ALL, false },
	{ "client", read_profile, PROFILE(CA_PROFILE_CLIENT), ALL, false },
};

/* FIELD is the whole policy, here and in read_module(). */
static enum ca_code
read_profiles(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	static const struct ca_policy_keys keys = { profiles_keys,
		COUNT(profiles_keys), ALL };

	return ca_policy_yaml_bind(reader, node, &keys, field);
}

static enum ca_code
read_path(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	char **path = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	/* dlopen() would look for any other in places of its own. */
	if (text[0] != '/' || strlen(text) >= CA_PATH_MAX)
		return ca_policy_yaml_fail(reader, node,
		    "%s: not an absolute path", text);
	return ca_text_format(path, reader->err, "%s", text);
}

static enum ca_code
read_sha256(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_hex_parse(text, field, CA_SHA256_SIZE, reader->err) != CA_OK) {
		(void)ca_policy_yaml_wrap(reader, node);
		ca_hint(reader->err,
		    "sha256sum of the module's file prints it");
		return CA_ERR_INPUT;
	}
	return CA_OK;
}

static const struct ca_policy_key module_keys[] = {
	{ "path", read_path, offsetof(struct ca_policy, module_path), ALL,
	    true },
	{ "sha256", read_sha256, offsetof(struct ca_policy, module_sha256), ALL,
	    true },
};

static enum ca_code
read_module(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	static const struct ca_policy_keys keys = { module_keys,
		COUNT(module_keys), ALL };

	return ca_policy_yaml_bind(reader, node, &keys, field);
}

static const struct ca_policy_key policy_keys[] = {
	{ "version", read_version, 0, ALL, true },
	{ "mode", read_mode, offsetof(struct ca_policy, mode), ALL, true },
	{ "module", read_module, 0, ALL, false },
	{ "profiles", read_profiles, 0, ALL, false },
};

/* The version comes first: a newer one explains the keys that are unknown. */
static enum ca_code
read_root(struct ca_policy_reader *reader)
{
	static const struct ca_policy_keys keys = { policy_keys,
		COUNT(policy_keys), ALL };
	const yaml_node_t *root = yaml_document_get_root_node(reader->document);

	if (root->type == YAML_MAPPING_NODE) {
		const yaml_node_t *version =
		    ca_policy_yaml_value(reader, root, "version");
		struct ca_policy_reader inner = *reader;
		enum ca_code rc = CA_OK;

		(void)snprintf(inner.where, sizeof(inner.where), "version");
		if (version != root)
			rc = read_version(&inner, version, NULL);
		if (rc != CA_OK)
			return rc;
	}
	return ca_policy_yaml_bind(reader, root, &keys, reader->policy);
}

enum ca_code
ca_policy_parse(const char *name, const void *text, size_t len,
    struct ca_policy **ret_policy, struct ca_error *err)
{
	yaml_document_t document;
	struct ca_policy_reader reader = {
		.name = name,
		.document = &document,
		.err = err,
	};
	enum ca_code rc;

	if (len > CA_POLICY_SIZE_MAX)
		return ca_fail(err, CA_ERR_INPUT, "%s: larger than %zu bytes",
		    name, CA_POLICY_SIZE_MAX);
	rc = ca_policy_yaml_load(name, text, len, &document, err);
	if (rc != CA_OK)
		return rc;
	rc = ca_policy_new(&reader.policy, err);
	if (rc == CA_OK)
		rc = read_root(&reader);
	yaml_document_delete(&document);
	if (rc != CA_OK) {
		ca_policy_free(reader.policy);
		return rc;
	}
	*ret_policy = reader.policy;
	return CA_OK;
}
