/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a policy that something was signed under. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/term.h"

static enum ca_code
find(const struct cli *cli, uint8_t sha256[CA_SHA256_SIZE],
    struct ca_bytes *text, struct ca_error *err)
{
	struct ca_ledger *ledger = cli->ca.ledger;
	const char *word = cli->args.word_count > 0 ? cli->args.word[0] : NULL;
	bool found = false;
	enum ca_code rc;

	if (word != NULL &&
	    ca_hex_parse(word, sha256, CA_SHA256_SIZE, err) != CA_OK) {
		(void)ca_fail(err, CA_ERR_USAGE, "%s: not 64 hex digits", word);
		ca_hint(err, "sha256sum of a policy.yaml prints it");
		return CA_ERR_USAGE;
	}
	rc = word != NULL
	    ? ca_ledger_find_policy(ledger, sha256, text, &found, err)
	    : ca_ledger_last_policy(ledger, sha256, text, &found, err);
	if (rc == CA_OK && !found && word == NULL)
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: nothing was signed under a policy yet", cli->ca.path);
	else if (rc == CA_OK && !found)
		rc = ca_fail(err, CA_ERR_LEDGER,
		    "%s: nothing was signed under policy %s", cli->ca.path,
		    word);
	return rc;
}

/* Line by line, so that the escaping leaves the newlines. */
static void
show_lines(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		term_line(stdout, "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

enum ca_code
cli_policy_show(struct cli *cli, struct ca_error *err)
{
	uint8_t sha256[CA_SHA256_SIZE];
	char hex[2 * CA_SHA256_SIZE + 1];
	struct ca_bytes text = { 0 };
	enum ca_code rc = find(cli, sha256, &text, err);

	if (rc == CA_OK)
		rc = ca_bytes_append(&text, "", 1, err);
	if (rc != CA_OK)
		goto out;
	ca_hex(sha256, sizeof(sha256), hex);
	if (cli->json)
		rc =
		    cli_json_print(json_pack("{s:s,s:o}", "sha256", hex, "text",
				       cli_json_text((const char *)text.data)),
			err);
	else
		show_lines((const char *)text.data);
out:
	ca_bytes_free(&text);
	return rc;
}
