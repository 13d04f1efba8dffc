/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bundle.h"

#include "cli/term.h"
#include "coldca/issue.h"
#include "coldca/plan.h"

enum ca_code
cli_bundle_authorities_read(const struct cli *cli,
    struct cli_bundle_authorities *authorities,
    const struct ca_profile *profile, struct ca_error *err)
{
	enum ca_code rc;

	if (authorities->read[profile->id])
		return CA_OK;
	rc = ca_plan_authorities(cli->ca.ledger, profile,
	    &authorities->of[profile->id], err);
	authorities->read[profile->id] = rc == CA_OK;
	return rc;
}

void
cli_bundle_authorities_clear(struct cli_bundle_authorities *authorities)
{
	for (size_t i = 0; i < CA_PROFILES; i++)
		ca_authorities_clear(&authorities->of[i]);
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
	ca_authorities_clear(&authorities);
	return rc;
}

enum ca_code
cli_bundles_write(const char *out, const struct ca_bundle *bundles,
    size_t count, bool overwrite, bool *ret_written,
    struct ca_bundle_files *files)
{
	struct ca_error errs[CA_ISSUE_GROUP], all;
	enum ca_code first = CA_OK, rc;

	rc =
	    ca_bundles_write(out, bundles, count, overwrite, errs, files, &all);
	for (size_t i = 0; i < count; i++) {
		struct ca_error told = rc == CA_OK ? errs[i] : all;

		ret_written[i] = told.code == CA_OK;
		if (ret_written[i])
			continue;
		ca_hint(&told,
		    "the certificate is in the ledger: coldca ledger export --certificate=%s",
		    ca_certificate_serial_text(bundles[i].certificate));
		term_error(&told);
		if (first == CA_OK)
			first = told.code;
	}
	return first;
}
