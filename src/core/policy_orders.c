/* SPDX-License-Identifier: Apache-2.0 */
/* Orders, which are read as strictly as a policy. */
#include "coldca/orders.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "coldca/tenant.h"
#include "core/policy_yaml.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALL CA_POLICY_ANY_PROFILE

/* A name that nobody may have is malformed here: nothing was ordered yet. */
static enum ca_code
wrap(const struct ca_policy_reader *reader, const yaml_node_t *node)
{
	if (reader->err->code == CA_ERR_POLICY)
		reader->err->code = CA_ERR_INPUT;
	return ca_policy_yaml_wrap(reader, node);
}

static enum ca_code
read_request(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	char **request = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (text[0] == '/' || text[strlen(text) - 1] == '/' ||
	    strlen(text) >= CA_PATH_MAX)
		return ca_policy_yaml_fail(reader, node,
		    "%s: not the name of a file, or the end of its path", text);
	return ca_text_format(request, reader->err, "%s", text);
}

/* FIELD is the whole order. */
static enum ca_code
read_key(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	struct ca_ordered *ordered = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_hex_parse(text, ordered->key, sizeof(ordered->key),
		reader->err) != CA_OK) {
		(void)ca_policy_yaml_wrap(reader, node);
		ca_hint(reader->err,
		    "the SHA-256 of the key's SubjectPublicKeyInfo: `coldca inspect` prints it");
		return CA_ERR_INPUT;
	}
	ordered->has_key = true;
	return CA_OK;
}

static enum ca_code
read_profile(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const struct ca_profile **profile = field;
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	*profile = ca_profile_by_name(text);
	if (*profile == NULL || !ca_profile_on_request(*profile)) {
		rc = ca_policy_yaml_fail(reader, node, "%s: unknown profile",
		    text);
		ca_hint(reader->err, "node, client, ui or tenant-client");
	}
	return rc;
}

static enum ca_code
read_host(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	struct ca_names *hosts = field;
	struct ca_name name = { 0 };
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	rc = ca_host_parse(text, &name, reader->err);
	if (rc == CA_OK)
		rc = ca_names_add(hosts, &name, reader->err);
	ca_name_clear(&name);
	return rc == CA_OK ? CA_OK : wrap(reader, node);
}

static enum ca_code
read_hosts(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_host, field);
}

static enum ca_code
read_user(struct ca_policy_reader *reader, const yaml_node_t *node, void *field)
{
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_user_parse(text, field, reader->err) != CA_OK)
		return wrap(reader, node);
	return CA_OK;
}

static enum ca_code
read_tenant(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	if (ca_tenant_parse(text, field, reader->err) != CA_OK)
		return wrap(reader, node);
	return CA_OK;
}

static enum ca_code
add_scope(struct ca_policy_reader *reader, const yaml_node_t *node,
    bool by_name, struct ca_names *scopes)
{
	struct ca_name scope = { 0 };
	const char *text;
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, &text);
	if (rc != CA_OK)
		return rc;
	rc = ca_scope_parse(text, by_name, &scope, reader->err);
	if (rc == CA_OK)
		rc = ca_names_add(scopes, &scope, reader->err);
	ca_name_clear(&scope);
	return rc == CA_OK ? CA_OK : wrap(reader, node);
}

static enum ca_code
read_scope(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return add_scope(reader, node, false, field);
}

static enum ca_code
read_name_scope(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return add_scope(reader, node, true, field);
}

static enum ca_code
read_scopes(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_scope, field);
}

static enum ca_code
read_name_scopes(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	return ca_policy_yaml_each(reader, node, read_name_scope, field);
}

#define ORDER(member) offsetof(struct ca_ordered, order.member)

static const struct ca_policy_key order_keys[] = {
	{ "request", read_request, offsetof(struct ca_ordered, request), ALL,
	    false },
	{ "key", read_key, 0, ALL, false },
	{ "profile", read_profile, ORDER(profile), ALL, true },
	{ "hosts", read_hosts, ORDER(hosts), ALL, false },
	{ "user", read_user, ORDER(user), ALL, false },
	{ "tenant", read_tenant, ORDER(tenant), ALL, false },
	{ "tenant-scope", read_scopes, ORDER(scopes), ALL, false },
	{ "tenant-name-scope", read_name_scopes, ORDER(scopes), ALL, false },
	{ "lifetime", ca_policy_read_lifetime, ORDER(lifetime), ALL, false },
};

/* The names that the profile has are there, and no others. */
static enum ca_code
check_names(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_order *order)
{
	const struct ca_profile *profile = order->profile;
	bool user = profile->names == CA_NAMES_USER;
	const struct {
		const char *key;
		bool given;
		bool taken;
		bool needed;
	} names[] = {
		{ "hosts", order->hosts.count > 0,
		    ca_profile_takes_hosts(profile), true },
		{ "user", order->user != NULL, user, true },
		{ "tenant", order->tenant != 0,
		    profile->names == CA_NAMES_TENANT, true },
		{ "tenant-scope", order->scopes.count > 0, user, false },
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (names[i].given && !names[i].taken)
			return ca_policy_yaml_fail(reader,
			    ca_policy_yaml_value(reader, node, names[i].key),
			    "a %s certificate has no %s", profile->name,
			    names[i].key);
		if (names[i].taken && names[i].needed && !names[i].given)
			return ca_policy_yaml_fail(reader, node,
			    "a %s certificate needs `%s`", profile->name,
			    names[i].key);
	}
	return CA_OK;
}

static enum ca_code
name_request(struct ca_ordered *ordered, struct ca_error *err)
{
	char hex[2 * CA_SHA256_SIZE + 1];

	if (ordered->request != NULL)
		return ca_text_format(&ordered->what, err, "%s",
		    ordered->request);
	ca_hex(ordered->key, CA_SHA256_SIZE, hex);
	return ca_text_format(&ordered->what, err, "key %s", hex);
}

/* Whether both orders could mean one request. */
static bool
is_twin(const struct ca_ordered *a, const struct ca_ordered *b)
{
	if (a->has_key && b->has_key &&
	    memcmp(a->key, b->key, CA_SHA256_SIZE) == 0)
		return true;
	return a->request != NULL && b->request != NULL &&
	    strcmp(a->request, b->request) == 0 && !(a->has_key && b->has_key);
}

static enum ca_code
check_order(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_orders *orders, struct ca_ordered *ordered)
{
	enum ca_code rc;

	if (ordered->request == NULL && !ordered->has_key)
		return ca_policy_yaml_fail(reader, node,
		    "an order names its request, by `request` or `key`");
	rc = check_names(reader, node, &ordered->order);
	if (rc == CA_OK)
		rc = name_request(ordered, reader->err);
	for (size_t i = 0; i < orders->count && rc == CA_OK; i++)
		if (is_twin(&orders->item[i], ordered))
			rc = ca_policy_yaml_fail(reader, node,
			    "%s: is ordered in line %zu already", ordered->what,
			    orders->item[i].line);
	return rc;
}

/* FIELD is the orders. */
static enum ca_code
read_order(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	static const struct ca_policy_keys keys = { order_keys,
		COUNT(order_keys), ALL };
	struct ca_orders *orders = field;
	struct ca_ordered ordered = { .line = node->start_mark.line + 1 };
	struct ca_ordered *item;
	enum ca_code rc;

	rc = ca_policy_yaml_bind(reader, node, &keys, &ordered);
	if (rc == CA_OK)
		rc = check_order(reader, node, orders, &ordered);
	if (rc != CA_OK)
		goto out;
	item = reallocarray(orders->item, orders->count + 1, sizeof(*item));
	if (item == NULL) {
		rc = ca_fail_memory(reader->err);
		goto out;
	}
	orders->item = item;
	orders->item[orders->count++] = ordered;
	return CA_OK;
out:
	ca_ordered_clear(&ordered);
	return rc;
}

static enum ca_code
read_orders(struct ca_policy_reader *reader, const yaml_node_t *node,
    void *field)
{
	const struct ca_orders *orders = field;
	enum ca_code rc = ca_policy_yaml_each(reader, node, read_order, field);

	if (rc == CA_OK && orders->count == 0)
		rc = ca_policy_yaml_fail(reader, node, "nothing is ordered");
	return rc;
}

static const struct ca_policy_key root_keys[] = {
	{ "version", ca_policy_read_version, 0, ALL, true },
	{ "orders", read_orders, 0, ALL, true },
};

enum ca_code
ca_orders_parse(const char *name, const void *text, size_t len,
    struct ca_orders *ret, struct ca_error *err)
{
	static const struct ca_policy_keys keys = { root_keys, COUNT(root_keys),
		ALL };
	struct ca_orders orders = { 0 };
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
	rc = ca_policy_yaml_bind(&reader,
	    yaml_document_get_root_node(&document), &keys, &orders);
	yaml_document_delete(&document);
	if (rc != CA_OK) {
		ca_orders_clear(&orders);
		return rc;
	}
	*ret = orders;
	return CA_OK;
}
