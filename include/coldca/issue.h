/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_ISSUE_H
#define COLDCA_ISSUE_H

#include "coldca/certificate.h"
#include "coldca/draft.h"
#include "coldca/ledger.h"
#include "coldca/signer.h"

/* Certificates that share one durable write of the ledger. */
#define CA_ISSUE_GROUP 64

/* Who issues. Everything is borrowed. */
struct ca_issuer {
	struct ca_ledger *ledger;
	struct ca_signer *signer;
	const struct ca_certificate *certificate; /* NULL: self-signed */
};

/*
 * Turns drafts into recorded certificates: reserves all in the ledger, has
 * each signed, verifies the signature with the CA's key, checks that the
 * signed bytes are the draft's, lints the result and records it as issued.
 *
 * As many threads sign side by side as the signer has sessions and there are
 * drafts; the order of RET is that of DRAFTS all the same.
 *
 * NAMES as in ca_ledger_reserve(). COUNT is at most CA_ISSUE_GROUP. RET has
 * room for COUNT pointers, each new.
 *
 * When the token fails midway, what was signed by then is recorded and in RET,
 * the rest is burned and NULL in RET, and the error of the first draft that
 * failed is returned. A signature with an ECDSA r that the key used before is
 * such a failure (see ca_ledger_record()), and the one that is returned.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  from the signer; a signature that does not verify
 * CA_ERR_LEDGER             nothing was handed out that is not recorded
 */
CA_CHECKED enum ca_code ca_issue(const struct ca_issuer *issuer,
    const struct ca_draft *const *drafts, const char *const *names,
    size_t count, int64_t now, struct ca_certificate **ret,
    struct ca_error *err);

#endif
