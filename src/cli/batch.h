/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CLI_BATCH_H
#define COLDCA_CLI_BATCH_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/spool.h"
#include "cli/last.h"
#include "coldca/certificate.h"
#include "coldca/csr.h"
#include "coldca/draft.h"
#include "coldca/error.h"
#include "coldca/findings.h"
#include "coldca/policy.h"
#include "coldca/vet.h"

/*
 * One request of a batch, on its way to a bundle. A batch has thousands of these
 * in memory: what one needs only while it is worked on is elsewhere, and what is
 * left stands by its size.
 */
struct cli_item {
	const char *path; /* borrowed from the command line */
	struct ca_findings findings;
	char *hint;             /* the way out of the first refusal; or NULL */
	struct ca_grant *grant; /* NULL: there is none yet, or it is stored */
	union {
		/* Of its key, stored or not, until it is signed. */
		uint8_t spki_sha256[CA_SHA256_SIZE];
		char serial[CA_SERIAL_TEXT_SIZE]; /* once it is issued */
	};
	uint8_t tbs_sha256[CA_SHA256_SIZE]; /* of its draft; the same */
	size_t stored_at;       /* where in the batch's spool it is */
	size_t stored_len;      /* 0: it is not */
	char *name;             /* of its bundle */
	struct ca_draft *draft; /* borrows the grant */
	struct ca_certificate *certificate; /* NULL also once its bundle of a
					       large batch is written */
	json_t *json; /* of --json, once it was issued; or NULL: not yet, or */
	size_t json_at;       /* it is in the spool, here, */
	size_t json_len;      /* 0: it is not */
	struct cli_last last; /* under that name: cli_item_find_last() */
	enum ca_code code;    /* CA_OK, or why it is refused */
	bool noted;           /* the refusal is in the ledger */
	bool stored_draft;    /* what is stored is not only the grant */
	bool issued;          /* there is a certificate */
	bool written;         /* the bundle is */
};

/* Requests beyond this many wait outside of memory; to it all are shown in
   full. */
#define CLI_BATCH_HELD 10

struct cli_batch {
	struct cli_item *item;
	size_t count;
	bool spooled; /* cli_batch_spool() */
	struct ca_spool spool;
	atomic_size_t spool_end; /* where the next item is stored */
	bool tells_last;         /* --json says what each name got last */
	uint8_t sha256[CA_SHA256_SIZE]; /* cli_batch_hash() */
	size_t hashed; /* how many drafts that is over; 0: none yet */
};

/* Makes *RET hold one item for each of the COUNT paths. */
CA_CHECKED enum ca_code cli_batch_new(const char *const *paths, size_t count,
    struct cli_batch *ret, struct ca_error *err);

/*
 * From now on cli_item_store() moves the items of BATCH, where their COUNT makes
 * it a large one, to a file without a name in the directory DIR.
 */
CA_CHECKED enum ca_code cli_batch_spool(struct cli_batch *batch, size_t count,
    const char *dir, struct ca_error *err);

/*
 * Moves the draft of ITEM with its grant, or its grant alone, out of memory,
 * where BATCH has a place for that and ITEM is not refused. By several threads,
 * of different items.
 */
CA_CHECKED enum ca_code cli_item_store(struct cli_batch *batch,
    struct cli_item *item, struct ca_error *err);

/* Has what was stored of ITEM in memory again, and frees it: it stays stored. */
CA_CHECKED enum ca_code cli_item_load(const struct cli_batch *batch,
    struct cli_item *item, struct ca_error *err);
void cli_item_drop(const struct cli_batch *batch, struct cli_item *item);

/*
 * Keeps VALUE, which is what --json is to say of ITEM, and frees it or takes it:
 * out of memory where BATCH has a place for that. By one thread at a time.
 */
void cli_item_keep_json(struct cli_batch *batch, struct cli_item *item,
    json_t *value);

/* Has that back, a new value; NULL: none was kept, or it can not be read. */
json_t *cli_item_take_json(const struct cli_batch *batch,
    struct cli_item *item);

/* Makes room for the grant of ITEM, where there is none. */
CA_CHECKED enum ca_code cli_item_need_grant(struct cli_item *item,
    struct ca_error *err);

/* Calls FN for each item that is not refused, in memory meanwhile, in order. */
CA_CHECKED enum ca_code cli_batch_each(struct cli_batch *batch,
    enum ca_code (*fn)(void *arg, struct cli_item *item, struct ca_error *err),
    void *arg, struct ca_error *err);

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

/* Has ITEM, which was read and perhaps vetted, as if it had not been vetted. */
void cli_item_forget(struct cli_item *item);

/*
 * Reads and vets every request, on all processors. What is wrong with one is its
 * refusal; only what stops the whole batch is returned.
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

/* Looks up what the name of ITEM got last, unless that was done. */
CA_CHECKED enum ca_code cli_item_find_last(struct cli_item *item,
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
CA_CHECKED enum ca_code cli_batch_show(struct cli_batch *batch,
    struct ca_ledger *ledger, FILE *out, struct ca_error *err);

/*
 * Writes a JSON array to standard output with one object for each request, as it
 * ended, one after the other; and that object of ITEM as it is now, a new value.
 */
CA_CHECKED enum ca_code cli_batch_print_json(struct cli_batch *batch,
    struct ca_ledger *ledger, const char *out, struct ca_error *err);
json_t *cli_item_json(const struct cli_batch *batch,
    const struct cli_item *item, const char *out);

void cli_batch_clear(struct cli_batch *batch);

#endif
