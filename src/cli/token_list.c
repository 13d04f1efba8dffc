/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/json.h"
#include "cli/jumpbox.h"
#include "cli/table.h"
#include "cli/term.h"

/* What the tokens of one module are added to: one of the two. */
struct listing {
	struct cli_table *table;
	json_t *json;
	struct ca_passport *passport; /* of the keys of this CA */
	size_t passports;
};

static const char *
pin_state(const struct ca_token_info *info)
{
	static const char *const names[] = {
		[CA_PIN_OK] = "set",
		[CA_PIN_COUNT_LOW] = "wrong once",
		[CA_PIN_FINAL_TRY] = "last try",
		[CA_PIN_LOCKED] = "locked",
		[CA_PIN_NOT_SET] = "not set",
	};

	/* What nobody tells is not known to be well. */
	if (info->pin_state == CA_PIN_OK && !info->pin_flags_told)
		return "not told";
	return names[info->pin_state];
}

/* The labels of this CA's keys on the token, from the ledger's records. */
static enum ca_code
find_keys(const struct listing *listing, const struct ca_token_info *info,
    char **ret_text, struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < listing->passports && rc == CA_OK; i++) {
		const struct ca_passport *passport = &listing->passport[i];
		char *longer = NULL;

		if (strcmp(passport->token_serial, info->serial) != 0 ||
		    strcmp(passport->token_label, info->label) != 0)
			continue;
		rc = ca_text_format(&longer, err, "%s%s%s",
		    text != NULL ? text : "", text != NULL ? ", " : "",
		    passport->key_label);
		if (rc == CA_OK) {
			free(text);
			text = longer;
		}
	}
	if (rc == CA_OK)
		*ret_text = text;
	else
		free(text);
	return rc;
}

static json_t *
json_token(const struct ca_token_info *info, const char *module,
    const char *keys)
{
	return json_pack(
	    "{s:o,s:o,s:o,s:o,s:o,s:I,s:b,s:b,s:b,s:b,s:s,s:b,s:o,s:o,s:o,s:o}",
	    "label", cli_json_text(info->label), "serial",
	    cli_json_text(info->serial), "manufacturer",
	    cli_json_text(info->manufacturer), "model",
	    cli_json_text(info->model), "firmware",
	    cli_json_text(info->firmware), "slot", (json_int_t)info->slot_id,
	    "initialized", info->initialized, "hardware", info->hardware,
	    "pinpad", info->pinpad, "login_required", info->login_required,
	    "pin", pin_state(info), "pin_flags_told", info->pin_flags_told,
	    "mechanisms", cli_json_text(info->mechanisms), "ca_keys",
	    cli_json_text(keys), "uri", cli_json_text(info->uri), "module",
	    cli_json_text(module));
}

static enum ca_code
add_token(const struct listing *listing, const char *module,
    const struct ca_token_info *info, struct ca_error *err)
{
	char *keys = NULL;
	enum ca_code rc = find_keys(listing, info, &keys, err);
	const char *const cells[] = {
		info->initialized ? info->label : "(not initialized)",
		info->serial,
		info->manufacturer,
		info->model,
		info->firmware,
		info->hardware ? "hardware" : "software",
		pin_state(info),
		keys,
		info->mechanisms,
		info->uri,
		module,
	};

	if (rc == CA_OK && listing->table != NULL)
		rc = cli_table_row(listing->table, cells, err);
	else if (rc == CA_OK &&
	    json_array_append_new(listing->json,
		json_token(info, module, keys)) != 0)
		rc = ca_fail_memory(err);
	free(keys);
	return rc;
}

static enum ca_code
add_module(const struct cli *cli, const struct listing *listing,
    const char *path, struct ca_error *err)
{
	struct ca_token_infos infos = { 0 };
	struct ca_module *module = NULL;
	enum ca_code rc;

	rc = cli_module_load(cli, path, &module, err);
	if (rc != CA_OK)
		goto out;
	rc = ca_module_tokens(module, &infos, err);
	for (size_t i = 0; i < infos.count && rc == CA_OK; i++)
		rc = add_token(listing, path, &infos.item[i], err);
out:
	ca_token_infos_clear(&infos);
	ca_module_free(module);
	return rc;
}

/* Every registered module, one at a time; a broken one hides no other. */
static enum ca_code
add_registered(const struct cli *cli, const struct listing *listing,
    struct ca_error *err)
{
	char **paths = NULL;
	enum ca_code rc = ca_module_registered(&paths, err);

	for (char **path = paths; rc == CA_OK && *path != NULL; path++) {
		rc = add_module(cli, listing, *path, err);
		if (rc != CA_OK && rc != CA_ERR_INTERNAL) {
			term_warning("%s", err->message);
			rc = CA_OK;
		}
	}
	ca_module_paths_free(paths);
	return rc;
}

static enum ca_code
make_listing(bool json, struct listing *ret, struct ca_error *err)
{
	static const char *const headings[] = { "Label", "Serial",
		"Manufacturer", "Model", "Firmware", "Made of", "PIN",
		"CA keys", "Mechanisms", "URI", "Module" };

	if (!json)
		return cli_table_new(headings,
		    sizeof(headings) / sizeof(headings[0]), &ret->table, err);
	ret->json = json_array();
	return ret->json != NULL ? CA_OK : ca_fail_memory(err);
}

/* The passports of all keys of this CA. */
static enum ca_code
read_passports(const struct cli *cli, struct listing *listing,
    struct ca_error *err)
{
	struct ca_certificates all = { 0 };
	enum ca_code rc;

	rc = ca_ledger_authorities(cli->ca.ledger, CA_AUTHORITY_CLUSTER, &all,
	    err);
	if (rc == CA_OK) {
		listing->passport =
		    calloc(all.count + 1, sizeof(*listing->passport));
		if (listing->passport == NULL)
			rc = ca_fail_memory(err);
	}
	for (size_t i = 0; i < all.count && rc == CA_OK; i++) {
		bool found = false;

		rc = ca_ledger_passport(cli->ca.ledger, all.item[i],
		    &listing->passport[listing->passports], &found, err);
		listing->passports += rc == CA_OK && found;
	}
	ca_certificates_clear(&all);
	return rc;
}

enum ca_code
cli_token_list(struct cli *cli, struct ca_error *err)
{
	struct listing listing = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    &cli->ca, err);
	if (rc == CA_OK && cli->ca.ledger != NULL)
		rc = read_passports(cli, &listing, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_module_choose(cli, NULL, &path, err);
	if (rc == CA_OK)
		rc = make_listing(cli->json, &listing, err);
	if (rc == CA_OK)
		rc = path != NULL ? add_module(cli, &listing, path, err)
				  : add_registered(cli, &listing, err);
	if (rc != CA_OK)
		goto out;
	if (cli->json) {
		rc = cli_json_print(listing.json, err);
		listing.json = NULL;
	} else {
		rc = cli_table_print(listing.table, stdout, err);
	}
out:
	json_decref(listing.json);
	cli_table_free(listing.table);
	while (listing.passports > 0)
		ca_passport_clear(&listing.passport[--listing.passports]);
	free(listing.passport);
	free(path);
	return rc;
}
