/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_RESUME_H
#define COLDCA_RESUME_H

#include <stddef.h>
#include <stdint.h>

#include "coldca/authority.h"
#include "coldca/bytes.h"
#include "coldca/draft.h"
#include "coldca/ledger.h"
#include "coldca/policy.h"
#include "coldca/profile.h"
#include "coldca/sigalg.h"
#include "coldca/vet.h"

/* Seconds after which what was reserved is not signed any more. */
#define CA_RESUME_AGE_MAX (INT64_C(24) * 3600)

#define CA_OPEN_MAX 16384 /* open entries that are read */

/*
 * An open entry: a serial number that was recorded as pending by a run that did
 * not come to its end, so that the token may have signed it.
 */
struct ca_open {
	uint8_t serial[CA_SERIAL_SIZE];
	char serial_text[CA_SERIAL_TEXT_SIZE];
	const struct ca_profile *profile; /* NULL: a word that is none */
	enum ca_authority authority; /* CA_AUTHORITIES: a word that is none */
	char *name;                  /* of the bundle; owned */
	char *subject;               /* RFC 4514; owned */
	int64_t reserved_at;         /* seconds since 1970-01-01 UTC */
	int64_t not_before;
	int64_t not_after;
	uint8_t issuer_spki_sha256[CA_SHA256_SIZE];
	struct ca_bytes tbs; /* DER; what the token may have signed */
	struct ca_bytes csr; /* DER; empty: there was no request */
};

/* Zero-initialised is empty and valid. */
struct ca_opens {
	struct ca_open *item;
	size_t count;
};

/*
 * The open entries, oldest first. Each row is held against the hash in the
 * entry that reserved it. *RET is new; ca_opens_clear() it.
 *
 * CA_ERR_LEDGER  a row is not what was reserved; there are more than CA_OPEN_MAX
 */
CA_CHECKED enum ca_code ca_ledger_open_entries(struct ca_ledger *ledger,
    struct ca_opens *ret, struct ca_error *err);

void ca_opens_clear(struct ca_opens *opens);

/* A serial number that is to be burned, and why. Borrowed. */
struct ca_burn {
	const uint8_t *serial; /* CA_SERIAL_SIZE octets */
	const char *why;
};

/*
 * Burns the COUNT open entries of LIST, all of them or none, durable on return.
 * Each reason stands in the entry about it.
 *
 * CA_ERR_LEDGER  one is not pending
 */
CA_CHECKED enum ca_code ca_ledger_burn(struct ca_ledger *ledger,
    const struct ca_burn *list, size_t count, int64_t now,
    struct ca_error *err);

/*
 * Takes up again COUNT drafts that are pending in the ledger, each the very same
 * as it was reserved. RET_PENDING as in ca_ledger_reserve().
 *
 * CA_ERR_LEDGER  one is not pending, or was reserved with other contents
 * CA_ERR_TOKEN, CA_ERR_POLICY  as in ca_ledger_reserve()
 */
CA_CHECKED enum ca_code ca_ledger_resume(struct ca_ledger *ledger,
    const struct ca_draft *const *drafts, size_t count,
    struct ca_pending **ret_pending, struct ca_error *err);

/* Who signs what is open, and by what. Borrowed. */
struct ca_resuming {
	struct ca_ledger *ledger;
	const struct ca_policy *policy;
	const struct ca_certificate *issuer; /* the CA that signs now; NULL:
						 none, and nothing stands */
	const struct ca_sigalg *algorithm;   /* by which it signs */
	int64_t now;                         /* seconds since 1970-01-01 UTC */
	/* Their user names, as in struct ca_approval_desk; or NULL. */
	const char *const *operators;
};

/* An open entry that stands. Zero-initialised is empty and valid. */
struct ca_resumed {
	struct ca_grant grant;
	struct ca_draft *draft; /* borrows the grant */
};

/*
 * Whether OPEN still stands: it was for a request, by the CA that signs now,
 * which may sign; it is not too old; no later certificate of its name was
 * issued; no plan is under way; the policy in force grants the same request the
 * same certificate; and that is drafted today as it was, octet by octet, and
 * passes lint; and the approvals that were recorded count today. Then it is in RESUMED, which the caller gives empty;
 * ca_resumed_clear() it, where it is, since the draft borrows the grant. Which
 * keys are known is left to the caller.
 *
 * CA_ERR_POLICY  it does not stand: the message says why, without its name
 * CA_ERR_LEDGER, CA_ERR_INTERNAL  that could not be found out
 */
CA_CHECKED enum ca_code ca_resume_judge(const struct ca_resuming *resuming,
    const struct ca_open *open, struct ca_resumed *resumed,
    struct ca_error *err);

void ca_resumed_clear(struct ca_resumed *resumed);

/*
 * Where the last session that issued anything began, if nothing was done with a
 * CA's key since: *RET_ENTRY is the last entry before it, which a signature
 * covers, and *RET_TIME that of the signature. Both are 0 where there is none.
 */
CA_CHECKED enum ca_code ca_ledger_session_start(struct ca_ledger *ledger,
    int64_t *ret_entry, int64_t *ret_time, struct ca_error *err);

/* Whether the certificate of SERIAL was issued by an entry after ENTRY. */
CA_CHECKED enum ca_code ca_ledger_issued_after(struct ca_ledger *ledger,
    const uint8_t serial[CA_SERIAL_SIZE], int64_t entry, bool *ret,
    struct ca_error *err);

#endif
