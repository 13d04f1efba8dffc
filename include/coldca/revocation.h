/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_REVOCATION_H
#define COLDCA_REVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coldca/certificate.h"
#include "coldca/error.h"
#include "coldca/ledger.h"

/*
 * Why a certificate is revoked: the CRLReason of RFC 5280 section 5.3.1, by
 * its numbers. certificateHold and removeFromCRL are not among them: what the
 * ledger says once it says for ever. aACompromise is about attribute
 * certificates, which coldca does not make.
 */
enum ca_reason {
	CA_REASON_UNSPECIFIED = 0,
	CA_REASON_KEY_COMPROMISE = 1,
	CA_REASON_CA_COMPROMISE = 2,
	CA_REASON_AFFILIATION_CHANGED = 3,
	CA_REASON_SUPERSEDED = 4,
	CA_REASON_CESSATION_OF_OPERATION = 5,
	CA_REASON_PRIVILEGE_WITHDRAWN = 9,
};

/* One serial that is revoked. */
struct ca_revocation {
	uint8_t serial[CA_SERIAL_SIZE];
	enum ca_reason reason;
	int64_t revoked_at; /* seconds since 1970-01-01 UTC */
};

/* What is to be said of one certificate that has not expired. */
struct ca_status {
	uint8_t serial[CA_SERIAL_SIZE];
	int64_t not_after;
	bool revoked;
	enum ca_reason reason; /* where it is revoked */
	int64_t revoked_at;    /* the same */
};

/* "keyCompromise", as RFC 5280 spells it; static. */
const char *ca_reason_name(enum ca_reason reason);

/* Reason INDEX in the order of their numbers, false after the last: help. */
bool ca_reason_at(size_t index, enum ca_reason *ret_reason);

/*
 * The reason that WORD names, spelled as RFC 5280 does.
 *
 * CA_ERR_USAGE  none, or one that coldca does not support; says which there
 *               are
 */
CA_CHECKED enum ca_code ca_reason_parse(const char *word,
    enum ca_reason *ret_reason, struct ca_error *err);

/*
 * Whether SERIAL can be revoked: it was issued, or burned, since the token may
 * have signed that too.
 *
 * CA_ERR_POLICY  it is unknown, pending, revoked already (the message says when
 *                and why), or a CA's own
 */
CA_CHECKED enum ca_code ca_ledger_check_revocable(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], struct ca_error *err);

/*
 * Revokes the certificates of COUNT SERIALS, CA_SERIAL_SIZE octets each, one
 * after the other: all of them or none, durable on return.
 *
 * CA_ERR_POLICY  one can not be (ca_ledger_check_revocable())
 */
CA_CHECKED enum ca_code ca_ledger_revoke(struct ca_ledger *ledger,
    const uint8_t *serials, size_t count, enum ca_reason reason, int64_t now,
    struct ca_error *err);

/*
 * Marks the key of the CA certificate CERTIFICATE as one that must never sign
 * a certificate again (ca_ledger_reserve() refuses it with CA_ERR_POLICY), and
 * revokes all that it signed and that has not expired at NOW, its own CA
 * certificates among it; one transaction. How many leaves is in *RET_COUNT.
 *
 * With CA_REASON_KEY_COMPROMISE, what is recorded is CA_REASON_CA_COMPROMISE:
 * it is not the keys of the leaves that are lost (RFC 5280 section 5.3.1).
 *
 * CA_ERR_POLICY  it is marked already
 * CA_ERR_LEDGER  CERTIFICATE is not in this ledger
 */
CA_CHECKED enum ca_code ca_ledger_compromise(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, enum ca_reason reason,
    int64_t now, size_t *ret_count, struct ca_error *err);

/* Whether that was done, and when and why in *RET; RET may be NULL. */
CA_CHECKED enum ca_code ca_ledger_is_compromised(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_revocation *ret,
    bool *ret_found, struct ca_error *err);

/* CA_ERR_POLICY: the key of the CA certificate CERTIFICATE is compromised. */
CA_CHECKED enum ca_code ca_ledger_check_usable(struct ca_ledger *ledger,
    const struct ca_certificate *certificate, struct ca_error *err);

/*
 * The next at most MAX certificates, oldest first, that ISSUER's key signed, or
 * may have signed before they were burned and revoked,
 * that are no CA's or responder's and that have not expired at NOW. *AFTER is 0 for the
 * first call, and then what the last one left there. *RET_COUNT is 0 at the
 * end.
 */
CA_CHECKED enum ca_code ca_ledger_statuses(struct ca_ledger *ledger,
    const struct ca_certificate *issuer, int64_t now, int64_t *after,
    struct ca_status *ret, size_t max, size_t *ret_count, struct ca_error *err);

/* How many there are, and how many of them are revoked. */
CA_CHECKED enum ca_code ca_ledger_count_live(struct ca_ledger *ledger,
    const struct ca_certificate *issuer, int64_t now, size_t *ret_live,
    size_t *ret_revoked, struct ca_error *err);

#endif
