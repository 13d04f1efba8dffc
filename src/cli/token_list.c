/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/held_keys.h"
#include "cli/json.h"
#include "cli/jumpbox.h"
#include "cli/table.h"
#include "cli/term.h"

/* What the slots of one module are added to: two tables, or JSON. */
struct listing {
	const struct cli *cli;
	struct cli_table *table;
	struct cli_table *keys;
	json_t *json;
	size_t key_rows;
	struct cli_known_keys known;
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

static json_t *
json_empty(const struct ca_token_info *info, const char *module)
{
	return json_pack("{s:I,s:o,s:b,s:b,s:o}", "slot",
	    (json_int_t)info->slot_id, "slot_name", cli_json_text(info->slot),
	    "present", false, "initialized", false, "module",
	    cli_json_text(module));
}

static json_t *
json_token(const struct ca_token_info *info, const char *module,
    const struct cli_held_keys *keys, const struct cli_known_keys *known)
{
	return json_pack(
	    "{s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:b,s:b,s:b,s:b,s:b,s:s,s:b,s:o,s:o,s:o,s:I,s:o,s:o}",
	    "label", cli_json_text(info->label), "serial",
	    cli_json_text(info->serial), "manufacturer",
	    cli_json_text(info->manufacturer), "model",
	    cli_json_text(info->model), "firmware",
	    cli_json_text(info->firmware), "slot", (json_int_t)info->slot_id,
	    "slot_name", cli_json_text(info->slot), "present", true,
	    "initialized", info->initialized, "hardware", info->hardware,
	    "pinpad", info->pinpad, "login_required", info->login_required,
	    "pin", pin_state(info), "pin_flags_told", info->pin_flags_told,
	    "mechanisms", cli_json_text(info->mechanisms), "ca_keys",
	    cli_held_keys_json(keys, known, true), "private_keys",
	    cli_held_keys_json(keys, known, false), "unreadable",
	    (json_int_t)keys->unreadable, "uri", cli_json_text(info->uri),
	    "module", cli_json_text(module));
}

static enum ca_code
add_json(struct listing *listing, json_t *value, struct ca_error *err)
{
	return json_array_append_new(listing->json, value) == 0
	    ? CA_OK
	    : ca_fail_memory(err);
}

static enum ca_code
add_empty(struct listing *listing, const char *module,
    const struct ca_token_info *info, struct ca_error *err)
{
	char *label = NULL;
	enum ca_code rc;

	if (listing->table == NULL)
		return add_json(listing, json_empty(info, module), err);
	rc = ca_text_format(&label, err, "(empty: %s)", info->slot);
	if (rc == CA_OK) {
		const char *const cells[] = { label, NULL, NULL, NULL, NULL,
			NULL, NULL, NULL, NULL, NULL, module };

		rc = cli_table_row(listing->table, cells, err);
	}
	free(label);
	return rc;
}

static enum ca_code
add_rows(struct listing *listing, const char *module,
    const struct ca_token_info *info, const struct cli_held_keys *keys,
    struct ca_error *err)
{
	char *labels = NULL;
	enum ca_code rc = cli_held_keys_labels(keys, &labels, err);
	const char *const cells[] = {
		info->initialized ? info->label : "(not initialized)",
		info->serial,
		info->manufacturer,
		info->model,
		info->firmware,
		info->hardware ? "hardware" : "software",
		pin_state(info),
		labels,
		info->mechanisms,
		info->uri,
		module,
	};

	if (rc == CA_OK)
		rc = cli_table_row(listing->table, cells, err);
	if (rc == CA_OK)
		rc = cli_held_keys_show(keys, &listing->known, info->label,
		    listing->keys, err);
	listing->key_rows += keys->count;
	free(labels);
	return rc;
}

/*
 * One token with what it shows: to the login of TOKEN, or to everybody where
 * that is NULL. Objects that can not be read are worth a word, no failure.
 */
static enum ca_code
add_token(struct listing *listing, struct ca_module *module, const char *path,
    const struct ca_token_info *info, struct ca_token *token,
    struct ca_error *err)
{
	struct ca_token_objects objects = { .item = NULL };
	struct cli_held_keys keys = { .item = NULL };
	enum ca_code rc = CA_OK;

	if (!info->present)
		return add_empty(listing, path, info, err);
	if (info->mechanisms_fault != NULL)
		term_warning("%s", info->mechanisms_fault);
	if (token != NULL)
		rc = ca_token_objects(token, &objects, err);
	else if (info->initialized)
		rc = ca_module_objects(module, info, &objects, err);
	if (rc == CA_ERR_TOKEN) {
		term_warning("%s", err->message);
		rc = CA_OK;
	}
	if (rc == CA_OK)
		rc = cli_held_keys_find(&listing->known, info, &objects, &keys,
		    err);
	if (rc == CA_OK && keys.unreadable > 0)
		term_warning("token `%s`: %zu of its objects can not be read",
		    info->label, keys.unreadable);
	if (rc == CA_OK)
		rc = listing->table != NULL
		    ? add_rows(listing, path, info, &keys, err)
		    : add_json(listing,
			  json_token(info, path, &keys, &listing->known), err);
	cli_held_keys_clear(&keys);
	ca_token_objects_clear(&objects);
	return rc;
}

/* Every slot; or, where TOKEN is open, only its own. */
static enum ca_code
add_slots(struct listing *listing, struct ca_module *module, const char *path,
    struct ca_token *token, bool login, struct ca_error *err)
{
	struct ca_token_infos infos = { 0 };
	enum ca_code rc = ca_module_slots(module, &infos, err);

	for (size_t i = 0; i < infos.count && rc == CA_OK; i++) {
		if (token != NULL &&
		    infos.item[i].slot_id != ca_token_info(token)->slot_id)
			continue;
		rc = add_token(listing, module, path, &infos.item[i],
		    login ? token : NULL, err);
	}
	ca_token_infos_clear(&infos);
	return rc;
}

static enum ca_code
add_module(struct listing *listing, const char *path, struct ca_error *err)
{
	struct ca_module *module = NULL;
	enum ca_code rc =
	    cli_module_load(listing->cli, path, NULL, &module, err);

	if (rc == CA_OK)
		rc = add_slots(listing, module, path, NULL, false, err);
	ca_module_free(module);
	return rc;
}

/* Every registered module, one at a time; a broken one hides no other. */
static enum ca_code
add_registered(struct listing *listing, struct ca_error *err)
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
add_everything(struct listing *listing, struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc = cli_module_choose(listing->cli, NULL, &path, err);

	if (rc == CA_OK)
		rc = path != NULL ? add_module(listing, path, err)
				  : add_registered(listing, err);
	free(path);
	return rc;
}

/* The one token that URI names, after a login where one is asked for. */
static enum ca_code
add_named(struct listing *listing, const char *uri, struct ca_error *err)
{
	const struct cli *cli = listing->cli;
	bool login = cli_args_has(&cli->args, CLI_OPT_LOGIN);
	struct cli_jumpbox jumpbox = { 0 };
	char *path = NULL;
	enum ca_code rc = cli_token_open(cli, uri, &jumpbox, err);

	if (rc == CA_OK)
		rc = cli_module_choose(cli, jumpbox.uri, &path, err);
	if (rc == CA_OK && login)
		rc = cli_jumpbox_login(cli, &jumpbox, err);
	if (rc == CA_OK)
		rc = add_slots(listing, jumpbox.module, path, jumpbox.token,
		    login, err);
	cli_jumpbox_close(&jumpbox);
	free(path);
	return rc;
}

static enum ca_code
make_listing(const struct cli *cli, struct listing *ret, struct ca_error *err)
{
	static const char *const headings[] = { "Label", "Serial",
		"Manufacturer", "Model", "Firmware", "Made of", "PIN",
		"CA keys", "Mechanisms", "URI", "Module" };
	enum ca_code rc;

	ret->cli = cli;
	rc = cli_known_keys_read(&cli->ca, &ret->known, err);
	if (rc != CA_OK)
		return rc;
	if (cli->json) {
		ret->json = json_array();
		return ret->json != NULL ? CA_OK : ca_fail_memory(err);
	}
	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &ret->table, err);
	if (rc == CA_OK)
		rc = cli_held_keys_table(&ret->keys, err);
	return rc;
}

static enum ca_code
print(struct listing *listing, struct ca_error *err)
{
	json_t *json = listing->json;
	enum ca_code rc;

	if (json != NULL) {
		listing->json = NULL;
		return cli_json_print(json, err);
	}
	rc = cli_table_print(listing->table, stdout, err);
	if (rc != CA_OK || listing->key_rows == 0)
		return rc;
	term_text(stdout, "\n");
	return cli_table_print(listing->keys, stdout, err);
}

/* A PIN is given to one token, which must be named. */
static enum ca_code
check_options(const struct cli_args *args, struct ca_error *err)
{
	if (cli_args_has(args, CLI_OPT_LOGIN)) {
		if (cli_args_value(args, CLI_OPT_TOKEN) != NULL)
			return CA_OK;
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--login: needs --token, which says where");
		ca_hint(err, "--token='pkcs11:token=LABEL;serial=NUMBER'");
		return CA_ERR_USAGE;
	}
	if (cli_args_value(args, CLI_OPT_PIN_FD) == NULL)
		return CA_OK;
	return ca_fail(err, CA_ERR_USAGE,
	    "--pin-fd: without --login nobody is asked for a PIN");
}

enum ca_code
cli_token_list(struct cli *cli, struct ca_error *err)
{
	const char *uri = cli_args_value(&cli->args, CLI_OPT_TOKEN);
	struct listing listing = { 0 };
	enum ca_code rc = check_options(&cli->args, err);

	if (rc == CA_OK)
		rc = cli_ca_open_optional(&cli->args,
		    CLI_NEEDS_CA | CLI_NEEDS_LEDGER, &cli->ca, err);
	if (rc == CA_OK)
		rc = make_listing(cli, &listing, err);
	if (rc == CA_OK)
		rc = uri != NULL ? add_named(&listing, uri, err)
				 : add_everything(&listing, err);
	if (rc == CA_OK)
		rc = print(&listing, err);
	json_decref(listing.json);
	cli_table_free(listing.table);
	cli_table_free(listing.keys);
	cli_known_keys_clear(&listing.known);
	return rc;
}
