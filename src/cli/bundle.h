/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_BUNDLE_H
#define COLDCA_CLI_BUNDLE_H

#include "cli/cli.h"
#include "coldca/certificate.h"
#include "coldca/profile.h"

/*
 * Writes the bundle of NAME with CERTIFICATE, of PROFILE, or of the CAs' files
 * alone where it is NULL, under OUT.
 */
CA_CHECKED enum ca_code cli_bundle_write(const struct cli *cli, const char *out,
    const char *name, const struct ca_profile *profile,
    const struct ca_certificate *certificate, bool overwrite,
    struct ca_error *err);

#endif
