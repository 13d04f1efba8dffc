/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_CREATE_LEAF_H
#define COLDCA_CLI_CREATE_LEAF_H

#include "cli/sign.h"
#include "coldca/pair.h"

/*
 * One run of `create-node` and its like: a signing of one item without a
 * request, whose key is made here.
 */
struct cli_leaf {
	struct cli_signing
	    signing; /* without `out`: the pair is written here */
	struct ca_authorities authorities; /* what its host gets */
	enum ca_key_kind kind;
	unsigned rsa_bits;
	bool pkcs8; /* --also-generate-pkcs8-key */
	char *certs_dir;
	struct ca_pair *pair;
};

/*
 * Reads options and words: what is ordered for PROFILE, which key, where to.
 *
 * CA_ERR_USAGE             options that do not fit
 * CA_ERR_INPUT, _POLICY    a name that is none, or a reserved one
 */
CA_CHECKED enum ca_code cli_leaf_read_options(struct cli_leaf *leaf,
    const struct ca_profile *profile, struct ca_error *err);

/*
 * Makes the key and vets the order for it: one item of the batch, refused or
 * not.
 *
 * CA_ERR_FILE  the pair's files are there, or can not be written
 */
CA_CHECKED enum ca_code cli_leaf_make_item(struct cli_leaf *leaf,
    struct ca_error *err);

/* Holds the CA files beside the pair against the ledger; CA_ERR_POLICY. */
CA_CHECKED enum ca_code cli_leaf_check_trust(struct cli_leaf *leaf,
    struct ca_error *err);

/* Writes the pair, whose certificate is signed, and missing CA files. */
CA_CHECKED enum ca_code cli_leaf_write(const struct cli_leaf *leaf,
    struct ca_error *err);

#endif
