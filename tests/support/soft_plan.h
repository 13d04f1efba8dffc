/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_TESTS_SOFT_PLAN_H
#define COLDCA_TESTS_SOFT_PLAN_H

#include "coldca/plan.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"

#define LATER (SOFT_NOW + 100)
#define PLAN_KEYS 4

/*
 * A ledger with a cluster CA and what it signed for two nodes and a user; the
 * key that signs from then on is another.
 */
struct plan_fixture {
	struct soft_ledger *f;
	struct ca_certificate *old;          /* the cluster's current CA */
	struct ca_certificate *new;          /* of another key, standing by */
	struct ca_signer *signer[PLAN_KEYS]; /* of the keys, the oldest first */
	struct ca_certificate *ca[PLAN_KEYS];
	size_t keys;
	struct ca_plan plan; /* as plan_look() read it last */
	struct ca_error err;
};

/* cmocka set-up and tear-down: *STATE is a struct plan_fixture. */
int plan_setup(void **state);
int plan_teardown(void **state);

/* A CA certificate of AUTHORITY by the key that signs now. */
struct ca_certificate *plan_make_ca(struct plan_fixture *t,
    enum ca_authority authority, bool standby);

/* From now on a new key signs; or again the one with INDEX. */
void plan_change_key(struct plan_fixture *t);
void plan_use_key(struct plan_fixture *t, size_t index);

/* Issues a leaf to the bundle NAME. */
void plan_issue(struct plan_fixture *t, enum ca_profile_id profile,
    const char *who, const char *name);

/* Begins a plan with a CA of the present key. */
void plan_begin(struct plan_fixture *t, enum ca_plan_kind kind);

/* Reads the plan again; false where none is under way. */
bool plan_look(struct plan_fixture *t);

/*
 * The hosts of the step at LATER: + has the new certificate, ! has what the
 * step sends, ? was revoked with its CA.
 */
void plan_assert_hosts(struct plan_fixture *t, const char *wanted);
void plan_assert_hosts_at(struct plan_fixture *t, int64_t now,
    const char *wanted);

enum ca_code plan_deliver(struct plan_fixture *t, const char *name);
void plan_deliver_all(struct plan_fixture *t, const char *first,
    const char *second, const char *third);

/* Begins the next step, and reads the plan again. */
enum ca_code plan_advance(struct plan_fixture *t);

bool plan_is_current(struct plan_fixture *t, enum ca_authority authority,
    const struct ca_certificate *ca);

/* How many certificates each file of a host with PROFILE holds: "2 0 0 0". */
void plan_assert_files(struct plan_fixture *t, enum ca_profile_id profile,
    const char *wanted);

#endif
