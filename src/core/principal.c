/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/principal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "coldca/tenant.h"

/* Appends the entry that the LEN bytes at TEXT are. */
static enum ca_code
add_entry(struct ca_principal_map *map, const char *text, size_t len,
    struct ca_error *err)
{
	const char *colon = memrchr(text, ':', len);
	size_t left = colon == NULL ? 0 : (size_t)(colon - text);
	struct ca_principal *grown, entry = { .certificate = NULL };
	enum ca_code rc;

	if (left == 0 || left + 1 == len) {
		(void)ca_fail(err, CA_ERR_INPUT,
		    "`%.*s` is not CERTIFICATE-PRINCIPAL:DATABASE-PRINCIPAL",
		    (int)len, text);
		ca_hint(err, "db.example.com:node,max.example.com:max");
		return err->code;
	}
	if (map->count == CA_PRINCIPAL_MAP_MAX)
		return ca_fail(err, CA_ERR_INPUT, "more than %d entries",
		    CA_PRINCIPAL_MAP_MAX);
	grown = realloc(map->item, (map->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return ca_fail_memory(err);
	map->item = grown;
	rc = ca_text_format(&entry.certificate, err, "%.*s", (int)left, text);
	if (rc == CA_OK)
		rc = ca_text_format(&entry.database, err, "%.*s",
		    (int)(len - left - 1), colon + 1);
	if (rc != CA_OK) {
		free(entry.certificate);
		free(entry.database);
		return rc;
	}
	map->item[map->count++] = entry;
	return CA_OK;
}

enum ca_code
ca_principal_map_add(struct ca_principal_map *map, const char *text,
    struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	while (rc == CA_OK && *text != '\0') {
		size_t len = strcspn(text, ",");

		if (len > 0)
			rc = add_entry(map, text, len, err);
		text += len + (text[len] == ',');
	}
	return rc;
}

const char *
ca_principal_map_get(const struct ca_principal_map *map, const char *name)
{
	for (size_t i = map->count; i > 0; i--)
		if (strcmp(map->item[i - 1].certificate, name) == 0)
			return map->item[i - 1].database;
	return name;
}

static bool
is_scope(const struct ca_name *name)
{
	return name->kind == CA_NAME_URI &&
	    strncmp(name->text, "crdb:", strlen("crdb:")) == 0;
}

static bool
has_scope(const struct ca_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (is_scope(&names->item[i]))
			return true;
	return false;
}

/* SQL compares what is normalised, RPC what stands there. */
static bool
is_user(const char *principal, const char *user)
{
	struct ca_error ignored;
	char *normal = NULL;
	bool same = strcmp(principal, user) == 0;

	if (same || ca_principal_reserved(user))
		return same;
	if (ca_user_parse_any(principal, &normal, &ignored) == CA_OK)
		same = strcmp(normal, user) == 0;
	free(normal);
	return same;
}

static const char *
mapped(const struct ca_principal_map *map, const char *name)
{
	return map != NULL ? ca_principal_map_get(map, name) : name;
}

bool
ca_principal_is(const char *common_name, const struct ca_names *names,
    const struct ca_principal_map *map, const char *user)
{
	bool scoped = has_scope(names);

	if (!scoped && common_name != NULL &&
	    is_user(mapped(map, common_name), user))
		return true;
	for (size_t i = 0; i < names->count; i++) {
		const struct ca_name *name = &names->item[i];

		if (scoped ? is_scope(name) &&
			    ca_scope_is_for_user(name->text, user)
			   : name->kind == CA_NAME_DNS &&
			    is_user(mapped(map, name->text), user))
			return true;
	}
	return false;
}

/* Appends NAME in quotes to *TEXT, which is replaced. */
static enum ca_code
add_quoted(char **text, const char *name, struct ca_error *err)
{
	char *longer = NULL;
	enum ca_code rc = ca_text_format(&longer, err, "%s%s\"%s\"", *text,
	    (*text)[1] == '\0' ? "" : " ", name);

	if (rc != CA_OK)
		return rc;
	free(*text);
	*text = longer;
	return CA_OK;
}

enum ca_code
ca_principals_text(const char *common_name, const struct ca_names *names,
    const struct ca_principal_map *map, char **ret_text, struct ca_error *err)
{
	bool scoped = has_scope(names);
	char *text = NULL;
	enum ca_code rc = ca_text_format(&text, err, "[");

	if (rc == CA_OK && !scoped && common_name != NULL)
		rc = add_quoted(&text, mapped(map, common_name), err);
	for (size_t i = 0; i < names->count && rc == CA_OK; i++) {
		const struct ca_name *name = &names->item[i];

		if (is_scope(name))
			rc = add_quoted(&text, name->text, err);
		else if (!scoped && name->kind == CA_NAME_DNS)
			rc = add_quoted(&text, mapped(map, name->text), err);
	}
	if (rc == CA_OK)
		rc = ca_text_format(ret_text, err, "%s]", text);
	free(text);
	return rc;
}

/* A walk through a distinguished name, a character at a time. */
struct dn {
	const char *at;
	bool in_value;
};

/* The next character that counts; '\0' at the end. *RET_ESCAPED: by `\`. */
static char
next_of_dn(struct dn *dn, bool *ret_escaped)
{
	const char *after = dn->at + strspn(dn->at, " ");
	char c;

	*ret_escaped = false;
	/* Spaces around separators, and at either end, are nothing. */
	if (!dn->in_value || *after == '\0' || *after == ',' || *after == '+')
		dn->at = after;
	c = *dn->at++;
	if (c == '\\' && *dn->at != '\0') {
		*ret_escaped = true;
		return *dn->at++;
	}
	if (c == ',' || c == '+')
		dn->in_value = false;
	if (!dn->in_value && c == '=') {
		dn->in_value = true;
		dn->at += strspn(dn->at, " ");
	} else if (!dn->in_value) {
		c = (char)toupper((unsigned char)c);
	}
	return c;
}

bool
ca_dn_equal(const char *a, const char *b)
{
	struct dn x = { a, false }, y = { b, false };
	bool x_escaped, y_escaped;
	char c, d;

	do {
		c = next_of_dn(&x, &x_escaped);
		d = next_of_dn(&y, &y_escaped);
		/* `\,` is a character, `,` is none; `\a` is just `a`. */
		if (c != d ||
		    (x_escaped != y_escaped && strchr(",+", c) != NULL))
			return false;
	} while (c != '\0');
	return true;
}

void
ca_principal_map_clear(struct ca_principal_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		free(map->item[i].certificate);
		free(map->item[i].database);
	}
	free(map->item);
	*map = (struct ca_principal_map){ 0 };
}
