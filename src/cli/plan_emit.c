/* SPDX-License-Identifier: Apache-2.0 */
/* What a step sends: certificates made anew, and a folder for each host. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/plan.h"
#include "cli/term.h"
#include "coldca/bundle.h"

/* One run of a step. */
struct emission {
	const struct cli_planning *planning;
	struct cli_plan_hosts hosts;
	char *out; /* the folder of the step */
};

/* OUT/rotate-1: what is carried at one time. */
static enum ca_code
make_out(struct emission *emission, struct ca_error *err)
{
	const struct ca_plan *plan = &emission->planning->plan;
	char *out = NULL;
	int fd = -1;
	enum ca_code rc;

	rc = cli_args_path(&emission->planning->cli->args, CLI_OPT_OUT, &out,
	    err);
	/* Before anything is signed that could not be written then. */
	if (rc == CA_OK)
		rc = ca_dir_open(out, 0755, &fd, err);
	if (fd >= 0)
		(void)close(fd);
	if (rc == CA_OK)
		rc = ca_text_format(&emission->out, err, "%s/%s-%u", out,
		    ca_plan_name(plan->kind), plan->step);
	free(out);
	return rc;
}

/* Signs what the step wants and is not there yet. */
static enum ca_code
issue(const struct emission *emission, struct ca_error *err)
{
	const struct cli_planning *planning = emission->planning;
	const struct ca_plan *plan = &planning->plan;
	struct cli_plan_leaves leaves = { 0 };
	struct cli_signing *signing = &leaves.signing;
	enum ca_code rc;

	rc = cli_plan_leaves_vet(planning, plan->step, &emission->hosts, true,
	    &leaves, err);
	if (rc == CA_OK && signing->batch.count > 0) {
		rc = cli_signing_options(signing, err);
		if (rc == CA_OK)
			rc = cli_reissue(signing,
			    leaves.bridge ? plan->certificate : NULL, err);
		if (rc == CA_OK && cli_batch_code(&signing->batch) != CA_OK)
			rc = cli_said(err, cli_batch_code(&signing->batch));
	}
	cli_plan_leaves_clear(&leaves);
	return rc;
}

/*
 * The certificate that HOST is sent, and in *RET_PROFILE its profile; NULL:
 * there is none yet. It borrows from RENEWALS, which get all of its name.
 */
static enum ca_code
find_leaf(const struct emission *emission, const struct cli_plan_host *host,
    struct cli_renewals *renewals, const struct ca_profile **ret_profile,
    const struct ca_certificate **ret, struct ca_error *err)
{
	const struct ca_plan *plan = &emission->planning->plan;
	struct ca_error ignored;
	const char *wanted = host->name;
	char *name = NULL;
	enum ca_code rc = CA_OK;

	if (ca_plan_step(plan->kind, plan->step)->sends == CA_SENDS_BRIDGE) {
		*ret_profile = ca_profile_get(CA_PROFILE_CLIENT);
		rc = ca_plan_client_name(host->name, &name, err);
		wanted = name;
	}
	if (rc == CA_OK)
		rc = cli_renewals_find(emission->planning->cli, wanted,
		    renewals, err);
	for (size_t i = 0; i < renewals->count && rc == CA_OK; i++)
		if (renewals->item[i].profile == *ret_profile)
			*ret = renewals->item[i].certificate;
	if (rc == CA_OK && *ret != NULL &&
	    ca_certificate_check_issuer(*ret, plan->certificate, &ignored) !=
		CA_OK)
		*ret = NULL;
	free(name);
	return rc;
}

/* The folder of HOST: the CA files, and the certificate that is there. */
static enum ca_code
write_host(const struct emission *emission, const struct cli_plan_host *host,
    struct ca_error *err)
{
	const struct cli_planning *planning = emission->planning;
	struct ca_authorities authorities = { 0 };
	struct ca_bundle bundle = { host->name, host->profile, NULL,
		&authorities };
	struct cli_renewals renewals = { NULL, 0 };
	enum ca_code rc = CA_OK;

	if (host->wants_leaf)
		rc = find_leaf(emission, host, &renewals, &bundle.profile,
		    &bundle.certificate, err);
	/* A host whose certificate was refused gets nothing yet. */
	if (rc != CA_OK || (host->wants_leaf && bundle.certificate == NULL))
		goto out;
	rc = ca_plan_authorities(planning->cli->ca.ledger, host->profile,
	    &authorities, err);
	if (rc == CA_OK)
		rc = ca_bundle_write(emission->out, &bundle, true, err);
	if (rc == CA_OK && !planning->cli->json)
		term_line(stdout, "%s/%s", emission->out, host->name);
out:
	cli_renewals_clear(&renewals);
	ca_authorities_clear(&authorities);
	return rc;
}

static enum ca_code
write_all(const struct emission *emission, struct ca_error *err)
{
	enum ca_code rc = CA_OK;

	for (size_t i = 0; i < emission->hosts.count && rc == CA_OK; i++)
		rc = write_host(emission, &emission->hosts.item[i], err);
	return rc;
}

enum ca_code
cli_plan_emit(const struct cli_planning *planning, struct ca_error *err)
{
	const struct ca_plan *plan = &planning->plan;
	enum ca_plan_sends sends = ca_plan_step(plan->kind, plan->step)->sends;
	struct emission emission = { .planning = planning };
	struct ca_error unsaid;
	enum ca_code rc, issued = CA_OK;

	rc = ca_plan_check(planning->cli->ca.ledger, plan, err);
	if (rc == CA_OK)
		rc = make_out(&emission, err);
	if (rc == CA_OK)
		rc = cli_plan_hosts_read(planning, plan->step, &emission.hosts,
		    err);
	if (rc == CA_OK && sends != CA_SENDS_AUTHORITIES)
		issued = issue(&emission, err);
	/* Those that were signed get their folders whatever the others lack. */
	if (rc == CA_OK)
		rc = write_all(&emission, issued == CA_OK ? err : &unsaid);
	cli_plan_hosts_clear(&emission.hosts);
	free(emission.out);
	return issued != CA_OK ? issued : rc;
}
