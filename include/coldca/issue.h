/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_ISSUE_H
#define COLDCA_ISSUE_H

#include "coldca/certificate.h"
#include "coldca/draft.h"
#include "coldca/ledger.h"
#include "coldca/signer.h"

/* Certificates that share one durable write of the ledger, at most. */
#define CA_ISSUE_GROUP 128

/* Who issues. Everything is borrowed. */
struct ca_issuer {
	struct ca_ledger *ledger;
	struct ca_signer *signer;
	const struct ca_certificate *certificate; /* NULL: self-signed */
};

/* One draft on its way. */
struct ca_issue_item {
	const struct ca_draft *draft; /* borrowed until it is in done() */
	const char *name;             /* of its bundle; borrowed as long */
	void *owner;                  /* whatever the run knows it by */
	struct ca_certificate *certificate; /* done() takes it; NULL: burned,
					       or never reserved */
};

/* A run of any length: where drafts come from, and where they go. */
struct ca_issue_run {
	/*
	 * The next draft, in the order in which they are issued; its draft is
	 * NULL after the last one. Called by the thread of ca_issue_all().
	 */
	enum ca_code (
	    *next)(void *arg, struct ca_issue_item *ret, struct ca_error *err);
	/*
	 * COUNT items that are settled: in the order of next(), each once,
	 * whatever happened. Called by a thread of its own, one call at a time.
	 */
	void (*done)(void *arg, struct ca_issue_item *items, size_t count);
	/*
	 * True: nothing more is to be begun. Asked before each group, by the
	 * thread of ca_issue_all(). May be NULL.
	 */
	bool (*stop)(void *arg);
	/* DONE signatures are made; by that thread. May be NULL. */
	void (*progress)(void *arg, size_t done);
	void *arg;
	int64_t now; /* of all entries, in seconds since 1970-01-01 UTC; 0: the
			clock's */
	size_t first_group; /* how many the first group has; 0: few */
	bool again; /* they are pending since an earlier run: each is taken up
		       again (ca_ledger_resume()) and not reserved */
};

/*
 * Turns drafts into recorded certificates, group by group: reserves a group in
 * the ledger, has each signed, verifies the signature with the CA's key, checks
 * that the signed bytes are the draft's, lints the result and records it as
 * issued. Nothing is signed that is not reserved durably, and nothing given to
 * done() that is not recorded durably.
 *
 * As many threads sign side by side as the signer has sessions; the next group is
 * reserved and waits meanwhile, and the one before is in done(). With one session
 * it is this thread that signs: the token may ask for a PIN. No more than three
 * groups are in memory. Groups grow, up to CA_ISSUE_GROUP, as long as one takes
 * less than half a second.
 *
 * When the token fails midway, what was signed by then is recorded, the rest of
 * what was reserved is burned, and the error of the first draft that failed is
 * returned. A signature with an ECDSA r that the key used before is such a
 * failure (see ca_ledger_record()), and the one that is returned; what was
 * signed beside it and is not recorded yet is burned.
 *
 * CA_ERR_TOKEN, CA_ERR_PIN  from the signer; a signature that does not verify
 * CA_ERR_LEDGER             nothing was handed out that is not recorded
 */
CA_CHECKED enum ca_code ca_issue_all(const struct ca_issuer *issuer,
    const struct ca_issue_run *run, struct ca_error *err);

/*
 * The same for one group of COUNT drafts, at most CA_ISSUE_GROUP. NAMES as in
 * ca_ledger_reserve(). RET has room for COUNT pointers, each new, or NULL where
 * there is no certificate.
 */
CA_CHECKED enum ca_code ca_issue(const struct ca_issuer *issuer,
    const struct ca_draft *const *drafts, const char *const *names,
    size_t count, int64_t now, struct ca_certificate **ret,
    struct ca_error *err);

#endif
