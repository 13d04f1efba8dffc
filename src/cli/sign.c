/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sign.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/interrupt.h"
#include "cli/json.h"
#include "cli/order.h"
#include "cli/path.h"
#include "cli/plan.h"
#include "cli/sign_resume.h"
#include "coldca/issue.h"

/* What --host and --user can not say: which of many requests they mean. */
static enum ca_code
check_order(const struct cli_signing *signing, struct ca_error *err)
{
	const struct ca_order *order = &signing->order;
	bool named =
	    order->hosts.count > 0 || order->user != NULL || order->tenant != 0;
	size_t requests = signing->cli->args.word_count - 1;

	if (named && requests > 1) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "--host, --user and --tenant go with one request, not with %zu",
		    requests);
		ca_hint(err, "--names-from-request");
		return CA_ERR_USAGE;
	}
	if (!named && !order->names_from_request) {
		(void)ca_fail(err, CA_ERR_USAGE, "sign %s: no names are given",
		    order->profile->name);
		ca_hint(err, "--%s=NAME, or --names-from-request",
		    order->profile->names == CA_NAMES_USER ? "user" : "host");
		return CA_ERR_USAGE;
	}
	return CA_OK;
}

/* One for each processor, unless the command line says how many. */
static enum ca_code
read_sessions(const struct cli_args *args, unsigned *ret, struct ca_error *err)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned sessions = 1;
	enum ca_code rc;

	if (processors > CA_SESSIONS_MAX)
		processors = CA_SESSIONS_MAX;
	if (processors > 1)
		sessions = (unsigned)processors;
	rc = cli_args_number(args, CLI_OPT_SESSIONS, 1, CA_SESSIONS_MAX,
	    &sessions, err);
	if (rc == CA_OK)
		*ret = sessions;
	return rc;
}

/* One order for all requests: that of the command line. */
static enum ca_code
read_order(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	const struct ca_profile *profile = NULL;
	enum ca_code rc;

	if (args->word_count < 2) {
		(void)ca_fail(err, CA_ERR_USAGE,
		    "sign: a PROFILE and at least one CSR are needed");
		ca_hint(err, "coldca help sign");
		return CA_ERR_USAGE;
	}
	rc = cli_order_profile(args->word[0], &profile, err);
	if (rc == CA_OK)
		rc = cli_order_make(args, profile, &signing->order, err);
	if (rc == CA_OK)
		rc = check_order(signing, err);
	return rc;
}

static enum ca_code
read_options(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc;

	if (args->word_count == 0 && !cli_args_has(args, CLI_OPT_INTAKE)) {
		(void)ca_fail(err, CA_ERR_USAGE, "sign: needs %s",
		    signing->cli->command->synopsis);
		ca_hint(err, "coldca help sign");
		return CA_ERR_USAGE;
	}
	if (cli_args_has(args, CLI_OPT_INTAKE))
		rc = cli_signing_read_intake(signing, err);
	else if (cli_args_has(args, CLI_OPT_ORDERS))
		rc = cli_signing_read_orders(signing, err);
	else
		rc = read_order(signing, err);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_OUT, &signing->out, err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(signing->out, err);
	if (rc != CA_OK)
		return rc;
	return cli_signing_options(signing, err);
}

enum ca_code
cli_signing_options(struct cli_signing *signing, struct ca_error *err)
{
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc;

	rc = read_sessions(args, &signing->sessions, err);
	if (rc != CA_OK)
		return rc;
	signing->overwrite = cli_args_has(args, CLI_OPT_OVERWRITE);
	/* Nothing is signed that could be asked for. */
	signing->yes =
	    cli_args_has(args, CLI_OPT_YES) || cli_four_eyes_prepares(signing);
	if (cli_four_eyes_prepares(signing) &&
	    cli_args_has(args, CLI_OPT_APPROVED))
		return ca_fail(err, CA_ERR_USAGE,
		    "--prepare makes drafts, and --approved takes them: one of the two");
	if (signing->out != NULL)
		cli_resume_tidy(signing->cli, signing->out);
	if (signing->yes || term_tty_open(&signing->tty, err) == CA_OK)
		return CA_OK;
	ca_hint(err, "--yes signs without asking");
	return CA_ERR_USAGE;
}

static enum ca_code
find_last(void *arg, struct cli_item *item, struct ca_error *err)
{
	const struct cli_signing *signing = arg;

	return cli_item_find_last(item, signing->cli->ca.ledger, err);
}

enum ca_code
cli_signing_confirm(struct cli_signing *signing, struct ca_error *err)
{
	const struct ca_token_info *info =
	    ca_token_info(signing->jumpbox.token);
	size_t count = cli_batch_accepted(&signing->batch);
	char digest[2 * CA_SHA256_SIZE + 1];
	char *question = NULL;
	enum ca_code rc = CA_OK;

	/* Of a large batch that is looked up one by one. */
	signing->batch.tells_last = signing->cli->json;
	if (signing->cli->json && !signing->batch.spooled)
		rc = cli_batch_each(&signing->batch, find_last, signing, err);
	if (rc == CA_OK)
		rc = cli_batch_hash(&signing->batch, err);
	if (rc != CA_OK || (signing->yes && signing->cli->quiet))
		return rc;
	rc = cli_batch_show(&signing->batch, signing->cli->ca.ledger,
	    signing->yes ? stderr : signing->tty.out, err);
	if (rc != CA_OK || signing->yes)
		return rc;
	ca_hex(signing->batch.sha256, CA_SHA256_SIZE, digest);
	rc = ca_text_format(&question, err,
	    "Sign %zu certificate%s, SHA-256 %.16s..., as %s with token `%s` (serial %s)?",
	    count, count == 1 ? "" : "s", digest,
	    ca_certificate_subject_text(signing->issuer), info->label,
	    info->serial);
	if (rc == CA_OK)
		rc = term_tty_confirm(&signing->tty, question, err);
	free(question);
	return rc;
}

enum ca_code
cli_signing_report(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	size_t refused = 0, made = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct cli_item *item = &batch->item[i];

		refused += item->code != CA_OK;
		made += item->issued;
		if (item->written && !signing->cli->json)
			term_line(stdout, "%s/%s", signing->out, item->name);
	}
	if (made + refused > 0)
		cli_note(signing->cli, "%zu signed, %zu refused", made,
		    refused);
	if (made > 0 && made + refused < batch->count)
		cli_next(signing->cli,
		    "%zu are not signed: run the command again with these%s",
		    batch->count - made - refused,
		    cli_interrupt_asked() ? "" : ", once the token is back");
	if (made > 0)
		cli_next(signing->cli,
		    "carry each folder in %s to its host, to be installed there: coldca install FOLDER",
		    signing->out);
	if (made > 0 && cli_plan_remind(signing, err) != CA_OK)
		return err->code;
	if (!signing->cli->json)
		return CA_OK;
	return cli_batch_print_json(batch, signing->cli->ca.ledger,
	    signing->out, err);
}

enum ca_code
cli_signing_end(struct cli_signing *signing, enum ca_code rc,
    struct ca_error *err)
{
	const struct cli_batch *batch = &signing->batch;
	struct ca_error unreported;

	if (batch->count > 0 &&
	    cli_signing_report(signing, &unreported) != CA_OK && rc == CA_OK) {
		*err = unreported;
		rc = unreported.code;
	}
	if (rc == CA_OK && cli_batch_code(batch) != CA_OK)
		rc = cli_said(err, cli_batch_code(batch));
	return rc;
}

enum ca_code
cli_signing_finish(struct cli_signing *signing, struct ca_error *err)
{
	enum ca_code rc;

	if (cli_four_eyes_prepares(signing))
		return cli_four_eyes_prepare(signing, err);
	rc = cli_signing_confirm(signing, err);
	return rc == CA_OK ? cli_signing_issue(signing, err) : rc;
}

/* The way from requests to bundles; design: the life of one certificate. */
static enum ca_code
run(struct cli_signing *signing, struct ca_error *err)
{
	struct cli_batch *batch = &signing->batch;
	enum ca_code rc;

	rc = read_options(signing, err);
	if (rc == CA_OK)
		rc = cli_resume_mention(signing->cli, err);
	if (rc == CA_OK)
		rc = cli_signing_read_authority(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_vet(signing, err);
	if (rc == CA_OK && cli_batch_accepted(batch) > 0)
		rc = cli_signing_draft(signing, err);
	if (rc == CA_OK)
		rc = cli_signing_note_refusals(signing, err);
	cli_batch_show_refusals(batch);
	if (rc == CA_OK && cli_batch_accepted(batch) > 0)
		rc = cli_signing_finish(signing, err);
	return cli_signing_end(signing, rc, err);
}

void
cli_signing_clear(struct cli_signing *signing)
{
	ca_signer_free(signing->signer);
	ca_token_key_clear(&signing->key);
	cli_jumpbox_close(&signing->jumpbox);
	cli_batch_clear(&signing->batch);
	cli_four_eyes_clear(signing);
	ca_certificates_clear(&signing->authorities);
	ca_certificate_free(signing->current);
	ca_order_clear(&signing->order);
	ca_orders_clear(&signing->orders);
	ca_intake_folder_clear(&signing->intake);
	term_tty_close(&signing->tty);
	free(signing->key_uri);
	free(signing->out);
}

enum ca_code
cli_sign(struct cli *cli, struct ca_error *err)
{
	struct cli_signing signing = { .cli = cli, .now = ca_time_now() };
	enum ca_code rc;

	if (cli_args_has(&cli->args, CLI_OPT_RESUME))
		return cli_sign_resume(cli, err);
	rc = run(&signing, err);
	cli_signing_clear(&signing);
	return rc;
}
