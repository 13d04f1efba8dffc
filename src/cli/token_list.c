/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/json.h"
#include "cli/jumpbox.h"
#include "cli/table.h"
#include "cli/term.h"

/* What the tokens of one module are added to: one of the two. */
struct listing {
	struct cli_table *table;
	json_t *json;
};

static const char *
pin_state(enum ca_pin_state state)
{
	static const char *const names[] = {
		[CA_PIN_OK] = "set",
		[CA_PIN_COUNT_LOW] = "wrong once",
		[CA_PIN_FINAL_TRY] = "last try",
		[CA_PIN_LOCKED] = "locked",
		[CA_PIN_NOT_SET] = "not set",
	};

	return names[state];
}

static enum ca_code
add_token(const struct listing *listing, const char *module,
    const struct ca_token_info *info, struct ca_error *err)
{
	const char *const cells[] = {
		info->initialized ? info->label : "(not initialized)",
		info->serial,
		info->manufacturer,
		info->model,
		info->hardware ? "hardware" : "software",
		pin_state(info->pin_state),
		info->uri,
		module,
	};
	json_t *item;

	if (listing->table != NULL)
		return cli_table_row(listing->table, cells, err);
	item =
	    json_pack("{s:o,s:o,s:o,s:o,s:o,s:I,s:b,s:b,s:b,s:b,s:s,s:o,s:o}",
		"label", cli_json_text(info->label), "serial",
		cli_json_text(info->serial), "manufacturer",
		cli_json_text(info->manufacturer), "model",
		cli_json_text(info->model), "firmware",
		cli_json_text(info->firmware), "slot",
		(json_int_t)info->slot_id, "initialized", info->initialized,
		"hardware", info->hardware, "pinpad", info->pinpad,
		"login_required", info->login_required, "pin",
		pin_state(info->pin_state), "uri", cli_json_text(info->uri),
		"module", cli_json_text(module));
	if (json_array_append_new(listing->json, item) != 0)
		return ca_fail_memory(err);
	return CA_OK;
}

static enum ca_code
add_module(const struct listing *listing, const char *path,
    struct ca_error *err)
{
	struct ca_token_infos infos = { 0 };
	struct ca_module *module = NULL;
	enum ca_code rc;

	rc = cli_module_load(path, &module, err);
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
add_registered(const struct listing *listing, struct ca_error *err)
{
	char **paths = NULL;
	enum ca_code rc = ca_module_registered(&paths, err);

	for (char **path = paths; rc == CA_OK && *path != NULL; path++) {
		rc = add_module(listing, *path, err);
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
		"Manufacturer", "Model", "Made of", "PIN", "URI", "Module" };

	if (!json)
		return cli_table_new(headings,
		    sizeof(headings) / sizeof(headings[0]), &ret->table, err);
	ret->json = json_array();
	return ret->json != NULL ? CA_OK : ca_fail_memory(err);
}

enum ca_code
cli_token_list(struct cli *cli, struct ca_error *err)
{
	struct listing listing = { 0 };
	char *path = NULL;
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, &cli->ca, err);
	if (rc != CA_OK)
		goto out;
	rc = cli_module_choose(cli, NULL, &path, err);
	if (rc == CA_OK)
		rc = make_listing(cli->json, &listing, err);
	if (rc == CA_OK)
		rc = path != NULL ? add_module(&listing, path, err)
				  : add_registered(&listing, err);
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
	free(path);
	return rc;
}
