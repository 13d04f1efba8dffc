/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_FOUR_EYES_H
#define COLDCA_CLI_FOUR_EYES_H

#include "cli/cli.h"
#include "coldca/approval.h"

struct cli_item;
struct cli_signing;

#define CLI_OPERATORS_MAX ((size_t)2)

/* What --approved brings. Zero-initialised: nothing. */
struct cli_four_eyes {
	struct ca_draft_files drafts;   /* what was prepared */
	struct ca_approvals *approvals; /* NULL: --approved is not given */
	struct ca_approval_desk desk;
	uint8_t ledger[CA_SHA256_SIZE];
	/* Who signs: the user of this process, and the one who logged in. */
	char *operators[CLI_OPERATORS_MAX + 1];
};

/* Who signs, by the names that users have here. */
CA_CHECKED enum ca_code cli_four_eyes_find_operators(struct cli_four_eyes *eyes,
    struct ca_error *err);

/* Reads drafts and approvals out of the directory of --approved, if it is given. */
CA_CHECKED enum ca_code cli_four_eyes_read(struct cli_signing *signing,
    struct ca_error *err);

/*
 * The TBSCertificate that was prepared for ITEM, borrowed; NULL: one is to be
 * drafted. A refusal is ITEM's: nothing was prepared for it, or two drafts.
 */
CA_CHECKED enum ca_code cli_four_eyes_find(const struct cli_signing *signing,
    struct cli_item *item, const struct ca_bytes **ret_tbs,
    struct ca_error *err);

/* Refuses the drafts that too few have approved, and those that were used. */
CA_CHECKED enum ca_code cli_four_eyes_judge(struct cli_signing *signing,
    struct ca_error *err);

/* Shows the drafts, and writes each as a file into the directory of --prepare. */
CA_CHECKED enum ca_code cli_four_eyes_prepare(struct cli_signing *signing,
    struct ca_error *err);

/* Whether --prepare is given: nothing is signed. */
bool cli_four_eyes_prepares(const struct cli_signing *signing);

void cli_four_eyes_clear(struct cli_signing *signing);

#endif
