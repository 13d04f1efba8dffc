/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ca_key.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/probe_show.h"
#include "cli/term.h"

enum ca_code
cli_key_spki_text(const struct ca_token_key *key,
    char ret_text[2 * CA_SHA256_SIZE + 1], struct ca_error *err)
{
	struct ca_key_info info;
	enum ca_code rc;

	rc = ca_key_describe(key->public_key, &info, err);
	if (rc == CA_OK)
		ca_hex(info.spki_sha256, CA_SHA256_SIZE, ret_text);
	return rc;
}

const char *
cli_key_name(const struct ca_token_key *key)
{
	return key->label[0] != '\0' ? key->label : "the key";
}

void
cli_key_hint_legacy(struct ca_error *err, const char *spki)
{
	ca_hint(err,
	    "make a new CA with a key that coldca makes; to let this one sign all the same, write `legacy_key: %s` into policy.yaml",
	    spki);
}

/* The fault of KEY in ERR is only warned about where the policy names KEY. */
static enum ca_code
forgive(const struct cli *cli, const struct ca_token_key *key,
    struct ca_error *err)
{
	char spki[2 * CA_SHA256_SIZE + 1];
	struct ca_key_info info;
	struct ca_error ignored;

	if (ca_key_describe(key->public_key, &info, &ignored) != CA_OK)
		return err->code;
	ca_hex(info.spki_sha256, CA_SHA256_SIZE, spki);
	if (!ca_policy_permits_legacy(cli->ca.policy, info.spki_sha256)) {
		if (err->hint[0] == '\0')
			cli_key_hint_legacy(err, spki);
		return err->code;
	}
	term_warning("%s", err->message);
	term_warning("it signs because policy.yaml names it: legacy_key %s",
	    spki);
	return CA_OK;
}

enum ca_code
cli_key_check(const struct cli *cli, struct cli_jumpbox *jumpbox,
    const struct ca_token_key *key, struct ca_error *err)
{
	enum ca_code rc = ca_token_check_key(jumpbox->token, key, err);

	/* What the token failed to say is nothing to be forgiven. */
	return rc == CA_ERR_TOKEN && err->ckr == 0 ? forgive(cli, key, err)
						   : rc;
}

enum ca_code
cli_key_probe(const struct cli *cli, struct cli_jumpbox *jumpbox,
    const struct ca_token_key *key, bool *ret_failed, struct ca_error *err)
{
	struct ca_probe probe = { 0 };
	size_t tried = 0;
	enum ca_code rc;

	rc = ca_token_probe_key(jumpbox->token, key, &probe, err);
	if (rc == CA_OK)
		rc = cli_probe_judge(&probe, cli_key_name(key), false, err);
	for (size_t i = 0; i < probe.count; i++)
		if (probe.item[i].verdict != CA_PROBE_UNKNOWN)
			tried++;
	if (rc == CA_OK && probe.result == CA_PROBE_PASSED)
		cli_note(cli, "no way out was found in %zu attempts", tried);
	*ret_failed = probe.result == CA_PROBE_FAILED;
	ca_probe_clear(&probe);
	return rc;
}

enum ca_code
cli_key_adopt(const struct cli *cli, struct cli_jumpbox *jumpbox,
    const struct ca_token_key *key, struct ca_error *err)
{
	bool failed = false;
	enum ca_code rc;

	cli_note(cli, "the token is asked to give the key away");
	rc = cli_key_probe(cli, jumpbox, key, &failed, err);
	return failed ? forgive(cli, key, err) : rc;
}

/* What is different as one text, for the ledger. *RET_TEXT is new. */
static enum ca_code
join(const struct ca_findings *findings, char **ret_text, struct ca_error *err)
{
	char *text = NULL;
	enum ca_code rc = ca_text_format(&text, err, "accepted: ");

	for (size_t i = 0; i < findings->count && rc == CA_OK; i++) {
		char *longer = NULL;

		rc = ca_text_format(&longer, err, "%s%s%s", text,
		    i > 0 ? "; " : "", findings->item[i].text);
		if (rc != CA_OK)
			break;
		free(text);
		text = longer;
	}
	if (rc == CA_OK) {
		*ret_text = text;
		text = NULL;
	}
	free(text);
	return rc;
}

static bool
is_serious(const struct ca_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->item[i].code == CA_ERR_TOKEN)
			return true;
	return findings->lost > 0;
}

static enum ca_code
accept_change(const struct cli *cli, const struct ca_passport *now,
    const struct ca_certificate *certificate,
    const struct ca_findings *findings, struct ca_error *err)
{
	char *detail = NULL;
	enum ca_code rc;

	for (size_t i = 0; i < findings->count; i++)
		term_warning("%s: accepted", findings->item[i].text);
	rc = join(findings, &detail, err);
	if (rc == CA_OK)
		rc = ca_ledger_set_passport(cli->ca.ledger, certificate, now,
		    detail, ca_time_now(), err);
	free(detail);
	return rc;
}

static enum ca_code
judge(const struct cli *cli, const struct ca_passport *now,
    const struct ca_certificate *certificate,
    const struct ca_findings *findings, struct ca_error *err)
{
	if (findings->count == 0 && findings->lost == 0)
		return CA_OK;
	if (is_serious(findings)) {
		term_findings("CA key", findings);
		term_hint(
		    "this is not the key and token that the CA was made with: do not use it until it has been examined");
		return cli_said(err, CA_ERR_TOKEN);
	}
	if (!cli_args_has(&cli->args, CLI_OPT_ACCEPT_TOKEN_CHANGE)) {
		term_findings("CA key", findings);
		term_hint(
		    "--accept-token-change goes on, and records it in the ledger");
		return cli_said(err, CA_ERR_POLICY);
	}
	return accept_change(cli, now, certificate, findings, err);
}

enum ca_code
cli_key_compare(const struct cli *cli, struct cli_jumpbox *jumpbox,
    const struct ca_token_key *key, const struct ca_certificate *certificate,
    struct ca_error *err)
{
	struct ca_passport then = { 0 }, now = { 0 };
	struct ca_findings findings = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_token_passport(jumpbox->token, key, &now, err);
	if (rc == CA_OK)
		rc = ca_ledger_passport(cli->ca.ledger, certificate, &then,
		    &found, err);
	if (rc != CA_OK)
		goto out;
	if (!found) {
		term_note(
		    "the ledger had no record of this key and its token: it has now");
		rc = ca_ledger_set_passport(cli->ca.ledger, certificate, &now,
		    "recorded when it first signed", ca_time_now(), err);
		goto out;
	}
	ca_passport_compare(&then, &now, &findings);
	rc = judge(cli, &now, certificate, &findings, err);
out:
	ca_findings_clear(&findings);
	ca_passport_clear(&then);
	ca_passport_clear(&now);
	return rc;
}

enum ca_code
cli_key_signer(const struct cli *cli, struct cli_jumpbox *jumpbox,
    const struct ca_token_key *key, enum ca_authority authority,
    const struct ca_sigalg *algorithm, unsigned sessions,
    struct ca_signer **ret_signer, struct ca_error *err)
{
	const struct ca_token_info *info = ca_token_info(jumpbox->token);
	const char *word = cli_args_value(&cli->args, CLI_OPT_SIGNER);
	struct ca_signer_options options = {
		.sessions = key->always_authenticate ? 1 : sessions,
		.pin = cli_pin_ask,
		.pin_arg = &jumpbox->pin,
	};
	enum ca_code rc;

	if (word == NULL)
		word = cli->ca.policy->authority[authority].signer;
	if (word == NULL)
		word = cli->ca.policy->signer;
	if (!ca_signer_kind_parse(word, &options.kind))
		return ca_fail(err, CA_ERR_INTERNAL, "signer: %s", word);
	rc = ca_token_signer(jumpbox->token, key, algorithm, &options,
	    ret_signer, err);
	if (rc == CA_OK && key->always_authenticate && info->pinpad)
		cli_note(cli,
		    "token `%s`: its own pinpad wants the PIN again for each signature",
		    info->label);
	if (key->always_authenticate)
		cli_pin_each(&jumpbox->pin);
	else
		cli_pin_forget(&jumpbox->pin);
	return rc;
}
