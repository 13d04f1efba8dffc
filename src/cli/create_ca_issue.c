/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_ca.h"

#include "base/time.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/issue.h"
#include "coldca/sigalg.h"

/* Refused by more than one rule: each is named. */
static enum ca_code
refuse(const struct ca_findings *findings, struct ca_error *err)
{
	term_findings("create-ca", findings);
	if (err->hint[0] != '\0')
		term_hint("%s", err->hint);
	return cli_said(err, err->code);
}

enum ca_code
cli_creation_check_kind(const struct cli_creation *creation,
    struct ca_error *err)
{
	const struct ca_key_info key = {
		.kind = creation->kind,
		.bits = creation->rsa_bits,
	};
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	if (!creation->reuse)
		ca_policy_check_key(&creation->cli->ca.policy
					 ->profile[CA_PROFILE_CA],
		    &key, &findings);
	if (ca_findings_code(&findings) != CA_OK) {
		(void)ca_fail(err, ca_findings_code(&findings), "--key-type");
		rc = refuse(&findings, err);
	}
	ca_findings_clear(&findings);
	return rc;
}

enum ca_code
cli_creation_take_key(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_token *token = creation->jumpbox.token;
	const char *label = ca_uri_object(creation->jumpbox.uri);
	enum ca_code rc;

	if (creation->reuse) {
		rc = ca_token_find_key(token, creation->jumpbox.uri,
		    &creation->key, err);
		if (rc == CA_OK)
			rc = ca_token_check_key(token, &creation->key, err);
		return rc;
	}
	rc = ca_token_generate(token, label, creation->kind, creation->rsa_bits,
	    &creation->key, err);
	creation->generated = rc == CA_OK;
	return rc;
}

/* The self-signed certificate's draft, shown. */
static enum ca_code
make_draft(struct cli_creation *creation, const struct ca_sigalg *algorithm,
    struct ca_error *err)
{
	struct ca_findings findings = { 0 };
	uint8_t serial[CA_SERIAL_SIZE];
	enum ca_code rc;

	rc = ca_grant_for_key(creation->key.public_key, &creation->order,
	    creation->cli->ca.policy, &creation->grant, &findings, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_serial(&creation->jumpbox, serial, err);
	if (rc == CA_OK)
		rc = ca_draft_new(&creation->grant, NULL, algorithm, serial,
		    creation->now, &creation->draft, &findings, err);
	if (rc != CA_OK && ca_findings_code(&findings) != CA_OK)
		rc = refuse(&findings, err);
	if (rc == CA_OK && !creation->cli->quiet) {
		term_line(stderr, "CA certificate");
		cli_show_certificate(stderr, ca_draft_preview(creation->draft),
		    creation->grant.lifetime);
	}
	ca_findings_clear(&findings);
	return rc;
}

enum ca_code
cli_creation_issue(struct cli_creation *creation, struct ca_error *err)
{
	const struct ca_sigalg *algorithm = NULL;
	const char *name = creation->order.profile->bundle;
	struct ca_signer *signer = NULL;
	enum ca_code rc;

	rc = ca_sigalg_for_key(creation->key.public_key, &algorithm, err);
	if (rc == CA_OK)
		rc = make_draft(creation, algorithm, err);
	if (rc == CA_OK)
		rc = ca_token_signer(creation->jumpbox.token, &creation->key,
		    algorithm, &signer, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_settle(creation->cli, creation->now, err);
	if (rc == CA_OK) {
		const struct ca_draft *draft = creation->draft;
		const struct ca_issuer issuer = {
			.ledger = creation->cli->ca.ledger,
			.signer = signer,
		};

		rc = ca_issue(&issuer, &draft, &name, 1, ca_time_now(),
		    &creation->certificate, err);
	}
	ca_signer_free(signer);
	return rc;
}

void
cli_creation_destroy_key(struct cli_creation *creation)
{
	struct ca_error err;

	if (!creation->generated || creation->certificate != NULL)
		return;
	if (ca_token_destroy_key(creation->jumpbox.token, &creation->key,
		&err) != CA_OK)
		term_warning("the new key stays on the token: %s", err.message);
}
