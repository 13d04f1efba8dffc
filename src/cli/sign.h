/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SIGN_H
#define COLDCA_CLI_SIGN_H

#include "cli/batch.h"
#include "cli/cli.h"
#include "cli/jumpbox.h"
#include "cli/term.h"

/* One run of `sign`. Zero-initialised: nothing is held. */
struct cli_signing {
	struct cli *cli;
	int64_t now; /* seconds since 1970-01-01 UTC */
	struct ca_order order;
	char *out; /* where the bundles go */
	bool overwrite;
	bool yes;
	struct term_tty tty;                 /* open unless YES */
	struct ca_certificate *current;      /* the CA, as the ledger has it */
	char *key_uri;                       /* of its key */
	struct ca_authorities authorities;   /* for the bundles */
	const struct ca_certificate *issuer; /* the current one, or another
						 that --ca-key means */
	const struct ca_sigalg *algorithm;
	unsigned sessions; /* signatures side by side */
	struct cli_batch batch;
	struct cli_jumpbox jumpbox;
	struct ca_token_key key;
	struct ca_signer *signer;
};

/* Reads the CA's certificates and the URI of its key from the ledger. */
CA_CHECKED enum ca_code cli_signing_read_authority(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Reads and vets the requests: everything that can be refused without a
 * token. Only what stops the whole batch is returned.
 *
 * CA_ERR_POLICY  the CA does not live long enough
 */
CA_CHECKED enum ca_code cli_signing_vet(struct cli_signing *signing,
    struct ca_error *err);

/* Writes refusals into the ledger: who asked for what he may not have. */
CA_CHECKED enum ca_code cli_signing_note_refusals(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Opens the token, without login, and chooses the CA that signs: the current
 * one, or the one that --ca-key means.
 */
CA_CHECKED enum ca_code cli_signing_open(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Logs in and takes the CA's key: its own, proved to be one that can not be
 * exported, and as it was when the CA was made.
 */
CA_CHECKED enum ca_code cli_signing_take_key(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Opens the token, without login, and makes a draft for every request that is
 * not refused. What lint finds in one is its refusal.
 */
CA_CHECKED enum ca_code cli_signing_draft(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Logs in, takes the CA's key and signs the drafts in groups, the bundles of
 * each group written before the next is begun. The token is closed as soon as
 * the last signature is made.
 *
 * Where it fails, what was signed before is in the ledger and in its bundle.
 */
CA_CHECKED enum ca_code cli_signing_issue(struct cli_signing *signing,
    struct ca_error *err);

#endif
