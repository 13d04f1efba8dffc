/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bundle.h"

#include <stdlib.h>

#include "base/file.h"
#include "coldca/bundle.h"
#include "coldca/exit_gate.h"
#include "coldca/plan.h"

enum ca_code
cli_bundle_pass_gate(const char *out, const char *name, struct ca_error *err)
{
	char *path = NULL;
	enum ca_code rc = ca_path_join(out, name, &path, err);

	if (rc == CA_OK)
		rc = ca_exit_gate_dir(path, NULL, NULL, err);
	free(path);
	return rc;
}

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
	if (rc == CA_OK)
		rc = cli_bundle_pass_gate(out, name, err);
	ca_authorities_clear(&authorities);
	return rc;
}
