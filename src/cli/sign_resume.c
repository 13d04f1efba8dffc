/* SPDX-License-Identifier: Apache-2.0 */
/* What an interrupted run left open is settled: signed, or burned. */
#include "cli/sign_resume.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/time.h"
#include "cli/path.h"

#define BUNDLE_SUFFIX ".crt" /* all that is ever in a bundle */

/* The ledger says all that these would. */
static enum ca_code
check_options(const struct cli_args *args, struct ca_error *err)
{
	static const enum cli_opt others[] = { CLI_OPT_HOST, CLI_OPT_USER,
		CLI_OPT_TENANT, CLI_OPT_TENANT_SCOPE, CLI_OPT_TENANT_NAME_SCOPE,
		CLI_OPT_NAMES_FROM_REQUEST, CLI_OPT_LIFETIME, CLI_OPT_ORDERS,
		CLI_OPT_DROP_EXTRA, CLI_OPT_ALLOW_ROOT, CLI_OPT_ALLOW_NODE };

	if (args->word_count > 0)
		return ca_fail(err, CA_ERR_USAGE,
		    "sign --resume: takes no PROFILE and no CSR: what is open is in the ledger");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (cli_args_has(args, others[i]))
			return ca_fail(err, CA_ERR_USAGE,
			    "--%s: does not go with --resume, which signs what was recorded",
			    cli_option_get(others[i])->name);
	return CA_OK;
}

static enum ca_code
read_options(struct cli_resume *resume, struct ca_error *err)
{
	struct cli_signing *signing = &resume->signing;
	const struct cli_args *args = &signing->cli->args;
	enum ca_code rc;

	rc = check_options(args, err);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_OUT, &signing->out, err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(signing->out, err);
	if (rc == CA_OK)
		rc = cli_signing_options(signing, err);
	return rc;
}

/* That of --ca, or of the oldest entry that has one. */
static enum ca_code
choose_authority(struct cli_resume *resume, struct ca_error *err)
{
	const char *word =
	    cli_args_value(&resume->signing.cli->args, CLI_OPT_CA);
	enum ca_authority *authority = &resume->signing.order.authority;

	if (word != NULL)
		return ca_authority_by_name(word, authority)
		    ? CA_OK
		    : ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", word);
	*authority = CA_AUTHORITY_CLUSTER;
	for (size_t i = 0; i < resume->opens.count; i++) {
		if (resume->opens.item[i].authority == CA_AUTHORITIES)
			continue;
		*authority = resume->opens.item[i].authority;
		break;
	}
	return CA_OK;
}

/* Whether a token is of any use: something may be signed once more. */
static bool
needs_token(const struct cli_resume *resume)
{
	const struct ca_opens *opens = &resume->opens;

	for (size_t i = 0; i < opens->count; i++)
		if (opens->item[i].authority ==
			resume->signing.order.authority &&
		    opens->item[i].csr.len > 0)
			return true;
	return false;
}

static enum ca_code
open_token(struct cli_resume *resume, struct ca_error *err)
{
	struct cli_signing *signing = &resume->signing;
	struct ca_ledger *ledger = signing->cli->ca.ledger;
	enum ca_authority authority = signing->order.authority;
	enum ca_code rc;

	rc = ca_ledger_authority(ledger, authority, &signing->current,
	    &signing->key_uri, err);
	signing->issuer = signing->current;
	if (rc == CA_OK)
		rc = ca_ledger_authorities(ledger, authority,
		    &signing->authorities, err);
	return rc == CA_OK ? cli_signing_open(signing, err) : rc;
}

static enum ca_code
read_entries(struct cli_resume *resume, struct ca_error *err)
{
	enum ca_code rc;

	rc = ca_ledger_open_entries(resume->signing.cli->ca.ledger,
	    &resume->opens, err);
	if (rc != CA_OK)
		return rc;
	resume->entry = calloc(resume->opens.count + 1, sizeof(*resume->entry));
	if (resume->entry == NULL)
		return ca_fail_memory(err);
	for (size_t i = 0; i < resume->opens.count; i++)
		resume->entry[i].open = &resume->opens.item[i];
	return CA_OK;
}

/* Everything up to the question. */
static enum ca_code
prepare(struct cli_resume *resume, struct ca_error *err)
{
	enum ca_code rc;

	rc = read_options(resume, err);
	if (rc == CA_OK)
		rc = read_entries(resume, err);
	if (rc == CA_OK)
		rc = choose_authority(resume, err);
	if (rc == CA_OK)
		rc = cli_resume_find_lost(resume, err);
	if (rc == CA_OK && needs_token(resume))
		rc = open_token(resume, err);
	if (rc == CA_OK)
		rc = cli_resume_judge(resume, err);
	return rc;
}

/* The code of the whole run: RC, or that something was burned. */
static enum ca_code
end(const struct cli_resume *resume, enum ca_code rc, struct ca_error *err)
{
	struct ca_error unreported;
	bool burned = false;

	if (cli_resume_report(resume, &unreported) != CA_OK && rc == CA_OK) {
		*err = unreported;
		rc = unreported.code;
	}
	for (size_t i = 0; i < resume->opens.count; i++)
		burned = burned || resume->entry[i].burned;
	if (rc == CA_OK && burned)
		rc = cli_said(err, CA_ERR_POLICY);
	return rc;
}

static enum ca_code
run(struct cli_resume *resume, struct ca_error *err)
{
	size_t todo;
	enum ca_code rc;

	rc = prepare(resume, err);
	if (rc != CA_OK)
		return rc;
	todo = cli_resume_count(resume, CLI_RESUME_SIGNS) +
	    cli_resume_count(resume, CLI_RESUME_BURNS) + resume->lost_count;
	if (todo > 0)
		rc = cli_resume_confirm(resume, err);
	if (rc != CA_OK)
		return rc;
	rc = cli_resume_settle(resume, err);
	if (rc == CA_OK)
		rc = cli_resume_write_lost(resume, err);
	return end(resume, rc, err);
}

static void
resume_clear(struct cli_resume *resume)
{
	for (size_t i = 0; i < resume->opens.count && resume->entry != NULL;
	     i++) {
		ca_resumed_clear(&resume->entry[i].resumed);
		ca_certificate_free(resume->entry[i].certificate);
		free(resume->entry[i].why);
	}
	free(resume->entry);
	cli_resume_clear_lost(resume);
	ca_opens_clear(&resume->opens);
	cli_signing_clear(&resume->signing);
}

enum ca_code
cli_sign_resume(struct cli *cli, struct ca_error *err)
{
	struct cli_resume resume = {
		.signing = { .cli = cli, .now = ca_time_now() },
	};
	enum ca_code rc = run(&resume, err);

	resume_clear(&resume);
	return rc;
}

/* What is counted of the rows that are pending. */
struct open_count {
	size_t count;
	int64_t since; /* when the oldest was reserved */
};

static bool
count_open(const struct ca_ledger_row *row, void *arg)
{
	struct open_count *open = arg;

	if (open->count++ == 0 || row->reserved_at < open->since)
		open->since = row->reserved_at;
	return true;
}

enum ca_code
cli_resume_mention(const struct cli *cli, struct ca_error *err)
{
	const struct ca_ledger_filter filter = { .state = CA_STATE_PENDING };
	struct open_count open = { 0 };
	char since[CA_TIME_TEXT_SIZE];
	enum ca_code rc;

	rc = ca_ledger_list(cli->ca.ledger, &filter, count_open, &open, err);
	if (rc != CA_OK || open.count == 0)
		return rc;
	ca_time_format(open.since, since);
	term_warning(
	    "%zu certificate%s open since %s, when a run was interrupted: this run burns %s",
	    open.count, open.count == 1 ? " is" : "s are", since,
	    open.count == 1 ? "it" : "them");
	term_hint("coldca sign --resume shows and finishes what still stands");
	return CA_OK;
}

void
cli_resume_tidy(const struct cli *cli, const char *out)
{
	size_t count = ca_dir_tidy(out, BUNDLE_SUFFIX);

	if (count > 0)
		cli_note(cli,
		    "%s: removed %zu folder%s that an interrupted run left half made",
		    out, count, count == 1 ? "" : "s");
}
