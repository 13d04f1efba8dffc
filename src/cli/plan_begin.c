/* SPDX-License-Identifier: Apache-2.0 */
/* How a plan begins: with a CA that is made for it, or that stands by. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "cli/create_ca.h"
#include "cli/path.h"
#include "cli/plan.h"

/*
 * The CA of SERIAL, which stands by; or the current one, where others that were
 * so before it are still trusted and have to go. *RET is new.
 */
static enum ca_code
find_standby(const struct cli_planning *planning, enum ca_authority authority,
    const char *serial, struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_ledger *ledger = planning->cli->ca.ledger;
	struct ca_certificates all = { 0 }, currents = { 0 };
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, authority, &all, err);
	if (rc == CA_OK)
		rc = ca_ledger_currents(ledger, authority, &currents, err);
	for (size_t i = 0; i < all.count && rc == CA_OK && *ret == NULL; i++) {
		if (strcmp(ca_certificate_serial_text(all.item[i]), serial) !=
			0 ||
		    (currents.count == 1 &&
			ca_certificates_has(&currents, all.item[i])))
			continue;
		*ret = all.item[i];
		all.item[i] = NULL;
		break;
	}
	ca_certificates_clear(&all);
	ca_certificates_clear(&currents);
	if (rc == CA_OK && *ret == NULL)
		rc = ca_fail(err, CA_ERR_INPUT,
		    "--to: the ledger has no %s CA of serial %s that stands by",
		    ca_authority_name(authority), serial);
	return rc;
}

static enum ca_code
choose_authority(const struct cli_planning *planning,
    enum ca_authority *ret_authority, struct ca_error *err)
{
	const char *ca = cli_args_value(&planning->cli->args, CLI_OPT_CA);

	*ret_authority = planning->kind == CA_PLAN_SPLIT ? CA_AUTHORITY_CLIENT
							 : CA_AUTHORITY_CLUSTER;
	if (ca != NULL && !ca_authority_by_name(ca, ret_authority))
		return ca_fail(err, CA_ERR_USAGE, "--ca: `%s`", ca);
	return CA_OK;
}

/* --at-once makes another plan of a rotation. */
static enum ca_plan_kind
choose_kind(const struct cli_planning *planning)
{
	return cli_args_has(&planning->cli->args, CLI_OPT_AT_ONCE)
	    ? CA_PLAN_REPLACE
	    : planning->kind;
}

/* Before a key is made: whether the first step's folders could be written. */
static enum ca_code
check_out(const struct cli_planning *planning, struct ca_error *err)
{
	char *out = NULL;
	enum ca_code rc;

	rc = cli_args_path(&planning->cli->args, CLI_OPT_OUT, &out, err);
	if (rc == CA_OK)
		rc = cli_path_check_dir(out, err);
	free(out);
	return rc;
}

enum ca_code
cli_plan_begin(const struct cli_planning *planning, struct ca_error *err)
{
	struct cli *cli = planning->cli;
	const char *serial = cli_args_value(&cli->args, CLI_OPT_TO);
	struct ca_certificate *certificate = NULL;
	enum ca_plan_kind kind = choose_kind(planning);
	enum ca_authority authority;
	enum ca_code rc;

	rc = choose_authority(planning, &authority, err);
	if (rc == CA_OK)
		rc = ca_plan_check_begin(cli->ca.ledger, kind, authority,
		    planning->now, err);
	if (rc == CA_OK)
		rc = check_out(planning, err);
	if (rc != CA_OK)
		return rc;
	if (serial != NULL)
		rc = find_standby(planning, authority, serial, &certificate,
		    err);
	else
		rc = cli_create_planned(cli, authority, &certificate, err);
	if (rc == CA_OK)
		rc = ca_plan_begin(cli->ca.ledger, kind, authority, certificate,
		    ca_time_now(), err);
	if (rc != CA_OK && certificate != NULL && err->hint[0] == '\0')
		ca_hint(err, "the new CA stands by: coldca %s begin --to=%s",
		    ca_plan_command(planning->kind),
		    ca_certificate_serial_text(certificate));
	ca_certificate_free(certificate);
	return rc;
}
