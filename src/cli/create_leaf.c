/* SPDX-License-Identifier: Apache-2.0 */
/* Leaves as `cockroach cert` makes them: key and certificate on the jumpbox. */
#include "cli/create_leaf.h"

#include <stdlib.h>

#include "base/time.h"
#include "cli/json.h"
#include "cli/plan.h"
#include "cli/show.h"
#include "cli/term.h"

static enum ca_code
print_json(const struct cli_leaf *leaf, const struct ca_certificate *made,
    struct ca_error *err)
{
	const struct cli_item *item = &leaf->signing.batch.item[0];

	return cli_json_print(json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}",
				  "certs_dir", cli_json_text(leaf->certs_dir),
				  "certificate",
				  cli_json_text(
				      ca_pair_certificate_file(leaf->pair)),
				  "key",
				  cli_json_text(ca_pair_key_file(leaf->pair)),
				  "pkcs8_key",
				  cli_json_text(ca_pair_pkcs8_file(leaf->pair)),
				  "serial",
				  cli_json_text(
				      ca_certificate_serial_text(made)),
				  "subject",
				  cli_json_text(
				      ca_certificate_subject_text(made)),
				  "names",
				  cli_json_names(ca_certificate_names(made)),
				  "not_after",
				  cli_json_time(ca_certificate_not_after(made)),
				  "last", cli_item_last_json(item)),
	    err);
}

static enum ca_code
report(const struct cli_leaf *leaf, struct ca_error *err)
{
	const struct cli *cli = leaf->signing.cli;
	const struct ca_certificate *made =
	    leaf->signing.batch.item[0].certificate;

	cli_next(cli,
	    "carry %s and %s with the CA files in %s to the host, and leave no key behind here",
	    ca_pair_certificate_file(leaf->pair), ca_pair_key_file(leaf->pair),
	    leaf->certs_dir);
	if (cli_plan_remind(&leaf->signing, err) != CA_OK)
		return err->code;
	if (cli->json)
		return print_json(leaf, made, err);
	term_line(stdout, "%s/%s", leaf->certs_dir,
	    ca_pair_certificate_file(leaf->pair));
	return CA_OK;
}

/* What goes to the token; nobody is asked, as in `cockroach cert`. */
static void
show(const struct cli_leaf *leaf)
{
	const struct cli_item *item = &leaf->signing.batch.item[0];

	if (leaf->signing.cli->quiet)
		return;
	term_line(stderr, "%s/%s", leaf->certs_dir,
	    ca_pair_certificate_file(leaf->pair));
	cli_show_field(stderr, "profile", "%s", item->grant->profile->name);
	cli_show_certificate(stderr, ca_draft_preview(item->draft),
	    item->grant->lifetime);
	cli_show_field(stderr, "issuer", "%s (%s CA)",
	    ca_certificate_subject_text(leaf->signing.issuer),
	    ca_authority_name(leaf->signing.order.authority));
	cli_show_findings(stderr, &item->findings);
	cli_item_show_last(item, stderr);
}

static enum ca_code
run(struct cli_leaf *leaf, const struct ca_profile *profile,
    struct ca_error *err)
{
	struct cli_signing *signing = &leaf->signing;
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = cli_leaf_read_options(leaf, profile, err);
	if (rc == CA_OK)
		rc = cli_signing_read_authority(signing, err);
	if (rc == CA_OK)
		rc = cli_leaf_make_item(leaf, err);
	if (rc == CA_OK && cli_batch_accepted(batch) > 0)
		rc = cli_signing_draft(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_note_refusals(signing, err);
	cli_batch_show_refusals(batch);
	if (rc == CA_OK && cli_batch_code(batch) != CA_OK)
		rc = cli_said(err, cli_batch_code(batch));
	if (rc == CA_OK)
		rc = cli_leaf_check_trust(leaf, err);
	if (rc == CA_OK)
		rc = cli_item_find_last(&batch->item[0],
		    signing->cli->ca.ledger, err);
	if (rc != CA_OK)
		return rc;
	show(leaf);
	rc = cli_signing_issue(signing, err);
	if (rc == CA_OK)
		rc = cli_leaf_write(leaf, err);
	return rc == CA_OK ? report(leaf, err) : rc;
}

static enum ca_code
create(struct cli *cli, enum ca_profile_id id, struct ca_error *err)
{
	struct cli_leaf leaf = { .signing = { .cli = cli,
				     .now = ca_time_now(),
				     .sessions = 1,
				     .yes = true } };
	enum ca_code rc = run(&leaf, ca_profile_get(id), err);

	cli_signing_clear(&leaf.signing);
	ca_authorities_clear(&leaf.authorities);
	ca_pair_free(leaf.pair);
	free(leaf.certs_dir);
	return rc;
}

enum ca_code
cli_create_node(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_PROFILE_NODE, err);
}

enum ca_code
cli_create_client(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_PROFILE_CLIENT, err);
}

enum ca_code
cli_create_ui(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_PROFILE_UI, err);
}

enum ca_code
cli_create_tenant_client(struct cli *cli, struct ca_error *err)
{
	return create(cli, CA_PROFILE_TENANT_CLIENT, err);
}
