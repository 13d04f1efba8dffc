/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/dispatch.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/term.h"

#define NUMBER_SIZE 24 /* bytes of a number, with the NUL */

static const char *
state_of(const struct ca_dispatched_item *item)
{
	return item->there ? "there already" : "written";
}

static enum ca_code
show_table(const struct ca_dispatched *dispatched, struct ca_error *err)
{
	static const char *const headings[] = { "On the stick", "Files",
		"Bytes", "State" };
	struct cli_table *table = NULL;
	enum ca_code rc;

	rc = cli_table_new(headings, sizeof(headings) / sizeof(headings[0]),
	    &table, err);
	for (size_t i = 0; i < dispatched->count && rc == CA_OK; i++) {
		const struct ca_dispatched_item *item = &dispatched->item[i];
		char files[NUMBER_SIZE], bytes[NUMBER_SIZE];
		const char *const cells[] = { item->name, files, bytes,
			state_of(item) };

		(void)snprintf(files, sizeof(files), "%zu", item->files);
		(void)snprintf(bytes, sizeof(bytes), "%zu", item->bytes);
		rc = cli_table_row(table, cells, err);
	}
	if (rc == CA_OK)
		rc = cli_table_print(table, stdout, err);
	cli_table_free(table);
	return rc;
}

static enum ca_code
show_json(const struct ca_dispatched *dispatched, struct ca_error *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < dispatched->count; i++) {
		const struct ca_dispatched_item *item = &dispatched->item[i];

		if (json_array_append_new(list,
			json_pack("{s:o,s:I,s:I,s:s}", "name",
			    cli_json_text(item->name), "files",
			    (json_int_t)item->files, "bytes",
			    (json_int_t)item->bytes, "state",
			    state_of(item))) == 0)
			continue;
		json_decref(list);
		return ca_fail_memory(err);
	}
	return cli_json_print(list, err);
}

enum ca_code
cli_dispatch(struct cli *cli, struct ca_error *err)
{
	struct ca_dispatch dispatch = {
		.stick = cli->args.word[0],
		.ledger = cli->ca.ledger,
		.without_response =
		    cli_args_has(&cli->args, CLI_OPT_WITHOUT_RESPONSE),
	};
	struct ca_dispatched dispatched = { .count = 0 };
	char *from = NULL;
	enum ca_code rc;

	rc = cli_args_path(&cli->args, CLI_OPT_FROM, &from, err);
	dispatch.from = from;
	if (rc == CA_OK)
		rc = ca_dispatch(&dispatch, &dispatched, err);
	if (rc == CA_OK)
		rc = cli->json ? show_json(&dispatched, err)
			       : show_table(&dispatched, err);
	if (rc == CA_OK)
		cli_note(cli,
		    "everything was read back from the stick, and is as it was sent");
	if (rc == CA_OK)
		cli_next(cli,
		    "on each host: coldca install STICK/FOLDER, with the response manifest beside it");
	ca_dispatched_clear(&dispatched);
	free(from);
	return rc;
}
