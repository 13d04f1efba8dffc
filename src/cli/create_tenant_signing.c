/* SPDX-License-Identifier: Apache-2.0 */
/* The pair with which a tenant's servers sign session tokens. */
#include "coldca/tenant_signing.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/pair.h"
#include "cli/path.h"
#include "cli/policy_record.h"
#include "cli/show.h"
#include "cli/term.h"
#include "coldca/draft.h"
#include "coldca/pair.h"
#include "coldca/tenant.h"

/* One run. Zero-initialised: nothing is held. */
struct run {
	const struct cli *cli;
	int64_t now;
	uint64_t tenant;
	char *stem; /* "tenant-signing.5" */
	int64_t lifetime;
	struct ca_pair_place place;
	char *certs_dir;
	struct ca_pair *pair;
	struct ca_certificate *certificate;
};

static enum ca_code
read_options(struct run *run, struct ca_error *err)
{
	const struct cli_args *args = &run->cli->args;
	enum ca_key_kind ignored;
	unsigned bits;
	enum ca_code rc;

	rc = ca_tenant_parse(args->word[0], &run->tenant, err);
	/* The key is an Ed25519 key; a size that nobody may have is refused. */
	if (rc == CA_OK)
		rc = cli_order_key(args, &ignored, &bits, err);
	if (rc == CA_OK)
		rc = cli_order_lifetime(args, &run->lifetime, err);
	if (rc == CA_OK)
		rc = ca_text_format(&run->stem, err,
		    CA_TENANT_SIGNING_FILE ".%" PRIu64, run->tenant);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_CERTS_DIR, &run->certs_dir,
		    err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(run->certs_dir, err);
	run->place = (struct ca_pair_place){
		.certs_dir = run->certs_dir,
		.overwrite = cli_args_has(args, CLI_OPT_OVERWRITE),
	};
	return rc;
}

/* No CA signs it, but tenants and lifetimes are the operator's to permit. */
static enum ca_code
check_policy(struct run *run, struct ca_error *err)
{
	const struct ca_profile_policy *policy =
	    &run->cli->ca.policy->profile[CA_PROFILE_TENANT_CLIENT];
	char asked[CA_DURATION_TEXT_SIZE], bound[CA_DURATION_TEXT_SIZE];
	struct ca_findings findings = { 0 };
	enum ca_code rc = CA_OK;

	if (run->lifetime == 0)
		run->lifetime = policy->lifetime;
	ca_policy_check_approvals(policy, &findings);
	ca_policy_check_tenant(policy, run->cli->args.word[0], &findings);
	if (run->lifetime > policy->max_lifetime) {
		ca_duration_format(run->lifetime, asked);
		ca_duration_format(policy->max_lifetime, bound);
		ca_findings_add(&findings, "policy-lifetime", CA_ERR_POLICY,
		    "lifetime %s: is longer than the policy's maximum of %s",
		    asked, bound);
	}
	if (ca_findings_code(&findings) != CA_OK) {
		term_findings(run->stem, &findings);
		rc = cli_said(err, CA_ERR_POLICY);
	}
	ca_findings_clear(&findings);
	return rc;
}

static enum ca_code
make(struct run *run, struct ca_error *err)
{
	uint8_t serial[CA_SERIAL_SIZE];
	enum ca_code rc;

	rc = ca_pair_new(CA_KEY_ED25519, 0, &run->pair, err);
	if (rc == CA_OK)
		rc = ca_pair_name(run->pair, run->stem, false, err);
	if (rc == CA_OK)
		rc = ca_pair_check(run->pair, &run->place,
		    cli_pair_tell_finished, run->certs_dir, err);
	if (rc == CA_OK)
		rc = ca_serial_make(NULL, 0, serial, err);
	if (rc == CA_OK)
		rc = ca_tenant_signing_make(ca_pair_key(run->pair), run->tenant,
		    serial, run->lifetime, run->now, &run->certificate, err);
	return rc;
}

/* The ledger knows what was made here before anybody can have it. */
static enum ca_code
note(const struct run *run, struct ca_error *err)
{
	const struct ca_certificate *made = run->certificate;
	char sha256[2 * CA_SHA256_SIZE + 1], until[CA_TIME_TEXT_SIZE];
	char *detail = NULL;
	enum ca_code rc;

	ca_hex(ca_certificate_sha256(made), CA_SHA256_SIZE, sha256);
	ca_time_format(ca_certificate_not_after(made), until);
	rc = ca_text_format(&detail, err,
	    "create-tenant-signing: %s, serial %s, until %s, SHA-256 %s, signed by its own key",
	    run->stem, ca_certificate_serial_text(made), until, sha256);
	if (rc == CA_OK)
		rc = ca_ledger_note(run->cli->ca.ledger, CA_ENTRY_NOTE, detail,
		    run->now, err);
	free(detail);
	return rc;
}

static enum ca_code
report(const struct run *run, struct ca_error *err)
{
	const struct ca_certificate *made = run->certificate;

	if (!run->cli->json) {
		term_line(stdout, "%s/%s", run->certs_dir,
		    ca_pair_certificate_file(run->pair));
		return CA_OK;
	}
	return cli_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}",
				  "certs_dir", cli_json_text(run->certs_dir),
				  "certificate",
				  cli_json_text(
				      ca_pair_certificate_file(run->pair)),
				  "key",
				  cli_json_text(ca_pair_key_file(run->pair)),
				  "serial",
				  cli_json_text(
				      ca_certificate_serial_text(made)),
				  "subject",
				  cli_json_text(
				      ca_certificate_subject_text(made)),
				  "not_after",
				  cli_json_time(
				      ca_certificate_not_after(made))),
	    err);
}

static enum ca_code
create(struct run *run, struct ca_error *err)
{
	enum ca_code rc;

	rc = read_options(run, err);
	if (rc == CA_OK)
		rc = cli_policy_tell(run->cli, err);
	if (rc == CA_OK)
		rc = check_policy(run, err);
	if (rc == CA_OK)
		rc = make(run, err);
	if (rc != CA_OK)
		return rc;
	if (!run->cli->quiet) {
		term_line(stderr, "%s/%s", run->certs_dir,
		    ca_pair_certificate_file(run->pair));
		cli_show_certificate(stderr, run->certificate, run->lifetime);
	}
	rc = cli_policy_record(run->cli, run->now, err);
	if (rc == CA_OK)
		rc = note(run, err);
	if (rc == CA_OK)
		rc = ca_pair_write(run->pair, &run->place, run->certificate,
		    NULL, err);
	return rc == CA_OK ? report(run, err) : rc;
}

enum ca_code
cli_create_tenant_signing(struct cli *cli, struct ca_error *err)
{
	struct run run = { .cli = cli, .now = ca_time_now() };
	enum ca_code rc = create(&run, err);

	ca_certificate_free(run.certificate);
	ca_pair_free(run.pair);
	free(run.certs_dir);
	free(run.stem);
	return rc;
}
