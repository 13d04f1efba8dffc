/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_LINT_H
#define COLDCA_LINT_H

#include "coldca/certificate.h"
#include "coldca/findings.h"

/*
 * Runs the rules of the table in src/core/lint.c over CERTIFICATE, a draft's
 * preview or a finished one. Each fault is added to FINDINGS under the rule's
 * name with the section it comes from.
 */
void ca_lint(const struct ca_certificate *certificate,
    struct ca_findings *findings);

#endif
