/* SPDX-License-Identifier: Apache-2.0 */
/* How a plan begins: with a CA that is made for it, or that stands by. */
#include <string.h>

#include "base/time.h"
#include "cli/create_ca.h"
#include "cli/plan.h"

/* The CA of SERIAL, which stands by. *RET is new. */
static enum ca_code
find_standby(const struct cli_planning *planning, enum ca_authority authority,
    const char *serial, struct ca_certificate **ret, struct ca_error *err)
{
	struct ca_ledger *ledger = planning->cli->ca.ledger;
	struct ca_certificates all = { 0 };
	struct ca_certificate *current = NULL;
	struct ca_error ignored;
	enum ca_code rc;

	rc = ca_ledger_authorities(ledger, authority, &all, err);
	if (rc != CA_OK)
		return rc;
	if (ca_ledger_authority(ledger, authority, &current, NULL, &ignored) !=
	    CA_OK)
		current = NULL;
	rc = CA_ERR_INPUT;
	for (size_t i = 0; i < all.count && rc != CA_OK; i++) {
		if (strcmp(ca_certificate_serial_text(all.item[i]), serial) !=
			0 ||
		    (current != NULL &&
			ca_bytes_equal(ca_certificate_der(current),
			    ca_certificate_der(all.item[i]))))
			continue;
		*ret = all.item[i];
		all.item[i] = NULL;
		rc = CA_OK;
	}
	ca_certificate_free(current);
	ca_certificates_clear(&all);
	if (rc != CA_OK)
		(void)ca_fail(err, CA_ERR_INPUT,
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

/* What there must be, or not be, before anything is made. */
static enum ca_code
check_begin(const struct cli_planning *planning, enum ca_authority authority,
    struct ca_error *err)
{
	struct ca_ledger *ledger = planning->cli->ca.ledger;
	struct ca_certificate *current = NULL;
	struct ca_plan other = { 0 };
	bool found = false;
	enum ca_code rc;

	rc = ca_plan_read(ledger, &other, &found, err);
	if (rc != CA_OK)
		return rc;
	if (found) {
		rc = ca_fail(err, CA_ERR_POLICY,
		    "%s: a plan is under way already: %s-ca, at step %u",
		    planning->cli->ca.path, ca_plan_name(other.kind),
		    other.step);
		ca_hint(err, "finish it first");
		ca_plan_clear(&other);
		return rc;
	}
	if (planning->kind == CA_PLAN_ROTATE) {
		rc =
		    ca_ledger_authority(ledger, authority, &current, NULL, err);
		ca_certificate_free(current);
		return rc;
	}
	rc = ca_ledger_authority(ledger, CA_AUTHORITY_CLIENT, &current, NULL,
	    err);
	ca_certificate_free(current);
	if (rc == CA_OK)
		return ca_fail(err, CA_ERR_POLICY,
		    "%s: there is a client CA already", planning->cli->ca.path);
	rc = ca_ledger_authority(ledger, CA_AUTHORITY_CLUSTER, &current, NULL,
	    err);
	ca_certificate_free(current);
	return rc;
}

enum ca_code
cli_plan_begin(const struct cli_planning *planning, struct ca_error *err)
{
	struct cli *cli = planning->cli;
	const char *serial = cli_args_value(&cli->args, CLI_OPT_TO);
	struct ca_certificate *certificate = NULL;
	enum ca_authority authority;
	enum ca_code rc;

	rc = choose_authority(planning, &authority, err);
	if (rc == CA_OK)
		rc = check_begin(planning, authority, err);
	if (rc != CA_OK)
		return rc;
	if (serial != NULL)
		rc = find_standby(planning, authority, serial, &certificate,
		    err);
	else
		rc = cli_create_planned(cli, authority, &certificate, err);
	if (rc == CA_OK)
		rc = ca_plan_begin(cli->ca.ledger, planning->kind, authority,
		    certificate, ca_time_now(), err);
	if (rc != CA_OK && certificate != NULL && err->hint[0] == '\0')
		ca_hint(err, "the new CA stands by: coldca %s-ca begin --to=%s",
		    ca_plan_name(planning->kind),
		    ca_certificate_serial_text(certificate));
	ca_certificate_free(certificate);
	return rc;
}
