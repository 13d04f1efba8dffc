/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_LEDGER_EXCHANGE_H
#define COLDCA_LEDGER_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/bytes.h"
#include "coldca/error.h"
#include "coldca/key.h"
#include "coldca/ledger.h"

#define CA_NONCE_MIN ((size_t)16) /* octets of a manifest's nonce */
#define CA_NONCE_MAX ((size_t)32)

/* A request manifest that is taken in. Borrowed. */
struct ca_ledger_manifest {
	const uint8_t *nonce;        /* what tells it from all others */
	size_t nonce_len;            /* CA_NONCE_MIN to CA_NONCE_MAX */
	const char *host;            /* who asks, as the manifest says */
	const uint8_t *spki_sha256;  /* of the key that signed it */
	int64_t expires_at;          /* seconds since 1970-01-01 UTC */
	const struct ca_bytes *text; /* the whole file, at most
					CA_STATEMENT_MAX octets */
};

/*
 * Records the COUNT manifests at MANIFEST, each as an entry of kind
 * CA_ENTRY_MANIFEST, all of them or none, durable on return. What it says is not
 * looked at.
 *
 * CA_ERR_POLICY  the nonce of one was taken in before, which the hint says when:
 *                a replay
 * CA_ERR_LEDGER  it can not be written
 */
CA_CHECKED enum ca_code ca_ledger_record_manifests(struct ca_ledger *ledger,
    const struct ca_ledger_manifest *manifest, size_t count, int64_t now,
    struct ca_error *err);

/*
 * Whether a manifest with the LEN octets of NONCE was taken in, and when: then
 * *RET_TAKEN_AT is set, unless it is NULL. False in a ledger of a format before
 * 5.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_ledger_manifest_seen(struct ca_ledger *ledger,
    const uint8_t *nonce, size_t len, bool *ret_seen, int64_t *ret_taken_at,
    struct ca_error *err);

/*
 * Whether the manifest that was taken in with the LEN octets of NONCE is TEXT,
 * octet by octet. A nonce is no secret: another can have it as well.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_ledger_manifest_is(struct ca_ledger *ledger,
    const uint8_t *nonce, size_t len, const struct ca_bytes *text, bool *ret_is,
    struct ca_error *err);

/* An approval that was counted for a certificate; borrowed during a callback. */
struct ca_ledger_approval {
	int64_t entry;
	const char *approver;       /* as the policy of that day calls them */
	const uint8_t *spki_sha256; /* of their key */
	int64_t approved_at;        /* seconds since 1970-01-01 UTC */
	int64_t expires_at;
	const uint8_t *sha256;       /* of the file with its signature */
	const struct ca_bytes *text; /* that file */
};

/* Returns false to stop. */
typedef bool (*ca_ledger_approval_fn)(const struct ca_ledger_approval *approval,
    void *arg);

/*
 * Calls FN for each approval that was counted for SERIAL, CA_SERIAL_SIZE octets,
 * in the order of counting. None in a ledger of a format before 5.
 */
CA_CHECKED enum ca_code ca_ledger_approvals(struct ca_ledger *ledger,
    const uint8_t *serial, ca_ledger_approval_fn fn, void *arg,
    struct ca_error *err);

#endif
