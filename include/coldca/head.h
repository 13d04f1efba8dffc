/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_HEAD_H
#define COLDCA_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/issue.h"
#include "coldca/key.h"
#include "coldca/ledger.h"

/*
 * The head of a ledger: its last entry. The hash of that entry is over all
 * entries before, so who has noted it knows whether one of them was changed,
 * or the whole file put back to what it was earlier.
 */
struct ca_head {
	int64_t entry; /* its number: 1, 2, ... */
	uint8_t hash[CA_SHA256_SIZE];
	int64_t time; /* seconds since 1970-01-01 UTC */
};

/* Octets of a hash that are enough to name a head: 16 words to read aloud. */
#define CA_HEAD_SHORT ((size_t)16)

/*
 * The head of LEDGER as it is now.
 *
 * CA_ERR_LEDGER  it can not be read
 */
CA_CHECKED enum ca_code ca_ledger_head(struct ca_ledger *ledger,
    struct ca_head *ret, struct ca_error *err);

/*
 * The entry whose hash begins with the LEN octets of HASH, CA_HEAD_SHORT to
 * CA_SHA256_SIZE: once it was the head. The last entries are looked at first.
 * *RET_FOUND is false where there is none: then what was written after it, and
 * it too, is gone or was changed.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_ledger_find_head(struct ca_ledger *ledger,
    const uint8_t *hash, size_t len, struct ca_head *ret, bool *ret_found,
    struct ca_error *err);

/* A head that a CA's key signed. */
struct ca_signed_head {
	int64_t signed_entry; /* the last one that is covered */
	int64_t signed_at;    /* seconds since 1970-01-01 UTC */
};

/*
 * Has ISSUER's key sign the head of its ledger, verifies the signature, and
 * records both as an entry of kind CA_ENTRY_HEAD, durable on return. What is
 * signed is a text that begins with "coldca ledger head v1" and a line feed: no
 * certificate, CRL or OCSP response begins so (all are a SEQUENCE, whose first
 * octet is 0x30).
 *
 * Nothing is signed where nothing was added since the last signature.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  from the signer; the signature does not verify, or
 *                           has an ECDSA r that the key used before
 * CA_ERR_LEDGER             it can not be recorded
 */
CA_CHECKED enum ca_code ca_head_sign(const struct ca_issuer *issuer,
    int64_t now, struct ca_error *err);

/*
 * The last head that was signed. *RET_FOUND is false where there is none, as in
 * a ledger of a format before 4.
 */
CA_CHECKED enum ca_code ca_ledger_signed_head(struct ca_ledger *ledger,
    struct ca_signed_head *ret, bool *ret_found, struct ca_error *err);

#endif
