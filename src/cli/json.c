/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/show.h"
#include "cli/term.h"

json_t *
cli_json_text(const char *text)
{
	struct ca_error ignored;
	json_t *value;
	char *safe = NULL;

	if (text == NULL)
		return json_null();
	value = json_string(text);
	if (value != NULL)
		return value;
	if (ca_text_escape(text, strlen(text), &safe, &ignored) == CA_OK)
		value = json_string(safe);
	free(safe);
	return value;
}

json_t *
cli_json_time(int64_t time)
{
	char text[CA_TIME_TEXT_SIZE];

	ca_time_format(time, text);
	return json_string(text);
}

/* Appends ITEM to LIST; on failure both are gone and the result is NULL. */
static json_t *
append(json_t *list, json_t *item)
{
	if (json_array_append_new(list, item) == 0)
		return list;
	json_decref(list);
	return NULL;
}

json_t *
cli_json_findings(const struct ca_findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count && list != NULL; i++) {
		const struct ca_finding *finding = &findings->item[i];

		list = append(list,
		    json_pack("{s:o,s:b,s:i,s:o}", "rule",
			cli_json_text(finding->rule), "refused",
			finding->code != CA_OK, "status", (int)finding->code,
			"text", cli_json_text(finding->text)));
	}
	return list;
}

/* How it reads, where that is not how it is written. */
static json_t *
json_name(const struct ca_name *name)
{
	struct ca_name_look look = cli_name_look(name);
	json_t *value;

	value = json_pack("{s:o,s:o}", "kind",
	    cli_json_text(cli_name_kind(name->kind)), "value",
	    cli_json_text(name->text));
	if (value != NULL && look.unicode != NULL)
		(void)json_object_set_new(value, "unicode",
		    cli_json_text(look.unicode));
	if (value != NULL && look.scripts != NULL)
		(void)json_object_set_new(value, "mixed_scripts",
		    cli_json_text(look.scripts));
	ca_name_look_clear(&look);
	return value;
}

json_t *
cli_json_names(const struct ca_names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count && list != NULL; i++)
		list = append(list, json_name(&names->item[i]));
	return list;
}

json_t *
cli_json_asks(const struct ca_csr *csr)
{
	size_t count = 0;
	const struct ca_ask *asks = ca_csr_asks(csr, &count);
	json_t *list = json_array();

	for (size_t i = 0; i < count && list != NULL; i++)
		list = append(list, cli_json_text(asks[i].what));
	return list;
}

json_t *
cli_json_key(const struct ca_key_info *key)
{
	char digest[2 * CA_SHA256_SIZE + 1];
	struct ca_error ignored;
	char *words = NULL;
	json_t *value = NULL;

	ca_hex(key->spki_sha256, CA_SHA256_SIZE, digest);
	if (cli_words_text(key->spki_sha256, CLI_KEY_WORDS, &words, &ignored) ==
	    CA_OK)
		value = json_pack("{s:s,s:i,s:s,s:s}", "kind",
		    ca_key_kind_name(key->kind), "bits", (int)key->bits,
		    "spki_sha256", digest, "words", words);
	free(words);
	return value;
}

/* Writes PART, which it takes apart, with INDENT after each newline in it. */
static void
print_indented(char *part, const char *indent)
{
	for (char *line; (line = strchr(part, '\n')) != NULL; part = line + 1) {
		*line = '\0';
		term_text(stdout, part);
		term_text(stdout, "\n");
		term_text(stdout, indent);
	}
	term_text(stdout, part);
}

/* Writes VALUE, and frees it. */
static enum ca_code
print_value(json_t *value, const char *indent, struct ca_error *err)
{
	char *text = NULL;

	if (value != NULL)
		text = json_dumps(value, CLI_JSON_FLAGS);
	json_decref(value);
	if (text == NULL)
		return ca_fail_memory(err);
	/* DEL is ASCII, and the one control that jansson leaves as it is. */
	for (char *part = text; part != NULL;) {
		char *del = strchr(part, '\x7f');

		if (del != NULL)
			*del = '\0';
		print_indented(part, indent);
		if (del != NULL)
			term_text(stdout, "\\u007F");
		part = del != NULL ? del + 1 : NULL;
	}
	free(text);
	return CA_OK;
}

enum ca_code
cli_json_print(json_t *value, struct ca_error *err)
{
	enum ca_code rc = print_value(value, "", err);

	if (rc == CA_OK)
		term_text(stdout, "\n");
	return rc;
}

enum ca_code
cli_json_list_add(struct cli_json_list *list, json_t *item,
    struct ca_error *err)
{
	term_text(stdout, list->count++ == 0 ? "[\n  " : ",\n  ");
	return print_value(item, "  ", err);
}

void
cli_json_list_end(const struct cli_json_list *list)
{
	term_text(stdout, list->count == 0 ? "[]\n" : "\n]\n");
}
