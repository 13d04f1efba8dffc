/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_FINDINGS_H
#define COLDCA_FINDINGS_H

#include <stddef.h>

#include "coldca/error.h"

/* More findings about one object are counted in `lost` and not kept. */
#define CA_FINDINGS_MAX 100

/*
 * One thing that is wrong with, or was left out of, one object. RULE is a
 * static short name such as "csr-extra-name" that tests and reports can rely
 * on; TEXT is one line in the form of an error message.
 */
struct ca_finding {
	const char *rule;  /* static */
	enum ca_code code; /* CA_ERR_INPUT, CA_ERR_POLICY; CA_OK: a notice */
	char *text;        /* owned */
};

/* Zero-initialised is empty and valid. */
struct ca_findings {
	struct ca_finding *item;
	size_t count;
	size_t lost; /* over CA_FINDINGS_MAX, or no memory to keep them */
};

/*
 * Adds one finding. It can not fail: what can not be kept is counted in
 * `lost`, and ca_findings_code() then still says that something was wrong.
 */
void ca_findings_add(struct ca_findings *findings, const char *rule,
    enum ca_code code, const char *fmt, ...) CA_PRINTF(4, 5);

/* Adds a copy of each of OTHER's. */
void ca_findings_append(struct ca_findings *findings,
    const struct ca_findings *other);

/*
 * The code of the first finding that is not a notice, CA_ERR_POLICY where only
 * lost ones may be, and otherwise CA_OK.
 */
enum ca_code ca_findings_code(const struct ca_findings *findings);

/* Frees what FINDINGS holds and makes it empty. Accepts NULL. */
void ca_findings_clear(struct ca_findings *findings);

#endif
