/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bundle.h"

#include "coldca/bundle.h"
#include "coldca/plan.h"

enum ca_code
cli_bundle_write(const struct cli *cli, const char *out, const char *name,
    const struct ca_profile *profile, const struct ca_certificate *certificate,
    bool overwrite, struct ca_error *err)
{
	struct ca_authorities authorities = { 0 };
	const struct ca_bundle bundle = { name, profile, certificate,
		&authorities };
	enum ca_code rc;

	rc = ca_plan_authorities(cli->ca.ledger, profile, &authorities, err);
	if (rc == CA_OK)
		rc = ca_bundle_write(out, &bundle, overwrite, err);
	ca_authorities_clear(&authorities);
	return rc;
}
