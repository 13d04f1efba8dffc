/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/exit_gate.h"

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"
#include "coldca/ledger.h"

/* Judges the directory PATH; its row goes to LIST where that is not NULL. */
static enum ca_code
judge(const char *path, const struct ca_exit_known *known, json_t *list,
    struct ca_error *err)
{
	size_t count = 0;
	enum ca_code rc = ca_exit_gate_dir(path, known, &count, err);

	if (rc != CA_OK)
		return rc;
	if (list == NULL)
		term_line(stdout, "%s: %zu file%s may leave", path, count,
		    count == 1 ? "" : "s");
	else if (json_array_append_new(list,
		     json_pack("{s:o,s:I}", "dir", cli_json_text(path), "files",
			 (json_int_t)count)) != 0)
		rc = ca_fail_memory(err);
	return rc;
}

enum ca_code
cli_exit_gate(struct cli *cli, struct ca_error *err)
{
	struct ca_authorities authorities = { .of = { { NULL, 0 } } };
	const struct ca_exit_known known = { .list = authorities.of,
		.count = CA_AUTHORITIES };
	json_t *list = cli->json ? json_array() : NULL;
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    &cli->ca, err);
	if (rc == CA_OK && cli->ca.ledger != NULL)
		rc = ca_ledger_all_authorities(cli->ca.ledger, &authorities,
		    err);
	for (size_t i = 0; i < cli->args.word_count && rc == CA_OK; i++)
		rc = judge(cli->args.word[i], &known, list, err);
	ca_authorities_clear(&authorities);
	if (list == NULL || rc != CA_OK) {
		json_decref(list);
		return rc;
	}
	return cli_json_print(list, err);
}
