/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_VETTING_H
#define COLDCA_CORE_VETTING_H

#include "coldca/vet.h"

/* Where names come from, and the rules that bad ones break. */
struct ca_vet_source {
	const char *bad;
	const char *reserved;
	const char *none;
	bool trusted; /* an operator may name a reserved principal */
};

extern const struct ca_vet_source ca_vet_from_order;
extern const struct ca_vet_source ca_vet_from_request;

/* One request, or bare key, on its way to a grant. */
struct ca_vetting {
	const struct ca_csr *csr; /* NULL: a bare key */
	const struct ca_order *order;
	const struct ca_policy *whole;          /* the policy */
	const struct ca_profile_policy *policy; /* that of the profile */
	const struct ca_vet_source *source;
	struct ca_findings *findings;
	struct ca_grant grant;
};

/*
 * Gives the grant its common name and alternative names: those of the order,
 * or where it says so of the request. Each is read anew and held against the
 * policy; what is wrong is added to the findings.
 */
CA_CHECKED enum ca_code ca_vetting_take_names(struct ca_vetting *vetting,
    struct ca_error *err);

/* Whether USER is one that the operator must spell out: root or node. */
bool ca_vetting_must_be_spelled(const char *user);

/*
 * Judges as whom the grant lets its holder log in. What no certificate may say,
 * or not without the operator's own word, is added to the findings.
 *
 * CA_ERR_LEDGER  the order's ledger can not be read
 */
CA_CHECKED enum ca_code
ca_vetting_judge_principals(const struct ca_vetting *vetting,
    struct ca_error *err);

/*
 * Holds everything that the request asks for against the grant, which has its
 * names and key already. What it may not have is added to the findings: as a
 * refusal, or with drop_extra as a notice. Names that were taken from the
 * request have been judged before and are left alone.
 */
void ca_vetting_judge_asks(const struct ca_vetting *vetting);

#endif
