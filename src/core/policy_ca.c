/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of the CAs in a policy: with which key each signs, and what. */
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL CA_POLICY_ANY_PROFILE
#define SCHEME "pkcs11:"

/* Attributes of the path that name a token, and a key on it (RFC 7512 2.3). */
static const char *const token_attributes[] = { "token", "serial" };
static const char *const key_attributes[] = { "object", "id" };

/* Whether one of the COUNT attributes at NAME is in the path PATH. */
static bool
has_attribute(const char *path, const char *const *name, size_t count)
{
	while (*path != '\0') {
		size_t len = strcspn(path, ";");

		for (size_t i = 0; i < count; i++) {
			size_t name_len = strlen(name[i]);

			if (len > name_len + 1 && path[name_len] == '=' &&
			    strncmp(path, name[i], name_len) == 0)
				return true;
		}
		path += len + (path[len] == ';');
	}
	return false;
}

/* Whether every octet may stand in the path of a URI (RFC 7512 section 2.3). */
static bool
is_plain(const char *text)
{
	static const char permitted[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-._~%:[]@!$'()*+,=&;";

	return text[strspn(text, permitted)] == '\0';
}

/* Why TEXT names no key; NULL: it does. What may be a PIN is not repeated. */
static const char *
find_fault(const char *text)
{
	static const char not_one[] = "not a PKCS#11 URI";
	const char *path;

	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
		return not_one;
	path = text + strlen(SCHEME);
	if (strchr(text, '?') != NULL || strncmp(path, "pin-", 4) == 0 ||
	    strstr(path, ";pin-") != NULL)
		return "no PIN, and nothing else behind a ?, is in a policy";
	if (!is_plain(path) || strlen(text) >= CA_KEY_URI_MAX)
		return not_one;
	if (!has_attribute(path, token_attributes, COUNT(token_attributes)) ||
	    !has_attribute(path, key_attributes, COUNT(key_attributes)))
		return "does not name a token and a key on it";
	return NULL;
}

enum ca_code
ca_policy_key_uri_parse(const char *text, char **ret_uri, struct ca_error *err)
{
	const char *fault = find_fault(text);

	if (fault == NULL)
		return ca_text_format(ret_uri, err, "%s", text);
	(void)ca_fail(err, CA_ERR_INPUT, "%s", fault);
	ca_hint(err,
	    "\"pkcs11:token=LABEL;object=LABEL\" (RFC 7512), with serial= as well where labels could be alike");
	return CA_ERR_INPUT;
}

static enum ca_code
read_key(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	char **key = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_policy_key_uri_parse(text, key, reader->err) != CA_OK)
		return ca_policy_yaml_wrap(reader, node);
	return CA_OK;
}

static enum ca_code
read_standby_item(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_read_pattern(reader, node, ca_policy_key_uri_parse,
	    field);
}

static enum ca_code
read_standby(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_standby_item, field);
}

static enum ca_code
read_profile(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *profiles = field;
	const struct ca_profile *profile;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	profile = ca_profile_by_name(text);
	if (profile == NULL || profile->is_ca) {
		rc = ca_policy_yaml_fail(reader, node,
		    "%s: no profile that a CA signs", text);
		ca_hint(reader->err,
		    "there are node, client, ui, tenant-client and ocsp");
		return rc;
	}
	*profiles |= 1U << profile->id;
	return CA_OK;
}

static enum ca_code
read_signed(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *profiles = field;

	*profiles = 0;
	return ca_policy_yaml_each(reader, node, read_profile, field);
}

static enum ca_code
read_batch(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	unsigned *batch = field;
	enum ca_code rc;

	rc = ca_policy_yaml_number(reader, node, batch);
	if (rc == CA_OK && (*batch == 0 || *batch > CA_BATCH_MAX))
		rc = ca_policy_yaml_fail(reader, node,
		    "%u: not between 1 and %d", *batch, CA_BATCH_MAX);
	return rc;
}

#define FIELD(member) offsetof(struct ca_authority_policy, member)

static const struct ca_policy_key ca_keys[] = {
	{ "key", read_key, FIELD(key), ALL, false },
	{ "standby", read_standby, FIELD(standby), ALL, false },
	{ "signer", ca_policy_read_signer, FIELD(signer), ALL, false },
	{ "profiles", read_signed, FIELD(profiles), ALL, false },
	{ "max-lifetime", ca_policy_read_lifetime, FIELD(max_lifetime), ALL,
	    false },
	{ "max-batch", read_batch, FIELD(max_batch), ALL, false },
};

static enum ca_code
read_ca(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	static const struct ca_policy_keys keys = { ca_keys, COUNT(ca_keys),
		ALL };
	struct ca_authority_policy *ca = field;
	enum ca_code rc;

	rc = ca_policy_yaml_bind(reader, node, &keys, ca);
	/* Without a first key, nobody could say which one signs by itself. */
	if (rc == CA_OK && ca->standby.count > 0 && ca->key == NULL)
		rc = ca_policy_yaml_fail(reader,
		    ca_policy_yaml_value(reader, node, "standby"),
		    "keys that stand by need a `key` for which they do");
	return rc;
}

#define CA(id) offsetof(struct ca_policy, authority[id])

static const struct ca_policy_key cas_keys[] = {
	{ "cluster", read_ca, CA(CA_AUTHORITY_CLUSTER), ALL, false },
	{ "client", read_ca, CA(CA_AUTHORITY_CLIENT), ALL, false },
	{ "ui", read_ca, CA(CA_AUTHORITY_UI), ALL, false },
	{ "tenant-client", read_ca, CA(CA_AUTHORITY_TENANT_CLIENT), ALL,
	    false },
};

enum ca_code
ca_policy_read_cas(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	static const struct ca_policy_keys keys = { cas_keys, COUNT(cas_keys),
		ALL };

	return ca_policy_yaml_bind(reader, node, &keys, field);
}
