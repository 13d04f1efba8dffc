/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_HELD_KEYS_H
#define COLDCA_CLI_HELD_KEYS_H

#include <jansson.h>

#include "cli/cadir.h"
#include "cli/table.h"
#include "coldca/authority.h"
#include "coldca/certificate.h"
#include "coldca/passport.h"
#include "coldca/token.h"

/* One CA of the ledger. */
struct cli_known_key {
	const struct ca_certificate *certificate; /* borrowed */
	const char *authority;                    /* static: "cluster" */
	struct ca_passport passport;
	bool has_passport;
};

/* What the ledger knows of its CAs' keys. Zero-initialised: there is none. */
struct cli_known_keys {
	bool ledger;
	struct ca_authorities authorities;
	struct cli_known_key *item;
	size_t count;
};

/* Reads them from the ledger of CA, which may not be opened. *RET is new. */
CA_CHECKED enum ca_code cli_known_keys_read(const struct cli_ca *ca,
    struct cli_known_keys *ret, struct ca_error *err);

void cli_known_keys_clear(struct cli_known_keys *known);

/* One key on a token. Texts are owned. */
struct cli_held_key {
	char *label;
	char *id;      /* CKA_ID in hex */
	char *subject; /* of its CA certificate; NULL: none is shown */
	bool described;
	struct ca_key_info info; /* where it is described */
	/* What the token shows of it; nothing: it is only on record. */
	bool certificate;
	bool public_key;
	bool private_key;
	const char
	    *authority; /* static: whose it is; NULL: not in the ledger */
};

/* Zero-initialised is empty and valid. */
struct cli_held_keys {
	struct cli_held_key *item;
	size_t count;
	size_t unreadable; /* objects of the token */
};

/*
 * The keys among OBJECTS of the token of INFO: one for each CA certificate, each
 * private key that has none, and each public key that the ledger knows; and
 * those that the ledger has on record for this token. *RET is new.
 */
CA_CHECKED enum ca_code cli_held_keys_find(const struct cli_known_keys *known,
    const struct ca_token_info *info, const struct ca_token_objects *objects,
    struct cli_held_keys *ret, struct ca_error *err);

/* Whether KEY is a CA's, and not just a private key. */
bool cli_held_key_is_ca(const struct cli_held_key *key);

/* The labels of the CA keys: "a, b". *RET_TEXT is new; NULL: there is none. */
CA_CHECKED enum ca_code cli_held_keys_labels(const struct cli_held_keys *keys,
    char **ret_text, struct ca_error *err);

/* A table for cli_held_keys_show(). *RET_TABLE is new. */
CA_CHECKED enum ca_code cli_held_keys_table(struct cli_table **ret_table,
    struct ca_error *err);

/* Adds a row for each of KEYS on the token TOKEN. */
CA_CHECKED enum ca_code cli_held_keys_show(const struct cli_held_keys *keys,
    const struct cli_known_keys *known, const char *token,
    struct cli_table *table, struct ca_error *err);

/* Those of KEYS that are a CA's, or those that are not, as a JSON array. */
json_t *cli_held_keys_json(const struct cli_held_keys *keys,
    const struct cli_known_keys *known, bool ca);

void cli_held_keys_clear(struct cli_held_keys *keys);

#endif
