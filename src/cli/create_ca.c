/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_ca.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/head.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/policy_key.h"
#include "cli/policy_record.h"
#include "cli/term.h"

static enum ca_code
read_options(struct cli_creation *creation, struct ca_error *err)
{
	const struct cli_args *args = &creation->cli->args;
	enum ca_code rc;

	creation->overwrite = cli_args_has(args, CLI_OPT_OVERWRITE);
	creation->reuse = cli_args_has(args, CLI_OPT_ALLOW_CA_KEY_REUSE);
	creation->standby =
	    creation->planned || cli_args_has(args, CLI_OPT_STANDBY);
	creation->order.profile = ca_profile_get(CA_PROFILE_CA);
	rc = cli_order_lifetime(args, &creation->order.lifetime, err);
	if (rc == CA_OK)
		rc = cli_order_key(args, &creation->kind, &creation->rsa_bits,
		    err);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_CERTS_DIR,
		    &creation->certs_dir, err);
	return rc;
}

static enum ca_code
open_token(struct cli_creation *creation, struct ca_error *err)
{
	const struct cli *cli = creation->cli;
	enum ca_authority authority = creation->order.authority;
	const struct ca_strings *standby =
	    &cli->ca.policy->authority[authority].standby;
	const char *uri = NULL;
	enum ca_code rc;

	rc = cli_policy_key_choose(cli, authority,
	    creation->standby && standby->count > 0 ? standby->item[0] : NULL,
	    &uri, err);
	if (rc == CA_OK)
		rc = cli_policy_tell(cli, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_open(cli, uri, &creation->jumpbox, err);
	if (rc == CA_OK)
		rc = cli_policy_key_require(cli, authority,
		    ca_token_info(creation->jumpbox.token)->uri, err);
	if (rc != CA_OK)
		return rc;
	if (ca_uri_object(creation->jumpbox.uri) == NULL && !creation->reuse) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--ca-key: the URI names no object, which labels the key");
		ca_hint(err, "add `;object=%s-ca`",
		    ca_authority_name(creation->order.authority));
		return CA_ERR_USAGE;
	}
	rc = cli_creation_check_token(creation, err);
	creation->jumpbox.pin.keep = true;
	if (rc == CA_OK)
		rc = cli_jumpbox_login(cli, &creation->jumpbox, err);
	return rc;
}

/* What follows once the ledger has the certificate. */
static enum ca_code
settle_authority(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_ledger *ledger = creation->cli->ca.ledger;
	int64_t now = ca_time_now();
	enum ca_code rc;

	rc = ca_token_key_uri(creation->jumpbox.token, &creation->key,
	    &creation->key_uri, err);
	if (rc == CA_OK && creation->standby)
		rc = ca_ledger_add_standby(ledger, creation->order.authority,
		    creation->certificate, creation->key_uri, now, err);
	else if (rc == CA_OK)
		rc = ca_ledger_set_authority(ledger, creation->order.authority,
		    creation->certificate, creation->key_uri, now, err);
	if (rc == CA_OK)
		rc = ca_ledger_set_passport(ledger, creation->certificate,
		    &creation->passport,
		    creation->reuse ? "of a key that was there"
				    : "of a key made for this CA",
		    now, err);
	if (rc == CA_OK)
		cli_creation_store(creation);
	return rc;
}

/* The new key's first signature of the ledger's head. */
static enum ca_code
sign_head(const struct cli_creation *creation, struct ca_error *err)
{
	const struct ca_issuer issuer = {
		.ledger = creation->cli->ca.ledger,
		.signer = creation->signer,
		.certificate = creation->certificate,
	};

	return cli_head_sign(&issuer, err);
}

/* What the operator does with it. */
static void
tell(const struct cli_creation *creation)
{
	cli_note(creation->cli, "the CA's key: %s", creation->key_uri);
	if (creation->standby)
		cli_next(creation->cli,
		    "back up %s now, and bring %s/%s to every host; if the first token is lost: coldca sign --ca-key='%s'",
		    creation->cli->ca.path, creation->certs_dir, creation->file,
		    creation->key_uri);
	else
		cli_next(creation->cli,
		    "back up %s now; then coldca sign PROFILE CSR...",
		    creation->cli->ca.path);
}

static enum ca_code
report(const struct cli_creation *creation, struct ca_error *err)
{
	const struct ca_certificate *certificate = creation->certificate;

	tell(creation);
	if (!creation->cli->json) {
		term_line(stdout, "%s/%s", creation->certs_dir, creation->file);
		return CA_OK;
	}
	return cli_json_print(json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:o}",
				  "certs_dir",
				  cli_json_text(creation->certs_dir), "file",
				  creation->file, "serial",
				  cli_json_text(
				      ca_certificate_serial_text(certificate)),
				  "subject",
				  cli_json_text(
				      ca_certificate_subject_text(certificate)),
				  "not_after",
				  cli_json_time(
				      ca_certificate_not_after(certificate)),
				  "key",
				  cli_json_key(
				      ca_certificate_key_info(certificate)),
				  "key_uri", cli_json_text(creation->key_uri)),
	    err);
}

static enum ca_code
run(struct cli_creation *creation, struct ca_error *err)
{
	struct ca_error unsigned_head;
	enum ca_code rc, head = CA_OK;

	rc = read_options(creation, err);
	if (rc == CA_OK && !creation->planned)
		rc = cli_creation_check(creation, err);
	if (rc == CA_OK)
		rc = cli_creation_check_order(creation, err);
	if (rc == CA_OK)
		rc = open_token(creation, err);
	if (rc == CA_OK)
		rc = cli_creation_take_key(creation, err);
	if (rc == CA_OK)
		rc = cli_creation_issue(creation, err);
	cli_creation_destroy_key(creation);
	if (rc == CA_OK)
		rc = settle_authority(creation, err);
	if (rc == CA_OK)
		head = sign_head(creation, &unsigned_head);
	ca_signer_free(creation->signer);
	ca_token_key_clear(&creation->key);
	cli_jumpbox_close(&creation->jumpbox);
	if (rc == CA_OK && !creation->planned)
		rc = cli_creation_write(creation, err);
	if (rc == CA_OK && !creation->planned)
		rc = report(creation, err);
	if (rc == CA_OK && head != CA_OK) {
		*err = unsigned_head;
		rc = head;
	}
	return rc;
}

/* RET_CERTIFICATE is NULL but for a plan. */
static enum ca_code
create(struct cli *cli, enum ca_authority authority,
    struct ca_certificate **ret_certificate, struct ca_error *err)
{
	struct cli_creation creation = {
		.cli = cli,
		.now = ca_time_now(),
		.file = ca_authority_get(authority)->file,
		.order.authority = authority,
		.planned = ret_certificate != NULL,
	};
	enum ca_code rc;

	creation.name = strndup(creation.file, strcspn(creation.file, "."));
	rc = creation.name != NULL ? run(&creation, err) : ca_fail_memory(err);
	if (rc == CA_OK && ret_certificate != NULL) {
		*ret_certificate = creation.certificate;
		creation.certificate = NULL;
	}
	ca_certificate_free(creation.certificate);
	ca_draft_free(creation.draft);
	ca_grant_clear(&creation.grant);
	ca_certificates_clear(&creation.older);
	ca_certificates_clear(&creation.known);
	ca_passport_clear(&creation.passport);
	free(creation.key_uri);
	free(creation.certs_dir);
	free(creation.name);
	return rc;
}

enum ca_code
cli_create_ca(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_AUTHORITY_CLUSTER, NULL, err);
}

enum ca_code
cli_create_client_ca(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_AUTHORITY_CLIENT, NULL, err);
}

enum ca_code
cli_create_ui_ca(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_AUTHORITY_UI, NULL, err);
}

enum ca_code
cli_create_tenant_client_ca(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_AUTHORITY_TENANT_CLIENT, NULL, err);
}

enum ca_code
cli_create_planned(struct cli *cli, enum ca_authority authority,
    struct ca_certificate **ret_certificate, struct ca_error *err)
{
	return create(cli, authority, ret_certificate, err);
}
