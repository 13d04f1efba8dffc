/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/ca_key.h"
#include "cli/json.h"
#include "cli/probe_show.h"
#include "cli/term.h"

/* One run of `token check`. Zero-initialised: nothing is held. */
struct check {
	const struct cli *cli;
	struct ca_certificate *certificate; /* the CA's; NULL: --ca-key */
	char *key_uri;
	struct cli_jumpbox jumpbox;
	struct ca_token_key key;
	struct ca_probe probe;
};

/* The key is the one of --ca-key, or the one that the ledger names. */
static enum ca_code
open_token(struct check *check, struct ca_error *err)
{
	const struct cli *cli = check->cli;
	const char *uri = cli_args_value(&cli->args, CLI_OPT_CA_KEY);
	enum ca_code rc = CA_OK;

	if (uri == NULL && cli->ca.ledger != NULL) {
		rc = ca_ledger_authority(cli->ca.ledger, CA_AUTHORITY_CLUSTER,
		    &check->certificate, &check->key_uri, err);
		uri = check->key_uri;
	}
	if (rc == CA_OK)
		rc = cli_token_open(cli, uri, &check->jumpbox, err);
	return rc;
}

static enum ca_code
find_key(struct check *check, struct ca_error *err)
{
	struct cli_jumpbox *jumpbox = &check->jumpbox;

	if (check->certificate != NULL)
		return ca_token_match_key(jumpbox->token, jumpbox->uri,
		    ca_certificate_key(check->certificate), &check->key, err);
	return ca_token_find_key(jumpbox->token, jumpbox->uri, &check->key,
	    err);
}

static enum ca_code
report(const struct check *check, struct ca_error *err)
{
	const struct ca_token_info *info = ca_token_info(check->jumpbox.token);
	const char *result = cli_probe_result(check->probe.result);
	char spki[2 * CA_SHA256_SIZE + 1];
	enum ca_code rc;

	rc = cli_key_spki_text(&check->key, spki, err);
	if (rc != CA_OK)
		return rc;
	if (check->cli->json)
		return cli_json_print(json_pack("{s:o,s:o,s:o,s:s,s:s,s:b,s:o}",
					  "token", cli_json_text(info->label),
					  "serial", cli_json_text(info->serial),
					  "key",
					  cli_json_text(check->key.label),
					  "spki_sha256", spki, "result", result,
					  "way_out",
					  cli_probe_way_out(&check->probe),
					  "probes",
					  cli_probe_json(&check->probe)),
		    err);
	term_line(stdout, "Token: %s (%s, serial %s)", info->label, info->model,
	    info->serial);
	term_line(stdout, "Key: %s, SHA-256 of its public key %s",
	    check->key.label, spki);
	rc = cli_probe_show(&check->probe, stdout, err);
	if (rc == CA_OK)
		term_line(stdout, "Result: %s", result);
	return rc;
}

/* What the probe found, as data and as the status. */
static enum ca_code
judge(const struct check *check, struct ca_error *err)
{
	char spki[2 * CA_SHA256_SIZE + 1];
	struct ca_error ignored;
	enum ca_code rc;

	rc = report(check, err);
	if (rc != CA_OK)
		return rc;
	rc = cli_probe_judge(&check->probe, cli_key_name(&check->key), true,
	    err);
	if (rc != CA_OK &&
	    cli_key_spki_text(&check->key, spki, &ignored) == CA_OK)
		cli_key_hint_legacy(err, spki);
	return rc;
}

static enum ca_code
run(struct check *check, struct ca_error *err)
{
	enum ca_code rc;

	rc = open_token(check, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_login(check->cli, &check->jumpbox, err);
	if (rc == CA_OK)
		rc = find_key(check, err);
	if (rc == CA_OK)
		rc = ca_token_probe(check->jumpbox.token, &check->key,
		    &check->probe, err);
	if (rc == CA_OK)
		rc = judge(check, err);
	return rc;
}

enum ca_code
cli_token_check(struct cli *cli, struct ca_error *err)
{
	struct check check = { .cli = cli };
	enum ca_code rc;

	rc = cli_ca_open_optional(&cli->args, CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    &cli->ca, err);
	if (rc == CA_OK)
		rc = run(&check, err);
	ca_probe_clear(&check.probe);
	ca_token_key_clear(&check.key);
	cli_jumpbox_close(&check.jumpbox);
	ca_certificate_free(check.certificate);
	free(check.key_uri);
	return rc;
}
