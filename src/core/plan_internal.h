/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_PLAN_INTERNAL_H
#define COLDCA_CORE_PLAN_INTERNAL_H

#include "coldca/plan.h"

/* What changes in the ledger when a step begins; bits of a row. */
#define CA_PLAN_MAKES_CURRENT 1U /* the new CA signs from now on */
#define CA_PLAN_RETIRES \
	2U /* those that were current before it, and
				    those that were given up as compromised */

/* One plan as a table row. */
struct ca_plan_row {
	const char *name;    /* in the ledger, and of its folders */
	const char *command; /* that goes on with it */
	unsigned steps;
	struct {
		struct ca_plan_step step;
		unsigned changes;
	} step[CA_PLAN_STEPS_MAX];
};

/* Steps of the split, by their numbers. */
enum ca_split_step {
	CA_SPLIT_WIDEN = 1,
	CA_SPLIT_BRIDGE,
	CA_SPLIT_REISSUE,
	CA_SPLIT_NARROW
};

const struct ca_plan_row *ca_plan_row(enum ca_plan_kind kind);

/* The step NUMBER of PLAN begins, in the transaction that is open; its end. */
CA_CHECKED enum ca_code ca_plan_begin_step(struct ca_ledger *ledger,
    const struct ca_plan *plan, unsigned number, int64_t now,
    struct ca_error *err);
CA_CHECKED enum ca_code ca_plan_end(struct ca_ledger *ledger,
    const struct ca_plan *plan, int64_t now, struct ca_error *err);

/* Whether the new CA of PLAN signs already. */
bool ca_plan_is_current(const struct ca_plan *plan);

/* Whether the present step of PLAN is for hosts with PROFILE. */
bool ca_plan_concerns(const struct ca_plan *plan,
    const struct ca_profile *profile);

/* How many servers of tenants live at NOW by certificates of the cluster CA. */
CA_CHECKED enum ca_code ca_plan_count_tenants(struct ca_ledger *ledger,
    int64_t now, size_t *ret, struct ca_error *err);

/*
 * Whether NAME has a certificate of PROFILE by the CA of PLAN that is neither
 * revoked nor expired at NOW.
 */
CA_CHECKED enum ca_code ca_plan_has_leaf(struct ca_ledger *ledger,
    const struct ca_plan *plan, const struct ca_profile *profile,
    const char *name, int64_t now, bool *ret, struct ca_error *err);

#endif
