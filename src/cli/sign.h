/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SIGN_H
#define COLDCA_CLI_SIGN_H

#include "cli/batch.h"
#include "cli/bundle.h"
#include "cli/cli.h"
#include "cli/four_eyes.h"
#include "cli/jumpbox.h"
#include "cli/term.h"
#include "coldca/intake.h"
#include "coldca/orders.h"

/* Bytes from the token's generator, not used yet. */
struct cli_random {
	uint8_t bytes[64 * CA_SERIAL_SIZE];
	size_t left;
};

/* One run of `sign`. Zero-initialised: nothing is held. */
struct cli_signing {
	struct cli *cli;
	int64_t now; /* seconds since 1970-01-01 UTC */
	struct ca_order order;
	struct ca_orders
	    orders; /* --orders: what each is; ORDER has the rest */
	struct ca_intake_folder intake; /* --intake; its orders are in ORDERS */
	char *out; /* where the bundles go; NULL: the caller writes them */
	bool overwrite;
	bool yes;
	bool planned; /* for a step of a plan, which knows what it does */
	struct term_tty tty;                 /* open unless YES */
	struct ca_certificate *current;      /* the CA, as the ledger has it */
	char *key_uri;                       /* of its key */
	struct ca_certificates authorities;  /* the CAs that may sign */
	const struct ca_certificate *issuer; /* the current one, or another
						 that --ca-key means */
	const struct ca_sigalg *algorithm;
	unsigned sessions; /* signatures side by side */
	struct cli_batch batch;
	struct cli_four_eyes eyes;
	struct cli_jumpbox jumpbox;
	struct cli_random random;
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

/*
 * Reads --orders, and chooses the one CA that this run is for: --ca, or that of
 * the first order.
 *
 * CA_ERR_USAGE  an option that says what the orders say, or no order for that CA
 * CA_ERR_INPUT  not orders
 */
CA_CHECKED enum ca_code cli_signing_read_orders(struct cli_signing *signing,
    struct ca_error *err);

/*
 * The same for --intake: what the hosts ask for in their manifests is what is
 * ordered, and their requests are those of this run.
 *
 * CA_ERR_USAGE   an option that says what the manifests say, or a word
 * CA_ERR_INPUT, _POLICY, _FILE  as ca_intake_open()
 */
CA_CHECKED enum ca_code cli_signing_read_intake(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Chooses the CA of each order of --orders or --intake, and that of this run.
 *
 * CA_ERR_USAGE  nothing is ordered that the CA of --ca signs
 */
CA_CHECKED enum ca_code cli_signing_choose_orders(struct cli_signing *signing,
    struct ca_error *err);

/* CA_ERR_USAGE: an option is given that OPTION says for each request. */
CA_CHECKED enum ca_code cli_signing_check_orders(const struct cli_args *args,
    const char *option, struct ca_error *err);

/*
 * Reads the requests and vets each by its order, in the place of
 * cli_batch_vet(). Refused are those that nothing is ordered for, those that are
 * ordered and not there, and those of another key. Those for another CA are left
 * aside, and mentioned.
 */
CA_CHECKED enum ca_code cli_signing_vet_orders(struct cli_signing *signing,
    struct ca_error *err);

/* Shows the drafts where the question is asked, and asks it, unless YES. */
CA_CHECKED enum ca_code cli_signing_confirm(struct cli_signing *signing,
    struct ca_error *err);

/* Confirms and issues; or, with --prepare, writes the drafts. */
CA_CHECKED enum ca_code cli_signing_finish(struct cli_signing *signing,
    struct ca_error *err);

/* Reads --sessions, --overwrite and --yes, and opens the terminal to ask at. */
CA_CHECKED enum ca_code cli_signing_options(struct cli_signing *signing,
    struct ca_error *err);

/* Says, on standard output too, what became of each item. */
CA_CHECKED enum ca_code cli_signing_report(struct cli_signing *signing,
    struct ca_error *err);

/*
 * Reports, and returns the code of the whole run: RC, or that of the first
 * refusal.
 */
CA_CHECKED enum ca_code cli_signing_end(struct cli_signing *signing,
    enum ca_code rc, struct ca_error *err);

/* Closes and frees everything that SIGNING holds. */
void cli_signing_clear(struct cli_signing *signing);

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
 * Opens the token, without login, holds the keys against those that are known
 * (known_keys.h), and makes a draft for every request that is not refused. What
 * lint finds in one is its refusal.
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
