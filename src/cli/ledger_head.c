/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/head.h"

static enum ca_code
print_json(const struct ca_head *head, const char *words,
    const struct ca_signed_head *last, bool found, struct ca_error *err)
{
	char hex[2 * CA_SHA256_SIZE + 1];

	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	return cli_json_print(json_pack("{s:I,s:s,s:s,s:o,s:o,s:o}", "entry",
				  (json_int_t)head->entry, "hash", hex, "words",
				  words, "time", cli_json_time(head->time),
				  "signed_entry",
				  found ? json_integer(
					      (json_int_t)last->signed_entry)
					: json_null(),
				  "signed_at",
				  found ? cli_json_time(last->signed_at)
					: json_null()),
	    err);
}

static void
print_text(const struct ca_head *head, const struct ca_signed_head *last,
    bool found)
{
	char hex[2 * CA_SHA256_SIZE + 1], time[CA_TIME_TEXT_SIZE];

	ca_hex(head->hash, CA_SHA256_SIZE, hex);
	ca_time_format(head->time, time);
	cli_show_field(stdout, "entry", "%" PRId64 ", of %s", head->entry,
	    time);
	cli_show_field(stdout, "hash", "%s", hex);
	cli_show_words(stdout, head->hash, CA_HEAD_SHORT);
	if (!found) {
		cli_show_field(stdout, "signed", "never");
		return;
	}
	ca_time_format(last->signed_at, time);
	cli_show_field(stdout, "signed", "up to entry %" PRId64 ", at %s",
	    last->signed_entry, time);
}

enum ca_code
cli_ledger_head(struct cli *cli, struct ca_error *err)
{
	struct ca_signed_head last = { 0 };
	char *words = NULL;
	bool found = false;
	enum ca_code rc;

	rc = ca_ledger_signed_head(cli->ca.ledger, &last, &found, err);
	if (rc == CA_OK)
		rc = cli_words_text(cli->head.hash, CA_HEAD_SHORT, &words, err);
	if (rc == CA_OK && cli->json)
		rc = print_json(&cli->head, words, &last, found, err);
	else if (rc == CA_OK)
		print_text(&cli->head, &last, found);
	free(words);
	return rc;
}
