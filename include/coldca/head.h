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

/* The hash of entry 1 of LEDGER: which ledger it is. */
CA_CHECKED enum ca_code ca_ledger_identity(struct ca_ledger *ledger,
    uint8_t ret_hash[CA_SHA256_SIZE], struct ca_error *err);

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

/* The signature of a head, and what it is over. */
struct ca_head_proof {
	struct ca_bytes text;      /* owned */
	struct ca_bytes signature; /* owned; as in a certificate of that CA */
	const struct ca_sigalg *algorithm; /* static */
};

/* Frees what PROOF owns. */
void ca_head_proof_clear(struct ca_head_proof *proof);

/*
 * Has ISSUER's key sign the head of its ledger, verifies the signature, and
 * records both as an entry of kind CA_ENTRY_HEAD, durable on return. What is
 * signed is a text that begins with "coldca ledger head v1" and a line feed: no
 * certificate, CRL or OCSP response begins so (all are a SEQUENCE, whose first
 * octet is 0x30).
 *
 * With RESPONSE, the body of a response manifest (at most CA_STATEMENT_MAX
 * octets), the text is "coldca ledger head v2" and names its SHA-256 besides, and
 * the body is kept in the ledger: one signature is over both. RESPONSE may be
 * NULL.
 *
 * Nothing is signed where there is no RESPONSE and nothing was added since the
 * last signature.
 *
 * RET_PROOF may be NULL; ca_head_proof_clear() what is in it. It is empty where
 * nothing was signed.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  from the signer; the signature does not verify, or
 *                           has an ECDSA r that the key used before
 * CA_ERR_LEDGER             it can not be recorded
 */
CA_CHECKED enum ca_code ca_head_sign(const struct ca_issuer *issuer,
    int64_t now, const struct ca_bytes *response,
    struct ca_head_proof *ret_proof, struct ca_error *err);

/*
 * The text of a head, at the LEN octets of TEXT, read: where it has the form that
 * ca_head_sign() gives one, *RET is what it says. All is in it: nothing is
 * borrowed.
 *
 * CA_ERR_INPUT  it has another form
 */
struct ca_head_said {
	uint8_t ledger[CA_SHA256_SIZE]; /* the hash of entry 1 */
	int64_t entry;
	uint8_t hash[CA_SHA256_SIZE];        /* of that entry */
	int64_t time;                        /* seconds since 1970-01-01 UTC */
	uint8_t spki_sha256[CA_SHA256_SIZE]; /* of the key that signed */
	bool has_response;
	uint8_t response[CA_SHA256_SIZE]; /* of its body */
};
CA_CHECKED enum ca_code ca_head_read(const char *what, const void *text,
    size_t len, struct ca_head_said *ret, struct ca_error *err);

/*
 * The proof that was made with the response manifest whose body has SHA256, out of
 * LEDGER; and the body, unless RET_BODY is NULL. Both are new.
 *
 * *RET_FOUND is false where there is none.
 *
 * CA_ERR_LEDGER  the ledger can not be read
 */
CA_CHECKED enum ca_code ca_ledger_response(struct ca_ledger *ledger,
    const uint8_t sha256[CA_SHA256_SIZE], struct ca_head_proof *ret_proof,
    struct ca_bytes *ret_body, bool *ret_found, struct ca_error *err);

/*
 * The last head that was signed. *RET_FOUND is false where there is none, as in
 * a ledger of a format before 4.
 */
CA_CHECKED enum ca_code ca_ledger_signed_head(struct ca_ledger *ledger,
    struct ca_signed_head *ret, bool *ret_found, struct ca_error *err);

#endif
