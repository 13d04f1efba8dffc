/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/principal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

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
