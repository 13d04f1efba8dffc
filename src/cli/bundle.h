/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_BUNDLE_H
#define COLDCA_CLI_BUNDLE_H

#include "cli/cli.h"
#include "coldca/bundle.h"
#include "coldca/certificate.h"
#include "coldca/profile.h"

/* What hosts of each profile get beside their certificate, read when needed. */
struct cli_bundle_authorities {
	struct ca_authorities of[CA_PROFILES];
	bool read[CA_PROFILES];
};

/* Has that of PROFILE in AUTHORITIES. */
CA_CHECKED enum ca_code cli_bundle_authorities_read(const struct cli *cli,
    struct cli_bundle_authorities *authorities,
    const struct ca_profile *profile, struct ca_error *err);
void cli_bundle_authorities_clear(struct cli_bundle_authorities *authorities);

/*
 * Writes the bundle of NAME with CERTIFICATE, of PROFILE, or of the CAs' files
 * alone where it is NULL, under OUT.
 */
CA_CHECKED enum ca_code cli_bundle_write(const struct cli *cli, const char *out,
    const char *name, const struct ca_profile *profile,
    const struct ca_certificate *certificate, bool overwrite,
    struct ca_error *err);

/*
 * Writes COUNT bundles of certificates that are in the ledger, at most
 * CA_ISSUE_GROUP, and lists them in FILES (ca_bundles_write()). One that can not
 * be written takes nothing back: it is told as an error, with the way to it, and
 * is false in RET_WRITTEN. The code of the first of those, or CA_OK.
 */
enum ca_code cli_bundles_write(const char *out, const struct ca_bundle *bundles,
    size_t count, bool overwrite, bool *ret_written,
    struct ca_bundle_files *files);

#endif
