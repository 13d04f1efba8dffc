/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/create_ca.h"

#include "base/time.h"
#include "cli/ca_key.h"
#include "cli/known_keys.h"
#include "cli/policy_record.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/issue.h"
#include "coldca/sigalg.h"

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
		rc = cli_known_key_check(&creation->cli->ca, &creation->grant,
		    creation->name, &findings, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_serial(&creation->jumpbox, serial, err);
	if (rc == CA_OK)
		rc = ca_draft_new(&creation->grant, NULL, algorithm, serial,
		    creation->now, &creation->draft, &findings, err);
	if (rc != CA_OK && ca_findings_code(&findings) != CA_OK)
		rc = cli_creation_refuse(creation->cli->command->name,
		    &findings, err);
	if (rc == CA_OK && !creation->cli->quiet) {
		term_line(stderr, "CA certificate");
		cli_show_certificate(stderr, ca_draft_preview(creation->draft),
		    creation->grant.lifetime);
	}
	ca_findings_clear(&findings);
	return rc;
}

/* A key that was found may be of another kind than was thought. */
static enum ca_code
choose_algorithm(const struct cli_creation *creation,
    const struct ca_sigalg **ret_algorithm, struct ca_error *err)
{
	const struct ca_sigalg *wanted = creation->algorithm;

	if (wanted == NULL)
		return ca_sigalg_for_key(creation->key.public_key,
		    ret_algorithm, err);
	if (wanted->key != creation->key.kind)
		return ca_fail(err, CA_ERR_USAGE,
		    "--sig-alg: %s is for %s keys, and this is a %s key",
		    wanted->name, ca_key_kind_name(wanted->key),
		    ca_key_kind_name(creation->key.kind));
	*ret_algorithm = wanted;
	return CA_OK;
}

enum ca_code
cli_creation_issue(struct cli_creation *creation, struct ca_error *err)
{
	const struct ca_sigalg *algorithm = creation->algorithm;
	const char *name = creation->name;
	enum ca_code rc;

	rc = choose_algorithm(creation, &algorithm, err);
	if (rc == CA_OK)
		rc = make_draft(creation, algorithm, err);
	if (rc == CA_OK)
		rc = cli_key_signer(creation->cli, &creation->jumpbox,
		    &creation->key, creation->order.authority, algorithm, 1,
		    &creation->signer, err);
	if (rc == CA_OK)
		rc = cli_policy_record(creation->cli, creation->now, err);
	if (rc == CA_OK)
		rc = cli_jumpbox_settle(creation->cli, creation->now, err);
	if (rc == CA_OK) {
		const struct ca_draft *draft = creation->draft;
		const struct ca_issuer issuer = {
			.ledger = creation->cli->ca.ledger,
			.signer = creation->signer,
		};

		rc = ca_issue(&issuer, &draft, &name, 1, ca_time_now(),
		    &creation->certificate, err);
	}
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
