/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_HEAD_H
#define COLDCA_CLI_HEAD_H

#include "cli/cli.h"
#include "cli/listing.h"
#include "coldca/issue.h"
#include "coldca/response.h"

/*
 * The beginning of a session with a ledger: it must have the head that
 * --expect-head or --head-file says, and, where it will be written, go on at a
 * time that can be (clock.h).
 *
 * CA_ERR_LEDGER  the ledger was put back to what it was earlier, or changed
 * CA_ERR_POLICY  the clock
 */
CA_CHECKED enum ca_code cli_head_begin(struct cli *cli, struct ca_error *err);

/*
 * Whether the clock can be right (clock.h), for all that is known in a CA
 * directory that has its ledger, or in one that is yet to be made.
 *
 * CA_ERR_POLICY  it can not
 * CA_ERR_INPUT   --confirm-date is not a date
 */
CA_CHECKED enum ca_code cli_head_check_clock(const struct cli *cli,
    struct ca_error *err);

/*
 * The end of a session that wrote: its new head is shown in words, to be noted,
 * and written to --head-file.
 *
 * CA_ERR_FILE  that can not be written
 */
CA_CHECKED enum ca_code cli_head_end(const struct cli *cli,
    struct ca_error *err);

/*
 * Has ISSUER's key sign the head, while the token is still open: after all that
 * the session issues.
 */
CA_CHECKED enum ca_code cli_head_sign(const struct ca_issuer *issuer,
    struct ca_error *err);

/*
 * The same for a session that wrote COUNT BUNDLES under OUT: the key signs a
 * response manifest of them besides (response.h), which is written there, and
 * has their files out of LISTING. None is where there are no bundles.
 */
CA_CHECKED enum ca_code cli_head_sign_response(const struct cli *cli,
    const struct ca_issuer *issuer, const char *out,
    const struct ca_response_bundle *bundle, size_t count,
    const struct cli_listing *listing, struct ca_error *err);

/*
 * The same for a session that makes nothing but the manifest, whose absence is no
 * warning there, but an error. RET_NAME is that of its file.
 *
 * CA_ERR_FILE   a bundle can not be read, or the manifest not be written
 * CA_ERR_INPUT  they are more than one manifest holds
 */
CA_CHECKED enum ca_code cli_response_sign(const struct cli *cli,
    const struct ca_issuer *issuer, const char *out,
    const struct ca_response_bundle *bundle, size_t count,
    char ret_name[CA_RESPONSE_NAME_SIZE], struct ca_error *err);

#endif
