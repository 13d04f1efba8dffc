/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_LINT_H
#define COLDCA_LINT_H

#include "coldca/certificate.h"
#include "coldca/findings.h"

/* The certificates that a rule is about. */
enum ca_lint_scope {
	CA_LINT_ALL,
	CA_LINT_CA,     /* basic constraints say cA */
	CA_LINT_LEAF,   /* all others */
	CA_LINT_SERVER, /* leaves with serverAuth */
	CA_LINT_ISSUED, /* those whose issuer is at hand and another one */
};

/* Whose rules. */
enum ca_lint_set {
	CA_LINT_STANDARDS, /* RFCs, Go and CockroachDB: any certificate */
	CA_LINT_PROFILES,  /* and what coldca puts into its own */
};

struct ca_lint_subject;

/* One rule: one fault. All texts are static. */
struct ca_lint_rule {
	const char *name;   /* "lint-version" */
	const char *source; /* "RFC 5280 section 4.1.2.1" */
	enum ca_lint_scope scope;
	bool (*holds)(const struct ca_lint_subject *subject);
	const char *otherwise; /* what is wrong where it does not hold */
};

/*
 * Runs the rules of SET over CERTIFICATE, a draft's preview or a finished one.
 * ISSUER is the certificate of the CA that issued it; NULL: it is not at hand,
 * or CERTIFICATE is self-signed. Each fault is added to FINDINGS under the
 * rule's name, with the section that it comes from.
 */
void ca_lint(const struct ca_certificate *certificate,
    const struct ca_certificate *issuer, enum ca_lint_set set,
    struct ca_findings *findings);

/*
 * The rule number INDEX, from 0; *RET_SET is whose it is. NULL: there are no
 * more. The order is that in which ca_lint() runs them.
 */
const struct ca_lint_rule *ca_lint_rule(size_t index,
    enum ca_lint_set *ret_set);

/* The words for a scope: "all", "CAs", "leaves", "servers", "issued". Static. */
const char *ca_lint_scope_name(enum ca_lint_scope scope);

#endif
