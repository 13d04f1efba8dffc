/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/held_keys.h"
#include "cli/json.h"

/* Appends WORD to the list *TEXT, which may be NULL. */
static enum ca_code
add_word(char **text, const char *word, struct ca_error *err)
{
	char *longer = NULL;
	enum ca_code rc;

	rc = ca_text_format(&longer, err, "%s%s%s", *text != NULL ? *text : "",
	    *text != NULL ? ", " : "", word);
	if (rc == CA_OK) {
		free(*text);
		*text = longer;
	}
	return rc;
}

/* A key has one row for each of its certificates, and one label. */
static bool
is_named(const struct cli_held_keys *keys, size_t at)
{
	const struct cli_held_key *key = &keys->item[at];

	for (size_t i = 0; i < at; i++)
		if (strcmp(keys->item[i].id, key->id) == 0 &&
		    strcmp(keys->item[i].label, key->label) == 0)
			return true;
	return false;
}

enum ca_code
cli_held_keys_labels(const struct cli_held_keys *keys, char **ret_text,
    struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < keys->count && rc == CA_OK; i++)
		if (cli_held_key_is_ca(&keys->item[i]) && !is_named(keys, i))
			rc = add_word(&text, keys->item[i].label, err);
	if (rc == CA_OK)
		*ret_text = text;
	else
		free(text);
	return rc;
}

enum ca_code
cli_held_keys_table(struct cli_table **ret_table, struct ca_error *err)
{
	static const char *const headings[] = { "Token", "Key", "ID", "Kind",
		"Subject", "The token shows", "In the ledger" };

	return cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    ret_table, err);
}

/* "certificate, public key". *RET_TEXT is new. */
static enum ca_code
shown(const struct cli_held_key *key, char **ret_text, struct ca_error *err)
{
	const struct {
		bool there;
		const char *word;
	} parts[] = {
		{ key->certificate, "certificate" },
		{ key->public_key, "public key" },
		{ key->private_key, "private key" },
	};
	char *text = NULL;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == CA_OK;
	     i++)
		if (parts[i].there)
			rc = add_word(&text, parts[i].word, err);
	if (rc == CA_OK && text == NULL)
		rc = add_word(&text, "nothing", err);
	if (rc == CA_OK)
		*ret_text = text;
	else
		free(text);
	return rc;
}

static enum ca_code
show_key(const struct cli_held_key *key, const struct cli_known_keys *known,
    const char *token, struct cli_table *table, struct ca_error *err)
{
	const char *ledger = key->authority != NULL ? key->authority : "no";
	char *kind = NULL, *parts = NULL;
	enum ca_code rc = shown(key, &parts, err);

	if (rc == CA_OK && key->described)
		rc = ca_text_format(&kind, err, "%s, %u bits",
		    ca_key_kind_name(key->info.kind), key->info.bits);
	if (rc == CA_OK) {
		const char *const cells[] = {
			token,
			key->label,
			key->id,
			kind,
			key->subject,
			parts,
			known->ledger ? ledger : NULL,
		};

		rc = cli_table_row(table, cells, err);
	}
	free(kind);
	free(parts);
	return rc;
}

enum ca_code
cli_held_keys_show(const struct cli_held_keys *keys,
    const struct cli_known_keys *known, const char *token,
    struct cli_table *table, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < keys->count && rc == CA_OK; i++)
		rc = show_key(&keys->item[i], known, token, table, err);
	return rc;
}

json_t *
cli_held_keys_json(const struct cli_held_keys *keys,
    const struct cli_known_keys *known, bool ca)
{
	json_t *list = json_array();

	for (size_t i = 0; i < keys->count && list != NULL; i++) {
		const struct cli_held_key *key = &keys->item[i];
		json_t *item;

		if (cli_held_key_is_ca(key) != ca)
			continue;
		item = json_pack("{s:o,s:o,s:o,s:o,s:b,s:b,s:b,s:o,s:o}",
		    "label", cli_json_text(key->label), "id",
		    cli_json_text(key->id), "key",
		    key->described ? cli_json_key(&key->info) : json_null(),
		    "subject", cli_json_text(key->subject), "certificate",
		    key->certificate, "public_key", key->public_key,
		    "private_key", key->private_key, "in_ledger",
		    known->ledger ? json_boolean(key->authority != NULL)
				  : json_null(),
		    "authority", cli_json_text(key->authority));
		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}
