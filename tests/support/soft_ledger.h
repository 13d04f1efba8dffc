/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_SOFT_LEDGER_H
#define COLDCA_TESTS_SOFT_LEDGER_H

#include "coldca/ledger.h"
#include "coldca/signer.h"
#include "coldca/vet.h"

#define SOFT_DRAFTS 32

/* A new ledger, open for writing, in a fresh directory; and a CA. */
struct soft_ledger {
	void *dir; /* path of the directory */
	char *path;
	struct ca_ledger *ledger;
	struct ca_signer *signer;
	struct ca_certificate *ca;   /* not recorded */
	EVP_PKEY *key;               /* a host's */
	enum ca_authority authority; /* that signs */
	struct ca_grant grant[SOFT_DRAFTS];
	struct ca_draft *draft[SOFT_DRAFTS];
	size_t drafts;
};

/* cmocka set-up and tear-down: *STATE is a struct soft_ledger. */
int soft_ledger_setup(void **state);
int soft_ledger_teardown(void **state);

/* Closes the ledger and opens it again. */
void soft_ledger_reopen(struct soft_ledger *f, bool write);

/* A draft of PROFILE for WHO, with a request; it belongs to F. */
const struct ca_draft *soft_ledger_draft(struct soft_ledger *f,
    enum ca_profile_id profile, const char *who);

/* The same with the serial and the contents given: LIFETIME in seconds. */
const struct ca_draft *soft_ledger_draft_like(struct soft_ledger *f,
    const struct ca_draft *like, int64_t lifetime);

/* Has DRAFT signed. */
struct ca_certificate *soft_ledger_sign(struct soft_ledger *f,
    const struct ca_draft *draft);

/* Records one draft as pending, at NOW. */
struct ca_pending *soft_ledger_reserve(struct soft_ledger *f,
    const struct ca_draft *draft, const char *name, int64_t now);

/* Issues one leaf, or a CA certificate where PROFILE is that. */
struct ca_certificate *soft_ledger_issue(struct soft_ledger *f,
    enum ca_profile_id profile, const char *who, const char *name, int64_t now);

/* ca_ledger_verify(), where the COUNT certificates CAS are known too. */
enum ca_code soft_ledger_verify_by(struct ca_ledger *ledger,
    struct ca_certificate **cas, size_t count, struct ca_error *err);

/* ca_ledger_verify(), where F's CA, which is not recorded, is known too. */
enum ca_code soft_ledger_verify(const struct soft_ledger *f,
    struct ca_error *err);

/* Runs SQL on the file at PATH past the ledger; true where it was done. */
bool soft_ledger_sql(const char *path, const char *sql);

/*
 * Runs SQL on F's ledger, past it, and ends the session of its writer before, in
 * which nobody else can write; true where it was done.
 */
bool soft_ledger_forge(const struct soft_ledger *f, const char *sql);

/* The first number that SQL gives on the file at PATH. */
int64_t soft_ledger_number(const char *path, const char *sql);

#endif
