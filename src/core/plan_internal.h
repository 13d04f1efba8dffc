/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_PLAN_INTERNAL_H
#define COLDCA_CORE_PLAN_INTERNAL_H

#include "coldca/plan.h"

/* One plan as a table row. */
struct ca_plan_row {
	const char *name;
	unsigned steps;
	struct {
		struct ca_plan_step step;
		/*
		 * What changes when it begins: CURRENT makes the new CA
		 * current, RETIRED retires those that were so before it.
		 */
		enum ca_standing standing;
	} step[CA_PLAN_STEPS_MAX];
};

const struct ca_plan_row *ca_plan_row(enum ca_plan_kind kind);

/* Whether the present step of PLAN is for hosts with PROFILE. */
bool ca_plan_concerns(const struct ca_plan *plan,
    const struct ca_profile *profile);

/* The authority whose certificates are made anew. */
enum ca_authority ca_plan_replaces(const struct ca_plan *plan);

#endif
