/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_SIGN_RESUME_H
#define COLDCA_CLI_SIGN_RESUME_H

#include "cli/sign.h"
#include "coldca/resume.h"

/* What becomes of one open entry. */
enum cli_resume_fate {
	CLI_RESUME_LEFT,  /* another CA is to sign it: not in this run */
	CLI_RESUME_SIGNS, /* it stands */
	CLI_RESUME_BURNS, /* it does not */
};

/* One open entry, on its way to a bundle. */
struct cli_resume_entry {
	const struct ca_open *open; /* borrowed */
	enum cli_resume_fate fate;
	char *why;                          /* it is burned; or NULL */
	struct ca_resumed resumed;          /* where it stands */
	struct ca_certificate *certificate; /* NULL: not signed */
	bool written;                       /* its bundle is */
	bool burned;
};

/* A certificate that the last session issued, and whose bundle is missing. */
struct cli_resume_lost {
	char serial_text[CA_SERIAL_TEXT_SIZE];
	const struct ca_profile *profile;
	char *name; /* owned */
	int64_t issued_at;
	struct ca_certificate *certificate;
	bool written;
};

/* One run of `sign --resume`. Zero-initialised: nothing is held. */
struct cli_resume {
	struct cli_signing signing;
	struct ca_opens opens;
	struct cli_resume_entry *entry; /* one for each of OPENS */
	struct cli_resume_lost *lost;
	size_t lost_count;
};

/* `sign --resume`, in the place of cli_sign(). */
CA_CHECKED enum ca_code cli_sign_resume(struct cli *cli, struct ca_error *err);

/*
 * Says, before any question, what a run of sign without --resume burns.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code cli_resume_mention(const struct cli *cli,
    struct ca_error *err);

/* Removes from the directory OUT what killed runs have left there half made. */
void cli_resume_tidy(const struct cli *cli, const char *out);

/*
 * Finds the certificates that the last session issued, that are not revoked,
 * and that have no bundle in the output directory. While a plan is under way
 * there are none: its bundles are its own.
 */
CA_CHECKED enum ca_code cli_resume_find_lost(struct cli_resume *resume,
    struct ca_error *err);

void cli_resume_clear_lost(struct cli_resume *resume);

/* Writes their bundles; the code of the first that could not be. */
CA_CHECKED enum ca_code cli_resume_write_lost(struct cli_resume *resume,
    struct ca_error *err);

/*
 * Decides what becomes of each open entry. The token is open where one of them
 * can stand.
 */
CA_CHECKED enum ca_code cli_resume_judge(struct cli_resume *resume,
    struct ca_error *err);

/*
 * Burns and signs, and writes the bundle of what is signed.
 */
CA_CHECKED enum ca_code cli_resume_settle(struct cli_resume *resume,
    struct ca_error *err);

/* How many entries have FATE. */
size_t cli_resume_count(const struct cli_resume *resume,
    enum cli_resume_fate fate);

/* Shows all of that where the question is asked, and asks it, unless YES. */
CA_CHECKED enum ca_code cli_resume_confirm(struct cli_resume *resume,
    struct ca_error *err);

/* Says, on standard output too, what became of each. */
CA_CHECKED enum ca_code cli_resume_report(const struct cli_resume *resume,
    struct ca_error *err);

#endif
