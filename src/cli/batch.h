/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_BATCH_H
#define COLDCA_CLI_BATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/last.h"
#include "coldca/certificate.h"
#include "coldca/csr.h"
#include "coldca/draft.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/policy.h"
#include "coldca/vet.h"

/* One request of a batch, on its way to a bundle. */
struct cli_item {
	const char *path;  /* borrowed from the command line */
	enum ca_code code; /* CA_OK, or why it is refused */
	struct ca_findings findings;
	char *hint; /* the way out of the first refusal; or NULL */
	bool noted; /* the refusal is in the ledger */
	struct ca_grant grant;
	char *name;                         /* of its bundle */
	struct ca_draft *draft;             /* borrows the grant */
	struct ca_certificate *certificate; /* NULL: not signed */
	bool written;                       /* the bundle is */
	struct cli_last last; /* under that name: cli_batch_find_last() */
};

struct cli_batch {
	struct cli_item *item;
	size_t count;
	uint8_t sha256[CA_SHA256_SIZE]; /* cli_batch_hash() */
	size_t hashed; /* how many drafts that is over; 0: none yet */
};

/* Makes *RET hold one item for each of the COUNT paths. */
CA_CHECKED enum ca_code cli_batch_new(const char *const *paths, size_t count,
    struct cli_batch *ret, struct ca_error *err);

/*
 * Reads the request of ITEM. What is wrong with it is its refusal, and *RET_CSR
 * NULL; otherwise that is new. CA_ERR_INTERNAL alone is returned.
 */
CA_CHECKED enum ca_code cli_item_read(struct cli_item *item,
    struct ca_csr **ret_csr, struct ca_error *err);

/*
 * Vets CSR, the request of ITEM, and names its bundle. A refusal is ITEM's;
 * CA_ERR_INTERNAL and CA_ERR_LEDGER are returned.
 */
CA_CHECKED enum ca_code cli_item_vet(struct cli_item *item,
    const struct ca_csr *csr, const struct ca_order *order,
    const struct ca_policy *policy, struct ca_error *err);

/*
 * Reads and vets every request. What is wrong with one is its refusal;
 * only what stops the whole batch is returned: CA_ERR_INTERNAL.
 */
CA_CHECKED enum ca_code cli_batch_vet(struct cli_batch *batch,
    const struct ca_order *order, const struct ca_policy *policy,
    struct ca_error *err);

/*
 * Refuses requests whose bundles are under OUT already, unless OVERWRITE, and
 * all those that would share one name: nobody can tell which is meant.
 */
CA_CHECKED enum ca_code cli_batch_check_bundles(struct cli_batch *batch,
    const char *out, bool overwrite, struct ca_error *err);

/*
 * Records a refusal with REASON's message and hint, under its own rule or else
 * the name RULE; NULL: it is among the findings already.
 */
CA_CHECKED enum ca_code cli_item_refuse(struct cli_item *item, const char *rule,
    const struct ca_error *reason, struct ca_error *err);

/* How many items are not refused. */
size_t cli_batch_accepted(const struct cli_batch *batch);

/* The code of the first refusal, or CA_OK. */
enum ca_code cli_batch_code(const struct cli_batch *batch);

/* Prints why items are refused, as errors. */
void cli_batch_show_refusals(const struct cli_batch *batch);

/* Looks up what each name got last. */
CA_CHECKED enum ca_code cli_batch_find_last(struct cli_batch *batch,
    struct ca_ledger *ledger, struct ca_error *err);

/* Lines that say what changes from that for ITEM; the same as a new value. */
void cli_item_show_last(const struct cli_item *item, FILE *out);
json_t *cli_item_last_json(const struct cli_item *item);

/*
 * Hashes the drafts that are not refused: SHA-256 over the SHA-256s of their
 * TBSCertificates, in the order of the batch.
 */
CA_CHECKED enum ca_code cli_batch_hash(struct cli_batch *batch,
    struct ca_error *err);

/* Shows that hash, in hex and in words; the same as a new value. */
void cli_batch_show_hash(const struct cli_batch *batch, FILE *out);
json_t *cli_batch_hash_json(const struct cli_batch *batch);

/*
 * Shows the drafts in full, unless they are many; where there are several
 * requests, a table of them with every name, the refused ones first; and last
 * the hash over all that will be signed.
 */
CA_CHECKED enum ca_code cli_batch_show(const struct cli_batch *batch, FILE *out,
    struct ca_error *err);

/* A JSON array with one object for each request, as it ended. */
json_t *cli_batch_json(const struct cli_batch *batch, const char *out);

void cli_batch_clear(struct cli_batch *batch);

#endif
