/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a policy but for those of its profiles, and their values. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL CA_POLICY_ANY_PROFILE

enum ca_code
ca_policy_read_version(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned version = 0;
	enum ca_code rc;

	(void)field;
	rc = ca_policy_yaml_number(reader, node, &version);
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

#define PROFILE(id) offsetof(struct ca_policy, profile[id])

static const struct ca_policy_key profiles_keys[] = {
	{ "ca", ca_policy_read_profile, PROFILE(CA_PROFILE_CA), ALL, false },
	{ "node", ca_policy_read_profile, PROFILE(CA_PROFILE_NODE), ALL,
	    false },
	{ "client", ca_policy_read_profile, PROFILE(CA_PROFILE_CLIENT), ALL,
	    false },
	{ "ui", ca_policy_read_profile, PROFILE(CA_PROFILE_UI), ALL, false },
	{ "tenant-client", ca_policy_read_profile,
	    PROFILE(CA_PROFILE_TENANT_CLIENT), ALL, false },
	{ "ocsp", ca_policy_read_profile, PROFILE(CA_PROFILE_OCSP), ALL,
	    false },
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

static enum ca_code
read_init_args(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	char **args = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (strlen(text) >= CA_MODULE_ARGS_MAX)
		return ca_policy_yaml_fail(reader, node, "longer than %d bytes",
		    CA_MODULE_ARGS_MAX - 1);
	return ca_text_format(args, reader->err, "%s", text);
}

enum ca_code
ca_policy_read_signer(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const char **signer = field, *text, *word;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	word = ca_policy_signer_parse(text);
	if (word == NULL)
		return ca_policy_yaml_fail(reader, node,
		    "%s: neither auto, libp11, engine nor cryptoki", text);
	*signer = word;
	return CA_OK;
}

static enum ca_code
read_legacy_key(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	uint8_t hash[CA_SHA256_SIZE];
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_hex_parse(text, hash, sizeof(hash), reader->err) != CA_OK) {
		(void)ca_policy_yaml_wrap(reader, node);
		ca_hint(reader->err,
		    "the SHA-256 of the key's SubjectPublicKeyInfo: `coldca token check` prints it");
		return CA_ERR_INPUT;
	}
	return ca_hashes_add(field, hash, reader->err);
}

/* One key, or a list of them. */
static enum ca_code
read_legacy_keys(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	if (node->type == YAML_SEQUENCE_NODE)
		return ca_policy_yaml_each(reader, node, read_legacy_key,
		    field);
	return read_legacy_key(reader, node, field);
}

static enum ca_code
read_reserved_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_read_pattern(reader, node, ca_policy_name_parse,
	    field);
}

static enum ca_code
read_reserved(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_reserved_item, field);
}

static const struct ca_policy_key module_keys[] = {
	{ "path", read_path, offsetof(struct ca_policy, module_path), ALL,
	    true },
	{ "sha256", read_sha256, offsetof(struct ca_policy, module_sha256), ALL,
	    true },
	{ "init-args", read_init_args,
	    offsetof(struct ca_policy, module_init_args), ALL, false },
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
	{ "version", ca_policy_read_version, 0, ALL, true },
	{ "mode", read_mode, offsetof(struct ca_policy, mode), ALL, true },
	{ "module", read_module, 0, ALL, false },
	{ "signer", ca_policy_read_signer, offsetof(struct ca_policy, signer),
	    ALL, false },
	{ "legacy_key", read_legacy_keys,
	    offsetof(struct ca_policy, legacy_keys), ALL, false },
	{ "ocsp-url", ca_policy_read_ocsp_url,
	    offsetof(struct ca_policy, ocsp_url), ALL, false },
	{ "crl-lifetime", ca_policy_read_lifetime,
	    offsetof(struct ca_policy, crl_lifetime), ALL, false },
	{ "ocsp-lifetime", ca_policy_read_lifetime,
	    offsetof(struct ca_policy, ocsp_lifetime), ALL, false },
	{ "require_air_gap", ca_policy_read_flag,
	    offsetof(struct ca_policy, require_air_gap), ALL, false },
	{ "token_network", ca_policy_read_flag,
	    offsetof(struct ca_policy, token_network), ALL, false },
	{ "token_paths", ca_policy_read_token_paths,
	    offsetof(struct ca_policy, token_paths), ALL, false },
	{ "reserved", read_reserved, offsetof(struct ca_policy, reserved), ALL,
	    false },
	{ "approvers", ca_policy_read_approvers,
	    offsetof(struct ca_policy, approvers), ALL, false },
	{ "approval-lifetime", ca_policy_read_lifetime,
	    offsetof(struct ca_policy, approval_lifetime), ALL, false },
	{ "operator-may-approve", ca_policy_read_flag,
	    offsetof(struct ca_policy, operator_may_approve), ALL, false },
	{ "cas", ca_policy_read_cas, 0, ALL, false },
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
			rc = ca_policy_read_version(&inner, version, NULL);
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
