/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/intake.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/term.h"

#define WHO_SIZE 21 /* bytes of a tenant's number, with the NUL */

static const char *
state_of(const struct ca_intake_item *item)
{
	return item->refusal.code == CA_OK ? "taken" : "refused";
}

/* All that it asks for; *RET_TEXT is new. */
static enum ca_code
names_text(const struct ca_intake_item *item, char **ret_text,
    struct ca_error *err)
{
	const struct ca_manifest *manifest = &item->manifest;
	const struct ca_names *names = &manifest->hosts;
	char who[WHO_SIZE];

	if (manifest->profile == NULL && item->csr != NULL)
		names = ca_csr_names(item->csr);
	if (manifest->profile == NULL || names->count > 0)
		return cli_names_text(names, ret_text, err);
	return ca_text_format(ret_text, err, "%s",
	    ca_manifest_who(manifest, who));
}

static enum ca_code
add_row(struct cli_table *table, const struct ca_intake_item *item,
    struct ca_error *err)
{
	const struct ca_manifest *manifest = &item->manifest;
	bool asks = manifest->profile != NULL;
	char made[CA_TIME_TEXT_SIZE] = "", until[CA_TIME_TEXT_SIZE] = "";
	char *names = NULL;
	enum ca_code rc = names_text(item, &names, err);

	if (asks) {
		ca_time_format(manifest->made_at, made);
		ca_time_format(manifest->expires_at, until);
	}
	if (rc == CA_OK) {
		const char *const cells[] = { state_of(item), item->path,
			asks ? manifest->profile->name : "", names, made, until,
			asks && manifest->ca_count == 0 ? "trusts no CA yet"
			    : !asks && item->refusal.code == CA_OK
			    ? "no manifest"
			    : "",
			item->file };

		rc = cli_table_row(table, cells, err);
	}
	if (rc == CA_OK && item->refusal.code != CA_OK)
		cli_table_color(table, "red");
	free(names);
	return rc;
}

static enum ca_code
show_table(const struct ca_intake *intake, struct ca_error *err)
{
	static const char *const headings[] = { "State", "On the stick",
		"Profile", "Asks for", "Made", "Good until", "Notice",
		"Taken as" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < intake->count && rc == CA_OK; i++)
		rc = add_row(table, &intake->item[i], err);
	if (rc == CA_OK)
		rc = cli_table_print(table, stdout, err);
	cli_table_free(table);
	return rc;
}

static json_t *
json_item(const struct ca_intake_item *item)
{
	const struct ca_manifest *manifest = &item->manifest;
	bool asks = manifest->profile != NULL;
	const struct ca_error *refusal = &item->refusal;
	struct ca_error ignored;
	char *names = NULL;
	json_t *value = NULL;

	if (names_text(item, &names, &ignored) == CA_OK)
		value = json_pack("{s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
		    "request", cli_json_text(item->path), "manifest",
		    cli_json_text(item->manifest_path), "state", state_of(item),
		    "profile",
		    cli_json_text(asks ? manifest->profile->name : NULL),
		    "names", cli_json_text(names), "made_at",
		    asks ? cli_json_time(manifest->made_at) : json_null(),
		    "expires_at",
		    asks ? cli_json_time(manifest->expires_at) : json_null(),
		    "file",
		    cli_json_text(item->file[0] != '\0' ? item->file : NULL),
		    "rule", cli_json_text(refusal->rule), "problem",
		    refusal->code == CA_OK ? json_null()
					   : cli_json_text(refusal->message));
	free(names);
	return value;
}

static enum ca_code
show_json(const struct ca_intake *intake, const char *folder,
    struct ca_error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < intake->count; i++)
		if (json_array_append_new(list, json_item(&intake->item[i])) !=
		    0) {
			json_decref(list);
			return ca_fail_memory(err);
		}
	return cli_json_print(json_pack("{s:o,s:o}", "folder",
				  cli_json_text(folder), "requests", list),
	    err);
}

/* What was refused is said and noted in the ledger: who sent it, as far known. */
static enum ca_code
tell_refusals(const struct cli *cli, const struct ca_intake *intake,
    int64_t now, struct ca_error *err)
{
	char **detail = calloc(intake->count + 1, sizeof(char *));
	size_t count = 0;
	enum ca_code rc = CA_OK;

	if (detail == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < intake->count && rc == CA_OK; i++) {
		const struct ca_error *refusal = &intake->item[i].refusal;

		if (refusal->code == CA_OK)
			continue;
		term_error(refusal);
		rc = ca_text_format(&detail[count], err, "intake %s",
		    refusal->message);
		count += rc == CA_OK;
	}
	if (rc == CA_OK && count > 0)
		rc = ca_ledger_note_all(cli->ca.ledger, CA_ENTRY_REFUSED,
		    (const char *const *)detail, count, now, err);
	for (size_t i = 0; i < count; i++)
		free(detail[i]);
	free(detail);
	return rc;
}

static enum ca_code
first_refusal(const struct ca_intake *intake)
{
	for (size_t i = 0; i < intake->count; i++)
		if (intake->item[i].refusal.code != CA_OK)
			return intake->item[i].refusal.code;
	return CA_OK;
}

static enum ca_code
take(const struct cli *cli, const struct ca_intake *intake, const char *into,
    int64_t now, struct ca_error *err)
{
	size_t taken = ca_intake_taken(intake);
	char *folder = NULL;
	enum ca_code rc;

	rc = ca_intake_take(intake, into, cli->ca.ledger, now, err);
	if (rc == CA_OK && taken > 0)
		rc = ca_path_join(into, intake->folder, &folder, err);
	if (rc == CA_OK)
		rc = tell_refusals(cli, intake, now, err);
	if (rc == CA_OK && cli->json)
		rc = show_json(intake, folder, err);
	else if (rc == CA_OK)
		rc = show_table(intake, err);
	if (rc == CA_OK && folder != NULL && !cli->json)
		term_line(stdout, "%s", folder);
	if (rc == CA_OK)
		cli_note(cli, "%zu taken, %zu refused", taken,
		    intake->count - taken);
	if (rc == CA_OK && folder != NULL)
		cli_next(cli, "coldca sign --intake=%s", folder);
	free(folder);
	return rc;
}

enum ca_code
cli_intake(struct cli *cli, struct ca_error *err)
{
	const struct ca_intake_look look = {
		.stick = cli->args.word[0],
		.ledger = cli->ca.ledger,
		.allow_unsigned =
		    cli_args_has(&cli->args, CLI_OPT_ALLOW_UNSIGNED),
		.now = ca_time_now(),
	};
	struct ca_intake intake = { .count = 0 };
	char *into = NULL;
	enum ca_code rc;

	rc = cli_args_path(&cli->args, CLI_OPT_INTO, &into, err);
	if (rc == CA_OK)
		rc = ca_intake_look(&look, &intake, err);
	if (rc == CA_OK && intake.count == 0)
		rc = ca_fail(err, CA_ERR_INPUT, "%s: there is nothing in it",
		    look.stick);
	if (rc == CA_OK)
		rc = take(cli, &intake, into, look.now, err);
	if (rc == CA_OK && first_refusal(&intake) != CA_OK)
		rc = cli_said(err, first_refusal(&intake));
	ca_intake_clear(&intake);
	free(into);
	return rc;
}
