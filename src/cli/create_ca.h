/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_CREATE_CA_H
#define COLDCA_CLI_CREATE_CA_H

#include "cli/cli.h"
#include "cli/jumpbox.h"
#include "coldca/draft.h"

/* One run of `create-ca`. Zero-initialised: nothing is held. */
struct cli_creation {
	struct cli *cli;
	int64_t now;      /* seconds since 1970-01-01 UTC */
	const char *file; /* "ca.crt", in the certificate directory */
	char *name;       /* the same in the ledger: "ca" */
	struct ca_order order;
	enum ca_key_kind kind;
	unsigned rsa_bits;
	bool overwrite;
	bool reuse;   /* --allow-ca-key-reuse */
	bool standby; /* --standby */
	bool planned; /* for a plan: stands by, and no file is written */
	const struct ca_sigalg *algorithm; /* NULL: the key's own first */
	char *certs_dir;
	struct ca_certificates older; /* what the file holds already */
	struct ca_certificates known; /* the ledger's CAs before this one */
	struct cli_jumpbox jumpbox;
	struct ca_token_key key;
	bool generated;           /* the key, by this run */
	struct ca_signer *signer; /* with it */
	struct ca_passport passport;
	struct ca_grant grant;
	struct ca_draft *draft;             /* borrows the grant */
	struct ca_certificate *certificate; /* NULL: not issued */
	char *key_uri;
};

/*
 * Finds out, before anything is made, whether the file may be and can be
 * written, and reads what it holds.
 *
 * CA_ERR_FILE   it is there and --overwrite is not given; no way to write it
 * CA_ERR_INPUT  what is there is no file of certificates
 */
CA_CHECKED enum ca_code cli_creation_check(struct cli_creation *creation,
    struct ca_error *err);

/*
 * Holds --sig-alg, the kind of key, and the CAs that there are already against
 * what is asked for, before a token is touched.
 *
 * CA_ERR_USAGE   --sig-alg is for another kind of key, or none
 * CA_ERR_POLICY  refused; more than one reason was printed
 */
CA_CHECKED enum ca_code cli_creation_check_order(struct cli_creation *creation,
    struct ca_error *err);

/*
 * Holds the kind of key that is to be made against the policy of PROFILE.
 *
 * CA_ERR_POLICY  refused
 */
CA_CHECKED enum ca_code
cli_creation_check_kind(const struct cli_creation *creation,
    enum ca_profile_id profile, struct ca_error *err);

/*
 * A key that stands by must be on a token of its own.
 *
 * CA_ERR_POLICY  it is on the token of another CA key
 */
CA_CHECKED enum ca_code
cli_creation_check_token(const struct cli_creation *creation,
    struct ca_error *err);

/* Names each of FINDINGS, in the name of COMMAND. */
enum ca_code cli_creation_refuse(const char *command,
    const struct ca_findings *findings, struct ca_error *err);

/*
 * The key: made on the token, or found there where that was asked for; probed;
 * and its passport.
 *
 * CA_ERR_TOKEN  its token gives it away, or it is no key for a CA
 */
CA_CHECKED enum ca_code cli_creation_take_key(struct cli_creation *creation,
    struct ca_error *err);

/* Has the key certify itself: shown, signed, and in the ledger as issued. */
CA_CHECKED enum ca_code cli_creation_issue(struct cli_creation *creation,
    struct ca_error *err);

/*
 * Destroys a key that this run made and that got no certificate: it is of no
 * use to anybody.
 */
void cli_creation_destroy_key(struct cli_creation *creation);

/*
 * Stores the certificate on the token beside its key. A token that takes none
 * is no failure: it is warned about.
 */
void cli_creation_store(const struct cli_creation *creation);

/*
 * Writes the file: the new certificate first, then those that were in it. One
 * that stands by comes last, after all that the ledger knows.
 */
CA_CHECKED enum ca_code cli_creation_write(const struct cli_creation *creation,
    struct ca_error *err);

/*
 * Makes a CA of AUTHORITY as create-ca does, with the options of the command
 * line, but that it stands by and is in no file yet: a plan brings it to hosts.
 * *RET_CERTIFICATE is new.
 */
CA_CHECKED enum ca_code cli_create_planned(struct cli *cli,
    enum ca_authority authority, struct ca_certificate **ret_certificate,
    struct ca_error *err);

#endif
