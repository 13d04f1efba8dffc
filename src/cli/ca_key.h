/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_CA_KEY_H
#define COLDCA_CLI_CA_KEY_H

#include "cli/cli.h"
#include "cli/jumpbox.h"

/*
 * Requires that KEY is one for a CA (ca_token_check_key()); one that the policy
 * names as legacy_key is only warned about.
 */
CA_CHECKED enum ca_code cli_key_check(const struct cli *cli,
    struct cli_jumpbox *jumpbox, const struct ca_token_key *key,
    struct ca_error *err);

/*
 * Has the token try to give KEY away (ca_token_probe_key()), and names what
 * succeeded. *RET_FAILED is whether that was so.
 *
 * CA_ERR_TOKEN  it was, or the probe could not run to its end
 */
CA_CHECKED enum ca_code cli_key_probe(const struct cli *cli,
    struct cli_jumpbox *jumpbox, const struct ca_token_key *key,
    bool *ret_failed, struct ca_error *err);

/*
 * The same for a KEY that coldca has not made and is to certify: one that fails
 * is only warned about where the policy names it as legacy_key.
 */
CA_CHECKED enum ca_code cli_key_adopt(const struct cli *cli,
    struct cli_jumpbox *jumpbox, const struct ca_token_key *key,
    struct ca_error *err);

/*
 * Holds KEY, its token and module against the passport that the ledger has for
 * CERTIFICATE, and names each difference. One that is accepted is recorded; so
 * is the passport where there is none yet.
 *
 * CA_ERR_TOKEN   a serious difference; the reasons were printed
 * CA_ERR_POLICY  another one, without --accept-token-change; the same
 */
CA_CHECKED enum ca_code cli_key_compare(const struct cli *cli,
    struct cli_jumpbox *jumpbox, const struct ca_token_key *key,
    const struct ca_certificate *certificate, struct ca_error *err);

/*
 * The signer that --signer and the policy ask for, of AUTHORITY or for all, with
 * as many SESSIONS as it can have. The PIN is forgotten unless KEY wants it for each signature.
 * *RET_SIGNER is new. Codes as ca_token_signer().
 */
CA_CHECKED enum ca_code cli_key_signer(const struct cli *cli,
    struct cli_jumpbox *jumpbox, const struct ca_token_key *key,
    enum ca_authority authority, const struct ca_sigalg *algorithm,
    unsigned sessions, struct ca_signer **ret_signer, struct ca_error *err);

/* SHA-256 of KEY's SubjectPublicKeyInfo in hex. */
CA_CHECKED enum ca_code cli_key_spki_text(const struct ca_token_key *key,
    char ret_text[2 * CA_SHA256_SIZE + 1], struct ca_error *err);

/* What messages call KEY: its label, if it has one. Borrowed from it. */
const char *cli_key_name(const struct ca_token_key *key);

/* The way out of a probe or an attribute that is wrong. */
void cli_key_hint_legacy(struct ca_error *err, const char *spki);

#endif
