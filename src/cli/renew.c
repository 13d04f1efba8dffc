/* SPDX-License-Identifier: Apache-2.0 */
/* Another certificate for hosts and users that have one already. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "cli/order.h"
#include "cli/path.h"
#include "cli/renewal.h"
#include "cli/sign_resume.h"
#include "cli/term.h"

/* One run of `renew`. */
struct renewing {
	struct cli *cli;
	struct cli_renewals renewals;
	struct cli_signing signing;
};

/* Marks every certificate of the bundle NAME. */
static enum ca_code
want_name(struct renewing *run, const char *name, struct ca_error *err)
{
	bool found = false;
	enum ca_code rc =
	    cli_renewals_find(run->cli, name, &run->renewals, err);

	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < run->renewals.count; i++) {
		if (strcmp(run->renewals.item[i].name, name) != 0)
			continue;
		run->renewals.item[i].wanted = true;
		found = true;
	}
	if (found)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INPUT,
	    "%s: the ledger has no issued certificate of that name", name);
	ca_hint(err, "coldca ledger list --state=issued");
	return CA_ERR_INPUT;
}

/* Those of --host and --user are bundles' names without their prefix. */
static enum ca_code
want_option(struct renewing *run, enum cli_opt opt, const char *prefix,
    struct ca_error *err)
{
	const char *value;
	size_t index = 0;
	enum ca_code rc = CA_OK;

	while (rc == CA_OK &&
	    (value = cli_args_next(&run->cli->args, opt, &index)) != NULL) {
		char *name = NULL;

		rc = ca_text_format(&name, err, "%s-%s", prefix, value);
		if (rc == CA_OK)
			rc = want_name(run, name, err);
		free(name);
	}
	return rc;
}

/*
 * What ends within the time, and has not ended yet: nobody uses what has, and
 * who still wants it names it.
 */
static enum ca_code
want_expiring(struct renewing *run, struct ca_error *err)
{
	const char *value = cli_args_value(&run->cli->args, CLI_OPT_EXPIRING);
	int64_t within, now = run->signing.now;
	enum ca_code rc;

	if (value == NULL)
		return CA_OK;
	if (ca_duration_parse(value, &within, err) != CA_OK || within <= 0)
		return ca_fail(err, CA_ERR_USAGE, "--expiring: `%s`", value);
	rc = cli_renewals_ending(run->cli, now + 1, now + within,
	    &run->renewals, err);
	if (rc != CA_OK)
		return rc;
	for (size_t i = 0; i < run->renewals.count; i++) {
		struct cli_renewal *next = &run->renewals.item[i];
		int64_t end = ca_certificate_not_after(next->certificate);

		if (end > now && end - now <= within)
			next->wanted = true;
	}
	return CA_OK;
}

/* Where VALUE is "NAME=FILE", and the ledger has that name. */
static enum ca_code
assign(struct renewing *run, const char *value, bool *ret_assigned,
    struct ca_error *err)
{
	const char *equals = strchr(value, '=');
	char *name;
	enum ca_code rc;

	if (equals == NULL)
		return CA_OK;
	name = strndup(value, (size_t)(equals - value));
	if (name == NULL)
		return ca_fail_memory(err);
	rc = cli_renewals_find(run->cli, name, &run->renewals, err);
	if (rc == CA_OK)
		*ret_assigned = cli_renewals_assign(&run->renewals, value);
	free(name);
	return rc;
}

/* Finds the certificate that the new request at PATH is to follow. */
static enum ca_code
want_request(struct renewing *run, const char *path, struct ca_error *err)
{
	size_t matches = 0;
	bool assigned = false;
	enum ca_code rc = assign(run, path, &assigned, err);

	if (rc != CA_OK || assigned)
		return rc;
	rc = cli_renewals_asked(run->cli, path, &run->renewals, err);
	if (rc != CA_OK)
		return rc;
	if (cli_renewals_match(&run->renewals, path, &matches, err) != CA_OK)
		return err->code;
	if (matches == 1)
		return CA_OK;
	(void)ca_fail(err, CA_ERR_INPUT,
	    "%s: asks for the names of %zu certificates of the ledger", path,
	    matches);
	ca_hint(err,
	    matches == 0 ? "a request for other names is signed by coldca sign"
			 : "--request=NAME=FILE, with the name of its bundle");
	return CA_ERR_INPUT;
}

static enum ca_code
select_all(struct renewing *run, struct ca_error *err)
{
	const struct cli_args *args = &run->cli->args;
	const char *path;
	size_t index = 0, wanted = 0;
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < args->word_count && rc == CA_OK; i++)
		rc = want_name(run, args->word[i], err);
	if (rc == CA_OK)
		rc = want_option(run, CLI_OPT_HOST, "node", err);
	if (rc == CA_OK)
		rc = want_option(run, CLI_OPT_USER, "client", err);
	if (rc == CA_OK)
		rc = want_expiring(run, err);
	while (rc == CA_OK &&
	    (path = cli_args_next(args, CLI_OPT_REQUEST, &index)) != NULL)
		rc = want_request(run, path, err);
	for (size_t i = 0; i < run->renewals.count && rc == CA_OK; i++)
		wanted += run->renewals.item[i].wanted;
	if (rc == CA_OK && wanted == 0 &&
	    !cli_args_has(args, CLI_OPT_EXPIRING)) {
		(void)ca_fail(err, CA_ERR_USAGE, "renew: nothing is named");
		ca_hint(err,
		    "NAME..., --host, --user, --request or --expiring=30d");
		rc = CA_ERR_USAGE;
	}
	return rc;
}

static enum ca_code
read_options(struct renewing *run, enum ca_authority *authority,
    struct ca_error *err)
{
	const struct cli_args *args = &run->cli->args;
	const char *ca = cli_args_value(args, CLI_OPT_CA);
	enum ca_code rc;

	if (ca != NULL && !ca_authority_by_name(ca, authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", ca);
	rc = cli_order_lifetime(args, &run->signing.order.lifetime, err);
	if (rc == CA_OK)
		rc = cli_args_path(args, CLI_OPT_OUT, &run->signing.out, err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(run->signing.out, err);
	if (rc == CA_OK)
		rc = cli_signing_options(&run->signing, err);
	return rc;
}

/* With --ca, the others of those that were found are for another run. */
static void
leave_others(struct renewing *run, enum ca_authority authority)
{
	for (size_t i = 0; i < run->renewals.count; i++) {
		struct cli_renewal *next = &run->renewals.item[i];

		if (authority != CA_AUTHORITIES &&
		    !ca_profile_signed_by(next->profile, authority))
			next->wanted = false;
	}
}

static enum ca_code
renew(struct renewing *run, struct ca_error *err)
{
	struct cli_signing *signing = &run->signing;
	enum ca_authority authority = CA_AUTHORITIES;
	enum ca_code rc;

	rc = read_options(run, &authority, err);
	if (rc == CA_OK)
		rc = cli_resume_mention(run->cli, err);
	if (rc == CA_OK)
		rc = select_all(run, err);
	if (rc != CA_OK)
		return rc;
	cli_renewals_sort(&run->renewals);
	leave_others(run, authority);
	rc = cli_renewals_batch(&run->renewals, authority, signing, err);
	if (rc == CA_OK && signing->batch.count == 0) {
		cli_note(run->cli, "nothing is to be renewed");
		return cli_signing_report(signing, err);
	}
	if (rc == CA_OK)
		rc = cli_batch_check_bundles(&signing->batch, signing->out,
		    signing->overwrite, err);
	if (rc == CA_OK)
		rc = cli_reissue(signing, NULL, err);
	return cli_signing_end(signing, rc, err);
}

enum ca_code
cli_renew(struct cli *cli, struct ca_error *err)
{
	struct renewing run = {
		.cli = cli,
		.signing = { .cli = cli, .now = ca_time_now() },
	};
	enum ca_code rc = renew(&run, err);

	cli_signing_clear(&run.signing);
	cli_renewals_clear(&run.renewals);
	return rc;
}
