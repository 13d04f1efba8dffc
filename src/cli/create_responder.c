/* SPDX-License-Identifier: Apache-2.0 */
/* A key that answers by OCSP in the place of the CA's. */
#include <stdlib.h>

#include "base/time.h"
#include "cli/create_ca.h"
#include "cli/head.h"
#include "cli/json.h"
#include "cli/known_keys.h"
#include "cli/order.h"
#include "cli/publish.h"
#include "cli/show.h"
#include "coldca/issue.h"
#include "coldca/revocation.h"

/* One run: first the key on its token, then the CA's key on its own. */
struct making {
	struct cli_creation creation;
	struct cli_publishing publishing;
};

static enum ca_code
read_options(struct making *making, struct ca_error *err)
{
	struct cli_creation *creation = &making->creation;
	const struct cli_args *args = &creation->cli->args;
	enum ca_code rc;

	if (cli_args_value(args, CLI_OPT_RESPONDER) == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE, "--responder: needed");
		ca_hint(err,
		    "--responder='pkcs11:token=LABEL;object=LABEL', the key to make");
		return CA_ERR_USAGE;
	}
	creation->reuse = cli_args_has(args, CLI_OPT_ALLOW_CA_KEY_REUSE);
	creation->order.profile = ca_profile_get(CA_PROFILE_OCSP);
	rc = cli_order_lifetime(args, &creation->order.lifetime, err);
	if (rc == CA_OK)
		rc = cli_order_key(args, &creation->kind, &creation->rsa_bits,
		    err);
	if (rc == CA_OK)
		rc = cli_creation_check_kind(creation, CA_PROFILE_OCSP, err);
	if (rc == CA_OK)
		rc = cli_publishing_read_authorities(&making->publishing, err);
	creation->order.authority = making->publishing.signing.order.authority;
	return rc;
}

/* Makes the key, proves what it is worth, and leaves its token. */
static enum ca_code
make_key(struct cli_creation *creation, struct ca_error *err)
{
	const struct cli_args *args = &creation->cli->args;
	struct cli_jumpbox *jumpbox = &creation->jumpbox;
	enum ca_code rc;

	rc = cli_jumpbox_open(creation->cli,
	    cli_args_value(args, CLI_OPT_RESPONDER), jumpbox, err);
	if (rc == CA_OK && ca_uri_object(jumpbox->uri) == NULL) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--responder: the URI names no object, which labels the key");
		ca_hint(err, "add `;object=ocsp`");
		rc = CA_ERR_USAGE;
	}
	/* Its token is another than that of --pin-fd, or logged in to apart. */
	if (rc == CA_OK)
		rc = cli_pin_choose(args, CLI_OPT_RESPONDER_PIN_FD,
		    jumpbox->uri, &jumpbox->pin, err);
	jumpbox->pin.keep = true;
	if (rc == CA_OK)
		rc = cli_jumpbox_login(creation->cli, jumpbox, err);
	if (rc == CA_OK)
		rc = cli_creation_take_key(creation, err);
	if (rc != CA_OK)
		cli_creation_destroy_key(creation);
	cli_jumpbox_close(jumpbox);
	return rc;
}

static enum ca_code
draft(struct making *making, struct ca_error *err)
{
	struct cli_creation *creation = &making->creation;
	struct cli_signing *signing = &making->publishing.signing;
	struct ca_findings findings = { 0 };
	uint8_t serial[CA_SERIAL_SIZE];
	enum ca_code rc;

	rc = ca_grant_for_key(creation->key.public_key, &creation->order,
	    creation->cli->ca.policy, &creation->grant, &findings, err);
	if (rc == CA_OK)
		rc = cli_known_key_check(&creation->cli->ca, &creation->grant,
		    creation->order.profile->bundle, &findings, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_serial(&signing->jumpbox, serial, err);
	if (rc == CA_OK)
		rc = ca_draft_new(&creation->grant, signing->issuer,
		    signing->algorithm, serial, signing->now, &creation->draft,
		    &findings, err);
	if (rc != CA_OK && ca_findings_code(&findings) != CA_OK)
		rc = cli_creation_refuse(creation->cli->command->name,
		    &findings, err);
	if (rc == CA_OK && !creation->cli->quiet) {
		term_line(stderr, "certificate of the responder");
		cli_show_certificate(stderr, ca_draft_preview(creation->draft),
		    creation->grant.lifetime);
	}
	ca_findings_clear(&findings);
	return rc;
}

static enum ca_code
issue(struct making *making, struct ca_error *err)
{
	struct cli_creation *creation = &making->creation;
	struct cli_signing *signing = &making->publishing.signing;
	const struct ca_issuer issuer = {
		.ledger = creation->cli->ca.ledger,
		.signer = signing->signer,
		.certificate = signing->issuer,
	};
	const struct ca_draft *one = creation->draft;
	const char *name = creation->order.profile->bundle;
	int64_t now = ca_time_now();
	enum ca_code rc;

	rc = cli_jumpbox_settle(creation->cli, now, err);
	if (rc == CA_OK)
		rc = ca_issue(&issuer, &one, &name, 1, now,
		    &creation->certificate, err);
	if (rc == CA_OK)
		rc = ca_ledger_set_passport(issuer.ledger,
		    creation->certificate, &creation->passport,
		    creation->reuse ? "of a responder's key that was there"
				    : "of a key made for a responder",
		    now, err);
	if (rc == CA_OK)
		rc = cli_head_sign(&issuer, err);
	return rc;
}

/* With the CA's key. */
static enum ca_code
certify(struct making *making, struct ca_error *err)
{
	struct cli_publishing *publishing = &making->publishing;
	enum ca_code rc;

	rc = ca_ledger_check_usable(making->creation.cli->ca.ledger,
	    publishing->signing.issuer, err);
	if (rc == CA_OK)
		rc = cli_publishing_take_key(publishing, err);
	if (rc == CA_OK)
		rc = draft(making, err);
	if (rc == CA_OK)
		rc = issue(making, err);
	cli_publishing_close_token(publishing);
	if (rc != CA_OK)
		term_hint(
		    "the responder's key is on its token, without a certificate: --allow-ca-key-reuse certifies it");
	return rc;
}

static enum ca_code
report(const struct making *making, struct ca_error *err)
{
	const struct cli_creation *creation = &making->creation;
	const char *serial = ca_certificate_serial_text(creation->certificate);

	cli_next(creation->cli,
	    "coldca create-ocsp --responder='%s'; nobody needs the certificate: each response holds it",
	    cli_args_value(&creation->cli->args, CLI_OPT_RESPONDER));
	if (!creation->cli->json) {
		term_line(stdout, "%s", serial);
		return CA_OK;
	}
	return cli_json_print(json_pack("{s:s,s:s,s:o,s:o}", "serial", serial,
				  "ca",
				  ca_certificate_serial_text(
				      making->publishing.signing.issuer),
				  "not_after",
				  cli_json_time(ca_certificate_not_after(
				      creation->certificate)),
				  "key",
				  cli_json_key(ca_certificate_key_info(
				      creation->certificate))),
	    err);
}

enum ca_code
cli_create_ocsp_responder(struct cli *cli, struct ca_error *err)
{
	struct making making = {
		.creation = { .cli = cli, .now = ca_time_now() },
		.publishing.signing = { .cli = cli,
		    .now = ca_time_now(),
		    .sessions = 1 },
	};
	struct cli_creation *creation = &making.creation;
	enum ca_code rc;

	rc = read_options(&making, err);
	if (rc == CA_OK)
		rc = make_key(creation, err);
	if (rc == CA_OK)
		rc = certify(&making, err);
	if (rc == CA_OK)
		rc = report(&making, err);
	ca_token_key_clear(&creation->key);
	ca_certificate_free(creation->certificate);
	ca_draft_free(creation->draft);
	ca_grant_clear(&creation->grant);
	ca_passport_clear(&creation->passport);
	cli_publishing_clear(&making.publishing);
	return rc;
}
