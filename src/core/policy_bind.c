/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings and lists of YAML, read by tables of keys. */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "core/policy_yaml.h"

#define KEYS_MAX 32  /* of one table: a bit each */
#define DIGITS_MAX 9 /* of a number, so that it fits into an unsigned */

/* A text of its node without NUL inside, or NULL. */
static const char *
scalar(const yaml_node_t *node)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE)
		return NULL;
	text = (const char *)node->data.scalar.value;
	return strlen(text) == node->data.scalar.length ? text : NULL;
}

enum ca_code
ca_policy_yaml_text(const struct ca_policy_reader *reader,
    const yaml_node_t *node, const char **ret_text)
{
	const char *text = scalar(node);

	if (text == NULL)
		return ca_policy_yaml_fail(reader, node,
		    "a text is wanted here, without NUL");
	if (*text == '\0')
		return ca_policy_yaml_fail(reader, node,
		    "the value is missing");
	*ret_text = text;
	return CA_OK;
}

enum ca_code
ca_policy_yaml_plain(const struct ca_policy_reader *reader,
    const yaml_node_t *node, const char **ret_text)
{
	enum ca_code rc;

	rc = ca_policy_yaml_text(reader, node, ret_text);
	if (rc == CA_OK && node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		rc = ca_policy_yaml_fail(reader, node,
		    "is in quotes, which make it a text");
	return rc;
}

enum ca_code
ca_policy_yaml_number(const struct ca_policy_reader *reader,
    const yaml_node_t *node, unsigned *ret)
{
	const char *text = "";
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

static bool
has_key(const struct ca_policy_keys *keys, size_t index)
{
	return (keys->item[index].profiles & keys->profiles) != 0;
}

/* The index in KEYS of the key TEXT, or their count. */
static size_t
find_key(const struct ca_policy_keys *keys, const char *text)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (has_key(keys, i) && strcmp(keys->item[i].name, text) == 0)
			break;
	return i;
}

/* Lists the keys that are permitted here as a hint. */
static void
hint_keys(const struct ca_policy_reader *reader,
    const struct ca_policy_keys *keys)
{
	char list[CA_HINT_SIZE] = "";
	size_t used = 0;

	for (size_t i = 0; i < keys->count && used < sizeof(list); i++)
		if (has_key(keys, i))
			used += (size_t)snprintf(list + used,
			    sizeof(list) - used, "%s%s", used > 0 ? ", " : "",
			    keys->item[i].name);
	ca_hint(reader->err, "the keys here are: %s", list);
}

/* Fails about a key; the message names the mapping it is in. */
static enum ca_code
fail_key(const struct ca_policy_reader *reader, const yaml_node_t *node,
    const char *what, const char *key)
{
	struct ca_policy_reader outer = *reader;

	outer.where[0] = '\0';
	return ca_policy_yaml_fail(&outer, node, "%s \"%s\"%s%s", what, key,
	    reader->where[0] != '\0' ? " in " : "", reader->where);
}

/* Reads one pair; SEEN has a bit for each key that was there before. */
static enum ca_code
bind_pair(struct ca_policy_reader *reader, const yaml_node_pair_t *pair,
    const struct ca_policy_keys *keys, void *base, uint32_t *seen)
{
	const yaml_node_t *key =
	    yaml_document_get_node(reader->document, pair->key);
	const yaml_node_t *value =
	    yaml_document_get_node(reader->document, pair->value);
	const char *text = scalar(key);
	size_t outer = strlen(reader->where), index;
	enum ca_code rc;

	if (text == NULL)
		return ca_policy_yaml_fail(reader, key,
		    "a key is a word, without NUL");
	index = find_key(keys, text);
	if (index == keys->count) {
		rc = fail_key(reader, key, "unknown key", text);
		hint_keys(reader, keys);
		return rc;
	}
	if ((*seen & UINT32_C(1) << index) != 0)
		return fail_key(reader, key, "repeated key", text);
	*seen |= UINT32_C(1) << index;
	(void)snprintf(reader->where + outer, sizeof(reader->where) - outer,
	    "%s%s", outer > 0 ? "." : "", text);
	rc = keys->item[index].read(reader, value,
	    (char *)base + keys->item[index].offset);
	reader->where[outer] = '\0';
	return rc;
}

enum ca_code
ca_policy_yaml_bind(struct ca_policy_reader *reader, const yaml_node_t *node,
    const struct ca_policy_keys *keys, void *base)
{
	uint32_t seen = 0;
	enum ca_code rc = CA_OK;

	if (keys->count > KEYS_MAX)
		return ca_fail(reader->err, CA_ERR_INTERNAL,
		    "a table of more than %d keys", KEYS_MAX);
	if (node->type != YAML_MAPPING_NODE)
		return ca_policy_yaml_fail(reader, node,
		    "`key: value` lines are wanted here");
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     rc == CA_OK && pair < node->data.mapping.pairs.top; pair++)
		rc = bind_pair(reader, pair, keys, base, &seen);
	for (size_t i = 0; rc == CA_OK && i < keys->count; i++)
		if (keys->item[i].required && (seen & UINT32_C(1) << i) == 0)
			rc = fail_key(reader, node, "missing key",
			    keys->item[i].name);
	return rc;
}

enum ca_code
ca_policy_yaml_each(struct ca_policy_reader *reader, const yaml_node_t *node,
    ca_policy_value_fn read, void *field)
{
	enum ca_code rc = CA_OK;

	if (node->type != YAML_SEQUENCE_NODE) {
		rc = ca_policy_yaml_fail(reader, node, "a list is wanted here");
		ca_hint(reader->err,
		    "write [] for an empty list, [\"one\"] for a single item");
		return rc;
	}
	if (node->data.sequence.items.top - node->data.sequence.items.start >
	    CA_POLICY_LIST_MAX)
		return ca_policy_yaml_fail(reader, node,
		    "has more than %d items", CA_POLICY_LIST_MAX);
	for (const yaml_node_item_t *item = node->data.sequence.items.start;
	     rc == CA_OK && item < node->data.sequence.items.top; item++)
		rc = read(reader,
		    yaml_document_get_node(reader->document, *item), field);
	return rc;
}

const yaml_node_t *
ca_policy_yaml_value(const struct ca_policy_reader *reader,
    const yaml_node_t *node, const char *key)
{
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const char *text =
		    scalar(yaml_document_get_node(reader->document, pair->key));

		if (text != NULL && strcmp(text, key) == 0)
			return yaml_document_get_node(reader->document,
			    pair->value);
	}
	return node;
}
